"""The report before it has a format."""

import nbformat
import pytest
import samples
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from dilemma.findings import FINDING
from dilemma.report import outputs
from dilemma.report.document import Document, build, foresee
from dilemma.report.markdown import walk
from dilemma.report.tables import plain


@pytest.fixture(scope="module")
def english() -> Document:
    return build(samples.report("en"), "en", samples.PROVENANCE)


@pytest.fixture(scope="module")
def german() -> Document:
    return build(samples.report("de"), "de", samples.PROVENANCE)


def chapter(*cells, slug="01-x", title="Titel"):
    about = {"dilemma": {"slug": slug, "title": {"en": title, "de": title}}}
    return new_notebook(cells=list(cells), metadata=about)


def of(*cells, language="en") -> Document:
    return build([chapter(*cells)], language, {})


def outline(document: Document) -> list[tuple[int, str]]:
    return [(heading.level, heading.anchor) for heading in document.headings]


def shown(output, language="en"):
    return outputs.presentable(output, language)


def display(**data: object):
    return new_output("display_data", data={mime.replace("__", "/"): value for mime, value in data.items()})


def test_only_the_cells_of_the_language_remain(english):
    assert [] == [cell.id for cell in english.notebook.cells if cell.id.split("-")[-1] == "de"]


def test_hidden_cells_are_gone(english):
    assert [] == [cell for cell in english.notebook.cells if "remove-cell" in cell.metadata.get("tags", ())]


def test_the_verdict_opens_the_report_and_leaves_the_summary(german):
    verdict_cell = next(cell for cell in german.notebook.cells if cell.id == "verdict")
    assert (True, []) == (german.verdict.startswith("**Nach damaligem Wissen"), verdict_cell.outputs)


def test_the_date_of_knowledge_is_written_out(german):
    assert "Stand des Wissens: 24. Oktober 2024" == german.as_of


def test_a_document_without_parameters_has_no_date():
    assert "" == of(new_markdown_cell("# A", id="a")).as_of


def test_a_chapter_is_anchored_by_its_slug_and_sections_by_their_cell(english):
    assert [(1, "02-troops"), (2, "counts"), (2, "method"), (3, "method-2"), (2, "limits")] == outline(
        english
    )[1:6]


def test_both_languages_have_the_same_anchors(english, german):
    assert english.anchors == german.anchors


def test_figures_and_tables_are_numbered_through_the_report(german):
    expected = {"fig-troops": "Abbildung 1", "tab-estimates": "Tabelle 1", "tab-wide": "Tabelle 2"}
    assert expected == {key: german.labels[key] for key in expected}


def test_a_link_to_a_figure_is_named_after_it(english):
    assert "see Figure\N{NO-BREAK SPACE}1" == plain(english.inline("see [whatever](#fig-troops)"))


def test_a_link_to_nowhere_becomes_text_and_is_reported():
    document = of(new_markdown_cell("# A", id="a"))
    assert ("span", 1) == (document.inline("[x](#nowhere)")[0]["type"], len(document.problems))


def test_the_same_dead_link_is_reported_once():
    document = of(new_markdown_cell("# A", id="a"))
    document.inline("[x](#nowhere) [x](#nowhere)")
    assert 1 == len(document.problems)


def test_a_script_address_is_no_link():
    assert "span" == of().inline("[x](javascript:evil)")[0]["type"]


def test_an_image_that_is_not_in_the_notebook_is_named():
    assert "Bild nicht enthalten: Karte" == plain(
        of(language="de").inline("![Karte](https://example.org/map.png)")
    )


def test_findings_are_gathered_and_leave_the_outputs(english):
    left = [
        o for cell in english.notebook.cells for o in cell.get("outputs", ()) if FINDING in o.get("data", {})
    ]
    assert (["troops-nis"], []) == ([record["id"] for record in english.findings], left)


def test_captions_for_jupyterlab_are_not_repeated(english):
    own = [
        o.metadata.get("dilemma", {})
        for c in english.notebook.cells
        for o in c.get("outputs", ())
        if "data" in o
    ]
    assert "caption" not in {place.get("kind") for place in own}


def test_a_note_is_found_again_through_its_reference(english):
    cell = next(cell for cell in english.notebook.cells if cell.metadata.dilemma.anchor == "counts")
    tokens = english.blocks(cell.source, cell.metadata.dilemma)
    key = next(token["attrs"]["key"] for token in walk(tokens) if token["type"] == "footnote_ref")
    assert "A note with emphasis and a link." == plain(english.note(key)[0]["children"])


