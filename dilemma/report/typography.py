"""Text as a typesetter sets it: curly apostrophes, and no line break inside what is read as one."""

import re
from collections.abc import Iterator, Sequence

from dilemma.report.tables import Token, plain

NO_BREAK, JOINER = "\N{NO-BREAK SPACE}", "\N{WORD JOINER}"
MONTHS = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
UNITS = (
    r"%|kSE|Tage?n?|days?|Monate?n?|months?|Jahre?n?|years?|Mio\.|Mrd\.|Millionen|Milliarden|million|billion"
    r"|Sprossen?|rungs?|Prozent|percent|Personen"
)
NAMED = r"Kapiteln?|[Cc]hapters?|Tabellen?|Tables?|Abbildung(?:en)?|Figures?|Abs[aä]tze?n?|[Pp]aragraphs?"
DAY = re.compile(rf"\b(\d{{1,2}}\.?) (?=(?:{MONTHS})\b)")
YEAR = re.compile(rf"\b({MONTHS}) (?=\d{{4}}\b)")
UNIT = re.compile(rf"(?<=\d) (?=(?:{UNITS})(?!\w))")
FIRST_UNIT = re.compile(rf" (?=(?:{UNITS})(?!\w))")
REFERENCE = re.compile(rf"\b({NAMED}) (?=\d)")
LAST_REFERENCE = re.compile(rf"\b({NAMED}) $")
RANGE = re.compile(r"(?<=\d)–(?=\d)")
WITHIN = re.compile(r"(?<=\w)'(?=[^\W\d_])|^'(?=s\b)")  # also where a link or bold print ends before the s
PLURAL = re.compile(r"(?<=s)'(?=[\s.,;:)]|$)")  # the soldiers' pay
OPENING = re.compile(r"(?:^|[\s(\[])'(?=\w)")  # then the sign may close a quotation


def text(raw: str) -> str:
    """A piece of text with its apostrophes curled and its days, quantities and references held together."""
    curled = WITHIN.sub("’", raw)
    curled = curled if OPENING.search(curled) else PLURAL.sub("’", curled)
    referred = REFERENCE.sub(rf"\1{NO_BREAK}", curled)
    return DAY.sub(rf"\1{NO_BREAK}", UNIT.sub(NO_BREAK, referred))


def inline(tokens: Sequence[Token]) -> Iterator[Token]:
    """Inline tokens with their texts so set, also where a number and its unit are different tokens."""
    for at, token in enumerate(tokens):
        if token["type"] != "text":
            yield token
            continue
        raw = text(token["raw"])
        if at and plain(tokens[at - 1 : at])[-1:].isdigit():
            raw = FIRST_UNIT.sub(NO_BREAK, raw, count=1) if FIRST_UNIT.match(raw) else raw
        if plain(tokens[at + 1 : at + 2])[:1].isdigit():
            raw = LAST_REFERENCE.sub(rf"\1{NO_BREAK}", raw)
        yield {**token, "raw": raw}


def cell(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a table's cell, where a day does not lose its year to the next line either."""
    return [_with_year(token) for token in tokens]


def _with_year(token: Token) -> Token:
    if "children" in token:
        return {**token, "children": cell(token["children"])}
    return {**token, "raw": YEAR.sub(rf"\1{NO_BREAK}", token["raw"])} if token["type"] == "text" else token


def joined(raw: str) -> str:
    """The text with ranges such as 2–3 kept on one line by signs that a copy of it would carry along."""
    return RANGE.sub(f"{JOINER}–{JOINER}", raw)
