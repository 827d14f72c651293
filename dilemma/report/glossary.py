"""Terms of the glossary linked where a chapter first uses them, on tokens, so for any format."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from nbformat import NotebookNode

from dilemma.findings import TABLE
from dilemma.report.tables import Token

ROW = "term-"  # begins the anchor of a row of the glossary
LINKED = re.compile(rf"\(#({ROW}[a-z0-9-]+)\)")
# Headings and code stay as they are, a link already leads somewhere, a table has no room for it.
CLOSED = {"heading", "link", "strong", "grid", "image", "def_list_head"}
LONG = 10  # letters from which a single word is hardly meant in an everyday sense


class Glossary:
    """The terms of a merged notebook; it remembers which chapter has seen which."""

    def __init__(self, notebook: NotebookNode) -> None:
        self._anchors: dict[str, str] = {}
        self._home = ""
        for chapter, anchor, term in _terms(notebook):
            self._home = chapter
            self._anchors |= {form: anchor for form in _forms(term)}
        self._linked = _linked_by_hand(notebook)
        # The longest first: "Monte Carlo draw" before any shorter term within it.
        forms = "|".join(_pattern(form) for form in sorted(self._anchors, key=lambda form: (-len(form), form)))
        self._pattern = re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])") if forms else None

    def explained(self, tokens: Iterable[Token], chapter: str) -> list[Token]:
        """The tokens with each term's first use in the chapter's prose linked to its row."""
        if self._pattern is None or chapter == self._home:
            return list(tokens)
        return [new for token in tokens for new in self._explain(token, chapter)]

    def _explain(self, token: Token, chapter: str) -> Iterator[Token]:
        if token["type"] == "text":
            yield from self._split(token["raw"], chapter)
        elif token["type"] in CLOSED or "children" not in token:
            yield token
        else:
            yield {**token, "children": self.explained(token["children"], chapter)}

    def _split(self, text: str, chapter: str) -> Iterator[Token]:
        end = 0
        for found in self._pattern.finditer(text):
            anchor = self._anchor(found[0])
            if anchor in self._linked[chapter]:
                continue
            self._linked[chapter].add(anchor)
            yield _text(text[end : found.start()])
            yield {"type": "link", "attrs": {"url": f"#{anchor}"}, "children": [_text(found[0])]}
            end = found.end()
        yield _text(text[end:])

    def _anchor(self, used: str) -> str:
        """The row of a form, which may begin with the other case than in the glossary."""
        swapped = used[0].swapcase() + used[1:]
        return self._anchors.get(used) or self._anchors[swapped]


def _terms(notebook: NotebookNode) -> Iterator[tuple[str, str, str]]:
    """Chapter, anchor and term of each row of a glossary."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            spec: Mapping = output.get("data", {}).get(TABLE) or {}
            for anchor, row in zip(spec.get("row_ids") or (), spec.get("rows", ()), strict=False):
                if anchor and anchor.startswith(ROW):
                    yield cell.metadata["dilemma"]["chapter"], anchor, str(row[0])


def _forms(term: str) -> Iterator[str]:
    """The ways to write a term: without what stands in brackets, and that by itself."""
    outside, _, inside = term.partition(" (")
    for form in (outside, inside.rstrip(")")):
        if re.search(r"\w[ \d-]|.[A-Z]", form) or len(form) >= LONG:
            yield form


def _pattern(form: str) -> str:
    """Exactly the form; where it is no acronym, it may begin a sentence or not."""
    if form[0].isalpha() and not form[1:2].isupper() and " " in form:
        return f"[{form[0].upper()}{form[0].lower()}]{re.escape(form[1:])}"
    return re.escape(form)


def _linked_by_hand(notebook: NotebookNode) -> dict[str, set[str]]:
    """The rows that each chapter's own Markdown links to."""
    linked: dict[str, set[str]] = defaultdict(set)
    for cell in notebook.cells:
        spoken = [output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", ())]
        chapter = cell.metadata["dilemma"]["chapter"]
        linked[chapter].update(LINKED.findall("\n".join([cell.source, *map(str, spoken)])))
    return linked


def _text(raw: str) -> Token:
    return {"type": "text", "raw": raw}
