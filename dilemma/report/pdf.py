"""The PDF of a document: nbconvert walks the merged notebook, Typst sets the pages."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets.config import Config

from dilemma.findings import TABLE
from dilemma.report import document as documents
from dilemma.report import markup, references, typesetting
from dilemma.report.document import Document
from dilemma.report.strings import STRINGS, string
from dilemma.report.tables import Cell, Grid, Token
from dilemma.report.typst import TypstRenderer
from dilemma.report.typst_text import breakable, literal
from dilemma.wording import LANGUAGES

PRIORITY = [TABLE, "image/svg+xml", "text/html", "text/markdown", "image/png", "image/jpeg", "text/plain"]
FILTERS = (
    "front", "blocks", "code", "printed", "failure", "markup", "image", "table", "provenance",
    "problems",
)  # fmt: skip


def render_pdf(document: Document) -> bytes:
    """The report as one PDF, tagged for screen readers and fit for archives (PDF/UA-1, PDF/A-2a).

    What could not be set as written, and every warning of Typst, is added to `document.problems`.
    """
    with suppress(typesetting.CompileError):
        pdf, warnings = typesetting.compile_pdf(source_files(document, careful=False), _timestamp(document))
        if not warnings:
            return pdf
    return _compromise(document)


def _compromise(document: Document) -> bytes:
    """The PDF of a document that Typst does not take whole: without the pictures and formulas that it cannot set."""
    files = source_files(document, careful=True)
    try:
        pdf, warnings = typesetting.compile_pdf(files, _timestamp(document))
    except typesetting.CompileError as error:
        document.report(f"The PDF keeps neither to PDF/A-2a nor to PDF/UA-1: {error}")
        pdf, warnings = typesetting.compile_pdf(files, _timestamp(document), strict=False)
    for warning in warnings:
        document.report(f"Typst warns: {warning}.")
    return pdf


def source_files(document: Document, careful: bool) -> dict[str, bytes]:
    """What Typst is given: main.typ and the files that it reads; when `careful` each formula is tried by itself."""
    source, resources = ReportTypst(document, careful).from_notebook_node(document.notebook)
    return {"main.typ": source.encode("utf-8", "replace"), **resources["outputs"]}


class ReportTypst(TemplateExporter):
    """nbconvert's exporter to Typst; without a document it takes any notebook as a one-chapter report."""

    export_from_notebook = "Typst (report)"
    output_mimetype = "text/vnd.typst"
    template_name = "report_pdf"
    extra_template_basedirs = [str(typesetting.DESIGN.parent)]

    def __init__(self, document: Document | None = None, careful: bool = True, **options: Any) -> None:
        self.document, self.careful = document, careful
        super().__init__(**options)

    def _file_extension_default(self) -> str:
        return ".typ"

    @property
    def default_config(self) -> Config:
        """Our table type goes before all other representations."""
        config = super().default_config.copy()
        config.NbConvertBase.display_data_priority = PRIORITY
        return config

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The Typst source; `resources["outputs"]` has the files it reads besides the page design."""
        report = self.document or documents.build([nb], "en", {})
        parts = Parts(report, self.careful)
        for name in FILTERS:
            self.register_filter(name, getattr(parts, name))
        source, resources = super().from_notebook_node(report.notebook, resources, **options)
        names = {"targets.json": sorted(parts.renderer.anchors), "lists.json": parts.renderer.lists}
        written = {file: json.dumps(content).encode("ascii") for file, content in names.items()}
        resources["outputs"] = {**parts.renderer.files, **written}
        return source, resources

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """A document's notebook is ready; checking and copying it once more takes a fifth of the time."""
        return (nb, resources) if self.document else super()._preprocess(nb, resources)


