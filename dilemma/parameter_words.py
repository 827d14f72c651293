"""What a reader is told about a parameter: what it means, what it may be, how it is written."""

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

CHAPTERS = (
    "00-summary",
    "01-argument",
    "02-troops",
    "03-presence",
    "04-dependence",
    "05-red-line",
    "06-dilemma",
    "07-stress-test",
    "08-hindsight",
    "99-sources",
)


class About(NamedTuple):
    """Meaning and unit of a parameter, and the chapters that read it."""

    meaning_en: str
    meaning_de: str
    unit_en: str = ""
    unit_de: str = ""
    chapters: tuple[str, ...] = CHAPTERS


def about(field: FieldInfo) -> About:
    """Meaning, unit and chapters of a parameter."""
    return next(item for item in field.metadata if isinstance(item, About))


def allowed(field: FieldInfo, language: str) -> str:
    """The values a parameter may take, in words."""
    if get_origin(field.annotation) is tuple:
        return _allowed_list(field.annotation, language)
    if choices := get_args(field.annotation):
        *first, last = choices
        return f"{', '.join(first)} {'oder' if language == 'de' else 'or'} {last}"
    low, high = (_figure(bound, field, language) for bound in _bounds(field.metadata))
    if field.annotation is date:
        english = f"a day from {low}, when the article appeared, to {high}, written YYYY-MM-DD"
        german = f"ein Tag vom {low} (Tag des Artikels) bis {high}, geschrieben JJJJ-MM-TT"
    else:
        english, german = f"a whole number from {low} to {high}", f"eine ganze Zahl von {low} bis {high}"
    return german if language == "de" else english


def value(field: FieldInfo, language: str) -> str:
    """The default in words."""
    if field.default == ():
        return "keine" if language == "de" else "none"
    return _figure(field.default, field, language)


def hint(field: FieldInfo, value: object) -> str:
    """What probably went wrong, as one more sentence; nothing where the value does not tell."""
    if isinstance(value, bool):
        return " YAML reads no, off, yes and on as truth values: put the value in quotes."
    if isinstance(value, list | dict) and get_origin(field.annotation) is not tuple:
        return " One value belongs here, not a list."
    if field.annotation is int and isinstance(value, str | float):
        return f" Whole numbers are written without {_surplus(value)}, as in {field.default}."
    return _nearest(field, value) if isinstance(value, str) else ""


def _surplus(value: str | float) -> str:
    """What does not belong into a whole number: 007 has zeros, 3.000 a separator."""
    return "leading zeros" if str(value).isdigit() and str(value)[:1] == "0" else "separators"


def _nearest(field: FieldInfo, text: str) -> str:
    """The choice that was perhaps meant."""
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    meant = get_close_matches(text.strip().lower(), choices, n=1, cutoff=0.7)
    return f" Did you mean {meant[0]}?" if meant else ""


def _allowed_list(kind: Any, language: str) -> str:
    """The shape of a list of claims or of ranges."""
    if get_args(kind)[0] is str:
        english = "claim ids such as C21, separated by commas"
        german = "Nummern von Aussagen wie C21, durch Kommas getrennt"
    else:
        english = "low, mode and high of an input in rising order, as in blur=0.1,0.2,0.3, separated by semicolons"
        german = "Unten, Mitte und Oben einer Eingabe in steigender Folge, etwa blur=0.1,0.2,0.3, durch Semikolon getrennt"
    return german if language == "de" else english


def _bounds(metadata: Iterable[object]) -> tuple[object, object]:
    """The lowest and the highest value of a parameter."""
    low = next(item.ge for item in metadata if hasattr(item, "ge"))
    return low, next(item.le for item in metadata if hasattr(item, "le"))


def _figure(value: object, field: FieldInfo, language: str) -> str:
    """A value in words; counts are grouped, the seed is a label and is not."""
    if isinstance(value, int) and about(field).unit_en:
        return f"{value:,}".replace(",", "." if language == "de" else ",")
    return str(value)