def test_the_sample_has_no_problems(english, german):
    assert [] == english.problems + german.problems


def test_a_skipped_heading_level_is_closed():
    document = of(new_markdown_cell("# A\n\n#### Deep\n\n## B\n\n# Second", id="a"))
    assert [1, 2, 2, 2] == [level for level, _ in outline(document)]


def test_a_notebook_without_a_title_line_gets_one():
    document = of(new_markdown_cell("Text", id="a"), new_markdown_cell("## Section", id="b"))
    assert [(1, "01-x"), (2, "b")] == outline(document)


def test_chapters_of_the_same_name_get_different_anchors():
    document = build([chapter(slug="x"), chapter(slug="x")], "en", {})
    assert ["x", "x-2"] == [anchor for _, anchor in outline(document)]


def test_a_repeated_figure_id_is_changed_and_reported():
    cells = [new_code_cell("", id=name, outputs=samples.figure_outputs("en")) for name in ("a", "b")]
    document = of(*cells)
    assert ({"fig-troops": "Figure 1", "fig-troops-2": "Figure 2"}, 1) == (
        document.labels,
        len(document.problems),
    )


def test_equal_cell_ids_of_two_chapters_do_not_collide():
    document = build([chapter(new_markdown_cell("# A", id="t"), slug=s) for s in "xy"], "en", {})
    assert ["t", "t-2"] == [cell.id for cell in document.notebook.cells]


def test_a_hidden_cell_that_failed_is_shown():
    failure = new_output("error", ename="E", evalue="v", traceback=["t"])
    document = of(new_code_cell("x", id="p", outputs=[failure], metadata={"tags": ["remove-cell"]}))
    assert ["error"] == [o.output_type for cell in document.notebook.cells for o in cell.get("outputs", ())]


def test_the_merged_notebook_is_valid(english):
    assert nbformat.validate(english.notebook) is None


def test_building_twice_gives_the_same_notebook():
    once, twice = (build(samples.report("de"), "de", samples.PROVENANCE) for _ in range(2))
    assert nbformat.writes(once.notebook) == nbformat.writes(twice.notebook)


def test_files_and_nodes_give_the_same_document(tmp_path, english):
    assert outline(english) == outline(build(samples.write(tmp_path, "en"), "en", {}))


def test_a_notebook_from_elsewhere_is_read_with_every_loss_named():
    document = build([samples.stock()], "en", {})
    left_out = " ".join(document.problems)
    assert all(
        what in left_out for what in ("script", "javascript", "widget-view", "unknown+json", "text/latex")
    )


def test_an_attached_image_is_carried_along():
    document = build([samples.stock()], "en", {})
    assert any("data:image/png;base64," in cell.source for cell in document.notebook.cells)


def test_an_image_without_description_gets_a_general_one_and_is_reported():
    output = new_output("display_data", data={"image/png": samples.PIXEL})
    document = of(new_code_cell("", id="c", outputs=[output]), language="de")
    place = document.notebook.cells[-1].outputs[0].metadata.dilemma
    assert ("Abbildung ohne Beschreibung", 1) == (place.alt, len(document.problems))


@pytest.mark.parametrize(
    "metadata", [{"alt": "A dot"}, {"image/png": {"alt": "A dot"}}, {"dilemma": {"alt": "A dot"}}]
)
def test_a_description_is_found_where_authors_put_it(metadata):
    output = new_output("display_data", data={"image/png": samples.PIXEL}, metadata=metadata)
    node = shown(nbformat.from_dict(output))[0][0]
    assert ("A dot", True) == outputs.image_alt(node, "en")


def test_colours_and_overwritten_progress_leave_a_stream():
    node = new_output("stream", text="\x1b[31m10%\x1b[0m\r100%\nend\n")
    assert "100%\nend\n" == shown(node)[0][0].text


def test_the_process_number_leaves_a_warning():
    node = new_output("stream", name="stderr", text="/tmp/ipykernel_4711/99.py:1: UserWarning: x")
    assert "cell:1: UserWarning: x" == shown(node)[0][0].text


def test_an_empty_stream_is_no_output():
    assert ([], []) == shown(new_output("stream", text="\n"))


def test_latex_becomes_a_formula():
    node = display(text__latex=r"$\displaystyle \frac{a}{b}$", text__plain="a/b")
    assert "$$\n\\displaystyle \\frac{a}{b}\n$$" == shown(node)[0][0].data["text/markdown"]


