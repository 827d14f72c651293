"""What a notebook's cells call to state something: prose, findings, figures, tables, citations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from dilemma import evidence, findings, tables
from dilemma.figures import svg
from dilemma.findings import EXPLORER, FINDING, TABLE, Record, Value
from dilemma.parameters import Parameters
from dilemma.wording import Text, pick, short_day

Source = Any  # a row of data/sources.csv, as itertuples gives it


@dataclass
class Chapter:
    """One notebook's output in one language; `name` is the notebook's file stem.

    Only pages public on the day `until` may be cited; it is the as-of date unless a chapter looks back.
    """

    name: str
    parameters: Parameters
    until: date | None = None
    _shown: dict[str, tuple[int, str | None]] = field(default_factory=dict, repr=False)
    _pending: dict[str, Record] = field(default_factory=dict, repr=False)

    def text(self, *, en: str, de: str) -> str:
        """The wording of the run's language."""
        return pick(Text(en, de), self.parameters.language)

    def say(self, *, en: str, de: str) -> None:
        """Shows a computed sentence, written in Markdown."""
        self._show({"text/markdown": self.text(en=en, de=de)})

    def finding(
        self, id: str, value: Value, *, unit: str, en: str, de: str, sources: Sequence[str] = ()
    ) -> str:
        """States a result and returns it as a Markdown link to its row in the ledger.

        `value` is a number, a (low, high) pair, a date or a Text; `en` and `de` say what it is.
        The next output of the chapter carries the record.
        """
        self._sources(sources)
        self._claim(f"finding-{id}")
        stated = findings.record(id, self.name, value, unit, Text(en, de), sources)
        self._pending[id] = stated
        return findings.link(stated, self.parameters.language)

    def figure(self, figure: Figure, *, id: str, caption: str, alt: str) -> None:
        """Shows a figure as SVG with its caption, and closes it.

        Raises ValueError when caption or alt text is empty, or the id is not a new fig-… one.
        """
        self._picture(figure, id, caption, alt, {})

    def explorer(self, figure: Figure, lookup: dict[str, Any], *, id: str, caption: str, alt: str) -> None:
        """Shows a figure as `figure` does, and hands a page that runs scripts what to choose in its place.

        `lookup` is that of `figures.lookup`; everywhere else the figure stands alone.
        """
        self._picture(figure, id, caption, alt, {EXPLORER: lookup})

    def _picture(self, figure: Figure, id: str, caption: str, alt: str, more: dict[str, Any]) -> None:
        for part, wording in {"a caption": caption, "an alt text": alt}.items():
            if not wording.strip():
                raise ValueError(f"{id} needs {part}: a reader who cannot see the figure has nothing else.")
        self._claim(id, "fig-")
        about = {"kind": "figure", "id": id, "caption": caption, "alt": alt}
        metadata = {"dilemma": about, "image/svg+xml": {"alt": alt}}
        self._show({"image/svg+xml": svg.drawn(figure, id), "text/plain": alt, **more}, metadata)
        display({"text/markdown": caption}, metadata={"dilemma": {"kind": "caption"}}, raw=True)

    def table(
        self,
        frame: pd.DataFrame,
        *,
        id: str,
        caption: str,
        align: Sequence[str] | None = None,
        row_ids: Sequence[str] | None = None,
        wide: bool = False,
        header_column: bool = True,
    ) -> None:
        """Shows a table; text cells are inline Markdown, numbers and dates are worded here.

        `align` is left, right or center per column (numbers stand right by default), `row_ids`
        are anchors of the rows, a `wide` table gets a landscape page.
        """
        if not caption.strip():
            raise ValueError(f"{id} needs a caption.")
        self._claim(id, "tab-")
        spec = {
            "id": id,
            "caption": caption,
            "columns": tables.columns(frame, align),
            "rows": tables.rows(frame, self.parameters.language),
            "row_ids": _row_ids(frame, row_ids),
            "wide": wide,
            "header_column": header_column,
        }
        self._show({TABLE: spec, "text/html": tables.html(spec), "text/plain": tables.plain(spec)})

    def cite(self, *source_ids: str) -> str:
        """Links to the sources, as in [AP, 23 Oct 2024](#src-ap-2024-10-23), joined by semicolons."""
        if not source_ids:
            raise ValueError("cite() needs at least one source_id.")
        return "; ".join(self._citation(row) for row in self._sources(source_ids))

    def publisher(self, source: Source) -> str:
        """Who published a page, with what it relies on or copies in brackets."""
        note = getattr(source, f"note_{self.parameters.language}")
        return f"{source.publisher} ({note})" if pd.notna(note) else source.publisher

    @cached_property
    def _known(self) -> dict[str, Source]:
        return {source.source_id: source for source in evidence.read("sources").itertuples()}

    @cached_property
    def _public(self) -> frozenset[str]:
        return frozenset(evidence.read("sources", self._last_day)["source_id"])

    @property
    def _last_day(self) -> date:
        return self.until or self.parameters.as_of

    def _sources(self, source_ids: Sequence[str]) -> list[Source]:
        """The rows of the sources; one that was not public yet would leak hindsight into the run."""
        for source_id in source_ids:
            if source_id not in self._known:
                raise ValueError(f"{source_id} is not in data/sources.csv.")
            if source_id not in self._public:
                raise ValueError(f"{source_id} was not public on {self._last_day}: the run may not use it.")
        return [self._known[source_id] for source_id in source_ids]

    def _citation(self, source: Source) -> str:
        dated = pd.notna(source.published) and source.precision != "none"
        parts = [self.publisher(source).replace("[", r"\[").replace("]", r"\]")]
        if dated:
            parts.append(short_day(source.published, self.parameters.language, source.precision))
        return f"[{', '.join(parts)}](#src-{source.source_id})"

    def _claim(self, id: str, prefix: str = "") -> None:
        """Reserves an anchor; only running the same cell once more may use it again."""
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id) or not id.startswith(prefix):
            shape = f"{prefix}… in small letters, digits and hyphens"
            raise ValueError(f"{id!r} is not an id; it must read {shape}.")
        run, cell = _current_cell()
        if id in self._shown:
            earlier_run, earlier_cell = self._shown[id]
            if run == earlier_run or cell is None or cell != earlier_cell:
                raise ValueError(f"{id} is already used in chapter {self.name}; every id must be its own.")
        self._shown[id] = (run, cell)

    def _show(self, bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        """Displays an output that carries the findings stated since the last one."""
        if self._pending:
            bundle[FINDING] = list(self._pending.values())
            self._pending.clear()
        display(bundle, metadata=metadata or {}, raw=True)


def _current_cell() -> tuple[int, str | None]:
    """The running execution's count and, where the front end tells, the id of its cell."""
    shell = get_ipython()
    if shell is None:
        return 0, None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return shell.execution_count, parent.get("metadata", {}).get("cellId")


def _row_ids(frame: pd.DataFrame, row_ids: Sequence[str] | None) -> list[str] | None:
    if row_ids is None:
        return None
    if len(row_ids) != len(frame):
        raise ValueError(f"row_ids has {len(row_ids)} entries for {len(frame)} rows.")
    return [str(row_id) for row_id in row_ids]
