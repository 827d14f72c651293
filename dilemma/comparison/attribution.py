"""Which parameter caused a change: each changed parameter alone, and what only their joint change does."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dilemma import findings
from dilemma import parameters as contract
from dilemma.comparison import run_files
from dilemma.comparison.run_files import Run
from dilemma.findings import Record
from dilemma.parameters import ParameterError, Parameters
from dilemma.report import folders

Stated = Mapping[str, Record]


class Attribution(NamedTuple):
    """A change taken apart: `total` = known effects + interaction; None where a run gave no number."""

    total: float
    effects: tuple[float | None, ...]
    interaction: float


def attribute(before: float, after: float, alone: Sequence[float | None]) -> Attribution:
    """The effect of each parameter alone and the remainder that none of them explains.

    `alone` holds the finding when only one parameter is set as in the second run. Effects of one
    parameter at a time depend on the starting point; the remainder says by how much they fail to add up.
    """
    effects = tuple(None if value is None else value - before for value in alone)
    total = after - before
    return Attribution(total, effects, total - sum(effect for effect in effects if effect is not None))


def obstacle(before: Run, after: Run) -> str:
    """Why the change cannot be attributed to parameters (a key of STRINGS without compare_), or nothing.

    What differs in data, code or libraries is no parameter's doing, and a run that lacks chapters
    would look like an effect.
    """
    if before.made_from != after.made_from:
        return "mixed"
    if not (before.complete and after.complete):
        return "gaps"
    return ""


def one_at_a_time(before: Run, after: Run, notebooks: Path) -> dict[str, Stated | None]:
    """What run `before` states with one changed parameter set as in `after`, for each of them.

    Taken from a finished run with the same inputs where there is one, else executed; None where
    those parameters cannot go together. One changed parameter needs no run: it made `after`.
    """
    names = run_files.changed(before, after)
    if len(names) < 2:
        return dict.fromkeys(names, after.findings)
    return {name: _alone(before, after, name, notebooks) for name in names}


def needs_execution(before: Run, after: Run) -> bool:
    """Whether a chapter would have to be executed to tell the parameters apart."""
    names = run_files.changed(before, after)
    mixes = [_mixed(before, after, name) for name in names] if len(names) > 1 else []
    return any(mixed and _finished(before, mixed) is None for mixed in mixes)


def _alone(before: Run, after: Run, name: str, notebooks: Path) -> Stated | None:
    mixed = _mixed(before, after, name)
    if mixed is None:
        return None
    return _finished(before, mixed) or _executed(before, mixed, name, notebooks)


def _mixed(before: Run, after: Run, name: str) -> Parameters | None:
    """The first run's parameters with one of the second; None when the contract forbids the mix."""
    values = before.parameters.model_dump(exclude={"language"})
    try:
        return contract.build(values | {name: getattr(after.parameters, name)})
    except ParameterError:
        return None


def _finished(like: Run, mixed: Parameters) -> Stated | None:
    """The findings of a complete run with these parameters, made from the same inputs as `like`."""
    runs = like.folder.parent
    kept = runs / _folder_name(like, mixed) / "findings.json"
    if kept.exists():
        return _by_id(json.loads(kept.read_text(encoding="utf-8")))
    for name in run_files.names(runs):
        try:
            run = run_files.read(name, runs)
        except ParameterError:
            continue  # a damaged run serves nobody
        if run.complete and run.parameters == mixed and run.made_from == like.made_from:
            return run.findings
    return None


def _executed(before: Run, mixed: Parameters, name: str, notebooks: Path) -> Stated:
    """The findings with the chapters that read parameter `name` executed anew, in one language."""
    affected = [path for path in sorted(notebooks.glob("[0-9][0-9]-*.ipynb")) if _declares(path, name)]
    chapters = {path.stem for path in affected}
    kept = {id: found for id, found in before.findings.items() if found["chapter"] not in chapters}
    final = before.folder.parent / _folder_name(before, mixed)
    with folders.in_the_making(final.parent, final.name.removeprefix(".")) as folder:
        stated, complete = _run([path for path in affected if not _waits(path)], mixed, folder)
        if complete:
            folders.write_json(folder / "findings.json", [*kept.values(), *stated])
            folders.move(folder, final)
    return kept | _by_id(stated)


def _run(chapters: Sequence[Path], mixed: Parameters, folder: Path) -> tuple[list[Record], bool]:
    """What the chapters state under these parameters, and whether all ran to their end."""
    from dilemma.execution.execute import execute
    from dilemma.report.build import CACHE

    (folder / "notebooks").mkdir()
    for path in chapters:
        shutil.copyfile(path, folder / "notebooks" / path.name)
    outcomes = execute(folder / "notebooks", folder, [mixed], cache=folder.parent.parent / CACHE)
    done = sorted((folder / mixed.language / f"{out.chapter}.ipynb", out.ok) for out in outcomes)
    stated = [found for path, ok in done if ok for found in findings.gather(path)]
    return stated, all(ok for _, ok in done)


def _folder_name(like: Run, mixed: Parameters) -> str:
    """The hidden folder that keeps the findings of one set of parameters and inputs."""
    key = json.dumps([like.made_from, mixed.texts()], sort_keys=True)
    return f".attribution-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _declares(notebook: Path, name: str) -> bool:
    """Whether a notebook's parameters cell has this parameter."""
    cells = [cell for cell in _content(notebook)["cells"] if "parameters" in cell["metadata"].get("tags", ())]
    lines = [line for cell in cells for line in "".join(cell["source"]).splitlines()]
    return any(line.partition(":")[0].strip() == name for line in lines)


def _waits(notebook: Path) -> bool:
    """Whether a chapter only reports what the others state."""
    return bool(_content(notebook)["metadata"].get("dilemma", {}).get("reads_findings"))


def _content(notebook: Path) -> dict[str, Any]:
    return json.loads(notebook.read_text(encoding="utf-8"))


def _by_id(records: Sequence[Record]) -> dict[str, Record]:
    return {found["id"]: found for found in records}
