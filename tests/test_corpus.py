"""Any notebook, generated or installed: no crash, no text lost, nothing that acts."""

import io
import json
import re
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path

import pypdf
import pytest
import samples
from accessibility import failures
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from dilemma.report import fontfaces, html, pdf, validity
from dilemma.report.document import Document, single

INSTALLED = sorted(Path(sys.prefix).glob("lib/**/*.ipynb"))
SIGNS = (
    "aZ09äßéж조선日本שלוםعربي😀👩‍👧ﬁ𝔸é̂"
    "\u200b\u200f\u202e\u2028\ufeff\ue000\ud800\uffff\x00<>&\"'\\$#*_`|~[](){}=-%@ \n\t"
)
HTML = (
    "<p onclick='evil()'>{}</p>",
    "<script>evil()</script>{}",
    "<div><b>{}</div>",
    "<a href='javascript:evil()'>{}</a>",
    "<a href='data:text/html,evil'>{}</a>",
    "<iframe src='//evil.org'></iframe>{}",
    "<form action='//evil.org'>{}</form>",
    "<svg xmlns='http://www.w3.org/2000/svg' onload='evil()'><script>evil()</script><text>{}</text></svg>",
    "<svg><p>{}</svg>",
    "<math href='javascript:evil()'><mi>{}</mi></math>",
    "<img src='//evil.org' alt='{}' onerror='evil()'>",
    "<table><tr><td colspan=3>{}<td rowspan=9>x<tr><td>y</table>",
    "<table>{}<tr></tr></table>",
    "<table><caption>{}</caption></table>",
    "<ul><li>a<li>{}</ul>",
    "<ul>{}</ul>",
    "<details><summary>{}</summary>x</details>",
    "<pre>  {}\n</pre>",
    "<style>@import 'evil';</style><p style='background:url(//evil.org)'>{}</p>",
    "<object data='evil'>{}</object>",
    "<video src='evil'>{}</video>",
    "<meta http-equiv=refresh content='0;url=//evil.org'>{}",
    "<noscript>{}</noscript>",
    "<select><option>x<option>{}</select>",
    "<button onclick='evil()'>{}</button>",
    "<h1>{}</h1>",
    "<q>{}</q>",
    "<!-- evil --><unknown-element>{}</unknown-element>",
)
MARKDOWN = (
    "{}",
    "# {}",
    "###### {}",
    "{}\n===",
    "- {}\n    - x\n        1. {}",
    "> > {}",
    "- [x] {}",
    "| a | {} |\n|--|--|\n| {} |",
    "```unknown\n{}\n```",
    "    {}",
    "**{}",
    "*a **{}* b**",
    "~~{}~~",
    "[{}](javascript:evil)",
    "[{}][nowhere]",
    "![{}](missing.png)",
    "![{}](https://evil.org/x.png)",
    "x[^1] y\n\n[^1]: {}",
    "[^2]: {}",
    "$3 {} $5",
    "$x$ {}",
    "$\\foo{{$ {}",
    "$$\n\\bar\n$$\n\n{}",
    "term\n: {}",
    "<br>{}<sub>2</sub>",
    "`{}",
    "\\\n{}",
    "line  \n{}",
    "---\n{}\n***",
)


@pytest.fixture(scope="module", autouse=True)
def without_fonts():
    """Cutting the fonts takes seconds and changes no word."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fontfaces, "css", lambda characters: "")
        yield


texts = st.text(st.sampled_from(SIGNS), max_size=60)
words = st.integers(0, 10**6).map("wort{}x".format)
prose = st.tuples(texts, words, texts).map(" ".join)


def fragments(kinds):
    one = st.tuples(st.sampled_from(kinds), words).map(lambda pair: pair[0].replace("{}", pair[1]))
    return st.lists(one, max_size=4).map("\n\n".join)


def data(mime, values):
    return values.map(lambda value: new_output("display_data", data={mime: value}))


outputs = st.one_of(
    st.builds(
        lambda text, name: new_output("stream", name=name, text=text), prose, st.sampled_from(["stdout", "stderr"])
    ),
    st.builds(
        lambda a, b, c: new_output("error", ename=a, evalue=b, traceback=c), words, prose, st.lists(prose, max_size=2)
    ),
    data("text/plain", prose),
    data("text/html", fragments((*HTML, "{}"))),
    data("text/markdown", fragments((*MARKDOWN, *HTML))),
    data("text/latex", prose),
    data("text/x-unknown", prose),
    data(
        "application/json",
        st.recursive(prose | st.none() | st.integers(), lambda v: st.lists(v, max_size=3), max_leaves=5),
    ),
    data("application/javascript", st.just("evil()")),
    data("application/vnd.jupyter.widget-view+json", st.just({"model_id": "evil"})),
    data("image/svg+xml", st.sampled_from([samples.HOSTILE_SVG, "<svg", "evil"])),
    data("image/png", st.sampled_from([samples.PIXEL, "evil", ""])),
    st.just(new_output("display_data")),
)
cells = st.one_of(
    st.builds(new_code_cell, prose, outputs=st.lists(outputs, max_size=3)),
    st.builds(new_markdown_cell, fragments((*MARKDOWN, *HTML))),
    st.builds(lambda s, m: new_raw_cell(s, metadata=m), prose, st.sampled_from([{}, {"raw_mimetype": "text/latex"}])),
)
notebooks = st.lists(cells, max_size=4).map(lambda found: new_notebook(cells=found))


def plain(text: str) -> str:
    """Letters and digits only, so that no line end, hyphen or ligature stands between a word and its twin."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text))


