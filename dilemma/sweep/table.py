"""The findings of a sweep as one table: CSV, and Parquet where pyarrow is installed."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from dilemma.sweep.design import Design
from dilemma.sweep.ledger import Findings

NAME = "findings"


def write(
    design: Design, findings: Mapping[str, Findings], failures: Mapping[str, str], folder: Path
) -> list[Path]:
    """Writes the table into a folder, each file in one step; returns the files."""
    frame = build(design, findings, failures)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{NAME}.csv"]
    frame.to_csv(part := folder / f".{NAME}.csv.part", index=False, lineterminator="\n")
    part.replace(files[0])
    if find_spec("pyarrow"):  # 50 MB for a small table: welcome, not required
        files.append(folder / f"{NAME}.parquet")
        frame.to_parquet(part := folder / f".{NAME}.parquet.part", index=False)
        part.replace(files[1])
    return files


def build(design: Design, findings: Mapping[str, Findings], failures: Mapping[str, str]) -> pd.DataFrame:
    """One row per run in the order of the design: run, status, axes, findings, failure.

    A range takes two columns, its id with -low and -high. What a run lacks is empty.
    """
    rows = [
        {
            "run": point.id,
            "status": "failed" if point.id in failures else "finished",
            **dict(point.settings),
            **flat(findings.get(point.id, {})),
            "failure": failures.get(point.id),
        }
        for point in design.points
    ]
    stated = dict.fromkeys(id for row in findings.values() for id in flat(row))
    return pd.DataFrame(rows, columns=["run", "status", *design.axes, *stated, "failure"])


def flat(findings: Findings) -> dict[str, float | str]:
    """The findings with both ends of a range as entries of their own."""
    ends = {
        f"{id}-{end}": number
        for id, value in findings.items()
        if isinstance(value, list)
        for end, number in zip(("low", "high"), value, strict=True)
    }
    return {id: value for id, value in findings.items() if not isinstance(value, list)} | ends
