"""The names of runs: what differs from the defaults, and which name would cost somebody a run."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dilemma.parameters import LANGUAGES, ParameterError, Parameters
from dilemma.report import folders
from dilemma.report.provenance import ROOT

REPORTS = ROOT / "reports"
LONGEST_NAME = 80
COMPARISON = "compare-"  # begins the name of a folder that holds a comparison, not a run
SWEEP = "sweep-"  # begins the name of a folder that holds a sweep


def run_name(parameters: Parameters, languages: Sequence[str] = LANGUAGES) -> str:
    """A readable name from what differs from the defaults, such as as_of-2025-04-30."""
    values = parameters.changed()
    if len(languages) == 1:
        values["language"] = languages[0]
    plain = {key: re.sub(r"[^A-Za-z0-9.-]+", "-", text) for key, text in values.items()}
    name = "_".join(f"{key}-{text}" for key, text in plain.items()) or "default"
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return name if len(name) <= LONGEST_NAME else f"{name[:60]}-{digest}"


def checked_name(
    name: str,
    parameters: Parameters,
    languages: Sequence[str],
    reports: Path = REPORTS,
    *,
    force: bool = False,
) -> str:
    """The run's name; raises ParameterError when it cannot name a folder or, unless forced, another run has it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}", name):
        raise ParameterError(
            f"The name {name!r} is not allowed: a run's name has letters, digits, hyphens, "
            "underscores and dots, at most 80, and starts with a letter or digit."
        )
    if name == "default" and not is_default(parameters, languages):
        raise ParameterError(
            "The name default belongs to the run with default parameters; choose another --name."
        )
    if name.startswith(COMPARISON):
        raise ParameterError(
            f"Names that begin with {COMPARISON} belong to comparisons; choose another --name."
        )
    if name.startswith(SWEEP):
        raise ParameterError(f"Names that begin with {SWEEP} belong to sweeps; choose another --name.")
    if not force:
        _refuse_loss(name, parameters, languages, reports)
    return name


def _refuse_loss(name: str, parameters: Parameters, languages: Sequence[str], reports: Path) -> None:
    """Refuses to replace a run that this one would not make again."""
    earlier = folders.record(reports / "runs" / name)
    # What an older version did not know yet stood at its default.
    if numbers_of(Parameters()) | (earlier.get("parameters") or numbers_of(parameters)) != numbers_of(parameters):
        raise ParameterError(
            f"The run {name} exists with other parameters; choose another --name, or replace it with --force."
        )
    if lost := set(earlier.get("languages", ())) - set(languages):
        raise ParameterError(
            f"The run {name} also has the edition {', '.join(sorted(lost))}, which this run would drop; "
            "choose another --name, make both languages, or replace it with --force."
        )


def is_default(parameters: Parameters, languages: Sequence[str]) -> bool:
    """Whether a run is the one whose files are published."""
    return run_name(parameters, languages) == "default"


def numbers_of(parameters: Parameters) -> dict[str, Any]:
    """The parameters that decide the numbers of a run: all but the language."""
    return parameters.model_dump(mode="json", exclude={"language"})