def written(node: NotebookNode) -> set[str]:
    """The words a reader must find: all that was printed, and the marked ones wherever markup surrounds them."""
    found: set[str] = set()
    for cell in node.cells:
        if cell.cell_type == "markdown":
            found |= set(re.findall(r"wort\d+x", cell.source))
        elif cell.cell_type == "raw" and not cell.metadata:
            found |= {plain(word) for word in split(cell.source)}
        for output in cell.get("outputs", ()):
            found |= {plain(word) for text in printed(output) for word in split(text)}
    return found - {""}


def split(text: str) -> list[str]:
    """The words; those from right to left stand alone, since a PDF turns them round their neighbours."""
    return re.findall(r"[\u0590-\u08ff]+|[^\W_\u0590-\u08ff]+", unicodedata.normalize("NFKC", text))


def printed(output: NotebookNode) -> list[str]:
    """The texts of an output; plain text beside another type only repeats it."""
    if output.output_type == "stream":
        return [strip_ansi(output.text)]
    if output.output_type == "error":
        return [strip_ansi(text) for text in (output.ename, output.evalue, *output.traceback)]
    marked = re.findall(r"wort\d+x", json.dumps(output.data))
    alone = [text for mime, text in output.data.items() if mime in ("text/plain", "text/x-unknown")]
    return marked + (alone if len(output.data) == 1 else [])


def in_page(page: BeautifulSoup) -> str:
    described = " ".join(image["alt"] for image in page.find_all("img"))
    return plain(page.find("body").get_text(" ") + described)


def in_print(content: bytes) -> str:
    return plain(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(content)).pages))


def lost(node: NotebookNode, shown: str, document: Document) -> list[str]:
    """Words that are neither shown nor, as a whole or sign by sign, in the list of what could not be shown."""
    noted = " ".join(document.problems)
    missing = [word for word in written(node) if word not in shown and word not in plain(noted)]
    return [word for word in missing if not any(f"U+{ord(sign):04X}" in noted for sign in word)]


def rendered(node: NotebookNode) -> tuple[BeautifulSoup, Document]:
    document = single(node, "en")
    return BeautifulSoup(html.render_html(document), "html.parser"), document


def acting(page: BeautifulSoup) -> list[str]:
    """Everything in a page that could act or load, but for the page's own script."""
    attributes = [
        (tag.name, name, str(value).lower()) for tag in page.find_all(True) for name, value in tag.attrs.items()
    ]
    found = [f"{tag} {name}={value}" for tag, name, value in attributes if is_active(name, value)]
    found += [str(script) for script in page.find_all("script") if plain(script.text) not in own_scripts()]
    return found + [str(tag) for tag in page.find_all(["iframe", "object", "embed", "form", "link", "base", "video"])]


def is_active(name: str, value: str) -> bool:
    loads = name in ("src", "srcset", "data", "action", "poster") and not value.startswith("data:image/")
    leads = name.endswith("href") and not re.match(r"https?://|mailto:|#", value)
    return name.startswith("on") or loads or leads or (name == "style" and "url(" in value)


@cache
def own_scripts() -> set[str]:
    empty, _ = rendered(new_notebook())
    return {plain(script.text) for script in empty.find_all("script")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks)
def test_no_page_loses_a_word_or_lets_anything_act(node):
    page, document = rendered(node)
    assert ([], []) == (lost(node, in_page(page), document), acting(page))


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks)
def test_no_page_of_many_loses_a_word_or_lets_anything_act(node):
    page, document = rendered(node)
    assert ([], []) == (lost(node, in_page(page), document), acting(page))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notebooks)
def test_no_pdf_loses_a_word_or_its_tags(node):
    document = single(node, "de")
    content = pdf.render_pdf(document)
    assert [] == lost(node, in_print(content), document)
    assert [] == [problem for problem in document.problems if "keeps neither" in problem or "Typst" in problem]


def test_notebooks_are_installed_to_be_tried():
    assert 20 <= len(INSTALLED), "papermill ships two dozen"


@pytest.mark.slow
@pytest.mark.parametrize("path", INSTALLED, ids=lambda path: path.stem)
def test_an_installed_notebook_loses_nothing(path, tmp_path):
    node, _ = validity.repaired(validity.read(path))
    page, document = rendered(node)
    assert ([], []) == (lost(node, in_page(page), document), acting(page))
    content = pdf.render_pdf(document)
    assert [] == lost(node, in_print(content), document)
    assert [] == failures(content, "ua1", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "begins"), [("html", b"<!DOCTYPE html>"), ("pdf", b"%PDF")])
def test_stock_nbconvert_writes_both_formats(kind, begins, tmp_path):
    (tmp_path / "any.ipynb").write_text(json.dumps(samples.stock()), encoding="utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", f"dilemma-{kind}", "any.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / f"any.{kind}").read_bytes().startswith(begins)


@pytest.mark.slow
def test_the_language_of_a_single_notebook_can_be_chosen(tmp_path):
    (tmp_path / "any.ipynb").write_text(json.dumps(samples.stock()), encoding="utf-8")
    command = [sys.executable, "-m", "nbconvert", "--to", "dilemma-html", "--ReportHTML.language=de", "any.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert '<html lang="de">' in (tmp_path / "any.html").read_text(encoding="utf-8")
