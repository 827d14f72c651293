"""Everything that differs between two runs, the short answer, and the record for machines."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dilemma.comparison import changed_findings, run_files
from dilemma.comparison.attribution import Attribution, Stated, attribute
from dilemma.comparison.changed_findings import Change
from dilemma.comparison.passages import Picture, Sentence
from dilemma.comparison.run_files import Run
from dilemma.report.merge import SUMMARY, VERDICT
from dilemma.report.strings import string

FIRST = 4  # findings named in the short answer


class Comparison(NamedTuple):
    """Two runs and what differs between them, in one language where it is text."""

    language: str
    before: Run
    after: Run
    changes: Sequence[Change]  # by chapter
    sentences: Sequence[Sentence]
    pictures: Sequence[tuple[Picture | None, Picture | None]]
    titles: Mapping[str, str]  # chapter -> its title
    headlines: Sequence[str]  # ids of the findings that the summary cites
    alone: Mapping[str, Stated | None]  # parameter -> the findings when it alone is changed
    obstacle: str  # why nothing is attributed, a word of the comparison; else empty

    def word(self, key: str, **values: object) -> str:
        """One of the comparison's own words."""
        return string(f"compare_{key}", self.language, **values)

    @property
    def changed(self) -> list[str]:
        """The parameters that differ."""
        return run_files.changed(self.before, self.after)

    @property
    def words(self) -> list[Change]:
        """The findings in words that differ."""
        return [change for change in self.changes if changed_findings.in_words(change)]

    @property
    def numbers(self) -> list[Change]:
        """The findings in numbers whose printed text differs."""
        return [change for change in self.changes if change.shown and not changed_findings.in_words(change)]

    @property
    def cited(self) -> list[Change]:
        """The findings that read differently and that the summary cites, in its order."""
        shown = {change.id: change for change in self.changes if change.shown}
        return [shown[id] for id in self.headlines if id in shown]

    @property
    def unseen(self) -> int:
        """How many findings differ by less than their text shows."""
        return len(self.changes) - len(self.words) - len(self.numbers)


def is_verdict(passage: Sentence) -> bool:
    """Whether the passage belongs to the report's first answer."""
    return (passage.chapter, passage.cell) == (SUMMARY, VERDICT)


def is_identical(comparison: Comparison) -> bool:
    """Whether nothing at all differs but the names."""
    caveats = run_files.caveats(comparison.before, comparison.after, comparison.language)
    differing = (comparison.changed, comparison.changes, comparison.sentences, comparison.pictures)
    return not caveats and not any(differing)


def answer(comparison: Comparison) -> str:
    """The comparison in short, as Markdown: what else differs comes first, then what changed."""
    if is_identical(comparison):
        return comparison.word("identical")
    told = run_files.caveats(comparison.before, comparison.after, comparison.language)
    flips = any(is_verdict(passage) for passage in comparison.sentences)
    counts = comparison.word(
        "counts",
        parameters=len(comparison.changed),
        words=len(comparison.words),
        numbers=len(comparison.numbers),
        sentences=len(comparison.sentences),
        figures=len(comparison.pictures),
    )
    verdict = comparison.word("verdict_flips" if flips else "verdict_stands")
    parts = (" ".join(told), verdict, _route(comparison), _headlines(comparison), counts)
    return "\n\n".join(part for part in parts if part)


def _headlines(comparison: Comparison) -> str:
    """The first findings of the summary that read differently, one a line; empty where there are none."""
    return "\n".join(
        f"- {change.record[f'label_{comparison.language}']}: {old} → **{new}**"
        for change in comparison.cited[:FIRST]
        for old, new in [[changed_findings.text(r, comparison.language) for r in (change.before, change.after)]]
    )


def _route(comparison: Comparison) -> str:
    """Each changed parameter with both values, in one sentence; empty when none changed."""
    before, after = comparison.before, comparison.after
    old, new = before.parameters.texts(), after.parameters.texts()
    steps = [f"`{name}` {_typed(old[name])} → {_typed(new[name])}" for name in comparison.changed]
    if not steps:
        return ""
    return comparison.word("route", before=before.name, after=after.name, what="; ".join(steps))


def _typed(text: str) -> str:
    return f"`{text}`" if text else "–"


def effects(change: Change, alone: Mapping[str, Stated | None]) -> list[Attribution]:
    """The change of a number, or of both ends of a range, taken apart; empty where nothing can be subtracted."""
    old, new = changed_findings.figures(change.before), changed_findings.figures(change.after)
    if not old or len(old) != len(new):
        return []
    single = [changed_findings.figures((stated or {}).get(change.id)) for stated in alone.values()]
    return [
        attribute(*ends, [found[at] if len(found) == len(old) else None for found in single])
        for at, ends in enumerate(zip(old, new, strict=True))
    ]


def record(comparison: Comparison) -> dict[str, Any]:
    """The comparison for machines, complete and not rounded."""
    runs = (comparison.before, comparison.after)
    return {
        "runs": [run.name for run in runs],
        "caveats": run_files.caveats(*runs, "en"),
        "identical": is_identical(comparison),
        "parameters": {name: [run.parameters.texts()[name] for run in runs] for name in comparison.changed},
        "findings": [_finding(change, comparison) for change in comparison.changes],
        "sentences": [passage._asdict() for passage in comparison.sentences],
        "figures": [(before or after).id for before, after in comparison.pictures],
        "attribution_missing": comparison.word(comparison.obstacle) if comparison.obstacle else "",
    }


def _finding(change: Change, comparison: Comparison) -> dict[str, Any]:
    """One finding in both runs and, per number, the effect of each parameter."""
    split = effects(change, {} if comparison.obstacle else comparison.alone)
    return {
        "id": change.id,
        "chapter": change.record["chapter"],
        "unit": change.record["unit"],
        "before": change.before,
        "after": change.after,
        "change": [part.total for part in split],
        "effects": [dict(zip(comparison.alone, part.effects, strict=False)) for part in split],
        "interaction": [part.interaction for part in split],
    }
