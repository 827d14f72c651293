"""The contract every chapter keeps: which parameters exist, and what each may be."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

CHAPTERS = ("00-summary", "01-argument", "02-troops", "99-sources")
FIRST_DAY = date(2024, 10, 24)
LAST_DAY = date(2030, 12, 31)
Language = Literal["de", "en"]
LANGUAGES = get_args(Language)
LEFT_OVER = "In JupyterLab restart the kernel after correcting a name, for it still remembers the wrong one."


class ParameterError(ValueError):
    """A parameter was refused; the message has one plain sentence per problem."""

    def _render_traceback_(self) -> list[str]:
        """The lines IPython, JupyterLab and papermill show instead of a traceback."""
        return str(self).splitlines()


class About(NamedTuple):
    """What a reader is told about a parameter, and the chapters that read it."""

    meaning_en: str
    meaning_de: str
    unit_en: str = ""
    unit_de: str = ""
    # The summary and the sources draw nothing, but they read the findings of the other chapters,
    # and those belong to one number of draws and one seed.
    chapters: tuple[str, ...] = CHAPTERS


def _day(value: object) -> object:
    """A date from its text; anything but YYYY-MM-DD is left for the type check to refuse."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        return date.fromisoformat(value)
    return value


class Parameters(BaseModel):
    """The parameters of one run; they cannot change once made."""

    model_config = ConfigDict(frozen=True, strict=True)

    as_of: Annotated[
        date,
        BeforeValidator(_day),
        Field(ge=FIRST_DAY, le=LAST_DAY),
        About(
            "Day whose knowledge counts: nothing public later is used",
            "Tag, dessen Wissensstand gilt: Was später bekannt wurde, bleibt außen vor",
            "date",
            "Datum",
        ),
    ] = FIRST_DAY
    language: Annotated[Language, About("Language of the output", "Sprache der Ausgabe")] = "en"
    draws: Annotated[
        int,
        Field(ge=1_000, le=1_000_000),
        About("Number of Monte Carlo draws", "Zahl der Monte-Carlo-Ziehungen", "draws", "Ziehungen"),
    ] = 100_000
    seed: Annotated[
        int,
        Field(ge=0, le=2**32 - 1),
        About("Seed of the random numbers", "Startwert der Zufallszahlen"),
    ] = 20241024

    def texts(self) -> dict[str, str]:
        """Each parameter as it is written on a command line."""
        return {name: str(getattr(self, name)) for name in NAMES}

    def changed(self) -> dict[str, str]:
        """The parameters that differ from their defaults, the language aside, as text."""
        default = Parameters().texts()
        return {
            name: text for name, text in self.texts().items() if name != "language" and text != default[name]
        }


NAMES = tuple(Parameters.model_fields)


def build(values: Mapping[str, object]) -> Parameters:
    """The run's parameters from typed values; what is missing takes its default.

    Raises ParameterError with one line per unknown name and per value refused.
    """
    problems = [_unknown(name) for name in values if name not in NAMES]
    try:
        parameters = Parameters(**{name: values[name] for name in NAMES if name in values})
    except ValidationError as error:
        refused = [str(detail["loc"][0]) for detail in error.errors()]
        problems += [_refusal(name, values[name]) for name in refused]
    if problems:
        raise ParameterError("\n".join(problems))
    return parameters


def from_strings(texts: Mapping[str, object]) -> Parameters:
    """The run's parameters from text, as a command line or a parameter file gives them."""
    return build({name: _typed(name, text) for name, text in texts.items()})


def check(namespace: Mapping[str, object]) -> Parameters:
    """The run's parameters from a notebook's `globals()`.

    On the first call every variable must be a parameter, because a misspelt one would otherwise
    pass unnoticed. Once the notebook holds Parameters the analyst's own variables are there as
    well, and only names that look like a parameter are refused.
    """
    rerun = any(isinstance(value, Parameters) for value in namespace.values())
    strangers = [
        name for name in _variables(namespace) if name not in NAMES and (not rerun or _similar(name, 0.8))
    ]
    try:
        return build({name: namespace[name] for name in (*NAMES, *strangers) if name in namespace})
    except ParameterError as error:
        raise ParameterError(f"{error}\n{LEFT_OVER}" if strangers else str(error)) from None


def about(name: str) -> About:
    """Meaning, unit and chapters of one parameter."""
    return next(item for item in Parameters.model_fields[name].metadata if isinstance(item, About))


