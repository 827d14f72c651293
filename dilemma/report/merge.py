"""Executed chapters merged into one notebook of one language, every part with its anchor."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mistune.util import unikey
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_output

from dilemma.findings import FINDING, TABLE
from dilemma.report import markdown, outputs
from dilemma.report.chapters import (
    HIDDEN,
    Chapter,
    clean,
    free,
    is_foreign,
    starts_with_its_heading,
    tags,
)
from dilemma.report.computed import computed
from dilemma.report.representations import SIGNATURES, named
from dilemma.report.strings import string
from dilemma.wording import Text

DEEPEST = 5  # heading levels below the report's title, so that HTML ends at h6
NOTE_USE = re.compile(r"\[\^([^\]]+)\](?!:)")
SUMMARY, VERDICT = "00-summary", "verdict"
RESERVED = {
    "report", "contents", "contents-search", "contents-hits", "answer", "explanation", "explanation-title",
    "notes", "made", "provenance", "findings", "problems",
}  # fmt: skip


class Merged:
    """The merged notebook as it grows, chapter by chapter."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.notebook = new_notebook()
        self.verdict = ""
        self.headings: list[dict[str, Any]] = []
        self.labels: dict[str, str] = {}
        self.anchors: set[str] = set()
        self.footnotes: dict[str, dict[str, str]] = {}
        self.findings: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self._taken = set(RESERVED)
        self._cell_ids: set[str] = set()
        self._note_uses: set[str] = set()
        self._level = 0

    def reserve(self, slugs: Sequence[str]) -> None:
        """Keep the chapters' anchors free for the chapters."""
        self.anchors.update(slugs)
        self._taken.update(slugs)

    def add(self, item: Chapter) -> None:
        """Append one chapter: other language and hidden cells gone, everything else anchored."""
        for key in ("kernelspec", "language_info"):
            if key in item.notebook.metadata:
                self.notebook.metadata.setdefault(key, item.notebook.metadata[key])
        self.footnotes[item.slug] = {}
        self._level, self._note_uses = 0, set()
        self.problems += [f"{problem} ({item.slug})" for problem in item.problems]
        self._gather_findings(item)
        cells = [cell for index, cell in enumerate(self._cells(item)) if self._keep(cell, index, item)]
        for index, cell in enumerate(cells):
            self._place(cell, item, first=index == 0)
        self.notebook.cells.extend(cells)
        self._report_unused_notes(item.slug)

    def _report_unused_notes(self, slug: str) -> None:
        for key, text in self.footnotes[slug].items():
            if key not in self._note_uses:
                self.problems.append(f"The note {key} of {slug} is never referred to, so it is left out: {text}")

    def _cells(self, item: Chapter) -> Iterator[NotebookNode]:
        if not starts_with_its_heading(item.notebook, self.language):
            yield new_markdown_cell(f"# {item.title}", id="chapter")
        yield from item.notebook.cells

    def _keep(self, cell: NotebookNode, index: int, item: Chapter) -> bool:
        if is_foreign(cell, self.language):
            return False
        cell.setdefault("id", f"cell-{index}")
        if tags(cell) & HIDDEN:
            # A hidden cell that failed must still be seen to have failed.
            cell["outputs"] = [o for o in cell.get("outputs", ()) if o.output_type == "error"]
            cell.metadata["tags"] = sorted(tags(cell) | {"remove-input"})
            return bool(cell["outputs"])
        if cell.id == VERDICT and item.slug == SUMMARY:
            self._lift_verdict(cell)
        return True

    def _lift_verdict(self, cell: NotebookNode) -> None:
        """The verdict opens the report, so it leaves its place in the summary."""
        spoken = [o for o in cell.get("outputs", ()) if "text/markdown" in o.get("data", {})]
        self.verdict = "\n\n".join(str(o.data["text/markdown"]).strip() for o in spoken)
        cell.outputs = [o for o in cell.get("outputs", ()) if o not in spoken]

    def _place(self, cell: NotebookNode, item: Chapter, first: bool) -> None:
        anchor = re.sub(r"-(de|en)$", "", cell.id)
        place = {"chapter": item.slug, "first": first, "anchor": anchor, "cell": cell.id, "headings": []}
        cell.metadata["dilemma"] = place
        place = cell.metadata["dilemma"]  # nbformat stores a copy
        if cell.cell_type == "raw":
            self._take_raw(cell, place)
        if cell.cell_type == "markdown":
            cell.source = self._with_own_notes(_with_attachments(cell), item.slug)
            self._read_markdown(cell.source, place)
        elif cell.cell_type == "code":
            cell.outputs = [shown for o in cell.outputs for shown in self._output(o, place)]
        cell.id = free(cell.id, self._cell_ids)

    def _take_raw(self, cell: NotebookNode, place: Mapping[str, Any]) -> None:
        """A raw cell as the output that its format names; one for another kind of document as a note."""
        mime = cell.metadata.get("raw_mimetype", cell.metadata.get("format")) or "text/plain"
        if mime not in ("text/plain", "text/markdown", "text/html"):
            self._dropped(named(f"raw cell ({mime})"), place)
            cell.outputs = [outputs.note(named(mime), self.language)]
        else:
            cell.outputs = [new_output("display_data", {mime: cell.source})] if cell.source.strip() else []
        cell.cell_type, cell.source, cell.execution_count = "code", "", None

    def _output(self, output: NotebookNode, place: Mapping[str, Any]) -> list[NotebookNode]:
        shown, dropped = outputs.presentable(output, self.language)
        for what in dropped:
            self._dropped(what, place)
        for part in shown:
            if part.output_type == "display_data":
                own = part.metadata.setdefault("dilemma", NotebookNode())
                own.update({k: place[k] for k in ("chapter", "anchor", "cell")}, headings=[])
                self._place_output(part, own)
        return shown

    def _place_output(self, part: NotebookNode, own: dict[str, Any]) -> None:
        mime = next(iter(part.data))
        if mime == "text/markdown":
            part.data[mime] = self._with_own_notes(part.data[mime], own["chapter"])
            self._read_markdown(part.data[mime], own)
        elif mime.startswith("image/"):
            own["alt"], given = outputs.image_alt(part, self.language)
            if not given:
                self.problems.append(f"An image of cell {own['cell']} ({own['chapter']}) has no description.")
            if own.get("kind") == "figure":
                self._label(own, "figure")
        elif mime == TABLE:
            own["id"] = part.data[mime].get("id", "")
            self._label(own, "table")
            part.data[mime]["id"] = own["id"]
            part.data[mime]["row_ids"] = [self._row(i, own) for i in part.data[mime].get("row_ids") or ()]

    def _label(self, own: dict[str, Any], kind: str) -> None:
        """Give a figure or table its number through the whole report, and an anchor of its own."""
        wanted = own.get("id") or f"{kind[:3]}-{own['anchor']}"
        own["id"] = self._take(wanted, own)
        own["number"] = 1 + sum(
            label.startswith(string(kind, self.language)) for label in self.labels.values()
        )
        own["label"] = f"{string(kind, self.language)} {own['number']}"
        self.labels[own["id"]] = own["label"]

    def _row(self, anchor: str | None, own: Mapping[str, Any]) -> str | None:
        return self._take(anchor, own) if anchor else None

    def _take(self, anchor: str, own: Mapping[str, Any]) -> str:
        given = self._anchor(anchor)
        if given != anchor:
            problem = f"The anchor {anchor} in {own['chapter']} is taken or invalid; it became {given}."
            self.problems.append(problem)
        return given

    def _anchor(self, wanted: str) -> str:
        anchor = free(clean(wanted), self._taken)
        self.anchors.add(anchor)
        return anchor

    def _read_markdown(self, source: str, place: dict[str, Any]) -> None:
        tokens = markdown.blocks(source)
        self._note_uses |= {unikey(key) for key in NOTE_USE.findall(source)}
        for token in markdown.walk(tokens):
            if token["type"] == "anchor" and token["attrs"]["id"] not in self._taken:
                self.anchors.add(token["attrs"]["id"])
                self._taken.add(token["attrs"]["id"])
        for token in tokens:
            if token["type"] == "heading":
                self._heading(token, place)

    def _with_own_notes(self, source: str, slug: str) -> str:
        """The source with notes that another cell of the chapter has under the same name under a new one."""
        known = self.footnotes[slug]
        for key, text in markdown.footnote_definitions(source).items():
            own = key if known.get(key, text) == text else free(key, set(known))
            if own != key:
                source = re.sub(rf"\[\^{re.escape(key)}\]", lambda _, own=own: f"[^{own}]", source, flags=re.I)
            known[own] = text
        return source

    def _heading(self, token: dict[str, Any], place: dict[str, Any]) -> None:
        is_chapter = self._level == 0
        anchor = place["chapter"] if is_chapter else self._anchor(place["anchor"])
        wanted = min(token["attrs"]["level"], self._level + 1, DEEPEST)
        self._level = 1 if is_chapter else max(2, wanted)
        place["headings"].append({"level": self._level, "anchor": anchor})
        self.headings.append(
            {
                "level": self._level,
                "anchor": anchor,
                "markdown": markdown.plain(token["children"]),
                "chapter": place["chapter"],
            }
        )

    def _gather_findings(self, item: Chapter) -> None:
        known = {record["id"] for record in self.findings}
        for cell, output in ((made, o) for made in item.notebook.cells for o in made.get("outputs", ())):
            for record in output.get("data", {}).get(FINDING, ()):
                if record["id"] not in known:
                    shown = {"cell": cell.get("id", "")}
                    self.findings.append({**record, **shown, **computed(record["id"], item.computations)})
                    known.add(record["id"])

    def _dropped(self, what: Text, place: Mapping[str, Any]) -> None:
        self.problems.append(f"Cell {place['cell']} ({place['chapter']}): left out {what.en}.")


def _with_attachments(cell: NotebookNode) -> str:
    """The cell's source with its attached images written out as data addresses."""
    source = cell.source
    for name, bundle in sorted(cell.pop("attachments", {}).items()):
        mime = next((m for m in ("image/svg+xml", *SIGNATURES) if m in bundle), None)
        if mime:
            address = _data_address(mime, bundle[mime])
            for written in dict.fromkeys((name, quote(name))):
                source = source.replace(f"attachment:{written}", address)
    return source


def _data_address(mime: str, content: str | list[str]) -> str:
    """An attached picture as an address; SVG comes in base64 or, from some editors, as it is."""
    text = "".join(content)
    if text.lstrip().startswith("<"):
        text = b64encode(text.encode()).decode()
    return f"data:{mime};base64,{re.sub(r'[^A-Za-z0-9+/=]', '', text)}"
