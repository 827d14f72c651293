"""The page in a real browser, where one is installed: no accessibility violation.

Needs `chromium` on the path and AXE_CORE set to the file axe.min.js of the npm package axe-core.
"""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
import samples

from dilemma.report.document import build
from dilemma.report.html import render_html

CHROMIUM, AXE = shutil.which("chromium"), os.environ.get("AXE_CORE", "")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """
document.querySelectorAll("details").forEach((box) => { box.open = true; });
axe.run({ runOnly: { type: "tag", values: %s } }).then((found) => {
  const said = document.createElement("pre");
  said.id = "axe-result";
  said.textContent = JSON.stringify(found.violations.map((v) => [v.id, v.nodes[0].html]));
  document.body.append(said);
});
"""


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no chromium on the path")
@pytest.mark.skipif(not Path(AXE).is_file(), reason="AXE_CORE names no file")
@pytest.mark.parametrize("width", [1200, 500])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_violation(tmp_path, width, dark):
    page = render_html(build(samples.report("de"), "de", samples.PROVENANCE))
    if dark:
        page = page.replace("color-scheme: light dark;", "color-scheme: dark;", 1)
    check = f"<script>{Path(AXE).read_text()}</script><script>{CHECK % json.dumps(STANDARDS)}</script></body>"
    (tmp_path / "page.html").write_text(page.replace("</body>", check), encoding="utf-8")
    assert [] == json.loads(unescape(result(tmp_path, width)))


def result(folder: Path, width: int) -> str:
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000",
        f"--user-data-dir={folder}/profile", f"--window-size={width},900", "--dump-dom", f"file://{folder}/page.html",
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    return re.search(r'<pre id="axe-result">(.*?)</pre>', dom, re.S)[1]
