"""One Markdown dialect, as tokens."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma.report import markdown, markup
from dilemma.report.tables import plain


def kinds(source: str) -> list[str]:
    return [token["type"] for token in markdown.blocks(source)]


def inline_kinds(source: str) -> list[str]:
    return [token["type"] for token in markdown.inline(source)]


def test_a_quotation_that_starts_with_a_bold_label_is_a_callout():
    assert ["callout"] == kinds("> **Note.** Mind this.")


def test_a_plain_quotation_stays_a_quotation():
    assert ["block_quote"] == kinds("> Mind this.")


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Answer", "finding"),
        ("Antwort", "finding"),
        ("What this does not show", "caveat"),
        ("Was das nicht zeigt", "caveat"),
        ("Anything else", "note"),
    ],
)
def test_the_label_decides_the_kind_of_a_callout(label, kind):
    assert kind == markdown.blocks(f"> **{label}.** Text.")[0]["attrs"]["kind"]


def test_a_table_becomes_a_grid():
    grid = markdown.blocks("| a | b |\n|:--|--:|\n| x | 1 |")[0]["attrs"]["grid"]
    assert (["left", "right"], "x", "1") == (grid.aligns, grid.body[0][0].text, grid.body[0][1].text)


@given(st.text(st.characters(exclude_characters="\\`*_~[]<$\n", exclude_categories=["Cs"])))
def test_mere_text_is_read_as_it_is_beside_marked_text(text):
    beside = markdown.inline(f"x {text} x *y*")
    assert plain(beside) == plain(markdown.inline(f"x {text} x")) + " y"


def test_an_address_in_a_cell_is_a_link():
    assert ["text", "link"] == inline_kinds("see https://example.org/a")


def test_money_is_not_a_formula():
    assert ["text"] == inline_kinds("between $3 and $5, or US-$ 7")


def test_a_formula_in_a_sentence_is_inline():
    assert ["text", "inline_math", "text"] == inline_kinds("strength $s_i$ of each")


def test_a_display_formula_splits_its_paragraph():
    assert ["paragraph", "block_math", "paragraph"] == kinds("before $$x^2$$ after")


def test_a_latex_environment_is_a_display_formula():
    assert r"\begin{align}a&=b\end{align}" == markdown.blocks(r"\begin{align}a&=b\end{align}")[0]["raw"]


def test_html_tags_in_a_line_become_tokens():
    assert ["text", "superscript", "linebreak", "strong"] == inline_kinds("m<sup>2</sup><br><b>x</b>")


def test_an_unclosed_tag_ends_with_its_paragraph():
    assert [["strong"]] == [[t["type"] for t in b["children"]] for b in markdown.blocks("<b>bold")]


def test_an_html_link_in_a_line_keeps_its_address():
    assert "#a" == markdown.inline('<a href="#a">text</a>')[0]["attrs"]["url"]


def test_entities_are_read():
    assert "a\N{NO-BREAK SPACE}< &" == plain(markdown.inline("a&nbsp;&lt; &amp;"))


def test_code_is_taken_literally():
    assert "&amp; <b>" == plain(markdown.inline("`&amp; <b>`"))


def test_a_heading_inside_a_quotation_does_not_enter_the_outline():
    assert "heading" not in {t["type"] for t in markdown.walk(markdown.blocks("> # Big\n> text"))}


def test_notes_are_collected_with_their_source():
    assert {"A": "Text *one*\n    more"} == markdown.footnote_definitions(
        "x[^a]\n\n[^a]: Text *one*\n    more\n\nend"
    )


def test_a_second_note_of_the_same_name_stays_in_the_text():
    tokens = markdown.blocks("x[^a]\n\n[^a]: first\n\n[^a]: second")
    assert ["x", "[^a]: second"] == [markdown.plain(token["children"]).strip("1") for token in tokens]


def test_the_same_note_defined_twice_is_shown_once():
    assert 1 == len(markdown.blocks("x[^a]\n\n[^a]: note\n\n[^a]: note", {"A": "note"}))


def test_a_note_defined_elsewhere_is_referred_to():
    assert "footnote_ref" in inline_kinds_with_note("word[^a]")


def inline_kinds_with_note(source: str) -> list[str]:
    return [token["type"] for token in markdown.inline(source, {"A": "note"})]


def test_scripts_name_their_language():
    assert [("Kursk (", None), ("Курск", "ru"), (", ", None), ("조선", "ko"), (")", None)] == list(
        markdown.script_runs("Kursk (Курск, 조선)")
    )


def test_walking_reaches_table_cells():
    source = "| a |\n|---|\n| [x](#y) |"
    assert 1 == sum(token["type"] == "link" for token in markdown.walk(markdown.blocks(source)))


def test_scripts_and_forms_are_named_and_left_out():
    tokens, dropped = markup.tokens("<p>kept</p><script>evil()</script><form><input></form>")
    assert ("kept", ["form", "input", "script"]) == (plain(tokens[0]["children"]), dropped)


def test_foreign_lists_and_code_keep_their_form():
    tokens, _ = markup.tokens("<ol><li>one</li></ol><pre>x = 1</pre>")
    assert [("list", True), ("block_code", None)] == [(t["type"], t["attrs"].get("ordered")) for t in tokens]


def test_foreign_headings_become_bold_lines():
    assert ["strong"] == [token["type"] for token in markup.tokens("<h1>Big</h1>")[0][0]["children"]]


def test_comments_and_styles_are_no_text():
    assert [] == markup.tokens("<!-- x --><style>p{}</style>")[0]


def foreign(source: str) -> str:
    return plain([token for token in markdown.walk(markup.tokens(source)[0]) if "raw" in token])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<form>a<select><option>b<option>c</select></form>", ["a", "b", "c"]),
        ("<iframe>a</iframe><noscript>b</noscript><video>c</video>", ["a", "b", "c"]),
        ("<ul>a<li>b<li>c<ul><li>d</ul></ul>", ["a", "b", "c", "d"]),
        ("<table>a<tr><td>b<td>c<tr><td>d</table>", ["a", "b", "c", "d"]),
        ("<input value=a><input type=hidden value=x>", ["a"]),
    ],
)
def test_what_a_browser_shows_of_html_stays(source, text):
    assert text == [kept for kept in foreign(source).replace(" ", "") if kept.isalpha()]


def test_unclosed_cells_and_items_end_where_the_next_begins():
    (table,) = markup.tokens("<table><tr><td>a<td>b<tr><td>c<td>d</table>")[0]
    (items,) = markup.tokens("<ol start=4><li>a<li>b</ol>")[0]
    assert [["a", "b"], ["c", "d"]] == [[cell.text for cell in row] for row in table["attrs"]["grid"].body]
    assert (2, 4) == (len(items["children"]), items["attrs"]["start"])


def test_a_drawing_in_html_becomes_an_image_that_says_its_words():
    (paragraph,) = markup.tokens('<svg viewBox="0 0 9 9" onload="evil()"><text>kept</text></svg>')[0]
    (image,) = paragraph["children"]
    drawing = base64.b64decode(image["attrs"]["url"].partition(",")[2]).decode()
    assert ("kept", True, False) == (plain(image["children"]), "viewBox" in drawing, "evil" in drawing)


def test_a_formula_in_mathml_is_set_from_its_latex():
    source = '<math><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></math>'
    assert ([], "x^2") == (markup.tokens(source)[1], markup.tokens(source)[0][0]["children"][0]["raw"])


def test_an_active_element_in_markdown_leaves_a_note():
    notes = [t for t in markdown.walk(markdown.blocks("a <script>b</script> c")) if t["type"] == "left_out"]
    assert ["HTML (script)"] == [note["attrs"]["what"].en for note in notes]


@pytest.mark.parametrize("opening", ["<div>", "<b>", "<ul><li>", "<table><tr><td>", "<blockquote>"])
def test_html_nested_without_end_keeps_its_text(opening):
    assert "core" in foreign(opening * 400 + "core")


@pytest.mark.parametrize("opening", ["> ", "- ", "*a ", "[", "<b>"])
def test_markdown_nested_without_end_keeps_its_text(opening):
    assert "core" in "".join(token.get("raw", "") for token in markdown.walk(markdown.blocks(opening * 400 + "core")))


@given(st.text(alphabet=st.sampled_from("ab1 \n#*_`~[]()<>!&$|\\-+:^/\"'éж조"), max_size=60))
def test_any_text_is_parsed_into_known_tokens(source):
    for token in markdown.walk(markdown.blocks(source)):
        assert token["type"] in KNOWN


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80))
def test_any_html_is_reduced_without_error(source):
    assert not {t["type"] for t in markdown.walk(markup.tokens(source)[0])} - KNOWN


KNOWN = {
    "text", "strong", "emphasis", "strikethrough", "subscript", "superscript", "codespan", "linebreak",
    "softbreak", "link", "image", "anchor", "inline_math", "footnote_ref", "paragraph", "block_text",
    "heading", "thematic_break", "block_quote", "callout", "list", "list_item", "task_list_item",
    "def_list", "def_list_head", "def_list_item", "block_code", "block_math", "grid", "left_out",
}  # fmt: skip