class Parts:
    """The template's filters: each turns one part of a notebook into Typst."""

    def __init__(self, document: Document, careful: bool) -> None:
        self.document = document
        self.renderer = TypstRenderer(document, careful)

    def blocks(self, source: str, place: Mapping[str, Any]) -> str:
        """Markdown of a cell or an output."""
        return self.renderer.render(self.document.blocks(source, place))

    def markup(self, source: str, place: Mapping[str, Any]) -> str:
        """An output's HTML, whose active parts the document has already reported."""
        return self.renderer.render(references.resolve(markup.tokens(source)[0], self.document, place))

    def code(self, source: str) -> str:
        """A cell's code."""
        return self.renderer.code(source, "python")

    def printed(self, text: str, heading: str = "", failed: bool = False) -> str:
        """What a cell printed, under one of the report's own headings when given."""
        title = self.renderer.word(heading) if heading else ""
        shown = literal(breakable(self.renderer.shown(text.strip("\n"))))
        return f"#printed({shown}, heading: [{title}], failed: {str(failed).lower()});\n\n"

    def failure(self, output: NotebookNode) -> str:
        """The error that ended a cell."""
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return self.printed(text, "error", failed=True)

    def image(self, output: NotebookNode, mime: str) -> str:
        """A figure with number and caption, or a plain picture."""
        own, renderer = output.metadata.dilemma, self.renderer
        file = renderer.picture(mime, output.data[mime], own.get("id") or f"image-{len(renderer.files) + 1}")
        if file is None:
            return renderer.left_out(own["alt"])
        arguments = f"{literal(file)}, {literal(renderer.shown(own['alt']))}"
        if "label" not in own:
            return f"#bare-picture({arguments});\n\n"
        caption = self.document.inline(own.get("caption", ""), own["chapter"])
        return f"#plate({arguments}, {renderer.naming('figures', own['id'], own['label'], caption)});\n\n"

    def table(self, output: NotebookNode) -> str:
        """A chapter's table."""
        own = output.metadata.dilemma
        grid = self.document.table(output.data[TABLE], own["chapter"])
        caption = self.document.inline(grid.caption, own["chapter"])
        return self.renderer.table(grid, own["id"], own["label"], caption)

    def front(self, _: NotebookNode) -> str:
        """The arguments of the page design: title, metadata, cover, names of the lists."""
        document, verdict = self.document, {"chapter": "00-summary"}
        title = self.renderer.shown(document.title)
        lists = ("contents", "figures", "tables")
        names = ", ".join(f"{key}: {literal(string(key, document.language))}" for key in lists)
        arguments = {
            "title": literal(title),
            "subtitle": literal(self.renderer.shown(document.subtitle)),
            "language": literal(document.language),
            "author": literal(string("author", document.language)),
            "description": literal(" ".join(filter(None, (document.subtitle, document.as_of)))),
            "keywords": f"({''.join(f'{literal(word)}, ' for word in _keywords(document.provenance))})",
            "facts": f"({''.join(f'{literal(fact)}, ' for fact in self._facts())})",
            "answer": literal(string("answer", document.language)),
            "mark": literal(string("incomplete", document.language) if document.incomplete else ""),
            "gaps": f"({''.join(f'{literal(gap)}, ' for gap in self._gaps())})",
            "names": f"({names})",
            "verdict": f"[{self.renderer.render(document.blocks(document.verdict, verdict))}]",
        }
        return ", ".join(f"{name}: {value}" for name, value in arguments.items())

    def provenance(self, _: NotebookNode) -> str:
        """The last pages: what went into the report, then the tables in landscape."""
        if not self.document.provenance:
            return self.renderer.sideways()
        title = self.renderer.heading(1, "provenance", _text(string("provenance", self.document.language)))
        intro = self.renderer.word("provenance_intro")
        return f"{title}{intro}\n\n{self.renderer.table(self._inputs())}{self.renderer.sideways()}"

    def problems(self, _: NotebookNode) -> str:
        """What the reader of this PDF misses, as the page lists it for its readers."""
        problems = tuple(self.document.problems)
        if not problems:
            return ""
        title = self.renderer.heading(1, "problems", _text(string("problems", self.document.language)))
        items = "".join(f", foreign(\"en\", [{self.renderer.words(problem)}])" for problem in problems)
        return f"{title}#list(tight: true{items});\n\n"

    def _inputs(self) -> Grid:
        language = self.document.language
        titles = [string(key, language) for key in ("entry", "value")]
        head = [Cell(_text(title), column, header=True) for column, title in enumerate(titles)]
        body = [
            [Cell(_text(self._entry(key)), header=True), Cell(_value(value), 1)]
            for key, value in self.document.provenance.items()
        ]
        return Grid([head], body, ["left", "left"])

    def _entry(self, key: str) -> str:
        return string(key, self.document.language) if key in STRINGS else key

    def _facts(self) -> list[str]:
        """What the foot of the cover says: the day of knowledge and the language."""
        (other,) = (language for language in LANGUAGES if language != self.document.language)
        return [fact for fact in (self.document.as_of, string("other_language", other)) if fact]

    def _gaps(self) -> list[str]:
        """One line of the cover for each chapter that is not finished."""
        language, gaps = self.document.language, self.document.incomplete
        return [self.renderer.shown(string("incomplete_what", language, what=gap)) for gap in gaps]


def _text(text: str) -> list[Token]:
    return [{"type": "text", "raw": text}]


def _value(value: Any) -> list[Token]:
    """A value of the provenance; the parts of a mapping stand one below the other."""
    if not isinstance(value, Mapping):
        return _text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    lines = [_text(f"{key} = ") + _value(part) for key, part in value.items()]
    return [token for line in lines for token in [*line, {"type": "linebreak"}]][:-1]


def _keywords(provenance: Mapping[str, Any]) -> list[str]:
    """`key=value` for everything in the provenance that is one word or number, versions aside."""
    inputs = {key: value for key, value in provenance.items() if key != "versions"}
    return [f"{key}={value}" for key, value in _leaves(inputs)]


def _leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        elif value is not None and not isinstance(value, list) and " " not in str(value):
            yield key, value


def _timestamp(document: Document) -> int:
    """Midnight of the day whose knowledge counts: the one date that a rerun does not change."""
    as_of = str(document.provenance.get("parameters", {}).get("as_of", "1970-01-01"))
    return int(datetime.fromisoformat(as_of).replace(tzinfo=UTC).timestamp())
