"""Words of a figure: labels in even lines, and descriptions that can be read as a table."""

from collections.abc import Iterable
from textwrap import wrap


def even(text: str, letters: int) -> str:
    """The text in as few lines of at most `letters` as it needs, none much shorter than the others."""
    fewest = len(wrap(text, letters))
    longest = max(map(len, text.split(" ")))
    narrow = range(min(max(longest, 1), letters), letters + 1)
    return "\n".join(next(lines for width in narrow if len(lines := wrap(text, width)) <= fewest))


def entry(name: str, value: str) -> str:
    """One “name: value” of a description; no other colon or semicolon may stand in it."""
    return f"{_plain(name)}: {_plain(value)}"


def group(name: str, entries: Iterable[str]) -> str:
    """A sentence of a description that lists entries under a name."""
    return f"{_plain(name)}: {'; '.join(entries)}."


def _plain(text: str) -> str:
    return text.replace(": ", " – ").replace("; ", ", ")
