"""The explorer in the page: scales to choose on, the sentence, the choices and the map that follow.

Every string and every field comes ready in the chapter's output (`findings.EXPLORER`), so that the script
looks up and computes nothing. Without a script the figure of the same grid stands alone.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from nbformat import NotebookNode

from dilemma.findings import EXPLORER

LOOKED_UP = ("options", "phrases", "cells")  # what the script reads; all else is written into the page


def present(notebook: NotebookNode) -> bool:
    """Whether any output of a merged notebook brings an explorer."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return any("explorer" in output.get("metadata", {}).get("dilemma", {}) for output in outputs)


def lookup(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The explorer of an output's data, or None where there is none that can be shown."""
    try:
        widget(data[EXPLORER], "", "", "")
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return data[EXPLORER]


def widget(given: Mapping[str, Any], anchor: str, figure: str, summary: str) -> str:
    """The explorer, hidden until its script runs, and the figure that stands in its place until then."""
    name = escape(anchor)
    scales = "".join(_scale(scale, f"{name}-{at}") for at, scale in enumerate(given["scales"]))
    island = json.dumps({key: given[key] for key in LOOKED_UP}, ensure_ascii=False, separators=(",", ":"))
    island = island.replace("<", "\\u003c")  # nothing in it may end the script element
    return (
        f'<div class="explorer" hidden>\n{scales}<output aria-live="polite"></output>\n'
        f'<div class="follows">{_temperaments(given)}{_map(given)}</div>\n'
        f'<script type="application/json">{island}</script></div>\n'
        f'<details class="stand-in" open><summary>{escape(summary)}</summary>\n{figure}</details>\n'
    )


def _scale(scale: Mapping[str, Any], group: str) -> str:
    """A group of radio buttons: arrow keys move along it, and a screen reader says where in it one is."""
    buttons = "".join(
        f'<label><input type="radio" name="{group}" autocomplete="off"{_checked(at == scale["chosen"])}>'
        f"{escape(level)}</label>\n"
        for at, level in enumerate(scale["levels"])
    )
    return f"<fieldset><legend>{escape(scale['name'])}</legend>\n{buttons}</fieldset>\n"


def _checked(chosen: bool) -> str:
    return " checked" if chosen else ""


def _temperaments(given: Mapping[str, Any]) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in given["heads"])
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td></td></tr>' for name in given["temperaments"])
    return f'<table class="choices"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>\n'


def _map(given: Mapping[str, Any]) -> str:
    """The map as a table with the highest worth on top; the script fills and colours its fields."""
    _, worths, reactions = (scale["levels"] for scale in given["scales"])
    columns, lines = (_heads(given, *scale) for scale in (("col", reactions), ("row", worths)))
    rows = [f"<tr>{head}{'<td></td>' * len(reactions)}</tr>" for head in reversed(lines)]
    key = "".join(f"<li>{_code(option)} {escape(option['name'])}</li>" for option in given["options"])
    return (
        f'<figure class="map"><table><thead><tr><td></td>{"".join(columns)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>\n"
        f'<ul class="key">{key}</ul><figcaption>{escape(given["map"])}</figcaption></figure>'
    )


def _heads(given: Mapping[str, Any], scope: str, levels: Sequence[str]) -> list[str]:
    """The heads of the rows or columns; the first, in which nothing is fixed, shows a sign and speaks in full."""
    sign = f'<span aria-hidden="true">{escape(given["free"])}</span><span class="vh">{escape(levels[0])}</span>'
    return [f'<th scope="{scope}">{words}</th>' for words in (sign, *map(escape, levels[1:]))]


def _code(option: Mapping[str, str]) -> str:
    return f'<b class="{escape(option["look"])}">{escape(option["code"])}</b>'
