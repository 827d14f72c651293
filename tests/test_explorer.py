"""The explorer: its grid says what the model says, and a page only looks it up."""

import json
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest
import samples
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from dilemma import decision, escalation, explorer, findings, verdict, wording
from dilemma.explorer import AS_DRAWN, Explored
from dilemma.figures import explorer as drawings
from dilemma.figures import lookup, svg
from dilemma.findings import EXPLORER
from dilemma.report.document import Document, build
from dilemma.report.html import TEMPLATES, render_html
from dilemma.report.pdf import ReportTypst

ROOT = Path(__file__).parent.parent
DRAWS, SEED, WORTHS = 400, 7, (4.0, 8.0, 12.0)
SIX = ("baseline", "bold", "cautious", "east", "south", "sceptic")


def drawn(x: dict[str, np.ndarray]) -> explorer.Drawn:
    replies = escalation.responses(x)
    return explorer.drawn(x, replies, decision.expected(x, replies), decision.simulate(x, SEED, replies)[0])


@cache
def grid(names: tuple[str, ...] = ("baseline", "bold"), worths: tuple[float, ...] = WORTHS) -> Explored:
    views = {name: worlds.draw(DRAWS, seed) for seed, name in enumerate(names, start=1)}
    return explorer.explore(views, SEED, worths, {name: drawn(x) for name, x in views.items()})


def names(explored: Explored) -> dict[str, str]:
    return {name: name.capitalize() for name in explored.worldviews}


def looked_up(explored: Explored, language: str = "en") -> dict:
    return json.loads(json.dumps(lookup.lookup(explored, names(explored), "bold", 1000, language)))


def sentence(given: dict, view: int, worth: int, reaction: int) -> str:
    return "".join(given["phrases"][at] for at in given["cells"][view][worth][reaction][1])


# The grid


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([1, 2]), st.integers(0, len(WORTHS)), st.integers(0, len(explorer.REACTIONS)))
def test_every_field_says_what_the_model_says_about_the_same_worlds(seed, row, column):
    x = worlds.draw(DRAWS, seed)
    if row:
        x["quality"] = WORTHS[row - 1] / (x["n_troops"] * x["rotation"]) - x["spared"]
    if column:
        odds = explorer.REACTIONS[column - 1] / (1 - explorer.REACTIONS[column - 1])
        x["line_us"] = x["rung_kursk"] - x["mood"] - x["blur"] * np.log(odds)
    expected, values = decision.expected(x), decision.simulate(x, SEED)[0]
    found = grid().outlooks[("baseline", "bold")[seed - 1], row, column]
    choices, glance = verdict.choices(verdict.temperaments(expected, values)), verdict.glance(expected)
    assert tuple(choices) == found.choices
    assert (glance.best, glance.share) == (found.best, found.share)
    assert (glance.lead, glance.lead_error) == pytest.approx((found.lead, found.error), abs=1e-9)
    assert verdict.standing(verdict.shares(expected), choices) == found.standing


def test_where_nothing_is_fixed_stands_what_the_caller_found_in_more_worlds():
    few, many = worlds.draw(50), drawn(worlds.draw(5_000))
    explored = explorer.explore({"baseline": few}, SEED, WORTHS, {"baseline": many})
    assert many.outlook == explored.outlooks["baseline", AS_DRAWN, AS_DRAWN]


def test_a_fixed_worth_and_reaction_hold_in_every_world_and_leave_the_price_alone():
    x = worlds.draw(DRAWS)
    y = escalation.set_reaction(decision.set_worth(x, 9), 0.3)
    worth, reaction = decision.position(y)
    assert [9] * DRAWS == pytest.approx(worth)
    assert [0.3] * DRAWS == pytest.approx(reaction)
    assert np.array_equal(decision.items(x)["price"], decision.items(y)["price"])


def test_the_rival_is_the_second_best_on_average():
    expected = np.array([[1.0, 5.0, 4.0, 0.0], [1.0, 5.0, 4.5, 0.0]])
    found = explorer.outlook(expected, expected)
    assert ("train", "kursk", 0.75) == (found.best, found.rival, found.lead)


def test_several_sets_of_worlds_at_once_are_seen_as_each_alone():
    expected, values = np.random.default_rng(SEED).normal(size=(2, 50, 3, 4))
    alone = [explorer.outlook(expected[:, at], values[:, at]) for at in range(3)]
    assert alone == explorer.outlooks(expected, values)


@pytest.mark.parametrize("gaps, close", [([1.0, 1.0], False), ([3.0, -2.0], True)])
def test_a_lead_within_two_standard_errors_is_too_close_to_call(gaps, close):
    expected = np.array([[gap, 0.0, -9.0, -9.0] for gap in gaps])
    assert close == explorer.outlook(expected, expected).close


