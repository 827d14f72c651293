"""Two runs compared: what is read, what counts as different, what is attributed to which parameter."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import samples
from accessibility import failures
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from dilemma import __main__ as cli
from dilemma import findings
from dilemma.comparison import attribution, changed_findings, compare, passages, run_files
from dilemma.execution import execute
from dilemma.parameters import ParameterError, Parameters
from dilemma.report import build, document, folders
from dilemma.wording import Text

STAMPS = {
    "inputs": "i" * 64,
    "data_hash": "d" * 64,
    "notebooks_hash": "n" * 64,
    "code_hash": "c" * 64,
    "versions": {"numpy": "2.4.6", "python": "3.11"},
}
Make = Callable[..., run_files.Run]


def record(id: str, value: object, unit: str = "kse", chapter: str = "06-dilemma") -> findings.Record:
    return findings.record(id, chapter, value, unit, Text(f"The {id}", f"Das {id}"))


def notebook(slug: str, *cells: nbformat.NotebookNode, title: str = "A chapter") -> nbformat.NotebookNode:
    about = {"slug": slug, "title": {"en": title, "de": title}}
    heading = [
        nbformat.v4.new_markdown_cell(f"# {title}", id=f"title-{key}", metadata={"tags": [f"lang-{key}"]})
        for key in ("de", "en")
    ]
    return nbformat.v4.new_notebook(cells=[*heading, *cells], metadata={"dilemma": about})


def said(id: str, *texts: str) -> nbformat.NotebookNode:
    return samples.code(id, "chapter.say()", [samples.say(text) for text in texts], "remove-input")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a finished run as `report` would leave it."""

    def write(
        name: str,
        parameters: Parameters = Parameters(),
        stated: list[findings.Record] = [],
        chapters: dict[str, nbformat.NotebookNode] | None = None,
        languages: tuple[str, ...] = ("de", "en"),
        status: str = "complete",
        **stamps: object,
    ) -> run_files.Run:
        run = tmp_path / "runs" / name
        for language in languages:
            (run / language).mkdir(parents=True)
            for slug, node in (chapters or {"06-dilemma": notebook("06-dilemma")}).items():
                nbformat.write(node, run / language / f"{slug}.ipynb")
        values = parameters.model_dump(mode="json", exclude={"language"})
        provenance = {**STAMPS, "command": f"python3 run.py report --name {name}", **stamps}
        about = {"name": name, "parameters": values, "languages": list(languages), "status": status}
        folders.write_json(run / "run.json", about | {"provenance": provenance})
        folders.write_json(run / "findings.json", stated)
        return run_files.read(name, tmp_path / "runs")

    return write


def compared(tmp_path: Path, first: str = "a", second: str = "b", **options: object) -> compare.Compared:
    return compare.build_comparison(first, second, runs=tmp_path / "runs", notebooks=tmp_path, **options)


def page(made: compare.Compared, language: str = "en") -> BeautifulSoup:
    [path] = [file for file in made.files if file.name.endswith(f".{language}.html")]
    return BeautifulSoup(path.read_bytes(), "html.parser")


def rows(made: compare.Compared, caption: str) -> list[list[str]]:
    """The body of the table whose caption begins like this."""
    for table in page(made).find_all("table"):
        figure = table.find_parent("figure")
        if figure and caption in figure.get_text():
            return [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    return []


def words(part: Tag) -> str:
    """The text of an element without the signs that keep it on one line."""
    return part.get_text(" ", strip=True).replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


# ------------------------------------------------------------ reading runs


def test_a_missing_run_is_refused_with_the_command_that_makes_it(tmp_path, make):
    make("kyiv")
    with pytest.raises(ParameterError) as missing:
        compared(tmp_path, "kyiv", "kyif")
    assert "There is no run kyif in reports/runs" in str(missing.value)
    assert "Did you mean kyiv?" in str(missing.value)
    assert 1 == len(str(missing.value).splitlines())


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("default", "`python3 run.py report` makes it"),
        ("seoul", "`python3 run.py report -f data/scenarios/seoul.yaml --name seoul` makes it"),
        ("mine", "`python3 run.py report -f FILE.yaml --name mine` makes it"),
        ("../x", "There is no run ../x"),
    ],
)
def test_the_command_fits_the_name(name, command, tmp_path):
    with pytest.raises(ParameterError, match=re.escape(command)):
        run_files.read(name, tmp_path)


