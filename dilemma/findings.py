"""Findings: what a chapter states, kept in its notebook and read by the summary."""

import ast
import json
import math
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from dilemma import parameters as contract
from dilemma.parameters import Parameters
from dilemma.wording import LANGUAGES, Text, day, interval, pick, quantity

FINDING = "application/vnd.dilemma.finding+json"
TABLE = "application/vnd.dilemma.table+json"
LINKING = ("text/markdown", TABLE)
EXPLORER = "application/vnd.dilemma.explorer+json"
RUNS = Path(__file__).resolve().parents[1] / "reports" / "runs"
PLACEHOLDER = "…"

Record = dict[str, Any]
Value = Real | date | tuple[Real, Real] | Text


def record(
    id: str, chapter: str, value: Value, unit: str, label: Text, sources: Sequence[str] = ()
) -> Record:
    """A finding as the executed notebook carries it.

    `value` is a number, a (low, high) pair, a date, or a Text for a finding in words.
    Raises ValueError for a value that is not finite or does not fit.
    """
    pair = value if isinstance(value, tuple) and not isinstance(value, Text) else None
    low, high = (_number(bound, id) for bound in pair) if pair else (None, None)
    return {
        "id": id,
        "chapter": chapter,
        "value": _number(value, id) if isinstance(value, Real) else None,
        "low": low,
        "high": high,
        "unit": unit,
        **{f"label_{language}": pick(label, language) for language in LANGUAGES},
        **{f"text_{language}": _worded(value, unit, language) for language in LANGUAGES},
        "sources": list(sources),
    }


def link(finding: Record, language: str) -> str:
    """The finding's text as a Markdown link to its row in the ledger."""
    return f"[{finding[f'text_{language}']}](#finding-{finding['id']})"


def gather(notebook: Path | str | Mapping[str, Any]) -> list[Record]:
    """The findings an executed notebook carries, in the order of its cells."""
    return [dict(finding) for bundle in _bundles(notebook) for finding in bundle.get(FINDING, [])]


def cited(notebook: Path | str | Mapping[str, Any]) -> frozenset[str]:
    """The ids of the sources that an executed notebook's outputs link to."""
    # Figures are most of a notebook and link to no source.
    shown = [bundle[kind] for bundle in _bundles(notebook) for kind in LINKING if kind in bundle]
    return frozenset(re.findall(r"\(#src-([a-z0-9-]+)\)", json.dumps(shown)))


@dataclass(frozen=True)
class Findings:
    """The findings of other chapters; looking one up gives its text as a Markdown link."""

    records: tuple[Record, ...]
    language: str
    missing: str = ""
    cited: frozenset[str] = frozenset()  # source ids that the chapters link to

    def __getitem__(self, id: str) -> str:
        """The finding as a link, or a visible placeholder when no chapter stated it."""
        return next((link(found, self.language) for found in self.records if found["id"] == id), PLACEHOLDER)

    def __contains__(self, id: object) -> bool:
        return any(found["id"] == id for found in self.records)

    def __iter__(self) -> Iterator[str]:
        return (found["id"] for found in self.records)

    def __len__(self) -> int:
        return len(self.records)

    @property
    def values(self) -> dict[str, Any]:
        """Each finding's number, (low, high) pair or, for words and dates, its text."""
        return {found["id"]: self._value(found) for found in self.records}

    @property
    def chapters(self) -> tuple[str, ...]:
        """The chapters that stated something, in reading order."""
        return tuple(sorted({found["chapter"] for found in self.records}))

    def _value(self, found: Record) -> Any:
        if found["low"] is not None:
            return found["low"], found["high"]
        return found[f"text_{self.language}"] if found["value"] is None else found["value"]


def read(parameters: Parameters, folder: Path | str | None = None, runs: Path = RUNS) -> Findings:
    """The findings of the other chapters under the same parameters.

    Executed chapters in `folder` (default: the current one) come first; outside a run, chapters
    not found there are taken from the newest run with the same parameters. Never raises: without
    any finding `missing` says which command makes them.
    """
    here = Path(folder) if folder is not None else Path.cwd()
    chapters = _executed(here, parameters)
    if not (here.parent / "run.json").exists():
        chapters = _newest(runs, parameters) | chapters
    stated = [content for _, content in sorted(chapters.items())]
    records = tuple(found for content in stated for found in gather(content))
    sources = frozenset[str]().union(*(cited(content) for content in stated))
    return Findings(records, parameters.language, "" if records else _advice(parameters), sources)


