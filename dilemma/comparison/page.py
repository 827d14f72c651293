"""The pages of a comparison: notebooks of prose, tables and figures, made into a document like a report's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from dilemma.comparison import tables
from dilemma.comparison.passages import Picture
from dilemma.comparison.result import Comparison, answer, effects, is_identical
from dilemma.comparison.run_files import Run
from dilemma.report import document
from dilemma.report.document import Document


def build(comparison: Comparison, languages: tuple[str, ...], name: str) -> Document:
    """The document that HTML and PDF render; `languages` are those the comparison is made in, `name` its files'."""
    made = document.build(
        notebooks(comparison), comparison.language, provenance(comparison), languages=languages
    )
    runs = {"before": comparison.before.name, "after": comparison.after.name}
    return replace(
        made,
        title=comparison.word("title", **runs),
        subtitle=comparison.word("subtitle"),
        verdict=answer(comparison),
        name=name,
    )


def provenance(comparison: Comparison) -> dict[str, Any]:
    """What the comparison was made from: the parameters both runs share, and the stamps of each."""
    before, after = comparison.before, comparison.after
    values = before.parameters.model_dump(mode="json", exclude={"language", *comparison.changed})
    values["as_of"] = str(max(before.parameters.as_of, after.parameters.as_of))  # the day the files are dated
    stamps = {
        comparison.word("run", name=run.name): {key: run.provenance[key] for key in ("command", "inputs")}
        for run in (before, after)
    }
    command = f"python3 run.py compare {before.name} {after.name}"
    return {"command": command, "parameters": values, **stamps}


def notebooks(comparison: Comparison) -> list[NotebookNode]:
    """The comparison as executed chapters: what changed, then the figures of both runs."""
    chapters = {"changes": list(_changes(comparison)), "figures": list(_figures(comparison))}
    return [_chapter(name, cells, comparison) for name, cells in chapters.items() if cells]


def _chapter(name: str, cells: list[NotebookNode], comparison: Comparison) -> NotebookNode:
    title = comparison.word(name)
    for at, cell in enumerate(cells, start=1):
        cell["id"] = f"{name}-{at}"
    heading = new_markdown_cell(f"# {title}", id=name)
    about = {"slug": f"compare-{name}", "title": {comparison.language: title}}
    return new_notebook(cells=[heading, *cells], metadata={"dilemma": about})


def _changes(comparison: Comparison) -> Iterator[NotebookNode]:
    """The sections of the first chapter; one sentence when nothing differs."""
    if is_identical(comparison):
        yield new_markdown_cell(comparison.word("identical"))
        return
    sections = {
        "verdict": _verdict,
        "parameters": _parameters,
        "words": _words,
        "numbers": _numbers,
        "causes": _causes,
        "sentences": _sentences,
    }
    for name, cells in sections.items():
        yield new_markdown_cell(f"## {comparison.word(name)}")
        yield from cells(comparison)


def _verdict(comparison: Comparison) -> Iterator[NotebookNode]:
    yield tables.verdict(comparison) if comparison.cited else _told(comparison, "none")


def _parameters(comparison: Comparison) -> Iterator[NotebookNode]:
    if comparison.changed:
        yield tables.parameters(comparison)
    else:
        yield _told(comparison, "nothing")


def _words(comparison: Comparison) -> Iterator[NotebookNode]:
    yield tables.words(comparison) if comparison.words else _told(comparison, "none")


def _numbers(comparison: Comparison) -> Iterator[NotebookNode]:
    yield tables.numbers(comparison) if comparison.numbers else _told(comparison, "none")
    if comparison.unseen:
        yield _told(comparison, "rounded", count=comparison.unseen)
    if {"draws", "seed"} & set(comparison.changed):
        yield _told(comparison, "luck")


def _causes(comparison: Comparison) -> Iterator[NotebookNode]:
    """Which parameter changed what: a sentence, or one table for the numbers and one for the words."""
    names = comparison.changed
    if comparison.obstacle or len(names) < 2:
        yield _told(comparison, comparison.obstacle or ("one" if names else "nothing"), name="".join(names))
        return
    yield _told(comparison, "causes_intro")
    if comparison.numbers:
        table, left_out = tables.causes(comparison)
        yield table
        if _has_gaps(comparison):
            yield _told(comparison, "dash")
        if left_out:
            yield _told(comparison, "causes_rest", count=left_out)
    if comparison.words:
        yield tables.word_causes(comparison)


def _has_gaps(comparison: Comparison) -> bool:
    """Whether some number is missing when a parameter is changed alone."""
    split = [part for change in comparison.numbers for part in effects(change, comparison.alone)]
    return any(None in part.effects for part in split)


def _sentences(comparison: Comparison) -> Iterator[NotebookNode]:
    yield _told(comparison, "sentences_intro" if comparison.sentences else "none")
    yield from tables.sentences(comparison)


def _figures(comparison: Comparison) -> Iterator[NotebookNode]:
    """The figures of both runs, one below the other so that their scales can be compared."""
    before, after = comparison.before, comparison.after
    if comparison.pictures:
        yield _told(comparison, "figures_intro", before=before.name, after=after.name)
    for first, second in comparison.pictures:
        if first:
            yield _figure(comparison, before, first, "a")
        if second:
            yield _figure(comparison, after, second, "b")
        if not (first and second):
            yield _told(comparison, "only_in", run=before.name if first else after.name)


def _figure(comparison: Comparison, run: Run, picture: Picture, side: str) -> NotebookNode:
    """One figure as its run shows it, its caption and description opened by the run's name."""
    alt = f"{comparison.word('run', name=run.name)}: {picture.alt}"
    chapter = picture.chapter.partition("-")[0]
    caption = comparison.word("figure_of", run=run.name, chapter=chapter, caption=picture.caption)
    own = {"kind": "figure", "id": f"{picture.id}-run-{side}", "caption": caption, "alt": alt}
    data = {"image/svg+xml": picture.svg, "text/plain": alt}
    return tables.shown(data, {"dilemma": own, "image/svg+xml": {"alt": alt}})


def _told(comparison: Comparison, key: str, **values: object) -> NotebookNode:
    return new_markdown_cell(comparison.word(key, **values))