@pytest.mark.parametrize("damage", ["{", "[]", '{"parameters": {"gone": 1}}'])
def test_a_damaged_run_is_refused_in_one_sentence(damage, tmp_path, make):
    (make("a").folder / "run.json").write_text(damage, encoding="utf-8")
    with pytest.raises(ParameterError, match="The run a cannot be read; `python3 run.py report .* makes it again"):
        run_files.read("a", tmp_path / "runs")


def test_runs_without_a_common_language_are_refused(tmp_path, make):
    make("a", languages=("de",))
    make("b", languages=("en",))
    with pytest.raises(ParameterError, match=r"a \(de\) and b \(en\) have no language in common"):
        compared(tmp_path)


@pytest.mark.slow
def test_one_language_in_common_gives_one_edition(tmp_path, make):
    make("a", languages=("en",))
    make("b")
    assert ["compare-a+b.en.html", "compare-a+b.en.pdf"] == [file.name for file in compared(tmp_path).files]


# ------------------------------------------------------------ what differs besides the parameters


def test_two_identical_runs_are_called_so_in_one_sentence(tmp_path, make):
    chapters = {"06-dilemma": notebook("06-dilemma", said("answer", "Kursk is best."))}
    make("a", stated=[record("gap", 1.0)], chapters=chapters)
    make("b", stated=[record("gap", 1.0)], chapters=chapters)
    made = compared(tmp_path)
    assert "The two runs are identical." == made.answer
    assert "Die beiden Läufe sind identisch." == page(made, "de").select_one("header .answer").get_text(strip=True)
    assert [] == page(made).select("main .chapter figure")


def test_a_run_compared_with_itself_is_identical(tmp_path, make):
    make("a")
    assert "The two runs are identical." == compared(tmp_path, "a", "a").answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stamps", "sentence"),
    [
        ({"data_hash": "x"}, "The runs were made from different data."),
        ({"notebooks_hash": "x"}, "The runs were made with different notebooks."),
        ({"code_hash": "x"}, "The runs were made with different program code."),
        ({"versions": {"numpy": "2.5", "python": "3.11"}}, "The runs were made with different library versions: numpy 2.4.6 → 2.5."),
        ({"status": "incomplete"}, "The run b is incomplete."),
    ],
)
def test_what_else_differs_is_said_first(stamps, sentence, tmp_path, make):
    make("a", stated=[record("gap", 1.0)])
    make("b", Parameters(draws=5000, seed=1), [record("gap", 2.0)], **{"inputs": "x", **stamps})
    made = compared(tmp_path)
    assert sentence in made.answer.splitlines()[0]
    shown = page(made).select_one("header .answer").get_text(" ", strip=True)
    assert shown.startswith(sentence[:8])
    assert "cannot be attributed to parameters" in page(made).main.get_text()


def test_changed_parameters_stand_with_meaning_and_both_values(tmp_path, make):
    make("a")
    make("b", Parameters(worldview="kyiv", language="de"))
    expected = ["worldview", "Whose view of the world sets the model’s best guesses", "baseline", "kyiv"]
    assert [expected] == rows(compared(tmp_path), "The parameters that differ")


# ------------------------------------------------------------ findings