def describe(language: str) -> list[dict[str, str]]:
    """One row per parameter, worded in `language`: name, meaning, unit, allowed, default, chapters."""
    return [
        {
            "name": name,
            "meaning": about(name).meaning_de if language == "de" else about(name).meaning_en,
            "unit": about(name).unit_de if language == "de" else about(name).unit_en,
            "allowed": allowed(name, language),
            "default": _figure(Parameters.model_fields[name].default, name, language),
            "chapters": ", ".join(about(name).chapters),
        }
        for name in NAMES
    ]


def allowed(name: str, language: str = "en") -> str:
    """The values a parameter may take, in words."""
    field = Parameters.model_fields[name]
    if choices := get_args(field.annotation):
        return (" oder " if language == "de" else " or ").join(choices)
    low, high = (_figure(bound, name, language) for bound in _bounds(field.metadata))
    if field.annotation is date:
        english = f"a day from {low}, when the article appeared, to {high}, written YYYY-MM-DD"
        german = f"ein Tag vom {low} (Tag des Artikels) bis {high}, geschrieben JJJJ-MM-TT"
    else:
        english, german = f"a whole number from {low} to {high}", f"eine ganze Zahl von {low} bis {high}"
    return german if language == "de" else english


def _typed(name: str, text: object) -> object:
    """The number a text stands for where a number is wanted; else the text itself."""
    wanted = name in NAMES and Parameters.model_fields[name].annotation is int
    if wanted and isinstance(text, str) and re.fullmatch(r"-?(0|[1-9]\d*(_\d+)*)", text, re.ASCII):
        return int(text) if len(text) < 40 else text
    return text


def _variables(namespace: Mapping[str, object]) -> list[str]:
    """The names a user's cells defined, without modules, functions, classes and IPython's own."""
    shell = namespace["get_ipython"]() if callable(namespace.get("get_ipython")) else None
    own = getattr(shell, "user_ns_hidden", {})
    tools = (ModuleType, FunctionType, BuiltinFunctionType, type, Parameters)
    return [
        name
        for name, value in namespace.items()
        if not name.startswith("_")
        and not (name in own and own[name] is value)
        and (name in NAMES or not isinstance(value, tools))
    ]


def _unknown(name: str) -> str:
    """The refusal of a name that is no parameter."""
    meant = _similar(name, 0.5)
    hint = f"did you mean {meant}? The" if meant else "the"
    return f"{_short(name)} is not a parameter; {hint} parameters are {', '.join(NAMES)}."


def _similar(name: str, cutoff: float) -> str:
    """The parameter whose name comes closest, or nothing."""
    close = get_close_matches(str(name).lower().replace("-", "_"), NAMES, n=1, cutoff=cutoff)
    return close[0] if close else ""


def _refusal(name: str, value: object) -> str:
    """The refusal of a value: what it was, what is allowed, what is the default."""
    default = _figure(Parameters.model_fields[name].default, name, "en")
    sentence = f"{name} is {_short(value)}, but must be {allowed(name)} (default {default})."
    if isinstance(value, str):
        sentence += _spelling(name, value)
    if isinstance(value, bool):
        sentence += " YAML reads no, off, yes and on as truth values: put the value in quotes."
    return sentence


def _spelling(name: str, text: str) -> str:
    """How the value that was perhaps meant is written."""
    field = Parameters.model_fields[name]
    if field.annotation is int:
        return f" Whole numbers are written without separators, as in {field.default}."
    meant = text.strip().lower()
    return f" Did you mean {meant}?" if meant in get_args(field.annotation) else ""


def _short(value: object) -> str:
    """A value as it would be typed, cut where it gets long."""
    plain = isinstance(value, date) or (isinstance(value, str) and value.isidentifier())
    shown = str(value) if plain else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _bounds(metadata: Iterable[object]) -> tuple[object, object]:
    """The lowest and the highest value of a parameter."""
    low = next(item.ge for item in metadata if hasattr(item, "ge"))
    return low, next(item.le for item in metadata if hasattr(item, "le"))


def _figure(value: object, name: str, language: str) -> str:
    """A value in words; counts are grouped, the seed is a label and is not."""
    if isinstance(value, int) and about(name).unit_en:
        return f"{value:,}".replace(",", "." if language == "de" else ",")
    return str(value)
