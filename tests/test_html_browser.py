"""The published pages in a real browser: accessible at every width, in light and dark, and used by keyboard.

Needs Chromium on the path. Without one these tests are skipped; with --browser its absence is a failure.
"""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from browser import Browser

PAGES = sorted((Path(__file__).parent.parent / "reports").glob("kremlin-dilemma.*.html"))
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AUDIT = f"""axe.run({{ runOnly: {{ type: "tag", values: {json.dumps(STANDARDS)} }}, resultTypes: ["violations"] }})
.then(({{ violations }}) => violations.map((rule) => [rule.id, rule.nodes[0].html]))"""
# From its top: further down the bar lies over half of something, which axe takes for something small
OPEN_FOLDS = """document.querySelectorAll("details").forEach((box) => { box.open = true; });
scrollTo({ top: 0, behavior: "instant" });
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""
IS_WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth > innerWidth"
BEFORE_THE_EXPLORER = "[...document.querySelectorAll('main a')].findLast((a) => a.compareDocumentPosition({0}) === 4)"
EXPLORED = """(({ said, chosen, choices, marked }) => [said, chosen, choices, marked])({
  said: document.querySelector(".explorer output").textContent,
  chosen: [...document.querySelectorAll(".explorer fieldset")]
    .map((scale) => [...scale.querySelectorAll("input")].findIndex((button) => button.checked)),
  choices: [...document.querySelectorAll(".explorer .choices td")].map((cell) => cell.textContent),
  marked: [...document.querySelectorAll(".explorer [aria-current] [aria-hidden]")].map((cell) => cell.textContent),
})"""
OUTLINED = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
EXPLANATION = "document.getElementById('explanation')"
pytestmark = pytest.mark.slow
both_pages = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])


@both_pages
@pytest.mark.parametrize("width", [360, 768, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_with_the_explorer_in_use_and_every_fold_open(browser, page, width, scheme):
    enter_explorer(browser.open(page, width, scheme)).press("ArrowDown", "Tab", "ArrowUp")
    browser.run(OPEN_FOLDS)
    browser.run((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    assert ([], False) == (browser.run(AUDIT), browser.run(IS_WIDER_THAN_THE_WINDOW))


def enter_explorer(browser: Browser) -> Browser:
    """Moves on by the Tab key from the last link before the explorer."""
    browser.run(BEFORE_THE_EXPLORER.format("document.querySelector('.explorer')") + ".focus()")
    browser.press("Tab")
    while not browser.run("document.activeElement.closest('.explorer')?.className"):
        browser.press("Tab")
    return browser


@both_pages
def test_the_explorer_is_used_by_keyboard_alone(browser, page):
    enter_explorer(browser.open(page))
    before = browser.run(EXPLORED)
    seen = [browser.run(OUTLINED)]
    for _ in range(3):  # the next level of each scale
        browser.press("ArrowDown", "Tab")
    after = browser.run(EXPLORED)
    levels = [len(scale) for scale in browser.run(
        "[...document.querySelectorAll('.explorer fieldset')].map((scale) => [...scale.querySelectorAll('input')])"
        ".map((scale) => scale.map(() => 1))"
    )]  # fmt: skip
    moved = [(at + 1) % size for at, size in zip(before[1], levels, strict=True)]
    assert (moved, [True], 1) == (after[1], seen, len(after[3]))
    assert before[0] != after[0]


@both_pages
def test_the_explorer_goes_back_where_it_was(browser, page):
    enter_explorer(browser.open(page))
    before = browser.run(EXPLORED)
    assert before != browser.press("ArrowDown").run(EXPLORED)
    assert before == browser.press("ArrowUp").run(EXPLORED)


@both_pages
def test_a_computed_number_shows_its_row_of_the_ledger_and_gives_the_focus_back(browser, page):
    browser.open(page).run("document.querySelector('.answer a[href^=\"#finding-\"]').focus()")
    label = browser.run("document.getElementById(document.activeElement.hash.slice(1)).cells[0].textContent")
    browser.press("Enter")
    assert [True, True, True] == browser.run(
        f"((box) => [box.matches(':popover-open'), box.textContent.includes({json.dumps(label)}), "
        f"box.contains(document.activeElement)])({EXPLANATION})"
    )
    browser.press("Escape")
    left = "document.activeElement.matches('.answer a[href^=\"#finding-\"]')"
    assert [False, True] == browser.run(f"[{EXPLANATION}.matches(':popover-open'), {left}]")


@both_pages
def test_a_term_shows_its_meaning(browser, page):
    browser.open(page).run("document.querySelector('.term').focus()")
    meaning = browser.run("document.getElementById(document.activeElement.hash.slice(1)).cells[1].textContent")
    assert meaning in browser.press("Enter").run(f"{EXPLANATION}.textContent")


@both_pages
def test_the_search_lists_places_that_have_the_words_and_leads_there(browser, page):
    browser.open(page).press("/").write("kursk pentagon")
    found = browser.run("[document.activeElement.id, document.querySelectorAll('#contents-hits a').length]")
    text = browser.press("ArrowDown", "Enter").run("document.activeElement.textContent.toLowerCase()")
    assert ("contents-search", True, True) == (found[0], found[1] > 0, "kursk" in text and "pentagon" in text)


@both_pages
def test_the_other_language_opens_at_the_same_section(browser, page):
    browser.open(page).run("document.getElementById('04-dependence').scrollIntoView({ behavior: 'instant' })")
    waited = "new Promise((done) => setTimeout(done, 500))"
    assert "#04-dependence" == browser.run(f"{waited}.then(() => document.querySelector('[hreflang]').hash)")


@both_pages
def test_the_first_stop_of_the_tab_key_leads_past_the_contents(browser, page):
    browser.open(page).press("Tab", "Enter")
    assert browser.run("location.hash.length > 1 && !document.activeElement.closest('nav')")
