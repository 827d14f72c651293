"""What two runs say and show differently: sentences that flipped, figures that changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, NamedTuple

from dilemma.report.document import Document
from dilemma.report.merge import SUMMARY, VERDICT
from dilemma.report.tables import Token, plain

Place = tuple[str, str]  # chapter and cell
# Days count as numbers: a run of another day names it in most of its sentences.
MONTH = (
    r"(?:Jan(?:uary|uar)?|Feb(?:ruary|ruar)?|März|Mär|Mar(?:ch)?|Apr(?:il)?|May|Mai|June?|Juni|July?|Juli"
    r"|Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b\.?"
)
DAY = re.compile(rf"\b\d{{1,2}}\.? {MONTH}(?: \d{{4}})?|\b{MONTH} \d{{4}}")
NUMBER = re.compile(r"[−+<>≥≤±]?\d(?:[\d.,:]*\d)?\s?%?")
RANGE = re.compile(r"#(?:\s*(?:–|to|bis)?\s*#)+")
SPECIAL = re.compile(r"([\\`*_\[\]<>$~^&|#!])")


class Sentence(NamedTuple):
    """A passage that differs in more than numbers; empty where a run does not say it."""

    chapter: str
    cell: str
    before: str
    after: str


class Picture(NamedTuple):
    """A figure of a run: its SVG, its caption (Markdown without links) and its description."""

    id: str
    chapter: str
    svg: str
    caption: str
    alt: str


def flipped(before: Document, after: Document) -> list[Sentence]:
    """The computed passages that differ in more than numbers: the verdict, then chapter by chapter."""
    old, new = _said(before), _said(after)
    found = [
        Sentence(*place, *pair)
        for place in _places(old, new)
        for pair in _pairs(old.get(place, []), new.get(place, []))
    ]
    return sorted(found, key=lambda passage: (passage.cell != VERDICT, passage.chapter))


def redrawn(before: Document, after: Document) -> list[tuple[Picture | None, Picture | None]]:
    """The figures that differ, before and after, chapter by chapter."""
    old, new = _pictures(before), _pictures(after)
    pairs = [(old.get(id), new.get(id)) for id in dict.fromkeys([*old, *new])]
    differing = [(a, b) for a, b in pairs if a is None or b is None or a.svg != b.svg]
    return sorted(differing, key=lambda pair: (pair[0] or pair[1]).chapter)


def headlines(document: Document) -> list[str]:
    """The ids of the findings that the summary cites, those of the verdict first."""
    sources = [source for (chapter, _), source in _markdown(document) if chapter == SUMMARY]
    return list(dict.fromkeys(re.findall(r"\(#finding-([\w-]+)\)", "\n".join(sources))))


def marked(before: str, after: str) -> tuple[str, str]:
    """Both passages as Markdown with the words that differ in bold; numbers that differ are not."""
    old, new = before.split(), after.split()
    blocks = SequenceMatcher(None, [*map(_words, old)], [*map(_words, new)], autojunk=False).get_opcodes()
    left = [(old[a:b], kind != "equal") for kind, a, b, _, _ in blocks]
    right = [(new[c:d], kind != "equal") for kind, _, _, c, d in blocks]
    return _bold(left), _bold(right)


def escaped(text: str) -> str:
    """Plain text as Markdown that reads the same."""
    return SPECIAL.sub(r"\\\1", text)


def unlinked(source: str, labels: Mapping[str, str]) -> str:
    """Markdown without links into the run's own report; references to figures and tables by name."""
    return re.sub(r"\[([^\]]*)\]\(#([^)\s]+)\)", lambda link: labels.get(link[2], link[1]), source)


def _places(old: Mapping[Place, Any], new: Mapping[Place, Any]) -> list[Place]:
    return list(dict.fromkeys([*old, *new]))


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The passages of one cell that differ in more than numbers, each with its counterpart."""
    words = SequenceMatcher(None, [*map(_words, old)], [*map(_words, new)], autojunk=False)
    for kind, a, b, c, d in words.get_opcodes():
        if kind != "equal":
            yield from zip_longest(old[a:b], new[c:d], fillvalue="")


def _words(passage: str) -> str:
    """A passage with every number, range and day replaced by the same sign."""
    plain_spaces = passage.replace("\N{NO-BREAK SPACE}", " ")
    return RANGE.sub("#", NUMBER.sub("#", DAY.sub("#", plain_spaces)))


def _said(document: Document) -> dict[Place, list[str]]:
    """The passages of each cell that computes what it says."""
    said: dict[Place, list[str]] = {}
    for place, source in _markdown(document):
        tokens = document.blocks(source, {"chapter": place[0]})
        said.setdefault(place, []).extend(_passages(tokens))
    return said


def _markdown(document: Document) -> Iterator[tuple[Place, str]]:
    """Place and source of the verdict and of every computed text."""
    if document.verdict:
        yield (SUMMARY, VERDICT), document.verdict
    for own, data in _outputs(document):
        if "text/markdown" in data and own.get("kind") is None:
            yield (own["chapter"], own["cell"]), data["text/markdown"]


def _outputs(document: Document) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Place and content of every output shown."""
    for cell in document.notebook.cells:
        for output in cell.get("outputs", ()):
            if "data" in output:
                yield output.metadata.get("dilemma", {}), output.data


def _passages(tokens: Iterable[Token]) -> Iterator[str]:
    """The plain text of each paragraph, list item, heading and table row."""
    for token in tokens:
        if token["type"] in ("paragraph", "block_text", "heading"):
            yield " ".join(plain(token["children"]).split())
        elif token["type"] == "grid":
            grid = token["attrs"]["grid"]
            yield from (" – ".join(cell.text for cell in row) for row in grid.body)
        else:
            yield from _passages(token.get("children", ()))


def _pictures(document: Document) -> dict[str, Picture]:
    """The figures of a report by their ids."""
    return {
        own["id"]: Picture(
            own["id"],
            own["chapter"],
            data["image/svg+xml"],
            unlinked(own.get("caption", ""), document.labels),
            own["alt"],
        )
        for own, data in _outputs(document)
        if own.get("kind") == "figure" and "image/svg+xml" in data
    }


def _bold(parts: Iterable[tuple[Sequence[str], bool]]) -> str:
    """Words as escaped Markdown, the marked ones bold."""
    texts = [(escaped(" ".join(words)), strong) for words, strong in parts if words]
    return " ".join(f"**{text}**" if strong else text for text, strong in texts)
