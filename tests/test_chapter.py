"""What notebook cells call, and the outputs it leaves in the notebook."""

from collections.abc import Callable
from typing import Any

import matplotlib
import mistune
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import chapter as chapter_module
from dilemma import tables
from dilemma.chapter import Chapter
from dilemma.figures import svg
from dilemma.findings import FINDING, TABLE
from dilemma.parameters import Parameters
from dilemma.wording import Text

matplotlib.use("agg")
from matplotlib import pyplot as plt  # noqa: E402 - after the choice of backend

SOURCES = pd.DataFrame(
    {
        "source_id": ["ap-1", "un-2", "bbc-3", "late-4"],
        "publisher": ["AP [wire]", "United Nations", "BBC", "Late Post"],
        "note_en": [None, None, "citing AP", None],
        "note_de": [None, None, "unter Berufung auf AP", None],
        "published": pd.to_datetime(["2024-10-23", "2024-09-01", None, "2024-11-11"]),
        "precision": ["day", "month", "none", "day"],
    }
)


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(table: str, as_of: object = None) -> pd.DataFrame:
        assert "sources" == table
        return SOURCES if as_of is None else SOURCES[SOURCES.source_id != "late-4"]

    monkeypatch.setattr(chapter_module.evidence, "read", read)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every output displayed: its bundle and its metadata."""
    outputs: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def display(bundle: dict[str, Any], metadata: dict[str, Any], raw: bool) -> None:
        assert raw
        outputs.append((bundle, metadata))

    monkeypatch.setattr(chapter_module, "display", display)
    return outputs


@pytest.fixture
def in_cell(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, str | None], None]:
    """Pretends that a certain execution of a certain cell is running."""

    def enter(run: int, cell: str | None) -> None:
        monkeypatch.setattr(chapter_module, "_current_cell", lambda: (run, cell))

    return enter


def troops(language: str = "en") -> Chapter:
    return Chapter("02-troops", Parameters(language=language))


def drawn() -> matplotlib.figure.Figure:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], label="Größe")
    axes.legend()
    return figure


def test_text_is_the_wording_of_the_runs_language():
    assert ("two", "zwei") == (troops().text(en="two", de="zwei"), troops("de").text(en="two", de="zwei"))


def test_say_shows_markdown_in_the_runs_language(shown):
    troops("de").say(en="*two*", de="*zwei*")
    assert [({"text/markdown": "*zwei*"}, {})] == shown


def test_a_finding_returns_a_link(shown):
    assert "[1,500](#finding-men)" == troops().finding("men", 1500, unit="persons", en="Men", de="Männer")


def test_the_next_output_carries_the_findings_once(shown):
    chapter = troops()
    chapter.finding("men", 1500, unit="persons", en="Men", de="Männer", sources=["ap-1"])
    chapter.finding("days", (1, 2), unit="days", en="Days", de="Tage")
    chapter.say(en="a", de="b")
    chapter.say(en="c", de="d")
    assert ["men", "days"] == [found["id"] for found in shown[0][0][FINDING]]
    assert FINDING not in shown[1][0]


def test_tables_and_figures_carry_findings_too(shown):
    chapter = troops()
    chapter.finding("men", 1, unit="persons", en="Men", de="Männer")
    chapter.table(pd.DataFrame({"a": [1]}), id="tab-a", caption="A")
    chapter.finding("women", 1, unit="persons", en="Women", de="Frauen")
    chapter.figure(drawn(), id="fig-a", caption="A", alt="B")
    assert ["men", "women"] == [bundle[FINDING][0]["id"] for bundle, _ in shown if FINDING in bundle]


@given(st.from_regex(tables.PLAIN, fullmatch=True))
def test_a_plain_cell_is_what_markdown_makes_of_it(cell: str):
    html = mistune.create_markdown(escape=True)(cell).strip()
    frame = pd.DataFrame({"a": [cell]})
    spec = {"caption": "c", "columns": tables.columns(frame, None), "rows": [[cell]], "header_column": False}
    assert f'<td style="text-align: left">{html[3:-4]}</td>' in tables.html(spec)


def test_citations_name_publisher_and_date_to_its_precision():
    expected = (
        r"[AP \[wire\], 23 Oct 2024](#src-ap-1); [United Nations, Sep 2024](#src-un-2); [BBC (citing AP)](#src-bbc-3)"
    )
    assert expected == troops().cite("ap-1", "un-2", "bbc-3")


def test_a_citation_says_in_the_language_of_the_run_on_whom_a_page_relies():
    assert "[BBC (unter Berufung auf AP)](#src-bbc-3)" == troops("de").cite("bbc-3")


def test_citing_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one source_id"):
        troops().cite()


def test_an_unknown_source_is_refused():
    with pytest.raises(ValueError, match=r"ap-9 is not in data/sources\.csv"):
        troops().cite("ap-9")


def test_a_source_not_yet_public_is_refused_as_a_leak():
    with pytest.raises(ValueError, match="late-4 was not public on 2024-10-24"):
        troops().finding("men", 1, unit="persons", en="Men", de="Männer", sources=["late-4"])


def test_a_figure_is_svg_with_alt_text_and_a_caption_for_jupyterlab(shown):
    troops().figure(drawn(), id="fig-size", caption="A *caption*", alt="It rises.")
    (bundle, metadata), (caption, caption_metadata) = shown
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "It rises." == bundle["text/plain"]
    about = {"kind": "figure", "id": "fig-size", "caption": "A *caption*", "alt": "It rises."}
    assert {"dilemma": about, "image/svg+xml": {"alt": "It rises."}} == metadata
    assert ({"text/markdown": "A *caption*"}, {"dilemma": {"kind": "caption"}}) == (caption, caption_metadata)


def test_the_text_of_a_figure_stays_text(shown):
    troops().figure(drawn(), id="fig-size", caption="A", alt="B")
    assert ">Größe</text>" in shown[0][0]["image/svg+xml"]


def test_the_same_figure_is_drawn_byte_for_byte_alike(shown):
    troops().figure(drawn(), id="fig-size", caption="A", alt="B")
    troops().figure(drawn(), id="fig-size", caption="A", alt="B")
    assert shown[0] == shown[2]
    assert "<dc:date>" not in shown[0][0]["image/svg+xml"]


def test_a_shown_figure_is_closed(shown):
    troops().figure(drawn(), id="fig-size", caption="A", alt="B")
    assert [] == plt.get_fignums()


@pytest.mark.parametrize(("caption", "alt", "part"), [(" ", "B", "a caption"), ("A", "", "an alt text")])
def test_a_figure_without_words_is_refused(caption, alt, part, shown):
    with pytest.raises(ValueError, match=f"fig-size needs {part}"):
        troops().figure(drawn(), id="fig-size", caption=caption, alt=alt)


@pytest.mark.parametrize("id", ["size", "tab-size", "fig-", "fig-Größe", "fig-a b", ""])
def test_an_id_of_the_wrong_shape_is_refused(id, shown):
    with pytest.raises(ValueError, match="is not an id; it must read fig-…"):
        troops().figure(drawn(), id=id, caption="A", alt="B")


def test_an_id_used_twice_is_refused(shown):
    chapter = troops()
    chapter.figure(drawn(), id="fig-size", caption="A", alt="B")
    with pytest.raises(ValueError, match="fig-size is already used in chapter 02-troops"):
        chapter.figure(drawn(), id="fig-size", caption="A", alt="B")


def test_a_cell_may_be_run_again_in_jupyterlab(shown, in_cell):
    chapter = troops()
    for run in (4, 5):
        in_cell(run, "cell-a")
        chapter.finding("men", run, unit="persons", en="Men", de="Männer")
    chapter.say(en="a", de="b")
    assert [5] == [found["value"] for found in shown[0][0][FINDING]]


def test_another_cell_may_not_use_the_id_again(shown, in_cell):
    chapter = troops()
    in_cell(4, "cell-a")
    chapter.finding("men", 1, unit="persons", en="Men", de="Männer")
    in_cell(5, "cell-b")
    with pytest.raises(ValueError, match="finding-men is already used"):
        chapter.finding("men", 1, unit="persons", en="Men", de="Männer")


def test_a_table_words_its_numbers_dates_and_gaps(shown):
    frame = pd.DataFrame(
        {
            "Text": ["a", Text("two", "zwei"), None],
            "Anzahl": [1200, 3, 4],
            "Lücke": [1000, None, 3],
            "Maß": [0.5, 1.25, 2],
            "Tag": pd.to_datetime(["2024-10-23", None, "2025-01-01"]),
        }
    )
    troops("de").table(frame, id="tab-a", caption="A")
    expected = [
        ["a", "1.200", "1.000", "0,50", "23.10.2024"],
        ["zwei", "3", "–", "1,25", "–"],
        ["–", "4", "3", "2,00", "01.01.2025"],
    ]
    assert expected == shown[0][0][TABLE]["rows"]


def test_numbers_stand_right_unless_the_caller_says_otherwise(shown):
    frame = pd.DataFrame({"a": ["x"], "b": [1]})
    troops().table(frame, id="tab-a", caption="A")
    troops().table(frame, id="tab-a", caption="A", align=["center", "left"])
    sides = [[column["align"] for column in bundle[TABLE]["columns"]] for bundle, _ in shown]
    assert [["left", "right"], ["center", "left"]] == sides


@pytest.mark.parametrize("align", [["left"], ["left", "middle"]])
def test_a_wrong_alignment_is_refused(align, shown):
    with pytest.raises(ValueError, match="align needs 2 entries, each one of left, right, center"):
        troops().table(pd.DataFrame({"a": [1], "b": [1]}), id="tab-a", caption="A", align=align)


def test_a_table_without_a_caption_is_refused(shown):
    with pytest.raises(ValueError, match="tab-a needs a caption"):
        troops().table(pd.DataFrame({"a": [1]}), id="tab-a", caption="")


def test_row_ids_must_fit_the_rows(shown):
    with pytest.raises(ValueError, match="row_ids has 1 entries for 2 rows"):
        troops().table(pd.DataFrame({"a": [1, 2]}), id="tab-a", caption="A", row_ids=["src-a"])


def test_jupyterlab_sees_an_accessible_table(shown):
    frame = pd.DataFrame({"a & b": ["[x](#y) *z*", "<script>"], "n": [1, 2]})
    troops().table(frame, id="tab-a", caption="A < B")
    html = shown[0][0]["text/html"]
    assert "<caption>A &lt; B</caption>" in html
    assert '<th scope="col" style="text-align: left">a &amp; b</th>' in html
    assert '<th scope="row" style="text-align: left"><a href="#y">x</a> <em>z</em></th>' in html
    assert '<td style="text-align: right">1</td>' in html
    assert "<script>" not in html


def test_an_empty_table_keeps_its_columns(shown):
    troops().table(pd.DataFrame({"a": [], "b": []}), id="tab-a", caption="A")
    spec = shown[0][0][TABLE]
    assert (["a", "b"], []) == ([column["label"] for column in spec["columns"]], spec["rows"])


def test_the_names_inside_a_picture_do_not_hang_on_the_last_digits_of_its_numbers():
    pictures = []
    for top in (1.0, 1.0 + 1e-13):
        figure = plt.figure()
        figure.subplots().plot([0, top], [0, 1], marker="o")
        pictures.append(svg.drawn(figure, "fig-same"))
    assert pictures[0] == pictures[1]
