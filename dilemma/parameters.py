"""The contract every chapter keeps: which parameters exist, and what each may be."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dilemma import overrides, parameter_words
from dilemma.parameter_words import CHAPTERS, About

# The summary and the sources compute nothing, but they read the findings of the other chapters,
# and those belong to one set of parameters.
DRAWING = tuple(chapter for chapter in CHAPTERS if chapter not in ("03-presence", "04-dependence"))
DECIDING = ("00-summary", "05-red-line", "06-dilemma", "07-stress-test", "08-hindsight", "99-sources")
LOOKING_BACK = ("00-summary", "08-hindsight", "99-sources")
FIRST_DAY = date(2024, 10, 24)
LAST_DAY = date(2030, 12, 31)
Language = Literal["de", "en"]
LANGUAGES = get_args(Language)
Worldview = Literal["baseline", "kremlin_confident", "kremlin_cautious", "kyiv", "seoul", "sceptic"]
Claims = tuple[str, ...]
Ranges = tuple[tuple[str, overrides.Range], ...]
LEFT_OVER = "In JupyterLab restart the kernel after correcting a name, for it still remembers the wrong one."


class ParameterError(ValueError):
    """A parameter was refused; the message has one plain sentence per problem."""

    def _render_traceback_(self) -> list[str]:
        """The lines IPython, JupyterLab and papermill show instead of a traceback."""
        return str(self).splitlines()


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
    hindsight_until: Annotated[
        date,
        BeforeValidator(_day),
        Field(ge=FIRST_DAY, le=LAST_DAY),
        About(
            "Day up to which the hindsight chapter looks; beyond the newest evidence it takes all there is",
            "Tag, bis zu dem die Rückschau reicht; nach dem jüngsten Beleg nimmt sie alles, was da ist",
            "date",
            "Datum",
            LOOKING_BACK,
        ),
    ] = LAST_DAY
    language: Annotated[Language, About("Language of the output", "Sprache der Ausgabe")] = "en"
    worldview: Annotated[
        Worldview,
        About(
            "Whose view of the world sets the model's best guesses",
            "Wessen Weltsicht die besten Schätzungen des Modells vorgibt",
            chapters=DECIDING,
        ),
    ] = "baseline"
    reject_claims: Annotated[
        Claims,
        BeforeValidator(overrides.claims),
        About(
            "Claims of the article taken as false",
            "Aussagen des Artikels, die als falsch gelten",
            chapters=DECIDING,
        ),
    ] = ()
    inputs: Annotated[
        Ranges,
        BeforeValidator(overrides.ranges),
        About(
            "Own low, most likely and high values of the model's inputs",
            "Eigene untere, wahrscheinlichste und obere Werte der Modelleingaben",
            chapters=DECIDING,
        ),
    ] = ()
    draws: Annotated[
        int,
        Field(ge=1_000, le=1_000_000),
        About(
            "Number of Monte Carlo draws", "Zahl der Monte-Carlo-Ziehungen", "draws", "Ziehungen", DRAWING
        ),
    ] = 100_000
    seed: Annotated[
        int,
        Field(ge=0, le=2**32 - 1),
        About("Seed of the random numbers", "Startwert der Zufallszahlen", chapters=DRAWING),
    ] = 20241024

    def texts(self) -> dict[str, str]:
        """Each parameter as it is written on a command line."""
        return {name: overrides.text(getattr(self, name)) for name in NAMES}

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
    if parameters.hindsight_until < parameters.as_of:
        raise ParameterError(
            f"hindsight_until is {parameters.hindsight_until}, but must not lie before as_of ({parameters.as_of})."
        )
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
    return parameter_words.about(Parameters.model_fields[name])


def allowed(name: str, language: str = "en") -> str:
    """The values a parameter may take, in words."""
    return parameter_words.allowed(Parameters.model_fields[name], language)


def describe(language: str) -> list[dict[str, str]]:
    """One row per parameter, worded in `language`: name, meaning, unit, allowed, default, chapters."""
    return [
        {
            "name": name,
            "meaning": about(name).meaning_de if language == "de" else about(name).meaning_en,
            "unit": about(name).unit_de if language == "de" else about(name).unit_en,
            "allowed": allowed(name, language),
            "default": parameter_words.value(Parameters.model_fields[name], language),
            "chapters": ", ".join(about(name).chapters),
        }
        for name in NAMES
    ]


def _typed(name: str, text: object) -> object:
    """The number a text stands for where a number is wanted; else the text itself.

    5_000 counts, as in Python and YAML, but only in groups of three: 5_00 is more likely a slip.
    """
    wanted = name in NAMES and Parameters.model_fields[name].annotation is int
    if wanted and isinstance(text, str) and re.fullmatch(r"-?(0|[1-9]\d*|[1-9]\d{0,2}(_\d{3})+)", text, re.ASCII):
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
    field = Parameters.model_fields[name]
    default = parameter_words.value(field, "en")
    sentence = f"{name} is {_short(value)}, but must be {allowed(name)} (default {default})."
    return sentence + parameter_words.hint(field, value)


def _short(value: object) -> str:
    """A value as it would be typed, cut where it gets long."""
    plain = isinstance(value, date) or (isinstance(value, str) and value.isidentifier())
    shown = str(value) if plain else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