def test_changes_are_sorted_by_chapter_and_there_in_reading_order():
    before = {r["id"]: r for r in [record("z", 1, chapter="05-red-line"), record("b", 1), record("a", 1), record("same", 3)]}
    after = {r["id"]: r for r in [record("z", 2, chapter="05-red-line"), record("b", 2), record("a", 2), record("same", 3)]}
    assert ["z", "b", "a"] == [change.id for change in changed_findings.changes(before, after)]


@pytest.mark.parametrize(
    ("amount", "unit", "english", "german"),
    [
        (1.25, "kse", "+1.2", "+1,2"),
        (-0.04, "kse", "−0.04", "−0,04"),
        (0.031, "probability", "+3", "+3"),
        (-0.004, "probability", "−0.4", "−0,4"),
        (1500, "persons", "+1,500", "+1.500"),
        (0.0, "strength", "0.00", "0,00"),
        (1e-13, "strength", "0.00", "0,00"),
    ],
)
def test_a_change_has_a_sign_and_decimals_enough_to_be_seen(amount, unit, english, german):
    digits = changed_findings.decimals(amount, unit)
    assert (english, german) == tuple(changed_findings.difference(amount, unit, k, digits) for k in ("en", "de"))


def test_numbers_stand_with_unit_and_change(tmp_path, make):
    make("a", stated=[record("gap", 1.0), record("chance", (0.2, 0.4), "probability"), record("tiny", 1.00001)])
    make("b", Parameters(worldview="kyiv"), [record("gap", 3.5), record("chance", (0.1, 0.5), "probability"), record("tiny", 1.00002)])
    made = compared(tmp_path)
    unit = "thousand soldier-equivalents (kSE)"
    assert [
        ["The gap", "06", unit, "1.0", "3.5", "+2.5"],
        ["The chance", "06", "probability", "20–40%", "10–50%", "−10 / +10 points"],
    ] == rows(made, "Findings in numbers that differ")
    assert "not listed: 1." in page(made).main.get_text()


def test_a_finding_of_one_run_only_is_shown_with_a_dash(tmp_path, make):
    make("a", stated=[record("old", 1.0)])
    make("b", Parameters(worldview="kyiv"), [record("new", 2.0)])
    shown = rows(compared(tmp_path), "Findings in numbers that differ")
    assert [["1.0", "–", "–"], ["–", "2.0", "–"]] == [row[3:] for row in shown]


def test_flipped_words_stand_before_the_numbers(tmp_path, make):
    make("a", stated=[record("gap", 1.0), record("best", Text("train", "ausbilden"), "words")])
    make("b", Parameters(worldview="kyiv"), [record("gap", 2.0), record("best", Text("refuse", "ablehnen"), "words")])
    made = compared(tmp_path)
    assert [["The best", "06", "train", "refuse"]] == rows(made, "Findings in words that differ")
    titles = [heading.get_text(strip=True).rstrip("#") for heading in page(made).main.find_all("h3")]
    assert titles.index("Words that flipped") < titles.index("Numbers that changed")


# ------------------------------------------------------------ sentences and figures


def texts(*cells: nbformat.NotebookNode, slug: str = "06-dilemma") -> document.Document:
    return document.build([notebook(slug, *cells)], "en", {})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Kursk gains 1.5 kSE.", "Kursk gains −2 kSE."),
        ("It rose by 3–5%.", "It rose by −3 to 5%."),
        ("Known on 24 October 2024: 12,000.", "Known on 1 May 2025: 8,000."),
        ("Stand 24. Oktober 2024.", "Stand 1. Mai 2025."),
        ("A chance of <1%.", "A chance of 12%."),
        ("[1,500](#finding-x) men", "[2,000](#finding-y) men"),
    ],
)
def test_numbers_and_days_alone_flip_no_sentence(before, after):
    assert [] == passages.flipped(texts(said("a", before)), texts(said("a", after)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Kursk is best.", "Training is best."),
        ("It may rise.", "It will rise."),
        ("This may hold in 2 of 3.", "This does not hold in 2 of 3."),
    ],
)
def test_another_word_flips_a_sentence(before, after):
    found = passages.flipped(texts(said("a", before)), texts(said("a", after)))
    assert [("06-dilemma", "a", before, after)] == found