def test_json_is_printed():
    node = display(application__json={"ä": [1]}, text__plain="<IPython.core.display.JSON object>")
    assert '"ä"' in shown(node)[0][0].data["text/plain"]


def test_a_picture_is_preferred_to_html_that_only_runs_a_script():
    node = display(text__html="<script>x</script>", image__png=samples.PIXEL)
    assert "image/png" in shown(node)[0][0].data


def test_what_cannot_be_shown_leaves_a_sentence(german):
    part = shown(display(application__x="1"), "de")[0][0]
    assert "*Hier ausgelassen: application/x*" == part.data["text/markdown"]


def test_a_table_of_pandas_is_kept_as_html():
    node = display(text__html=samples.HTML_TABLE, text__plain="x")
    assert (["text/html"], []) == (list(shown(node)[0][0].data), shown(node)[1])


def notes_of(document):
    cells = [cell for cell in document.notebook.cells if "[^" in cell.source]
    tokens = [token for cell in cells for token in walk(document.blocks(cell.source, cell.metadata.dilemma))]
    keys = [token["attrs"]["key"] for token in tokens if token["type"] == "footnote_ref"]
    return [plain(document.note(key)[0]["children"]) for key in keys]


def test_notes_of_one_name_in_two_cells_stay_two():
    document = of(*(new_markdown_cell(f"x[^1]\n\n[^1]: {text}", id=text) for text in ("one", "two")))
    assert ["one", "two"] == notes_of(document)


def test_a_note_that_nothing_refers_to_is_named():
    assert "lonely" in of(new_markdown_cell("x\n\n[^1]: lonely", id="a")).problems[0]


def test_the_message_of_an_error_is_kept_where_its_traceback_lacks_it():
    node = new_output("error", ename="E", evalue="why", traceback=["line"])
    assert ["line", "E: why"] == shown(node)[0][0].traceback


def test_a_long_stream_shows_both_ends_and_says_what_is_missing():
    parts, dropped = shown(new_output("stream", text="first\n" + "x\n" * 500_000 + "last"), "de")
    assert ("first", "last") == (parts[0].text[:5], parts[-1].text[-4:])
    assert parts[1].data["text/markdown"].startswith("*Hier ausgelassen: 900.01")
    assert 1 == len(dropped)


def test_a_long_markdown_output_is_cut_and_says_so():
    parts, _ = shown(display(text__markdown="word " * 40_000))
    assert ["100000", "*Left out here: 100,000 of 200,000 characters*"] == [
        str(len(parts[0].data["text/markdown"])),
        parts[1].data["text/markdown"],
    ]


def test_a_picture_in_markdown_does_not_count_as_its_length():
    source = f"![a](data:image/png;base64,{'A' * 300_000})"
    assert source == shown(display(text__markdown=source))[0][0].data["text/markdown"]


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/svg+xml"])
def test_a_broken_picture_gives_way_to_the_next_type_and_is_named(mime):
    parts, _ = shown(new_output("display_data", data={mime: "evil", "text/plain": "a map"}))
    assert ["a map", f"*Left out here: {mime}*"] == [next(iter(part.data.values())) for part in parts]


def test_an_animated_picture_is_kept():
    assert "data:image/gif;base64,R0lGOD" in shown(display(image__gif="R0lGODlhAQAB"))[0][0].data["text/html"]


def test_latex_that_is_no_formula_is_shown_as_it_is_written():
    source = r"\section{Results} for $x$"
    assert source == shown(display(text__latex=source))[0][0].data["text/plain"]


def test_text_of_an_unknown_type_is_shown():
    node = new_output("display_data", data={"text/x-poem": "roses"})
    assert "roses" == shown(node)[0][0].data["text/plain"]


def test_a_raw_cell_of_html_is_shown_like_an_output():
    cell = new_raw_cell("<b>bold</b><script>x</script>", id="r", metadata={"raw_mimetype": "text/html"})
    document = of(cell)
    assert ["text/html", "text/markdown"] == [next(iter(o.data)) for o in document.notebook.cells[-1].outputs]


def test_an_attachment_with_a_blank_in_its_name_is_found():
    cell = new_markdown_cell("![a](attachment:my%20dot.png)", id="a")
    cell["attachments"] = {"my dot.png": {"image/png": samples.PIXEL}}
    assert "data:image/png;base64," in of(cell).notebook.cells[-1].source


def test_a_chapter_read_ahead_makes_the_same_document_as_its_file(tmp_path):
    files = samples.write(tmp_path, "en")
    assert build(files, "en", {}) == build([foresee(file, "en") for file in files], "en", {})
