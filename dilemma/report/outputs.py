"""Outputs of any notebook brought to the few types that both renderers show; nothing is lost silently.

What remains after `presentable`: TABLE (the chapters' tables), image/svg+xml, image/png, image/jpeg,
text/html (already known to give tokens), text/markdown and text/plain, one per output; streams; errors.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from nbconvert.filters import strip_ansi
from nbformat import NotebookNode, from_dict

from dilemma.findings import FINDING, TABLE
from dilemma.report import markup
from dilemma.report.strings import string

PRIORITY = (
    TABLE, "image/svg+xml", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg",
    "application/json", "text/plain",
)  # fmt: skip
# Companions that say nothing beyond the type shown.
COMPANIONS = {*PRIORITY, FINDING, "application/pdf", "application/vnd.dataresource+json"}
KERNEL_FILE = re.compile(r"\S*ipykernel_\d+[/\\](\d+)\.py")


def presentable(output: NotebookNode, language: str) -> tuple[list[NotebookNode], list[str]]:
    """What to show for one output, and what had to be left out (MIME types or elements)."""
    if output.output_type == "stream":
        text = _console(output.text)
        return ([_node(output_type="stream", name=output.name, text=text)] if text.strip() else []), []
    if output.output_type == "error":
        traceback = [_console(line) for line in output.traceback]
        return [_node(output_type="error", ename=output.ename, evalue=output.evalue, traceback=traceback)], []
    if _own(output).get("kind") == "caption":
        return [], []
    return _display(output, language)


def image_alt(output: NotebookNode, language: str) -> tuple[str, bool]:
    """The alternative text of an image output, and whether its author gave one."""
    metadata = output.get("metadata", {})
    mime = next(iter(output.data))
    given = _own(output).get("alt") or metadata.get(mime, {}).get("alt") or metadata.get("alt")
    return (given or string("no_alt", language)), bool(given)


def note(what: str, language: str) -> NotebookNode:
    """A visible sentence in place of something that cannot be shown."""
    sentence = string("left_out", language, what=what)
    return _shown("text/markdown", f"*{sentence}*", {"dilemma": {"kind": "note"}})


def _display(output: NotebookNode, language: str) -> tuple[list[NotebookNode], list[str]]:
    data = {mime: _joined(value) for mime, value in output.data.items() if mime != FINDING}
    dropped: list[str] = []
    for mime, value in _candidates(data, dropped):
        if mime == "text/plain":
            dropped += sorted(set(data) - COMPANIONS)
        shown = [_shown(mime, value, output.get("metadata", {}))]
        return shown + [note(what, language) for what in dropped], dropped
    dropped += sorted(set(data) - COMPANIONS)
    return [note(what, language) for what in dropped], dropped


def _candidates(data: dict[str, Any], dropped: list[str]) -> Iterator[tuple[str, Any]]:
    """The representations in order of preference; active parts of HTML are named in `dropped`."""
    for mime in PRIORITY:
        if mime not in data:
            continue
        if mime == "text/html":
            tokens, active = markup.tokens(data[mime])
            dropped += [f"text/html ({', '.join(active)})"] if active else []
            if tokens:
                yield mime, data[mime]
        elif mime == "text/latex":
            yield "text/markdown", _as_formula(data[mime])
        elif mime == "application/json":
            yield "text/plain", json.dumps(data[mime], indent=2, ensure_ascii=False)
        elif mime != "text/plain" or not _is_bare_repr(data[mime]) or len(data) == 1:
            yield mime, _console(data[mime]) if mime == "text/plain" else data[mime]


def _as_formula(latex: str) -> str:
    """LaTeX as display Markdown; IPython hands it over with or without dollar signs."""
    bare = latex.strip().strip("$").strip()
    return bare if bare.startswith("\\begin{") else f"$$\n{bare}\n$$"


def _is_bare_repr(text: str) -> bool:
    return re.fullmatch(r"<[\w.]+ object.*>", text.strip()) is not None


def _console(text: str) -> str:
    """Terminal text without colours, overwritten progress lines and the kernel's process number."""
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in strip_ansi(_joined(text)).split("\n")]
    return KERNEL_FILE.sub("cell", "\n".join(lines))


def _joined(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value


def _own(output: NotebookNode) -> dict[str, Any]:
    return output.get("metadata", {}).get("dilemma", {})


def _shown(mime: str, value: Any, metadata: dict[str, Any]) -> NotebookNode:
    return _node(output_type="display_data", data={mime: value}, metadata=metadata)


def _node(**fields: Any) -> NotebookNode:
    return from_dict(fields)