def test_only_the_paragraphs_that_differ_are_shown():
    before, after = ("First stays.\n\n- one\n- two", "First stays.\n\n- one\n- three\n- four")
    found = passages.flipped(texts(said("a", before)), texts(said("a", after)))
    assert [("two", "three"), ("", "four")] == [(passage.before, passage.after) for passage in found]


def test_a_sentence_that_only_one_run_says_is_a_difference():
    found = passages.flipped(texts(said("a", "Always.")), texts(said("a", "Always."), said("b", "New.")))
    assert [("06-dilemma", "b", "", "New.")] == found


def test_references_to_figures_do_not_flip_and_read_as_in_the_run():
    drawn = samples.code("f", "", samples.figure_outputs("en"))
    [passage] = passages.flipped(
        texts(drawn, said("a", "See [x](#fig-troops): it may.")), texts(drawn, said("a", "See [x](#fig-troops): it will."))
    )
    assert "See Figure 1: it may." == passage.before


def test_the_verdict_comes_first():
    def told(word: str) -> document.Document:
        first = notebook("00-summary", said("other", f"Also {word}."), said("verdict", f"It is {word}."))
        return document.build([first], "en", {})

    assert ["verdict", "other"] == [passage.cell for passage in passages.flipped(told("good"), told("bad"))]


def test_the_words_that_differ_are_bold_and_nothing_is_read_as_markup():
    assert (r"It \*may\* **rise** \[x\].", r"It \*may\* **fall fast** \[x\].") == passages.marked(
        "It *may* rise [x].", "It *may* fall fast [x]."
    )


@given(st.text(alphabet="ab* _[]`$<>&~|#!\\1."), st.text(alphabet="ab* _[]`$<>&~|#!\\1."))
def test_marking_loses_no_word(before, after):
    shown = passages.marked(before, after)
    made = texts()
    plain = [" ".join(passages.plain(made.inline(side)).split()) for side in shown]
    assert [" ".join(before.split()), " ".join(after.split())] == plain


def figure(id: str, colour: str, alt: str = "A long line that rises.") -> nbformat.NotebookNode:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect id="r" width="9" height="9" fill="{colour}"/></svg>'
    own = {"kind": "figure", "id": id, "caption": "See [chapter](#06-dilemma). *Source:* none.", "alt": alt}
    output = nbformat.v4.new_output("display_data", data={"image/svg+xml": svg}, metadata={"dilemma": own})
    return samples.code(id, "draw()", [output], "remove-input")


def test_figures_that_differ_stand_in_pairs_with_caption_and_description(tmp_path, make):
    make("a", chapters={"06-dilemma": notebook("06-dilemma", figure("fig-one", "red"), figure("fig-two", "red"), title="The dilemma")})
    make("b", Parameters(seed=1), chapters={"06-dilemma": notebook("06-dilemma", figure("fig-one", "blue"), figure("fig-two", "red"))})
    made = compared(tmp_path)
    pictures = page(made).select("figure svg")
    assert ["Run a: A long line that rises.", "Run b: A long line that rises."] == [svg["aria-label"] for svg in pictures]
    captions = [words(caption) for caption in page(made).select("figcaption") if "Source" in caption.get_text()]
    assert ["Figure 1", "Figure 2"] == [re.match(r"Figure \d", caption)[0] for caption in captions]
    assert "Run a , chapter 06: See chapter. Source: none." in captions[0]
    assert [] == list(made.problems)


# ------------------------------------------------------------ which parameter it was


def test_a_change_is_the_sum_of_its_effects_and_the_interaction():
    # 10 -> 16 in all; one parameter alone gives 12, the other alone 13: 2 + 3 + 1 = 6.
    assert attribution.Attribution(6, (2, 3), 1) == attribution.attribute(10, 16, [12, 13])


