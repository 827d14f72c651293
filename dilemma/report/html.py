"""The report as one HTML file: no request, readable without a script."""

import base64
import json
import re
from collections.abc import Mapping
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter, TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets import Enum, Instance
from traitlets.config import Config

from dilemma.findings import TABLE
from dilemma.report import chapters, explorer, fontfaces, listing, markup, navigation, outputs, slimming, vector
from dilemma.report.document import Document, single
from dilemma.report.glossary import Glossary
from dilemma.report.hypertext import Hypertext
from dilemma.report.merge import SUMMARY
from dilemma.report.strings import string
from dilemma.report.tables import Cell, Grid
from dilemma.wording import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"
STYLES_HERE = "/* fonts and drawings */"  # known only when the rest of the page is written
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'"
)


def render_html(document: Document) -> str:
    """The page of a document."""
    exporter = _exporter(document.language)
    exporter.document = document
    return exporter.from_notebook_node(document.notebook)[0]


class ReportHTML(HTMLExporter):
    """nbconvert's HTML exporter with the report's own page; also takes any single notebook."""

    export_from_notebook = "Report (HTML)"
    template_name = "report_html"
    extra_template_basedirs = [str(TEMPLATES)]
    document = Instance(Document, allow_none=True)
    language = Enum(LANGUAGES, "en", help="Language of a single notebook's report.").tag(config=True)

    @property
    def default_config(self) -> Config:
        """nbconvert's defaults with the report's preference among output types and no prompts."""
        config = super().default_config.copy()
        config.merge(
            {
                "NbConvertBase": {"display_data_priority": list(outputs.PRIORITY)},
                "TemplateExporter": {"exclude_input_prompt": True, "exclude_output_prompt": True},
            }
        )
        return config

    def from_notebook_node(
        self, nb: NotebookNode, resources: Mapping[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook; one that is not yet a document becomes a document of one chapter."""
        name = (resources or {}).get("metadata", {}).get("name", "")
        document = self.document or single(nb, self.language, name)
        page = Page(document)
        for name in ("blocks", "picture", "spec_table", "foreign", "code", "word"):
            self.register_filter(name, getattr(page, name))
        # Not through `resources`, which nbconvert copies: notes gather while the page is written.
        self.environment.globals.update(page=page, document=document, policy=POLICY)
        given = new_notebook() if self.document else document.notebook  # it is copied; see `_preprocess`
        # HTMLExporter itself would parse and rewrite the finished page, which breaks names in SVG.
        html, resources = TemplateExporter.from_notebook_node(self, given, resources, **kw)
        styles = f"{fontfaces.css(fontfaces.characters(html))}\n{page.styles.css()}"
        return html.replace(STYLES_HERE, styles, 1), resources

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """A document's notebook is ready; checking and copying it once more takes a fourth of the time."""
        return (self.document.notebook, resources) if self.document else super()._preprocess(nb, resources)


@cache
def _exporter(language: str) -> ReportHTML:
    """The exporter for a language, which keeps its compiled template: Jinja writes fixed words into it."""
    return ReportHTML(language=language)


class Page:
    """What the template asks for while it writes one page."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._lexer = document.notebook.metadata.get("language_info", {}).get("pygments_lexer") or "ipython3"
        self.hypertext = Hypertext(document)
        self.glossary = Glossary(document.notebook)
        self.styles = slimming.Styles()
        self._folds = listing.folds(document.notebook.cells)
        self._images = 0
        self._lifted = ""

    def word(self, key: str, **values: object) -> str:
        """One of the report's own words, escaped."""
        return self.hypertext.word(key, **values)

    def blocks(self, source: str, place: Mapping[str, Any]) -> str:
        """The HTML of a cell's or output's Markdown."""
        tokens = self.document.blocks(source, place)
        return self.hypertext.render(self.glossary.explained(tokens, place.get("chapter", "")))

    def inline(self, source: str) -> str:
        """The HTML of one line of Markdown."""
        return self.hypertext.render(self.document.inline(source))

    def code(self, cell: NotebookNode) -> str:
        """The highlighted source of a code cell in its scroll box."""
        name = f"{self.word('code')} {self.word('code_of', cell=cell.id)}"
        return self.hypertext.code_box(cell.source, listing.language(cell.source, self._lexer), name)

    def folded(self, cell: NotebookNode) -> list[NotebookNode]:
        """The cells whose code stands folded away in the place of this one's: it and those that follow at once."""
        return self._folds.get(cell.id, [])

    def picture(self, output: NotebookNode) -> str:
        """A figure: SVG inline, everything else as a data address."""
        own = output.metadata.dilemma
        if self._lifted and own.get("id") == self._lifted:
            return ""  # it opens the report
        mime, data = next(iter(output.data.items()))
        self._images += 1
        anchor = own.get("id", "")
        shorten = partial(slimming.shorten_drawing, styles=self.styles)
        svg = mime == "image/svg+xml" and vector.inline(data, f"i{self._images}", own["alt"], shorten)
        shown = svg or f'<img src="{_data_address(mime, data)}" alt="{escape(own["alt"])}">'
        words = own.get("label", ""), own.get("caption", ""), own["alt"]
        figure = self.hypertext.figure(shown, anchor, *words)
        if "explorer" not in own:
            return figure
        return explorer.widget(own["explorer"], anchor, figure, string("explorer_figure", self.document.language))

    def answer(self) -> dict[str, str]:
        """What opens the report: the verdict's first paragraph, the summary's first figure, and the rest."""
        first, *others = self.document.blocks(self.document.verdict, {"chapter": SUMMARY})
        explained = (self.glossary.explained(part, SUMMARY) for part in ([first], others))
        lead, rest = (self.hypertext.render(part) for part in explained)
        figures = [
            output
            for cell in self.document.notebook.cells
            for output in cell.get("outputs", ())
            if (own := output.get("metadata", {}).get("dilemma", {})).get("kind") == "figure"
            and own["chapter"] == SUMMARY
        ]
        figure = self.picture(figures[0]) if figures else ""
        self._lifted = figures[0].metadata.dilemma.id if figures else ""
        return {"lead": lead, "figure": figure, "rest": rest}

    def explorer(self) -> bool:
        """Whether the page has an explorer, and so needs its style and its script."""
        return explorer.present(self.document.notebook)

    def spec_table(self, output: NotebookNode) -> str:
        """A chapter's table."""
        own = output.metadata.dilemma
        return self.hypertext.table(self.document.table(output.data[TABLE], own["chapter"]), own["label"])

    def foreign(self, source: str, place: Mapping[str, Any]) -> str:
        """HTML from elsewhere, reduced to what is harmless."""
        tokens, _ = markup.tokens(source)
        return self.hypertext.render(self.document.resolved(tokens, place))

    def contents(self) -> str:
        """The nested list of chapters and their sections."""
        return navigation.contents(self.document, self.inline)

    def turn(self, following: str) -> str:
        """The links at a chapter's end to its neighbours."""
        return navigation.turn(self.document, following)

    def chapter_name(self, slug: str) -> str:
        """The number, if it has one, and the heading of a chapter, as text."""
        return f"{chapters.number(slug)} {navigation.name(self.document, slug)}".strip()

    def provenance(self) -> str:
        """The table of what the report was made from."""
        language = self.document.language
        head = [
            Cell([_plain(string(key, language))], i, header=True) for i, key in enumerate(("entry", "value"))
        ]
        rows = [
            [Cell([_plain(name)], 0, header=True), Cell([{"type": "codespan", "raw": value}], 1)]
            for name, value in provenance_rows(self.document)
        ]
        return self.hypertext.table(Grid([head], rows, ["left", "left"]), "")

    def data_island(self, name: str) -> str:
        """Findings or provenance as JSON that a script block can hold."""
        entries = getattr(self.document, name)
        text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return text.replace("<", "\\u003c")

    def other_language(self) -> str:
        """The language the report also exists in, or an empty string."""
        return next((other for other in self.document.languages if other != self.document.language), "")

    def sibling(self, language: str, kind: str) -> str:
        """The file name of another edition, which lies beside this one."""
        return f"{self.document.name}.{language}.{kind}"

    def asset(self, name: str) -> str:
        """A file of the template folder: the style sheet or the script."""
        return (TEMPLATES / "report_html" / name).read_text(encoding="utf-8")


def provenance_rows(document: Document) -> list[tuple[str, str]]:
    """Name and value of every entry of the provenance, nested entries as `name.key`."""
    rows: list[tuple[str, str]] = []
    for key, value in document.provenance.items():
        if key in document.provenance.get("parameters", {}):
            continue  # such as the seed, which stands among the parameters
        name = _entry_name(key, document.language)
        if isinstance(value, Mapping):
            rows += [(f"{name}: {inner}", _entry_text(part)) for inner, part in value.items()]
        else:
            rows.append((name, _entry_text(value)))
    return rows


def _entry_name(key: str, language: str) -> str:
    try:
        return string(key, language)
    except KeyError:
        return key


def _entry_text(value: Any) -> str:
    if value in ("", [], {}, None):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> dict[str, str]:
    return {"type": "text", "raw": text}


def _data_address(mime: str, data: str) -> str:
    text = base64.b64encode(data.encode()).decode() if mime == "image/svg+xml" else re.sub(r"\s+", "", data)
    return f"data:{mime};base64,{text}"
