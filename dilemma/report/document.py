"""The report before it has a format: one merged notebook with anchors, labels, notes and findings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from dilemma import wording
from dilemma.findings import TABLE
from dilemma.report import chapters, markdown, merge, references, typography
from dilemma.report.chapters import Chapter
from dilemma.report.strings import string
from dilemma.report.tables import Grid, Token, from_spec

NAME = "kremlin-dilemma"  # of the report's files
READING_ORDER = ("command", "parameters", "data_hash", "notebooks_hash", "code_hash", "inputs", "versions")


@dataclass(frozen=True)
class Heading:
    """One entry of the table of contents; level 1 is a chapter."""

    level: int
    anchor: str
    markdown: str
    chapter: str


@dataclass(frozen=True)
class Document:
    """Everything the HTML and the PDF render; they differ in form only.

    `name` and the language name its files, so that the editions can link to one another.
    """

    notebook: NotebookNode
    language: str
    title: str
    subtitle: str
    verdict: str
    headings: list[Heading]
    labels: dict[str, str]
    anchors: set[str]
    footnotes: dict[str, dict[str, str]]
    findings: list[dict[str, Any]]
    provenance: Mapping[str, Any]
    incomplete: tuple[str, ...]
    languages: tuple[str, ...] = wording.LANGUAGES
    name: str = NAME
    files: frozenset[str] = frozenset()  # beside the page, to which it may link
    printed: bool = True  # whether there is a PDF
    problems: list[str] = field(default_factory=list)

    def blocks(self, source: str, place: Mapping[str, Any]) -> list[Token]:
        """The block tokens of a cell's or output's Markdown, references resolved.

        `place` is the `metadata.dilemma` of that cell or output: {chapter, headings, ...}. Heading
        tokens come with attrs level (1 = chapter) and anchor; footnote_ref tokens with attrs key, to be
        looked up by `note`.
        """
        tokens = markdown.blocks(source, self.footnotes.get(place.get("chapter", ""), {}))
        return self.resolved(tokens, place)

    def resolved(self, tokens: list[Token], place: Mapping[str, Any]) -> list[Token]:
        """Tokens of another origin, such as `markup.tokens`, references resolved."""
        return references.resolve(tokens, self, place)

    def inline(self, source: str, chapter: str = "") -> list[Token]:
        """The inline tokens of a caption, a table cell or a heading, references resolved."""
        tokens = markdown.inline(source, self.footnotes.get(chapter, {}))
        return references.resolve(tokens, self, {"chapter": chapter})

    def note(self, key: tuple[str, str]) -> list[Token]:
        """The block tokens of the footnote that a footnote_ref token's attrs key names."""
        chapter, name = key
        return self.blocks(self.footnotes[chapter][name], {"chapter": chapter})

    def table(self, spec: Mapping[str, Any], chapter: str = "") -> Grid:
        """The grid of a chapter's table."""
        return from_spec(spec, lambda text: typography.cell(self.inline(text, chapter)))

    def report(self, problem: str) -> None:
        """Remember a problem once, however often a renderer meets it."""
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def as_of(self) -> str:
        """The line that dates the report's knowledge, or an empty string."""
        value = self.provenance.get("parameters", {}).get("as_of", "")
        if not value:
            return ""
        day = wording.day(date.fromisoformat(str(value)), self.language)
        return string("as_of", self.language, day=day)


def build(
    executed: Sequence[Path | NotebookNode | Chapter],
    language: str,
    provenance: Mapping[str, Any],
    incomplete: Sequence[str] = (),
    languages: Sequence[str] = wording.LANGUAGES,
) -> Document:
    """The document of executed chapters, in the order given; `languages` are those the run has.

    A `Chapter` that was read before becomes part of the document and serves no other.
    """
    parts = [part if isinstance(part, Chapter) else chapters.read(part, language) for part in executed]
    chapters.make_slugs_unique(parts)
    merged = merge.Merged(language)
    merged.reserve([part.slug for part in parts])
    for part in parts:
        merged.add(part)
    _parse_tables(merged.notebook)
    own = any("dilemma" in part.notebook.metadata for part in parts)
    title = string("title", language) if own or not parts else parts[0].title
    return Document(
        notebook=merged.notebook,
        language=language,
        title=title,
        subtitle=string("subtitle", language) if own else "",
        verdict=merged.verdict,
        headings=[Heading(**entry) for entry in merged.headings],
        labels=merged.labels,
        anchors=merged.anchors,
        footnotes=merged.footnotes,
        findings=merged.findings,
        provenance=_in_reading_order(json.loads(json.dumps(provenance, sort_keys=True, default=str))),
        incomplete=tuple(incomplete),
        languages=tuple(languages),
        problems=merged.problems,
    )


def foresee(executed: Path, language: str) -> Chapter:
    """Reads a chapter for `build` and lets `markdown` know it, which leaves `build` a third of the time."""
    read = chapters.read(executed, language)
    for cell in read.notebook.cells:
        if not chapters.is_foreign(cell, language):
            said = [cell.source] if cell.cell_type == "markdown" else []
            shown = (output.get("data", {}) for output in cell.get("outputs", ()))
            for source in [*said, *(data["text/markdown"] for data in shown if "text/markdown" in data)]:
                markdown.blocks(source)
    _parse_tables(read.notebook)
    return read


def _parse_tables(notebook: NotebookNode) -> None:
    """Lets `markdown` know the tables' cells before a fork renders one of the two formats."""
    for output in (output for cell in notebook.cells for output in cell.get("outputs", ())):
        if TABLE in output.get("data", {}):
            from_spec(output.data[TABLE], markdown.inline)


def single(notebook: NotebookNode, language: str, name: str = "", code: bool = True) -> Document:
    """One notebook as a document of its own, named `name` if it does not name itself, with its code or without."""
    titled = NotebookNode(notebook)
    titled.metadata = NotebookNode({"title": name, **notebook.get("metadata", {})})
    document = build([titled], language, {}, languages=[language])
    for cell in document.notebook.cells if code and "dilemma" not in titled.metadata else ():
        if cell.cell_type == "code" and not chapters.tags(cell) & {"hide-input", "remove-input"}:
            cell.metadata["tags"] = sorted(chapters.tags(cell) | {"show-input"})
    return document


def _in_reading_order(provenance: Mapping[str, Any]) -> dict[str, Any]:
    first = [key for key in READING_ORDER if key in provenance]
    return {key: provenance[key] for key in [*first, *(key for key in provenance if key not in first)]}