def test_a_product_has_an_interaction_and_a_sum_has_none():
    def product(x: float, y: float) -> float:
        return x * y

    assert (2 * 5 - 6) == attribution.attribute(6, 10, [product(2, 3), product(2, 3) + 0]).total
    assert 2 == attribution.attribute(product(1, 1), product(2, 3), [product(2, 1), product(1, 3)]).interaction
    assert 0 == attribution.attribute(1 + 1, 2 + 3, [2 + 1, 1 + 3]).interaction


def test_an_effect_that_could_not_be_computed_stays_in_the_remainder():
    assert attribution.Attribution(6, (2, None), 4) == attribution.attribute(10, 16, [12, None])


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.lists(st.none() | st.floats(-1e6, 1e6), max_size=6))
def test_effects_and_interaction_add_up_to_the_change(before, after, alone):
    parts = attribution.attribute(before, after, alone)
    known = [effect for effect in parts.effects if effect is not None]
    assert pytest.approx(after - before, abs=1e-6) == sum(known) + parts.interaction


def test_one_changed_parameter_needs_no_run_and_is_the_cause_of_all(tmp_path, make, monkeypatch):
    monkeypatch.setattr(execute, "execute", lambda *_: pytest.fail("executed"))
    make("a", stated=[record("gap", 1.0)])
    make("b", Parameters(worldview="kyiv"), [record("gap", 2.0)])
    made = compared(tmp_path)
    assert "Only worldview differs, so the whole change is its effect." in page(made).main.get_text()


def two_by_two(make: Make) -> None:
    """Gap: 10 in a; 12 with the worldview alone; 13 with the day alone; 16 with both, and another word."""
    best = {"a": Text("train", "ausbilden"), "b": Text("refuse", "ablehnen")}
    later = {"as_of": "2024-12-20"}
    make("a", Parameters(), [record("gap", 10.0), record("best", best["a"], "words")])
    make("w", Parameters(worldview="kyiv"), [record("gap", 12.0), record("best", best["a"], "words")])
    make("d", Parameters(**later), [record("gap", 13.0), record("best", best["b"], "words")])
    make("b", Parameters(worldview="kyiv", **later), [record("gap", 16.0), record("best", best["b"], "words")])


def test_several_parameters_are_told_apart_by_runs_that_exist(tmp_path, make, monkeypatch):
    monkeypatch.setattr(execute, "execute", lambda *_: pytest.fail("executed"))
    two_by_two(make)
    made = compared(tmp_path)
    unit = "thousand soldier-equivalents (kSE)"
    assert [["The gap", unit, "+6.0", "+3.0", "+2.0", "+1.0"]] == rows(made, "Each change taken apart")
    assert [["The best", "train", "refuse", "train", "refuse"]] == rows(made, "The words that flipped, when")
    [gap] = [f for f in json.loads((tmp_path / "runs/compare-a+b/comparison.json").read_text())["findings"] if f["id"] == "gap"]
    assert ([6.0], [{"as_of": 3.0, "worldview": 2.0}], [1.0]) == (gap["change"], gap["effects"], gap["interaction"])


def test_what_is_not_there_is_not_executed_with_other_code_than_the_runs(tmp_path, make, monkeypatch):
    monkeypatch.setattr(execute, "execute", lambda *_: pytest.fail("executed"))
    make("a", stated=[record("gap", 1.0)])
    make("b", Parameters(worldview="kyiv", seed=1), [record("gap", 2.0)])
    assert "make both runs anew" in page(compared(tmp_path)).main.get_text()


