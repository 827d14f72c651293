"""What may stand in one cell of a table, by the description of its column."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
INTEGER = re.compile(r"-?\d+")
GERMAN_NUMBER = re.compile(r"(-?(?:0|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d*))(?:,(\d+))?")
GROUPED = re.compile(r"-?[1-9]\d{0,2},\d{3}")

Field = Mapping[str, Any]


class DataError(ValueError):
    """A file of data/ that does not follow its description."""


def fault(text: str, field: Field) -> str:
    """What is wrong with a cell and what is allowed, as a sentence; empty when nothing is wrong."""
    if not text:
        return "A value is required." if field.get("constraints", {}).get("required") else ""
    if text != text.strip():
        return f"{text!r} begins or ends with a space; delete the space."
    if "listOf" in field:
        parts = text.split(field["listOf"]["delimiter"])
        return next(filter(None, (_entry_fault(part, parts, field["listOf"]) for part in parts)), "")
    rule = {**field.get("constraints", {}), "example": field.get("example")}
    return TYPE_FAULTS[field["type"]](text) or _constraint_fault(text, rule)


def suggestion(word: str, choices: Collection[str]) -> str:
    """A question that names the closest choice, with a space before it; empty when none is close."""
    close = difflib.get_close_matches(word, sorted(choices), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""


def _entry_fault(part: str, parts: Sequence[str], rule: Mapping[str, Any]) -> str:
    if not part or part != part.strip():
        return f"Separate the entries by {rule['delimiter']!r} alone, without spaces or empty entries."
    if parts.count(part) > 1:
        return f"{part!r} is listed twice."
    return _choice_fault(part, rule)


def _constraint_fault(text: str, rule: Mapping[str, Any]) -> str:
    if "minimum" in rule and float(text) < rule["minimum"]:
        return f"{text} is too small; the smallest value allowed is {rule['minimum']}."
    if "maximum" in rule and float(text) > rule["maximum"]:
        return f"{text} is too large; the largest value allowed is {rule['maximum']}."
    if len(text) > rule.get("maxLength", len(text)):
        return f"The text has {len(text)} characters; at most {rule['maxLength']} are allowed."
    return _choice_fault(text, rule)


def _choice_fault(text: str, rule: Mapping[str, Any]) -> str:
    choices = [str(choice) for choice in rule.get("enum", ())]
    if choices and text not in choices:
        return f"{text!r} is not allowed; allowed: {', '.join(choices)}.{suggestion(text, choices)}"
    if "pattern" in rule and not re.fullmatch(rule["pattern"], text):
        return f"{text!r} does not have the required form; an example is {rule['example']}."
    return ""


def _date_fault(text: str) -> str:
    advice = "write year-month-day, for example 2024-10-24."
    if german := GERMAN_DAY.fullmatch(text):
        day, month, year = german.groups()
        advice = f"write {year}-{month:0>2}-{day:0>2}."
    if not ISO_DAY.fullmatch(text):
        return f"{text!r} is not a date; {advice}"
    try:
        date.fromisoformat(text)
    except ValueError:
        return f"{text!r} is not a day of the calendar."
    return ""


def _number_fault(text: str) -> str:
    german = GERMAN_NUMBER.fullmatch(text)
    if german and ("," in text or "." in text):
        whole, decimals = german.groups()
        english = whole.replace(".", "") + (f".{decimals}" if decimals else "")
        if decimals and not GROUPED.fullmatch(text):
            return f"{text!r} has a decimal comma; write {english}."
        digits, decimal = re.sub("[.,]", "", text), text.replace(",", ".")
        return f"{text!r} can be read in two ways; write {digits}, or {decimal}0 for the decimal number."
    if NUMBER.fullmatch(text):
        return ""
    return f"{text!r} is not a number; write digits and, if needed, a decimal point."


def _integer_fault(text: str) -> str:
    return "" if INTEGER.fullmatch(text) else f"{text!r} is not a whole number; write digits only."


def _boolean_fault(text: str) -> str:
    if text in ("true", "false"):
        return ""
    remedy = f"write {text.lower()}" if text.lower() in ("true", "false") else "allowed: true, false"
    return f"{text!r} is not allowed; {remedy}."


def _text_fault(text: str) -> str:
    return "The text holds a line break; write it on one line." if "\n" in text or "\r" in text else ""


TYPE_FAULTS = {
    "string": _text_fault,
    "date": _date_fault,
    "number": _number_fault,
    "integer": _integer_fault,
    "boolean": _boolean_fault,
}
