"""The published pages in a real browser: accessible at every width, in light and dark, and at work.

Needs Chromium on the path. Without one these tests are skipped; with --browser its absence is a failure.
"""

import json
import re
import shutil
import subprocess
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PAGES = sorted((Path(__file__).parent.parent / "reports").glob("kremlin-dilemma.*.html"))
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Chromium's own windows are never narrower than 500 pixels; a frame may be.
FRAME = """<!DOCTYPE html><title>frame</title><pre id="result"></pre>
<iframe src="page.html" width="{width}" height="900"></iframe>
<script>
addEventListener("message", (event) => {{ document.getElementById("result").textContent = event.data; }});
</script>
"""
TELL = 'parent.postMessage(JSON.stringify(found), "*")'
AUDIT = f"""
document.querySelectorAll("details").forEach((box) => {{ box.open = true; }});
axe.run({{ runOnly: {{ type: "tag", values: {json.dumps(STANDARDS)} }} }}).then(({{ violations }}) => {{
  const found = violations.map((rule) => [rule.id, rule.nodes[0].html]);
  if (document.documentElement.scrollWidth > innerWidth) found.push(["wider than the window", ""]);
  {TELL};
}});
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def chromium(pytestconfig) -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not found and pytestconfig.getoption("--browser"):
        pytest.fail(f"No browser on the path; one of {', '.join(BROWSERS)} is needed.")
    return found or pytest.skip("no Chromium on the path")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])
@pytest.mark.parametrize("width", [360, 768, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(chromium, tmp_path, page, width, scheme):
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    assert [] == seen(chromium, tmp_path, page, axe, AUDIT, width=width, scheme=scheme)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])
def test_a_computed_number_shows_its_row_of_the_ledger(chromium, tmp_path, page):
    script = f"""
    const link = document.querySelector('.answer a[href^="#finding-"]');
    const label = document.getElementById(link.hash.slice(1)).cells[0].textContent;
    link.click();
    const box = document.getElementById("explanation");
    const found = [box.matches(":popover-open"), box.textContent.includes(label), box.contains(document.activeElement)];
    {TELL};"""
    assert [True, True, True] == seen(chromium, tmp_path, page, script)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])
def test_a_term_shows_its_meaning(chromium, tmp_path, page):
    script = f"""
    const link = document.querySelector(".term");
    link.click();
    const meaning = document.getElementById(link.hash.slice(1)).cells[1].textContent;
    const found = document.getElementById("explanation").textContent.includes(meaning);
    {TELL};"""
    assert seen(chromium, tmp_path, page, script)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])
def test_the_search_lists_places_that_have_the_words_and_leads_there(chromium, tmp_path, page):
    script = f"""
    dispatchEvent(new KeyboardEvent("keydown", {{ key: "/" }}));
    const field = document.activeElement;
    field.value = "kursk pentagon";
    field.dispatchEvent(new Event("input"));
    const hits = document.querySelectorAll("#contents-hits a");
    hits[0].click();
    const text = document.activeElement.textContent.toLowerCase();
    const found = [field.id, hits.length > 0, text.includes("kursk") && text.includes("pentagon")];
    {TELL};"""
    assert ["contents-search", True, True] == seen(chromium, tmp_path, page, script)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.suffixes[0][1:])
def test_the_other_language_opens_at_the_same_section(chromium, tmp_path, page):
    script = f"""
    document.getElementById("04-dependence").scrollIntoView({{ behavior: "instant" }});
    setTimeout(() => {{ const found = document.querySelector("[hreflang]").hash; {TELL}; }}, 500);"""
    assert "#04-dependence" == seen(chromium, tmp_path, page, script)


def seen(chromium: str, folder: Path, page: Path, *scripts: str, width: int = 1200, scheme: str = "light"):
    """What the scripts tell when they run at the end of a copy of the page."""
    added = "".join(f"<script>{script}</script>" for script in (*scripts[:-1], f"{{{scripts[-1]}}}"))
    text = page.read_text(encoding="utf-8").replace("color-scheme: light dark;", f"color-scheme: {scheme};", 1)
    (folder / "page.html").write_text(text.replace("</body>", f"{added}</body>"), encoding="utf-8")
    (folder / "frame.html").write_text(FRAME.format(width=width), encoding="utf-8")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-first-run", "--virtual-time-budget=60000",
        f"--user-data-dir={folder}/profile", "--window-size=1300,1000", "--dump-dom", f"file://{folder}/frame.html",
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
    return json.loads(unescape(re.search(r'<pre id="result">(.*?)</pre>', dom, re.S)[1]))