@given(st.floats(1e-3, 1e3))
def test_the_worths_tried_rise_in_equal_steps_to_where_the_drawn_ones_end(scale):
    worth = scale * np.linspace(0.5, 1.5, 200)
    levels = explorer.worth_levels(worth)
    assert [levels[0]] * explorer.LEVELS == pytest.approx(np.diff((0, *levels)))
    assert np.quantile(worth, explorer.REACH) <= levels[-1] * (1 + 1e-9)
    assert levels[-1] <= 2.5 * worth.max()


@pytest.mark.parametrize("key", ["n_troops", "blur"])
def test_worlds_in_which_an_axis_has_no_meaning_are_refused_by_name(key):
    x = {**worlds.draw(DRAWS), key: np.zeros(DRAWS)}
    with pytest.raises(ValueError, match=f"{key} above zero"):
        explorer.explore({"baseline": x}, SEED, WORTHS, {})


# In words


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_field_reads_as_a_whole_sentence_that_names_its_place_and_its_best_option(language):
    explored = grid()
    told = looked_up(explored, language)
    for view, worldview in enumerate(explored.worldviews):
        for row, worth in enumerate((None, *explored.worths)):
            for column, reaction in enumerate((None, *explored.reactions)):
                best = wording.label(explored.outlooks[worldview, row, column].best, language)
                words = sentence(told, view, row, column)
                assert worldview.capitalize() in words and re.search(rf"[“„]{best}[”“]\. ", words)
                assert worth is None or f" {worth:g} kSE" in words
                assert reaction is None or wording.percent(reaction, language) in words
                assert words.endswith(".") and "  " not in words


def test_a_page_needs_no_phrase_that_no_field_uses():
    told = looked_up(grid())
    used = {phrase for view in told["cells"] for row in view for _, said in row for phrase in said}
    assert set(range(len(told["phrases"]))) == used


def test_the_run_s_own_worldview_is_chosen_and_nothing_is_fixed():
    assert [1, 0, 0] == [scale["chosen"] for scale in looked_up(grid())["scales"]]


def test_the_table_names_the_first_worth_from_which_kursk_is_best():
    explored = grid()
    table = lookup.thresholds(explored, names(explored), "en").set_index("Worldview")
    column = [row[0] for row in explored.fixed("bold")]
    best = [worth for worth, seen in zip(WORTHS, column, strict=True) if seen.best == "kursk"]
    assert column[-1].best == "kursk" and f"{best[0]:g}" == table.loc["Bold", "5%"]


def test_the_figure_is_the_same_in_every_run_and_its_text_counts_every_field():
    explored = grid()
    drawings_twice = {svg.drawn(drawings.panels(explored, names(explored), "bold", "de"), "fig-a") for _ in range(2)}
    counts = [int(count) for count in re.findall(r" (\d+)[.;]", drawings.alt(explored, names(explored), "en"))]
    assert 1 == len(drawings_twice)
    assert 2 * len(WORTHS) * len(explorer.REACTIONS) == sum(counts)


# In the page


def notebook(parts: object, figure: str = "") -> NotebookNode:
    """The sample chapter whose figure brings an explorer, and is another one if given."""
    chapter = samples.troops("en")
    for output in (output for cell in chapter.cells for output in cell.get("outputs", ())):
        if output.get("metadata", {}).get("dilemma", {}).get("kind") == "figure":
            output.data |= {EXPLORER: parts} | ({"image/svg+xml": figure} if figure else {})
    return chapter


def document(parts: object) -> Document:
    return build([notebook(parts)], "en", samples.PROVENANCE)


def full() -> dict:
    """As large as the chapter's: six worldviews, eight worths, eight reactions."""
    return looked_up(grid(SIX, tuple(2.5 * place for place in range(1, 9))))


def test_the_explorer_takes_less_than_sixty_kilobytes_of_the_page_figure_included():
    explored = grid(SIX, tuple(2.5 * place for place in range(1, 9)))
    figure = svg.drawn(drawings.panels(explored, names(explored), "bold", "en"), "fig-troops")
    page = render_html(build([notebook(full(), figure)], "en", samples.PROVENANCE))
    start = page.index('<div class="explorer"')
    shown = page[start : page.index("</details>", page.index('<details class="stand-in"'))]
    assets = [(TEMPLATES / "report_html" / f"explorer.{kind}").read_bytes() for kind in ("js", "css")]
    assert 25_000 < len(shown.encode()) + sum(map(len, assets)) < 60_000


