"""The explorer as a page looks it up: every string ready, every field a row of indices into them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from dilemma import wording
from dilemma.decision import days
from dilemma.escalation import OPTIONS
from dilemma.explorer import AS_DRAWN, Explored, Outlook
from dilemma.figures.explorer import best_options, level
from dilemma.figures.tipping import REACTION, WORTH
from dilemma.verdict import TEMPERAMENTS
from dilemma.wording import Text

VIEW = Text("Worldview", "Weltsicht")
HEADS = (Text("Temperament", "Temperament"), Text("Chooses", "Wählt"))
AS_VIEWED = Text("as in the worldview", "wie in der Weltsicht")
CODES = {
    "refuse": Text("Re", "Ab"),
    "train": Text("Tr", "Au"),
    "kursk": Text("Ku", "Ku"),
    "ukraine": Text("Uk", "Uk"),
}
MAP = Text(
    "The best option on average in this worldview. Upwards: worth of the contingent in kSE; to the right: chance "
    "that Washington answers Kursk strongly; ~: as in the worldview. Framed: your choice.",
    "Die im Mittel beste Option in dieser Weltsicht. Nach oben: Wert des Kontingents in kSE; nach rechts: "
    "Wahrscheinlichkeit, dass Washington auf Kursk stark antwortet; ~: wie in der Weltsicht. Gerahmt: Ihre Wahl.",
)
FREE = "~"  # the head of a row or column of the map in which nothing is fixed
NEVER = "–"


def lookup(
    explored: Explored, names: Mapping[str, str], current: str, losses_per_day: float, language: str
) -> dict[str, Any]:
    """All that a page shows: three scales, the temperaments, the options and the fields.

    A field, `cells[worldview][worth][reaction]`, is (options, phrases): the option of each temperament as an
    index into `options`, and the sentence as indices into `phrases`, to be joined as they are.
    """
    phrases: dict[str, int] = {}
    told = _Sentences(explored, names, losses_per_day, language)
    cells = [
        [[_field(seen, phrases, parts) for seen, parts in row] for row in told.fields(worldview)]
        for worldview in explored.worldviews
    ]
    return {
        "scales": _scales(explored, names, current, language),
        "heads": [wording.pick(head, language) for head in HEADS],
        "temperaments": [wording.heading(name, language) for name in TEMPERAMENTS],
        "options": [_option(name, language) for name in OPTIONS],
        "map": wording.pick(MAP, language),
        "free": FREE,
        "phrases": list(phrases),
        "cells": cells,
    }


def thresholds(explored: Explored, names: Mapping[str, str], language: str, option: str = "kursk") -> pd.DataFrame:
    """The grid in one small table: from which worth on `option` is best on average, by worldview and reaction.

    Two worths where another option takes over again; a dash where it is best at none.
    """
    rows = {names[worldview]: best_options(explored, worldview) for worldview in explored.worldviews}
    columns = {wording.pick(VIEW, language): list(rows)}
    for at, reaction in enumerate(explored.reactions):
        cells = [_reach(explored, [row[at] == option for row in best], language) for best in rows.values()]
        columns[wording.percent(reaction, language)] = cells
    return pd.DataFrame(columns)


def _reach(explored: Explored, best: list[bool], language: str) -> str:
    places = [level(worth, language) for worth, is_best in zip(explored.worths, best, strict=True) if is_best]
    if not places:
        return NEVER
    return places[0] if best[-1] else f"{places[0]}–{places[-1]}"


def _scales(explored: Explored, names: Mapping[str, str], current: str, language: str) -> list[dict[str, Any]]:
    own = wording.pick(AS_VIEWED, language)
    worths = [level(worth, language) for worth in explored.worths]
    reactions = [wording.percent(reaction, language) for reaction in explored.reactions]
    view = [names[worldview] for worldview in explored.worldviews]
    return [
        {"name": wording.pick(VIEW, language), "levels": view, "chosen": explored.worldviews.index(current)},
        {"name": _capital(WORTH, language), "levels": [own, *worths], "chosen": AS_DRAWN},
        {"name": _capital(REACTION, language), "levels": [own, *reactions], "chosen": AS_DRAWN},
    ]


def _capital(text: Text, language: str) -> str:
    words = wording.pick(text, language)
    return words[:1].upper() + words[1:]


def _option(name: str, language: str) -> dict[str, str]:
    return {"look": name, "code": wording.pick(CODES[name], language), "name": wording.label(name, language)}


def _field(seen: Outlook, phrases: dict[str, int], parts: Iterable[str]) -> tuple[list[int], list[int]]:
    sentence = [phrases.setdefault(part, len(phrases)) for part in parts]
    return [OPTIONS.index(choice) for choice in seen.choices], sentence


class _Sentences:
    """The sentence of a field in parts that repeat from field to field."""

    def __init__(self, explored: Explored, names: Mapping[str, str], losses_per_day: float, language: str) -> None:
        self.explored = explored
        self.names = names
        self.losses_per_day = losses_per_day
        self.language = language

    def fields(self, worldview: str) -> Iterator[list[tuple[Outlook, list[str]]]]:
        """Row by row what is seen in every field, and its sentence: what is assumed, what is best, how firmly."""
        name = self.names[worldview]
        view = self._pick(f"Worldview “{name}”: ", f"Weltsicht „{name}“: ")
        reactions = [self._reaction(worldview, column) for column in range(len(self.explored.reactions) + 1)]
        for row in range(len(self.explored.worths) + 1):
            worth = self._worth(worldview, row)
            outlooks = [self.explored.outlooks[worldview, row, column] for column in range(len(reactions))]
            yield [(seen, [view, worth, reaction, *self._verdict(seen)])
                   for seen, reaction in zip(outlooks, reactions, strict=True)]

    def _worth(self, worldview: str, row: int) -> str:
        if row == AS_DRAWN:
            mean = wording.quantity(self.explored.drawn[worldview].worth, "kse", self.language)
            return self._pick(
                f"if the contingent is worth what this worldview allows ({mean} kSE on average)",
                f"Bleibt der Wert des Kontingents, wie ihn diese Weltsicht sieht (im Mittel {mean} kSE),",
            )
        kse = self.explored.worths[row - 1]
        worth, long = level(kse, self.language), wording.quantity(days(kse, self.losses_per_day), "days", self.language)
        return self._pick(
            f"if the contingent is worth {worth} kSE ({long} days of Russian losses)",
            f"Ist das Kontingent {worth} kSE wert ({long} Tage russischer Verluste)",
        )

    def _reaction(self, worldview: str, column: int) -> str:
        if column == AS_DRAWN:
            mean = wording.percent(self.explored.drawn[worldview].reaction, self.language)
            return self._pick(
                f" and Washington answers Kursk as this worldview expects (strongly with {mean} on average), ",
                f" und antwortet Washington auf Kursk, wie diese Weltsicht erwartet (stark im Mittel mit {mean}), ",
            )
        chance = wording.percent(self.explored.reactions[column - 1], self.language)
        return self._pick(
            f" and Washington answers Kursk strongly with a chance of {chance}, ",
            f" und antwortet Washington auf Kursk mit {chance} Wahrscheinlichkeit stark, ",
        )

    def _verdict(self, seen: Outlook) -> Iterator[str]:
        best = wording.label(seen.best, self.language)
        yield self._pick(f"the best option on average is “{best}”. ", f"heißt die im Mittel beste Option „{best}“. ")
        share = wording.quantity(seen.share, "probability", self.language)
        lead, rival = wording.quantity(seen.lead, "kse", self.language), wording.label(seen.rival, self.language)
        yield self._pick(f"It is best in {share} of the worlds", f"Sie ist in {share} der Welten die beste")
        yield self._pick(f" and lies {lead} kSE ahead", f" und liegt {lead} kSE")
        yield self._pick(f" of “{rival}”", f" vor „{rival}“")
        yield self._pick(": too close to call. ", ": zu knapp für ein Urteil. ") if seen.close else ". "
        standing = wording.label(seen.standing, self.language)
        yield self._pick(f"The verdict is {standing}.", f"Das Urteil ist {standing}.")

    def _pick(self, en: str, de: str) -> str:
        return wording.pick(Text(en, de), self.language)
