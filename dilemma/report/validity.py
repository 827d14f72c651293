"""Notebooks of every version and condition as valid nbformat 4.5, nothing taken away that a reader sees."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output, new_raw_cell
from nbformat.validator import normalize

# Characters that no page may hold: halves of pairs, controls but those of a terminal, and what is none.
ILLEGIBLE = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# What a part needs and readers do not miss.
CELLS = {"code": {"outputs": [], "execution_count": None}, "markdown": {}, "raw": {}}
OUTPUTS = {
    "display_data": {"metadata": {}},
    "execute_result": {"metadata": {}, "execution_count": None},
    "stream": {"name": "stdout"},
    "error": {"ename": "", "evalue": "", "traceback": []},
}


def read(path: Path) -> NotebookNode:
    """The notebook in a file of any nbformat; what is wrong in it is left for `repaired`."""
    node = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    if node.get("nbformat", 4) >= 4:
        return node
    node = nbformat.convert(node, 4)
    for cell in node.cells:
        cell.pop("id", None)  # made up at random
    return node


def repaired(node: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """A valid copy of a notebook, and what was wrong with it.

    A cell or output of no known type stands in the copy as it is written; metadata of a wrong type goes.
    """
    node = nbformat.from_dict({"metadata": {}, "cells": [], **_legible(node), "nbformat": 4, "nbformat_minor": 5})
    node.cells = [_part(cell) for cell in node.cells]
    _name_cells(node)
    if _is_valid(node):
        return node, []
    problems: list[str] = []
    node.cells = [_cell(cell, problems) for cell in node.cells]
    changes, node = normalize(node, strip_invalid_metadata=True)
    if changes:
        problems.append(f"{changes} entries of the notebook's metadata are of a wrong type; they were ignored.")
    return node, problems


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return ILLEGIBLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_legible(key): _legible(part) for key, part in value.items()}
    return [_legible(part) for part in value] if isinstance(value, list) else value


def _part(found: Any) -> NotebookNode:
    return found if isinstance(found, NotebookNode) else NotebookNode(found=found)


def _name_cells(node: NotebookNode) -> None:
    """Give every cell an id of its own, the same one in every run."""
    taken: set[str] = set()
    for number, cell in enumerate(node.cells, start=1):
        if not isinstance(cell.get("id"), str) or not ID.fullmatch(cell["id"]):
            cell["id"] = f"cell-{number}"
        while cell["id"] in taken:
            cell["id"] = f"{cell['id'][:50]}-{number}"
        taken.add(cell["id"])


def _cell(cell: NotebookNode, problems: list[str]) -> NotebookNode:
    kind = cell.get("cell_type")
    whole = nbformat.from_dict({"metadata": {}, "source": "", **CELLS.get(kind, {}), **cell})
    if not isinstance(whole.metadata, NotebookNode):
        whole.metadata = NotebookNode()
        problems.append(f"The metadata of cell {cell.id} are of a wrong type; they were ignored.")
    if isinstance(whole.get("outputs"), list):
        whole.outputs = [_output(_part(output), cell.id, problems) for output in whole.outputs]
    # Metadata is mended for the whole notebook.
    if kind in CELLS and _is_valid({**whole, "metadata": {}}, f"{kind}_cell"):
        return whole
    problems.append(f"Cell {cell.id} is of no type that nbformat 4.5 knows; it is shown as it is written.")
    return new_raw_cell(_as_written(cell), id=cell.id)


def _output(output: NotebookNode, cell: str, problems: list[str]) -> NotebookNode:
    kind = output.get("output_type")
    whole = nbformat.from_dict({**OUTPUTS.get(kind, {}), **output})
    if kind in OUTPUTS and _is_valid(whole, kind):
        return whole
    problems.append(f"An output of cell {cell} is of no type that nbformat 4.5 knows; it is shown as it is written.")
    return new_output("display_data", {"text/plain": _as_written(output)})


def _is_valid(part: Any, definition: str | None = None) -> bool:
    try:
        nbformat.validate(part, ref=definition, version=4, version_minor=5)
    except nbformat.ValidationError:
        return False
    return True


def _as_written(part: Any) -> str:
    return json.dumps(part, indent=1, ensure_ascii=False)