def _executed(folder: Path, parameters: Parameters) -> dict[str, Mapping[str, Any]]:
    """Every chapter in a folder that states something and was executed with the same parameters."""
    chapters = {}
    for path in sorted(folder.glob("*.ipynb")):
        try:
            content = _content(path)
            if gather(content) and _same(content, parameters):
                chapters[path.stem] = content
        except (OSError, SyntaxError, ValueError, KeyError, TypeError, AttributeError):
            continue  # somebody else's or a damaged notebook states nothing
    return chapters


def _newest(runs: Path, parameters: Parameters) -> dict[str, Mapping[str, Any]]:
    """The chapters of the newest complete run with the same parameters."""
    for finished in sorted(runs.glob("[!.]*/run.json"), key=lambda path: path.stat().st_mtime, reverse=True):
        if not _serves(finished, parameters):
            continue
        for language in sorted(LANGUAGES, key=lambda language: language != parameters.language):
            if found := _executed(finished.parent / language, parameters):
                return found
    return {}


def _serves(run: Path, parameters: Parameters) -> bool:
    """Whether a run is complete and was made with these parameters, by its run.json."""
    try:
        record = json.loads(run.read_text(encoding="utf-8"))
        made_with = parameters.model_dump(mode="json", exclude={"language"})
        return record["status"] == "complete" and record["parameters"] == made_with
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _same(content: Mapping[str, Any], wanted: Parameters) -> bool:
    """Whether a notebook was executed with the same parameters, those it declares; the language may differ."""
    cells = [cell for cell in content["cells"] if _sets_parameters(cell["metadata"].get("tags", []))]
    lines = [line for cell in cells for line in ast.parse("".join(cell["source"])).body]
    values = dict(_assigned(lines))
    used = contract.build(values)
    return all(getattr(used, name) == getattr(wanted, name) for name in values if name != "language")


def _sets_parameters(tags: Iterable[str]) -> bool:
    return not {"parameters", "injected-parameters"}.isdisjoint(tags)


def _assigned(lines: Iterable[ast.stmt]) -> Iterator[tuple[str, object]]:
    """The name and the literal of each assignment."""
    for line in lines:
        if isinstance(line, ast.AnnAssign):
            yield line.target.id, ast.literal_eval(line.value)
        elif isinstance(line, ast.Assign):
            yield line.targets[0].id, ast.literal_eval(line.value)


def _advice(parameters: Parameters) -> str:
    """Which command makes the findings, in the run's language."""
    flags = "".join(f" -p {name} {shlex.quote(text)}" for name, text in parameters.changed().items())
    command = f"`python3 run.py report{flags}`"
    if parameters.language == "de":
        return f"Die Ergebnisse der anderen Kapitel fehlen noch. Der Befehl {command} berechnet sie."
    return f"The findings of the other chapters are not there yet; {command} computes them."


def _bundles(notebook: Path | str | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What each output of a notebook shows, by media type."""
    cells = _content(notebook)["cells"]
    return [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]


def _content(notebook: Path | str | Mapping[str, Any]) -> Mapping[str, Any]:
    """The notebook's JSON; read as such because importing nbformat takes a kernel over a second."""
    if isinstance(notebook, Mapping):
        return notebook
    return json.loads(Path(notebook).read_text(encoding="utf-8"))


def _number(value: Real, id: str) -> int | float:
    """A plain, finite number."""
    plain = int(value) if isinstance(value, Integral) else float(value)
    if not math.isfinite(plain):
        raise ValueError(f"finding {id}: {plain} is no number a reader can use.")
    return plain


def _worded(value: Value, unit: str, language: str) -> str:
    """The value as a reader of `language` sees it."""
    if isinstance(value, Text):
        return pick(value, language)
    if isinstance(value, date):
        return day(value, language)
    if isinstance(value, tuple):
        return interval(*value, unit, language)
    return quantity(value, unit, language)
