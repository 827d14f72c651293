"""The tables of a comparison, as the outputs that a chapter's tables are."""

from collections.abc import Iterator, Sequence
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from dilemma import parameters as contract
from dilemma.comparison import changed_findings
from dilemma.comparison.changed_findings import Change
from dilemma.comparison.passages import escaped, marked
from dilemma.comparison.result import Comparison, effects, is_verdict
from dilemma.findings import TABLE
from dilemma.wording import PERCENTAGES, label

Rows = Sequence[Sequence[str]]
LONGEST = 30  # rows of the attribution
WIDEST = 6  # columns on an upright page
MISSING = "–"


def parameters(comparison: Comparison) -> NotebookNode:
    """The parameters that differ: meaning and both values."""
    meaning = {row["name"]: row["meaning"] for row in contract.describe(comparison.language)}
    before, after = comparison.before.parameters.texts(), comparison.after.parameters.texts()
    rows = [
        [f"`{name}`", meaning[name], _value(before[name]), _value(after[name])] for name in comparison.changed
    ]
    return _table(comparison, "parameters", ["parameter", "meaning"], _runs(comparison), rows)


def words(comparison: Comparison) -> NotebookNode:
    """The findings in words that differ."""
    rows = [
        [*_named(change, comparison), *_texts([change.before, change.after], comparison)]
        for change in comparison.words
    ]
    return _table(comparison, "words", ["finding", "chapter"], _runs(comparison), rows)


def numbers(comparison: Comparison) -> NotebookNode:
    """The findings in numbers that differ visibly, with the size of the change."""
    rows = [
        [
            *_named(change, comparison),
            label(change.record["unit"], comparison.language),
            *_texts([change.before, change.after], comparison),
            _shift(change, comparison),
        ]
        for change in comparison.numbers
    ]
    columns = [*_runs(comparison), comparison.word("change")]
    return _table(comparison, "numbers", ["finding", "chapter", "unit"], columns, rows, side="right")


def causes(comparison: Comparison) -> tuple[NotebookNode, int]:
    """Each change taken apart, those that the summary cites first; and how many rows are left out."""
    ranked = changed_findings.headlines_first(comparison.numbers, comparison.headlines)
    rows = [row for change in ranked for row in _effects(change, comparison)]
    columns = [comparison.word("change"), *_alone(comparison), comparison.word("interaction")]
    shown = _table(comparison, "causes", ["finding", "unit"], columns, rows[:LONGEST], side="right")
    return shown, max(0, len(rows) - LONGEST)


def verdict(comparison: Comparison) -> NotebookNode:
    """The findings that the verdict cites, words and numbers alike, where they read differently."""
    return _one_at_a_time(comparison, "verdict", comparison.cited)


def word_causes(comparison: Comparison) -> NotebookNode:
    """The flipped words, and which parameter flips them."""
    return _one_at_a_time(comparison, "word_causes", comparison.words)


def _one_at_a_time(comparison: Comparison, name: str, changes: Sequence[Change]) -> NotebookNode:
    """Findings in the first run, with each parameter changed alone, and in the second run."""
    before, after = _runs(comparison)
    alone = comparison.alone if len(comparison.alone) > 1 else {}  # one parameter alone is the second run
    rows = []
    for change in changes:
        single = [(stated or {}).get(change.id) for stated in alone.values()]
        rows.append([_label(change, comparison), *_texts([change.before, *single, change.after], comparison)])
    columns = [before, *(comparison.word("alone", name=name) for name in alone), after]
    return _table(comparison, name, ["finding"], columns, rows)


def sentences(comparison: Comparison) -> Iterator[NotebookNode]:
    """The passages that flipped, side by side: one table per chapter, the verdict's first."""
    sections: dict[str, list[list[str]]] = {}
    for passage in comparison.sentences:
        is_first = is_verdict(passage)
        title = comparison.word("verdict") if is_first else comparison.titles[passage.chapter]
        pair = [side or MISSING for side in marked(passage.before, passage.after)]
        sections.setdefault(title, []).append(pair)
    for number, (title, rows) in enumerate(sections.items(), start=1):
        yield _table(comparison, "sentences", [], _runs(comparison), rows, number=number, chapter=title)


def shown(data: dict[str, Any], metadata: dict[str, Any]) -> NotebookNode:
    """A cell that shows one output and no code."""
    output = new_output("display_data", data=data, metadata=metadata)
    return new_code_cell("", outputs=[output], metadata={"tags": ["remove-input"]})


def _table(
    comparison: Comparison,
    name: str,
    columns: Sequence[str],
    runs: Sequence[str],
    rows: Rows,
    *,
    side: str = "left",
    number: int = 1,
    **values: object,
) -> NotebookNode:
    """A table: first `columns` (our words), then `runs`, standing at that side."""
    labels = [(comparison.word(column), "left") for column in columns] + [(run, side) for run in runs]
    spec = {
        "id": f"tab-compare-{name.replace('_', '-')}-{number}",
        "caption": comparison.word(f"{name}_caption", **values),
        "columns": [{"label": text, "align": align} for text, align in labels],
        "rows": [list(row) for row in rows],
        "row_ids": None,
        "wide": len(labels) > WIDEST,
        "header_column": bool(columns),
    }
    return shown({TABLE: spec, "text/plain": spec["caption"]}, {})


def _runs(comparison: Comparison) -> list[str]:
    return [escaped(comparison.before.name), escaped(comparison.after.name)]


def _alone(comparison: Comparison) -> list[str]:
    return [comparison.word("alone", name=name) for name in comparison.alone]


def _named(change: Change, comparison: Comparison) -> list[str]:
    """What a finding is called and the number of its chapter."""
    return [_label(change, comparison), change.record["chapter"].partition("-")[0]]


def _label(change: Change, comparison: Comparison) -> str:
    return change.record[f"label_{comparison.language}"]


def _texts(records: Sequence[dict[str, Any] | None], comparison: Comparison) -> list[str]:
    return [changed_findings.text(record, comparison.language) for record in records]


def _shift(change: Change, comparison: Comparison) -> str:
    """The size of the change; of a range that of both ends."""
    amounts = changed_findings.shift(change.before, change.after)
    unit = change.record["unit"]
    parts = [_amount(amount, unit, changed_findings.decimals(amount, unit), comparison) for amount in amounts]
    whole = " / ".join(parts) or MISSING
    return comparison.word("points", change=whole) if parts and unit in PERCENTAGES else whole


def _effects(change: Change, comparison: Comparison) -> Iterator[list[str]]:
    """One row per number: name, unit, the whole change, each parameter's own effect, the interaction."""
    unit, split = change.record["unit"], effects(change, comparison.alone)
    name = _label(change, comparison)
    ends = [comparison.word(end, label=name) for end in ("low_end", "high_end")] if len(split) == 2 else [name]
    kind = comparison.word("percentage_points") if unit in PERCENTAGES else label(unit, comparison.language)
    for end, part in zip(ends, split, strict=False):
        digits = changed_findings.decimals(part.total, unit)
        amounts = [part.total, *part.effects, part.interaction]
        yield [end, kind, *(_amount(amount, unit, digits, comparison) for amount in amounts)]


def _amount(amount: float | None, unit: str, digits: int, comparison: Comparison) -> str:
    if amount is None:
        return MISSING
    return changed_findings.difference(amount, unit, comparison.language, digits)


def _value(text: str) -> str:
    """A value as plain text, which breaks between words in a narrow column; code would break anywhere."""
    return escaped(text) or MISSING
