"""Numbers, dates and fixed terms as a German or an English reader expects them."""

from datetime import date
from numbers import Integral
from typing import NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from dilemma.parameters import LANGUAGES as LANGUAGES  # those of the contract

# Decimals by unit; a share is printed as a percentage. Estimates of armies are not known to the
# last man: whoever computes a headcount rounds it before it is worded.
DIGITS = {"persons": 0, "count": 0, "days": 1, "months": 1, "share": 0, "strength": 2}


class Text(NamedTuple):
    """One wording in both languages of the report."""

    en: str
    de: str


LABELS = {
    # units, as they stand in the ledger of findings
    "persons": Text("persons", "Personen"),
    "count": Text("count", "Anzahl"),
    "days": Text("days", "Tage"),
    "months": Text("months", "Monate"),
    "share": Text("percent", "Prozent"),
    "strength": Text("strength, 0 to 1", "Stärke, 0 bis 1"),
    "words": Text("in words", "in Worten"),
    "date": Text("date", "Datum"),
    # what a head count counted
    "planned": Text("announced or planned", "angekündigt oder geplant"),
    "dispatched": Text("dispatched", "entsandt"),
    "arrived": Text("in Russia", "in Russland"),
    "training": Text("in training", "in Ausbildung"),
    "near_front": Text("near the front", "in Frontnähe"),
    "in_kursk": Text("in the Kursk region", "in der Region Kursk"),
    # kinds of claims
    "fact": Text("fact", "Tatsache"),
    "attribution": Text("attribution", "Zuschreibung"),
    "inference": Text("inference", "Schluss"),
    "judgement": Text("judgement", "Urteil"),
    # standing of a claim
    "supported": Text("supported", "gestützt"),
    "disputed": Text("disputed", "umstritten"),
    "open": Text("open", "offen"),
    "overtaken": Text("overtaken", "überholt"),
    "refuted": Text("refuted", "widerlegt"),
    "not_checkable": Text("not checkable", "nicht prüfbar"),
    # nodes and edges of the argument map
    "thesis": Text("thesis", "These"),
    "root": Text("horn", "Horn"),
    "claim": Text("claim of the article", "Aussage des Artikels"),
    "warrant": Text("warrant", "Schlussregel"),
    "evidence": Text("evidence", "Beleg"),
    "objection": Text("objection", "Einwand"),
    "support": Text("supports", "stützt"),
    "licence": Text("licenses", "trägt den Schluss"),
    "attack": Text("weakens", "schwächt"),
}


def pick(text: Text, language: str) -> str:
    """The wording of `text` in `language` (de or en)."""
    return getattr(text, language)


def label(key: str, language: str) -> str:
    """The fixed term for a code word of the data, such as a verb, a status or a unit."""
    return pick(LABELS[key], language)


def heading(key: str, language: str) -> str:
    """The fixed term with a capital first letter, to stand alone."""
    term = label(key, language)
    return term[:1].upper() + term[1:]


def number(value: float, language: str, digits: int = 0) -> str:
    """`value` with `digits` decimals, grouped: 12,900 in English, 12.900 in German."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    shown = value if isinstance(value, Integral) else round(float(value), digits)
    return format_decimal(shown + 0, format=pattern, locale=language).replace("-", "−")


def percent(share: float, language: str, digits: int = 0) -> str:
    """A share as a percentage: 0.125 is 13% in English and 13 % in German."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    pattern += "%" if language == "en" else "\N{NO-BREAK SPACE}%"
    return format_percent(share, format=pattern, locale=language).replace("-", "−")


def quantity(value: float, unit: str, language: str) -> str:
    """A number with the decimals that fit its unit (a key of DIGITS); only percentages carry a sign."""
    if unit == "share":
        return percent(value, language)
    return number(value, language, DIGITS[unit])


def interval(low: float, high: float, unit: str, language: str) -> str:
    """A range such as 1,200–12,900; the unit follows in the sentence, percent excepted."""
    first, last = quantity(low, unit, language), quantity(high, unit, language)
    if unit == "share":
        first = first.rstrip("%").rstrip("\N{NO-BREAK SPACE}")
    return f"{first}–{last}"


def day(when: date, language: str, precision: str = "day") -> str:
    """A date written out to its known precision (day, month or year): 24. Oktober 2024."""
    patterns = {"day": "d MMMM y" if language == "en" else "d. MMMM y", "month": "MMMM y", "year": "y"}
    return format_date(when, format=patterns[precision], locale=language)


def short_day(when: date, language: str, precision: str = "day") -> str:
    """A date for tables and citations: 24 Oct 2024 or 24.10.2024, to its known precision."""
    full = "d MMM y" if language == "en" else "dd.MM.y"
    month = "MMM y" if language == "en" else "MM/y"
    return format_date(when, format={"day": full, "month": month, "year": "y"}[precision], locale=language)


def span(first: date, last: date, language: str) -> str:
    """Two days as one expression: 23 to 24 October 2024, or just one day if they are the same."""
    if first == last:
        return day(first, language)
    same_month = (first.year, first.month) == (last.year, last.month)
    opening = (f"{first.day}." if language == "de" else str(first.day)) if same_month else day(first, language)
    return f"{opening} {'to' if language == 'en' else 'bis'} {day(last, language)}"
