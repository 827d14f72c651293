"""The index page of a sweep: what its runs say, drawn over the design, and a table that leads to reports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dilemma import findings as stated
from dilemma.comparison.passages import escaped
from dilemma.figures import svg
from dilemma.figures import sweep as drawings
from dilemma.figures import theme
from dilemma.report import aside, document, html
from dilemma.report.document import Document
from dilemma.sweep.design import Point
from dilemma.sweep.sweep import Sweep
from dilemma.sweep.words import word
from dilemma.wording import LANGUAGES, label, quantity

ACROSS = 3  # panels side by side
LONGEST = 500  # rows of the table; findings.csv has all
MISSING = "–"
Links = Mapping[str, Mapping[str, str]]  # run id -> language -> file, as seen from the sweep's folder
Problems = list[tuple[Point, str]]  # which run, and a sentence on what of it failed


def rehearse() -> None:
    """Draws and renders a page for nobody, which loads fonts and templates while other processes compute."""
    theme.rehearse()
    html.render_html(document.single(new_notebook(), LANGUAGES[0]))


def write(sweep: Sweep, links: Links, problems: Problems) -> list[Path]:
    """Writes the index page in both languages into the sweep's folder; returns the files."""
    pages = [partial(_page, sweep, links, problems, language) for language in LANGUAGES]
    others = [aside.begin(page) for page in pages[1:]]
    return [
        _put(page(), sweep.folder / f"{sweep.folder.name}.{language}.html")
        for language, page in zip(LANGUAGES, [pages[0], *others], strict=True)
    ]


def _page(sweep: Sweep, links: Links, problems: Problems, language: str) -> str:
    return html.render_html(build(sweep, links, problems, language))


def _put(text: str, file: Path) -> Path:
    part = file.with_name(f".{file.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    return part.replace(file)


def build(sweep: Sweep, links: Links, problems: Problems, language: str) -> Document:
    """The document of the index page."""
    cells = list(_cells(sweep, links, problems, language))
    for at, cell in enumerate(cells, start=1):
        cell["id"] = f"sweep-{at}"
    title = word("runs", language)
    about = {"slug": "sweep-runs", "title": {language: title}}
    chapter = new_notebook(cells=cells, metadata={"dilemma": about})
    made = document.build([chapter], language, _provenance(sweep))
    files = frozenset(link for of_run in links.values() for link in of_run.values())
    return replace(
        made,
        title=word("title", language, name=sweep.name),
        subtitle=word("subtitle", language),
        verdict=_answer(sweep, language),
        name=sweep.folder.name,
        files=files,
        printed=False,
    )


def _provenance(sweep: Sweep) -> dict[str, object]:
    """What the page was made from: the sweep's axes and the stamp over data, code and libraries."""
    return {"command": "python3 run.py sweep", "axes": list(sweep.design.axes), "inputs": sweep.stamp}


def _cells(sweep: Sweep, links: Links, problems: Problems, language: str) -> Iterator[NotebookNode]:
    yield new_markdown_cell(f"# {word('runs', language)}")
    drawn = runs(sweep)
    if len(drawn) and sweep.design.axes:
        for first in range(0, len(sweep.design.axes), ACROSS):
            yield _figure(drawn, sweep.design.axes[first : first + ACROSS], 1 + first // ACROSS, language)
    if problems:
        yield new_markdown_cell(f"## {word('failures', language)}")
        yield _failures(sweep, problems, language)
    yield new_markdown_cell(f"## {word('each', language)}")
    yield _table(sweep, links, language)
    if len(sweep.design.points) > LONGEST:
        yield new_markdown_cell(word("rest", language, count=len(sweep.design.points) - LONGEST))


def _answer(sweep: Sweep, language: str) -> str:
    """How many runs there are, and in how many each option is best on average."""
    best = pd.Series([found["dilemma-best"] for found in sweep.findings.values()], dtype=object).value_counts()
    options = ", ".join(f"{label(option, language)} {count}" for option, count in best.items())
    return word(
        "answer",
        language,
        runs=len(sweep.design.points),
        failed=len(sweep.failures),
        options=options or MISSING,
    )


def runs(sweep: Sweep) -> pd.DataFrame:
    """One row per finished run: its axes as text and its headline."""
    rows = [
        {
            **dict.fromkeys(sweep.design.axes, MISSING),
            **dict(point.settings),
            "best": sweep.findings[point.id]["dilemma-best"],
            **{measure: sweep.findings[point.id][measure] for measure in drawings.MEASURES},
        }
        for point in sweep.design.points
        if point.id in sweep.findings
    ]
    return pd.DataFrame(rows)


def _figure(runs: pd.DataFrame, axes: Sequence[str], number: int, language: str) -> NotebookNode:
    id, alt = f"fig-sweep-{number}", drawings.multiples_alt(runs, axes, language)
    caption = word("figure", language, runs=len(runs))
    own = {"kind": "figure", "id": id, "caption": caption, "alt": alt}
    data = {"image/svg+xml": svg.drawn(drawings.multiples(runs, axes, language), id), "text/plain": alt}
    return _shown(data, {"dilemma": own, "image/svg+xml": {"alt": alt}})


def _failures(sweep: Sweep, problems: Problems, language: str) -> NotebookNode:
    rows = [[*_settings(point, sweep), escaped(why)] for point, why in problems[:LONGEST]]
    return _grid("failures", [*sweep.design.axes, word("reason", language)], rows, language)


def _table(sweep: Sweep, links: Links, language: str) -> NotebookNode:
    """The runs with their headline, and a link where a run has a report or a chapter."""
    heads = [word(f"{key}", language) for key in ("best", "best_share", "gap", "backfires", "report")]
    rows = [
        [*_settings(point, sweep), *_headline(sweep.findings.get(point.id), language), _link(point, links, language)]
        for point in sweep.design.points[:LONGEST]
    ]
    return _grid("runs", [*sweep.design.axes, *heads], rows, language)


def _settings(point: Point, sweep: Sweep) -> list[str]:
    set_to = dict(point.settings)
    return [escaped(set_to.get(axis, MISSING)) or MISSING for axis in sweep.design.axes]


def _headline(found: Mapping[str, object] | None, language: str) -> list[str]:
    if found is None:
        return [MISSING] * 4
    units = {"dilemma-best-share": "probability", "dilemma-gap": "kse", "backfire-chance": "probability"}
    numbers = (quantity(found[id], unit, language) for id, unit in units.items())
    return [label(found["dilemma-best"], language), *numbers]


def _link(point: Point, links: Links, language: str) -> str:
    file = links.get(point.id, {}).get(language)
    return f"[{point.id}]({file})" if file else point.id


def _grid(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], language: str) -> NotebookNode:
    spec = {
        "id": f"tab-sweep-{name}",
        "caption": word(f"{name}_caption", language),
        "columns": [{"label": escaped(column), "align": "left"} for column in columns],
        "rows": [list(row) for row in rows],
        "row_ids": None,
        "wide": False,
        "header_column": True,
    }
    return _shown({stated.TABLE: spec, "text/plain": spec["caption"]}, {})


def _shown(data: Mapping[str, object], metadata: Mapping[str, object]) -> NotebookNode:
    output = new_output("display_data", data=dict(data), metadata=dict(metadata))
    return new_code_cell("", outputs=[output], metadata={"tags": ["remove-input"]})
