"""Outputs of any notebook brought to the few types that both renderers show; nothing is lost silently.

What remains after `presentable`: TABLE (the chapters' tables), image/svg+xml, image/png, image/jpeg,
text/html (already known to give tokens), text/markdown and text/plain, one per output; streams; errors.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from nbformat import NotebookNode, from_dict

from dilemma.findings import EXPLORER, FINDING
from dilemma.report import explorer, lengths, terminal
from dilemma.report.representations import PRIORITY, candidates, is_bare, named
from dilemma.report.strings import counted, string
from dilemma.wording import Text, pick

# Companions that say nothing beyond the type shown.
COMPANIONS = {*PRIORITY, FINDING, EXPLORER, "application/pdf", "application/vnd.dataresource+json"}
MARKS = re.compile(r"([\\`*_\[\]<>$~&])")  # what Markdown would not take as it stands



def presentable(output: NotebookNode, language: str) -> tuple[list[NotebookNode], list[Text]]:
    """What to show for one output, and what had to be left out (MIME types, elements, lengths)."""
    if output.output_type == "stream":
        return _printed(_joined(output.text), language, _stream(output.get("name", "stdout")))
    if output.output_type == "error":
        return [_failure(output, language)], []
    if _own(output).get("kind") == "caption":
        return [], []
    return _display(output, language)


def image_alt(output: NotebookNode, language: str) -> tuple[str, bool]:
    """The alternative text of an image output, and whether its author gave one."""
    given = _given_alt(output)
    return (given or string("no_alt", language)), bool(given)


def _given_alt(output: NotebookNode) -> str:
    """The alternative text where authors put it: with the output or with one of its types."""
    metadata = output.get("metadata", {})
    places = [_own(output), *(metadata.get(mime) for mime in output.data), metadata]
    given = [place["alt"] for place in places if isinstance(place, Mapping) and place.get("alt")]
    return str(given[0]) if given else ""


def note(what: Text, language: str) -> NotebookNode:
    """A visible sentence in place of something that cannot be shown."""
    what_is_missing = MARKS.sub(r"\\\1", pick(what, language))
    sentence = string("left_out", language, what=what_is_missing)
    return _shown("text/markdown", f"*{sentence}*", {"dilemma": {"kind": "note"}})


def _display(output: NotebookNode, language: str) -> tuple[list[NotebookNode], list[Text]]:
    data = {mime: _joined(value) for mime, value in output.data.items() if mime != FINDING}
    dropped: list[Text] = []
    for origin, (mime, value) in candidates(data, _given_alt(output), dropped):
        if mime != "text/plain":
            shown = _shown(mime, value, output.get("metadata", {}))
            if mime == "image/svg+xml" and (given := explorer.lookup(data)):
                shown.metadata.setdefault("dilemma", NotebookNode())["explorer"] = given
            return [shown, *(note(what, language) for what in dropped)], dropped
        if origin != mime or not is_bare(value) or len(data) == 1:
            shown, cut = _printed(value, language, lambda text: _shown("text/plain", text, {}))
            dropped += _unknown(data, origin)
            return shown + [note(what, language) for what in dropped], dropped + cut
    dropped += _unknown(data)
    return [note(what, language) for what in dropped], dropped


def _unknown(data: Mapping[str, Any], *shown: str) -> list[Text]:
    return [named(mime) for mime in sorted(set(data) - COMPANIONS - set(shown))]


def _printed(text: str, language: str, node: Callable[[str], NotebookNode]) -> tuple[list[NotebookNode], list[Text]]:
    """Console text as it settled; of a long one both ends, and between them how much is missing."""
    text = terminal.settled(text)
    if not text.strip():
        return [], []
    first, cut, last = lengths.ends(text)
    if not cut:
        return [node(text)], []
    what = counted("characters", cut, len(text))
    return [node(first), note(what, language), node(last)], [what]


def _stream(name: str) -> Callable[[str], NotebookNode]:
    return lambda text: _node(output_type="stream", name=name, text=text)


def _failure(output: NotebookNode, language: str) -> NotebookNode:
    """An error whose traceback ends in its message, as the traceback of every Python kernel does."""
    name, message = terminal.settled(output.ename), terminal.settled(output.evalue)
    traceback = terminal.settled("\n".join(output.traceback))
    if message not in traceback or name not in traceback:
        traceback = f"{traceback}\n{name}: {message}".strip()
    first, cut, last = lengths.ends(traceback)
    if cut:
        what = pick(counted("characters", cut, len(traceback)), language)
        first += f"\n{string('left_out', language, what=what)}\n{last}"
    return _node(output_type="error", ename=name, evalue=message, traceback=first.split("\n"))


def _joined(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value


def _own(output: NotebookNode) -> Mapping[str, Any]:
    own = output.get("metadata", {}).get("dilemma", {})
    return own if isinstance(own, Mapping) else {}


def _shown(mime: str, value: Any, metadata: dict[str, Any]) -> NotebookNode:
    return _node(output_type="display_data", data={mime: value}, metadata=metadata)


def _node(**fields: Any) -> NotebookNode:
    return from_dict(fields)
