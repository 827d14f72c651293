"""One executed notebook as a chapter: its slug, its title, and which of its cells belong to a language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from dilemma.report import markdown, validity
from dilemma.report.computed import Computation, computations
from dilemma.wording import LANGUAGES

HIDDEN = {"parameters", "injected-parameters", "remove-cell"}
NUMBERED = re.compile(r"(?!00)[0-8]\d(?=-)")  # summary (00) and sources (99) are not called by a number


@dataclass
class Chapter:
    """One executed notebook, the slug that anchors it, what its findings come from, and what was wrong with its file."""

    notebook: NotebookNode
    slug: str
    title: str
    computations: Sequence[Computation] = ()
    problems: Sequence[str] = ()


def read(source: Path | NotebookNode, language: str) -> Chapter:
    """The chapter of a notebook file or node; a node may name itself in `metadata.dilemma.slug`."""
    found = validity.read(source) if isinstance(source, Path) else source
    node, problems = validity.repaired(found)
    own = node.metadata.get("dilemma", {})
    own = own if isinstance(own, Mapping) else {}
    slug = source.stem if isinstance(source, Path) else own.get("slug", "notebook")
    titles = own.get("title", {})
    given = titles.get(language) if isinstance(titles, Mapping) else ""
    title = given or _chapter_heading(node, language) or node.metadata.get("title") or slug
    return Chapter(node, clean(str(slug)), str(title), computations(node), problems)


def number(slug: str) -> str:
    """The number that the text calls a chapter by, such as 04, or an empty string."""
    found = NUMBERED.match(slug)
    return found[0] if found else ""


def make_slugs_unique(chapters: Sequence[Chapter]) -> None:
    """Number chapters that share a slug: notebook, notebook-2, and so on."""
    taken: set[str] = set()
    for item in chapters:
        item.slug = free(item.slug, taken)


def tags(cell: NotebookNode) -> set[str]:
    """The tags of a cell."""
    return set(cell.metadata.get("tags", ()))


def is_foreign(cell: NotebookNode, language: str) -> bool:
    """Whether the cell belongs to another language than the report's."""
    return any(f"lang-{other}" in tags(cell) for other in LANGUAGES if other != language)


def starts_with_its_heading(node: NotebookNode, language: str) -> bool:
    """Whether the first heading a reader meets is the notebook's level-1 heading."""
    first = next(_headings(node, language), None)
    return first is not None and first[0] == 1


def _chapter_heading(node: NotebookNode, language: str) -> str:
    first = next(_headings(node, language), (0, ""))
    return first[1] if first[0] == 1 else ""


def _headings(node: NotebookNode, language: str) -> Iterator[tuple[int, str]]:
    for cell in node.cells:
        if cell.cell_type == "markdown" and not is_foreign(cell, language) and not tags(cell) & HIDDEN:
            for token in markdown.blocks(cell.source):
                if token["type"] == "heading":
                    yield token["attrs"]["level"], markdown.plain(token["children"])


def clean(wanted: str) -> str:
    """An anchor that HTML, a PDF and an address bar all accept."""
    return re.sub(r"[^\w.\-]+", "-", wanted).strip("-") or "part"


def free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or the first of wanted-2, wanted-3, … that is not taken; it is taken then."""
    count, found = 1, wanted
    while found in taken:
        count += 1
        found = f"{wanted}-{count}"
    taken.add(found)
    return found
