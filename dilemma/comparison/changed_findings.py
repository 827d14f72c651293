"""What two runs state differently: findings, their change and its unit."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dilemma.findings import Record
from dilemma.wording import DIGITS, PERCENTAGES, number

NOISE = 1e-9  # what adding and subtracting floating point numbers leaves


class Change(NamedTuple):
    """One finding before and after; None where a run does not state it."""

    id: str
    before: Record | None
    after: Record | None

    @property
    def record(self) -> Record:
        """The finding in the run that states it, the second one first."""
        return self.after or self.before or {}

    @property
    def shown(self) -> bool:
        """Whether a reader sees the change: small ones vanish in the rounding of the text."""
        return any(text(self.before, key) != text(self.after, key) for key in ("de", "en"))


def changes(before: Mapping[str, Record], after: Mapping[str, Record]) -> list[Change]:
    """The findings that differ, by chapter and there in reading order."""
    every = dict.fromkeys([*before, *after])
    found = [Change(id, before.get(id), after.get(id)) for id in every]
    differing = [change for change in found if _content(change.before) != _content(change.after)]
    return sorted(differing, key=lambda change: change.record["chapter"])


def in_words(change: Change) -> bool:
    """Whether the finding is a word or a choice, not a number."""
    return all(not figures(record) for record in (change.before, change.after))


def figures(record: Record | None) -> tuple[float, ...]:
    """The finding's number, both ends of its range, or nothing."""
    if record is None:
        return ()
    ends = (record["value"],) if record["low"] is None else (record["low"], record["high"])
    return tuple(end for end in ends if end is not None)


def shift(before: Record | None, after: Record | None) -> tuple[float, ...]:
    """The change of the number or of both ends; empty where nothing can be subtracted."""
    old, new = figures(before), figures(after)
    return tuple(b - a for a, b in zip(old, new, strict=True)) if len(old) == len(new) else ()


def text(record: Record | None, language: str) -> str:
    """The finding as its run prints it, or a dash."""
    return record[f"text_{language}"] if record else "–"


def decimals(amount: float, unit: str) -> int:
    """The decimals a change is printed with: those of its unit, or as many as its first digit needs."""
    size, digits = abs(amount) * (100 if unit in PERCENTAGES else 1), DIGITS[unit]
    return digits if size < NOISE or size >= 10**-digits else -math.floor(math.log10(size))


def difference(amount: float, unit: str, language: str, digits: int) -> str:
    """A change with its sign, such as +0.12; of percentages in percentage points."""
    rounded = round(100 * amount if unit in PERCENTAGES else amount, digits)
    shown = number(rounded, language, digits)
    return f"+{shown}" if rounded > 0 else shown


def headlines_first(changed: Sequence[Change], headlines: Sequence[str]) -> list[Change]:
    """The changes in the order in which the summary cites them, then the others as they come."""
    rank = {id: place for place, id in enumerate(headlines)}
    return sorted(changed, key=lambda change: rank.get(change.id, len(rank)))


def _content(record: Record | None) -> tuple[object, ...]:
    """What a finding says, whatever its wording of numbers."""
    if record is None:
        return ()
    return figures(record) or (record["text_de"], record["text_en"])