def test_without_a_script_the_figure_stands_there_open_and_the_widget_is_hidden():
    page = render_html(document(full()))
    assert page.count('<div class="explorer" hidden>') == 1
    opened = page[page.index('<details class="stand-in" open>') :]
    assert opened.index('id="fig-troops"') < opened.index("</details>")


def test_a_page_without_an_explorer_carries_neither_its_script_nor_its_style():
    page = render_html(build(samples.report("en"), "en", samples.PROVENANCE))
    assets = [(TEMPLATES / "report_html" / f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")]
    assert [] == [asset for asset in assets if asset.strip() in page]
    assert all(asset.strip() in render_html(document(full())) for asset in assets)


def test_every_control_and_the_result_have_a_name_for_a_screen_reader():
    page = render_html(document(full()))
    widget = page[page.index('<div class="explorer"') : page.index('<details class="stand-in"')]
    assert 3 == len(re.findall(r"<fieldset><legend>[^<]+</legend>", widget))
    assert widget.count('type="radio"') == len(re.findall(r"<label><input [^>]*>[^<]+</label>", widget)) == 6 + 9 + 9
    assert 3 == widget.count(" checked>") and '<output aria-live="polite">' in widget
    assert 9 + 9 + 4 == widget.count('scope="row"') + widget.count('scope="col"') - 2


def test_nothing_in_the_strings_can_leave_the_script_block():
    parts = full() | {"phrases": ["</script><script>alert(1)</script>"]}
    assert "<script>alert" not in render_html(document(parts))


@pytest.mark.parametrize("parts", [None, "text", {}, {"scales": [1, 2, 3]}, {"scales": [], "cells": 3}])
def test_what_is_no_explorer_leaves_the_figure_as_it_is(parts):
    page = render_html(document(parts))
    assert 'id="fig-troops"' in page and "stand-in" not in page


def test_the_pdf_and_other_exporters_show_the_figure_without_a_word_about_the_explorer():
    made, plain = document(full()), build([samples.troops("en")], "en", samples.PROVENANCE)
    ReportTypst(plain).from_notebook_node(plain.notebook)
    typst = ReportTypst(made).from_notebook_node(made.notebook)[0]
    stock = HTMLExporter().from_notebook_node(notebook(full()))[0]
    assert plain.problems == made.problems
    assert "#plate(" in typst and "explorer" not in typst
    assert "data:image/svg+xml" in stock or "<svg" in stock


# In the chapter


@pytest.mark.slow
def test_the_chapter_s_own_findings_stand_where_nothing_is_fixed(tmp_path):
    target = tmp_path / "06-dilemma.ipynb"
    chosen = {"language": "en", "worldview": "kremlin_confident", "draws": 4_000}
    papermill.execute_notebook(str(ROOT / "notebooks/06-dilemma.ipynb"), str(target), chosen, progress_bar=False)
    stated = {found["id"]: found["text_en"] for found in findings.gather(target)}
    outputs = [output for cell in nbformat.read(target, 4).cells for output in cell.get("outputs", ())]
    (told,) = [output.data[EXPLORER] for output in outputs if EXPLORER in output.get("data", {})]
    view, worth, reaction = (scale["chosen"] for scale in told["scales"])
    choices = [told["options"][at]["name"] for at in told["cells"][view][worth][reaction][0]]
    words = sentence(told, view, worth, reaction)
    assert [stated[f"dilemma-{mind}"] for mind in ("average", "loss-averse", "regret", "worst")] == choices
    assert f"It is best in {stated['dilemma-best-share']} of the worlds" in words
    assert f"The verdict is {stated['dilemma-balanced']}." in words


CHOOSE = """(() => {
  const widget = document.querySelector(".explorer");
  const [views, worths, reactions] = [...widget.querySelectorAll("fieldset")].map((s) => s.querySelectorAll("input"));
  views[0].click(); worths[2].click(); reactions[3].click();
  return {
    shown: !widget.hidden, folded: !document.querySelector(".stand-in").open,
    said: widget.querySelector("output").textContent,
    chosen: [...widget.querySelectorAll(".choices td")].map((cell) => cell.textContent),
    marked: [...widget.querySelectorAll("[aria-current]")].length,
  };
})()"""


@pytest.mark.slow
def test_choosing_changes_sentence_choices_and_map(browser, tmp_path):
    told = full()
    (tmp_path / "page.html").write_text(render_html(document(told)), encoding="utf-8")
    heard = browser.open(tmp_path / "page.html").run(CHOOSE)
    choices = [told["options"][at]["name"] for at in told["cells"][0][2][3][0]]
    assert {"shown": True, "folded": True, "said": sentence(told, 0, 2, 3), "chosen": choices, "marked": 1} == heard
