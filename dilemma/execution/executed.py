"""Executed notebooks as files: whether one is complete, and without what differs between two runs."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
# papermill puts cells with this tag around an error.
MARKER = "papermill-error-cell-tag"
INJECTED = "injected-parameters"
OVERWRITTEN = re.compile(r"^.*\r(?=[^\n])", re.MULTILINE)  # by a bar of progress, which begins its line anew


@dataclass(frozen=True)
class Fault:
    """Why a notebook is not complete, and the cell where it shows."""

    reason: str
    cell: NotebookNode | None


def load(path: Path) -> NotebookNode:
    """The notebook in a file."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that execution must reach."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.source.strip()
        and "skip-execution" not in cell.metadata.get("tags", [])
    ]


def finish(notebook: NotebookNode | None, path: Path) -> Fault | None:
    """Writes an executed notebook as a rerun would write it too, and says what it lacks."""
    if not notebook:
        return Fault("nothing was executed", None)
    fault = find_fault(notebook)
    write(stable(notebook), path)
    return fault


def join_streams(cell: NotebookNode) -> None:
    """Leaves one output of a cell for each stream, where its first piece stood, without what was written over.

    As nbclient's option `coalesce_streams`, which takes minutes for a line of a million signs.
    """
    joined: dict[str, NotebookNode] = {}
    outputs: list[NotebookNode] = []
    for output in cell.outputs:
        first = joined.setdefault(output.name, output) if output.output_type == "stream" else output
        if first is output:
            outputs.append(output)
        else:
            first.text += output.text
    for output in joined.values():
        output.text = OVERWRITTEN.sub("", output.text)
    cell.outputs = _output_first(outputs)


def _output_first(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Puts standard output before the errors that stand right before it: which came first is chance."""
    names = [output.get("name", "") for output in outputs]
    for at in range(len(outputs) - 1):
        if names[at : at + 2] == ["stderr", "stdout"]:
            outputs[at : at + 2] = reversed(outputs[at : at + 2])
    return outputs


def find_fault(notebook: NotebookNode) -> Fault | None:
    """The first cell that raised an error or was never reached.

    papermill alone would take `sys.exit(0)` in a cell for success, and so a kernel too short of
    memory to show the error that it reports.
    """
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                return Fault(_error(output), cell)
        if cell.metadata.get("papermill", {}).get("exception"):
            return Fault("the cell failed without a word, perhaps for lack of memory", cell)
        if cell.execution_count is None:
            return Fault("the cell was never reached", cell)
    return None


def _error(output: NotebookNode) -> str:
    if output.ename == "SystemExit":
        return "the cell ended the notebook with an exit"
    said = "; ".join(line.strip().rstrip(".") for line in output.evalue.splitlines() if line.strip())
    return f"{output.ename}: {said}" if said else output.ename


def stable(notebook: NotebookNode) -> NotebookNode:
    """Takes from a notebook its times and random ids, and what papermill adds."""
    notebook.metadata.pop("papermill", None)
    notebook.cells = [cell for cell in notebook.cells if MARKER not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.id = INJECTED
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Writes a stable notebook without process ids and this machine's folders."""
    text = nbformat.writes(notebook) + "\n"
    if "ipykernel_" in text:  # looking where such a path begins takes longer than all else here
        text = re.sub(r'[^\s"\']*ipykernel_\d+[\\/]+\d+\.py', "cell.py", text)
    for folder in (sys.prefix, str(ROOT)):
        text = text.replace(folder.replace("\\", "\\\\") + "/", "")
    path.write_text(text, encoding="utf-8", newline="\n")
