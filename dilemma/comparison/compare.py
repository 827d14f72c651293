"""Two finished runs compared: read, set side by side, attributed, rendered like a report."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from dilemma import findings
from dilemma.comparison import attribution, changed_findings, page, passages, run_files
from dilemma.comparison.attribution import Stated
from dilemma.comparison.result import Comparison, answer, record
from dilemma.comparison.run_files import Run
from dilemma.parameters import ParameterError
from dilemma.report import build, folders, naming
from dilemma.wording import LANGUAGES


class Compared(NamedTuple):
    """A finished comparison: the files to read, its answer in short (plain text), and what could not be shown."""

    files: tuple[Path, ...]
    answer: str
    problems: tuple[str, ...]


def build_comparison(
    first: str, second: str, *, notebooks: Path = build.NOTEBOOKS, runs: Path = findings.RUNS
) -> Compared:
    """Compares two runs by name and writes HTML, PDF and comparison.json to `runs`/compare-FIRST+SECOND.

    Nothing is executed but what the attribution to single parameters needs and no run has yet.
    Raises ParameterError when a run is missing or both have no language in common.
    """
    before, after = run_files.read(first, runs), run_files.read(second, runs)
    languages = _languages(before, after)
    obstacle, alone = _attribution(before, after, notebooks)
    name = f"{naming.COMPARISON}{first}+{second}"  # no run has a plus in its name
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
    obstacle = attribution.obstacle(before, after)
    if not obstacle and attribution.needs_execution(before, after) and not run_files.is_current(before):
        obstacle = "stale"
    return obstacle, {} if obstacle else attribution.one_at_a_time(before, after, notebooks)


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
        changes=changed_findings.changes(before.findings, after.findings),
        sentences=passages.flipped(old, new),
        pictures=passages.redrawn(old, new),
        titles={
            heading.anchor: heading.markdown
            for one in (old, new)
            for heading in one.headings
            if heading.level == 1
        },
        headlines=list(dict.fromkeys([*passages.headlines(old), *passages.headlines(new)])),
        alone=alone,
        obstacle=obstacle,
    )


def _write(comparison: Comparison, languages: tuple[str, ...], folder: Path, name: str) -> Iterator[str]:
    """Writes HTML and PDF of one language; yields what could not be shown as written."""
    from dilemma.report import aside, html, pdf

    report = page.build(comparison, languages, name)
    stem = folder / f"{name}.{comparison.language}"
    shown = aside.begin(partial(html.render_html, report))
    Path(f"{stem}.pdf").write_bytes(pdf.render_pdf(report))
    Path(f"{stem}.html").write_text(shown(), encoding="utf-8", newline="\n")
    yield from (f"{comparison.language}: {problem}" for problem in report.problems)