def test_parameters_that_cannot_go_together_have_no_effect_of_their_own(make, tmp_path):
    before = make("a", Parameters(hindsight_until="2024-12-01"), [record("gap", 1.0)])
    later = Parameters(as_of="2025-01-01", hindsight_until="2025-02-01")
    after = make("b", later, [record("gap", 2.0)])
    make("h", Parameters(hindsight_until="2025-02-01"), [record("gap", 1.5)])
    alone = attribution.one_at_a_time(before, after, tmp_path)
    assert {"as_of": None, "hindsight_until": 1.5} == {k: v and v["gap"]["value"] for k, v in alone.items()}


def test_a_missing_effect_is_explained(tmp_path, make):
    full(make)
    made = compared(tmp_path)
    assert [["0", "–", "–", "–", "0"], ["+10", "–", "–", "–", "+10"]] == [row[2:] for row in rows(made, "Each change taken apart")[1:]]
    assert "its effect is part of the interaction" in page(made).main.get_text()


def test_findings_of_the_summary_lead_the_attribution():
    changes = [changed_findings.Change(id, None, record(id, 1.0)) for id in ("a", "b", "c")]
    assert ["c", "a", "b"] == [change.id for change in changed_findings.headlines_first(changes, ["c", "x"])]
    first = notebook("00-summary", said("list", "[1](#finding-x)"), said("verdict", "[2](#finding-c) [3](#finding-x)"))
    assert ["c", "x"] == passages.headlines(document.build([first], "en", {}))


# ------------------------------------------------------------ the pages


def full(make: Make) -> None:
    """Two runs that differ in everything a comparison shows."""
    for name, colour, word in (("a", "red", "may"), ("b", "blue", "will")):
        chapters = {
            "00-summary": notebook("00-summary", said("verdict", f"It {word} [1](#finding-gap) *not*."), title="The answer"),
            "06-dilemma": notebook("06-dilemma", said("x", f"> **Answer.** It {word} 5 $ and `code` [S](#src-x)."), figure("fig-one", colour)),
        }
        later = Parameters() if name == "a" else Parameters(as_of="2024-12-20", worldview="kyiv", reject_claims="C21")
        best = Text(f"{word}_{colour}", f"{word}*{colour}")
        stated = [record("gap", len(word) * 1.5), record("best", best, "words"), record("span", (0.1, len(word) / 10), "share")]
        make(name, later, stated, chapters)
    for name, one in (("x", {"as_of": "2024-12-20"}), ("y", {"worldview": "kyiv"}), ("z", {"reject_claims": "C21"})):
        make(name, Parameters(**one), [record("gap", 4.0)])


def test_the_short_answer_names_the_findings_of_the_verdict_that_changed(tmp_path, make):
    full(make)
    box = page(compared(tmp_path)).select_one("section.answer")
    assert ["The gap: 4.5 → 6.0"] == [item.get_text(" ", strip=True) for item in box.find_all("li")]


def test_the_verdict_stands_first_with_each_parameter_changed_alone(tmp_path, make):
    full(make)
    made = compared(tmp_path)
    assert [["The gap", "4.5", "4.0", "4.0", "4.0", "6.0"]] == rows(made, "What the summary says")
    heads = [cell.get_text(" ", strip=True) for cell in page(made).table.find_all("th", scope="col")]
    assert ["a", "only as_of", "only worldview", "only reject_claims", "b"] == heads[1:]


@pytest.mark.slow
def test_a_comparison_repeated_is_the_same_byte_for_byte(tmp_path, make):
    full(make)
    first = {file.name: file.read_bytes() for file in compared(tmp_path).files}
    assert first == {file.name: file.read_bytes() for file in compared(tmp_path).files}
    expected = [f"compare-a+b.{language}.{kind}" for language in ("de", "en") for kind in ("html", "pdf")]
    assert expected == sorted(first)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_of_a_comparison_is_whole(language, tmp_path, make):
    full(make)
    made = compared(tmp_path)
    soup = page(made, language)
    ids = [element["id"] for element in soup.find_all(id=True)]
    targets = {link["href"][1:] for link in soup.find_all("a", href=re.compile("^#."))}
    files = {link["href"] for link in soup.select(".dateline a")}
    assert sorted(set(ids)) == sorted(ids)
    assert set() == targets - set(ids)
    assert files <= {file.name for file in made.files} and len(files) == 2
    assert [] == soup.find_all(src=re.compile("^(?!data:)"))
    assert [] == re.findall(r"url\((?!data:|#)[^)]*\)|@import", str(soup))
    assert [] == soup.select(".problems") and () == made.problems


