"""How much of a single output a report shows: a reader who wants ten megabytes opens the notebook."""

import re

TEXT = 100_000  # characters, some forty printed pages
END = 20_000  # of them from the end, where a log says how it went
MARKUP = 2_000_000  # characters of HTML, most of which are tags
CELLS = 6_000  # of a table, as many pages
PICTURE = re.compile(r"data:image/[\w.+-]+;base64,[\w+/=]+")


def ends(text: str) -> tuple[str, int, str]:
    """The beginning of a text, how many characters are left out after it, and the end."""
    if len(text) <= TEXT:
        return text, 0, ""
    first = text.rfind("\n", 0, TEXT - END) + 1 or TEXT - END
    last = text.find("\n", len(text) - END) + 1 or len(text) - END
    return text[:first], last - first, text[last:]


def beginning(source: str, limit: int) -> tuple[str, int]:
    """The beginning of a source that cannot be taken up again in the middle, and how much is left out.

    Pictures written into it do not count.
    """
    end = limit
    for picture in PICTURE.finditer(source):
        if picture.start() >= end:
            break
        end += len(picture[0])
    return source[:end], max(0, len(source) - end)


def rows(count: int, columns: int) -> int:
    """How many of a table's rows are shown, none of them cut."""
    return min(count, max(1, CELLS // max(1, columns)))
