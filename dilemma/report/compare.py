"""Two finished runs compared: read, set side by side, attributed, rendered like a report."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dilemma import findings
from dilemma.parameters import ParameterError
from dilemma.report import (
    build, compare_attribution, compare_findings, compare_page, compare_runs, compare_texts, folders,
)  # fmt: skip
from dilemma.report.compare_attribution import Stated
from dilemma.report.compare_result import Comparison, answer, record
from dilemma.report.compare_runs import Run
from dilemma.wording import LANGUAGES


class Compared(NamedTuple):
    """A finished comparison: the files to read, its answer in short (plain text), and what could not be shown."""

    files: tuple[Path, ...]
    answer: str
    problems: tuple[str, ...]


def build_comparison(
    first: str, second: str, *, notebooks: Path = build.NOTEBOOKS, runs: Path = findings.RUNS
) -> Compared:
    """Compares two runs by name and writes HTML, PDF and comparison.json to `runs`/compare-FIRST-SECOND.

    Nothing is executed but what the attribution to single parameters needs and no run has yet.
    Raises ParameterError when a run is missing or both have no language in common.
    """
    before, after = compare_runs.read(first, runs), compare_runs.read(second, runs)
    languages = _languages(before, after)
    obstacle, alone = _attribution(before, after, notebooks)
    name = f"{build.COMPARISON}{first}-{second}"
    made = [_compared(before, after, language, alone, obstacle) for language in languages]
    with folders.in_the_making(runs, name) as folder:
        problems = [problem for one in made for problem in _write(one, languages, folder, name)]
        folders.write_json(folder / "comparison.json", record(made[-1]))
        folders.move(folder, runs / name)
    files = tuple(sorted((runs / name).glob(f"{name}.*")))
    return Compared(files, re.sub(r"[*`]", "", answer(made[-1])), tuple(problems))


def _languages(before: Run, after: Run) -> tuple[str, ...]:
    """The languages that both runs have, English last."""
    shared = set(before.languages) & set(after.languages)
    common = tuple(language for language in LANGUAGES if language in shared)
    if not common:
        pair = f"{before.name} ({', '.join(before.languages)}) and {after.name} ({', '.join(after.languages)})"
        raise ParameterError(f"The runs {pair} have no language in common; make one of them in both languages.")
    return common


def _attribution(before: Run, after: Run, notebooks: Path) -> tuple[str, dict[str, Stated | None]]:
    """Why nothing can be attributed (or nothing), and the findings with each parameter changed alone."""
    obstacle = compare_attribution.obstacle(before, after)
    if not obstacle and compare_attribution.needs_execution(before, after) and not compare_runs.is_current(before):
        obstacle = "stale"
    return obstacle, {} if obstacle else compare_attribution.one_at_a_time(before, after, notebooks)


def _compared(
    before: Run, after: Run, language: str, alone: dict[str, Stated | None], obstacle: str
) -> Comparison:
    """What differs, with the texts and figures of one language."""
    from dilemma.report import document

    old, new = (
        document.build(sorted((run.folder / language).glob("*.ipynb")), language, run.provenance)
        for run in (before, after)
    )
    return Comparison(
        language=language,
        before=before,
        after=after,
        changes=compare_findings.changes(before.findings, after.findings),
        sentences=compare_texts.flipped(old, new),
        pictures=compare_texts.redrawn(old, new),
        titles={
            heading.anchor: heading.markdown
            for one in (old, new)
            for heading in one.headings
            if heading.level == 1
        },
        headlines=list(dict.fromkeys([*compare_texts.headlines(old), *compare_texts.headlines(new)])),
        alone=alone,
        obstacle=obstacle,
    )


def _write(comparison: Comparison, languages: tuple[str, ...], folder: Path, name: str) -> Iterator[str]:
    """Writes HTML and PDF of one language; yields what could not be shown as written."""
    from dilemma.report import html, pdf

    report = compare_page.build(comparison, languages)
    stem = folder / f"{name}.{comparison.language}"
    # The page names its other editions after the report; those of a comparison are named after the runs.
    page = html.render_html(report).replace(f'href="{html.SIBLING}.', f'href="{name}.')
    print_edition = pdf.render_pdf(report)
    Path(f"{stem}.html").write_text(page, encoding="utf-8", newline="\n")
    Path(f"{stem}.pdf").write_bytes(print_edition)
    yield from (f"{comparison.language}: {problem}" for problem in report.problems)