def test_the_answer_box_counts_what_changed(tmp_path, make):
    full(make)
    answer = compared(tmp_path).answer
    assert answer.startswith("The verdict reads differently")
    assert answer.endswith("Parameters changed: 3. Words that flipped: 1. Numbers that changed visibly: 2. Passages that read differently: 2. Figures that changed: 1.")


def test_a_comparison_is_no_run_for_anybody(tmp_path, make):
    full(make)
    compared(tmp_path)
    assert ["a", "b", "x", "y", "z"] == run_files.names(tmp_path / "runs")
    with pytest.raises(ParameterError, match="Names that begin with compare- belong to comparisons"):
        build.checked_name("compare-a", Parameters(), ["en"], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_the_pdf_of_a_comparison_is_accessible_and_archivable(profile, tmp_path, make):
    full(make)
    for file in compared(tmp_path).files:
        if file.suffix == ".pdf":
            assert [] == failures(file.read_bytes(), profile, tmp_path)


@pytest.mark.slow
def test_single_parameters_are_executed_once_and_kept(project, chapter, tmp_path, monkeypatch):
    """gap = draws * (seed + 1): 1000*1 -> 3000*3; draws alone +2000, seed alone +2000, together +4000 more."""
    monkeypatch.setattr(build.provenance, "describe", lambda *_: {**STAMPS, "command": "x"})
    state = (
        "from dilemma.chapter import Chapter\n"
        "chapter = Chapter('02-troops', p)\n"
        "gap = chapter.finding('gap', p.draws * (p.seed + 1), unit='count', en='Gap', de='Abstand')\n"
        "chapter.say(en=f'It is {gap}.', de=f'Es ist {gap}.')"
    )
    notebooks, reports = project(**{"02_troops": chapter(state)}), tmp_path / "reports"
    for name, draws, seed in (("a", 1000, 0), ("b", 3000, 2)):
        build.build_report(Parameters(draws=draws, seed=seed), ["en"], name, notebooks=notebooks, reports=reports)
    made = compare.build_comparison("a", "b", runs=reports / "runs", notebooks=notebooks)
    assert [["Gap", "count", "+8,000", "+2,000", "+2,000", "+4,000"]] == rows(made, "Each change taken apart")
    assert 2 == len(list((reports / "runs").glob(".attribution-*/findings.json")))
    monkeypatch.setattr(execute, "execute", lambda *_: pytest.fail("executed again"))
    assert made == compare.build_comparison("a", "b", runs=reports / "runs", notebooks=notebooks)


# ------------------------------------------------------------ the command


def test_one_name_is_compared_with_the_default_run(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(cli, "_read_runs", lambda *_: None)
    made = compare.Compared((cli.ROOT / "reports/runs/x.html",), "The two runs are identical.", ())
    monkeypatch.setattr(compare, "build_comparison", lambda *names: asked.append(names) or made)
    assert (0, 0) == (cli.main(["compare", "kyiv"]), cli.main(["compare", "a", "b"]))
    assert [("default", "kyiv"), ("a", "b")] == asked
    told = capsys.readouterr()
    assert "The two runs are identical." in told.err
    assert f"{Path('reports/runs/x.html')}" in told.out


def test_a_missing_run_ends_with_exit_code_2(capsys):
    assert 2 == cli.main(["compare", "no-such-run", "neither"])
    assert "There is no run no-such-run" in capsys.readouterr().err
