"""Where a chapter computes its findings: the cell, and the expression it gives for the value."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode


@dataclass(frozen=True)
class Computation:
    """One call of finding(): a pattern of the ids it states, the cell it stands in, and its expression."""

    id: str
    cell: str
    expression: str


def computations(notebook: NotebookNode) -> list[Computation]:
    """The calls of finding() in a notebook's code, hidden cells included."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and "finding(" in cell.source]
    return [found for cell in cells for found in _calls(cell)]


def computed(id: str, calls: list[Computation]) -> dict[str, str]:
    """The cell and the formula of a finding; nothing where no call, or more than one, can have stated it."""
    found = [call for call in calls if re.fullmatch(call.id, id)]
    exact = [call for call in found if call.id == re.escape(id)] or found
    return {"cell": exact[0].cell, "formula": exact[0].expression} if len(exact) == 1 else {}


def _calls(cell: NotebookNode) -> Iterator[Computation]:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:  # a notebook of somebody else, with magics
        return
    for node in ast.walk(tree):
        name = getattr(node, "func", None)
        if isinstance(node, ast.Call) and getattr(name, "attr", "") == "finding" and len(node.args) > 1:
            if pattern := _pattern(node.args[0]):
                yield Computation(pattern, cell.get("id", ""), ast.unparse(node.args[1]))


def _pattern(id: ast.expr) -> str:
    """What an id can read, as a regular expression; empty where the code does not show it."""
    if isinstance(id, ast.Constant):
        return re.escape(str(id.value))
    if isinstance(id, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in id.values)
    return ""
