"""Small steps between tokens and Typst: strings, trimmed ends, headings without links."""

import re
from collections.abc import Sequence

from dilemma.report import typesetting
from dilemma.report.tables import Token

NOT_IN_CONTENTS = ("footnote_ref", "image", "anchor")
BREAKS = ("softbreak", "linebreak")
# A line of program text holds 67 signs; the pieces are shorter, so that they also fit into lists and notes.
UNBROKEN = re.compile(r"[^ \t\n]{61,}")
PIECE = re.compile(f"(?:{typesetting.SIGN.pattern}){{1,10}}", re.S)
ADDRESS = re.compile(r"\S{20,}")  # such as a DOI; where a column is narrow, it may go on after a stroke or a dot
ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
# The beginning of a caption: its first sentence, or less where a bracket, a colon or the day leads on to details.
DETAILS = r"(?<=.{25})(?:[;:]\s|\s\(|,\s(?:Stand|Wissensstand|as\sof|as\sknown)\s)"
SENTENCE = r'(?<!\s\d)(?<!\s\d\d)[.!?](?:\s+[A-ZÄÖÜ„“"(]|$)'
TITLE = re.compile(f"\\S.*?(?={DETAILS}|{SENTENCE})")


def literal(text: str) -> str:
    """`text` as a Typst string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "")
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def breakable(text: str) -> str:
    """`text` with invisible places to break in each run without a blank that no line can hold."""
    return UNBROKEN.sub(lambda run: ZERO_WIDTH_SPACE.join(PIECE.findall(run[0])), text)


def address_breakable(text: str) -> str:
    """`text` with invisible places to break after each stroke and dot within a long run without a blank."""
    return ADDRESS.sub(lambda run: re.sub(r"(?<=\w[/.])(?=\w)", ZERO_WIDTH_SPACE, run[0]), text)


def title_of(caption: str) -> str:
    """The beginning of a caption, short enough for the list of figures or tables."""
    text = " ".join(caption.split())
    found = TITLE.match(text)
    return found[0] if found else text


def trimmed(tokens: Sequence[Token]) -> list[Token]:
    """Inline tokens without the blanks at either end."""
    kept = list(tokens)
    while kept and kept[0]["type"] in BREAKS:
        kept.pop(0)
    while kept and kept[-1]["type"] in BREAKS:
        kept.pop()
    if kept and kept[0]["type"] == "text":
        kept[0] = {**kept[0], "raw": kept[0]["raw"].lstrip(" \n\t")}
    if kept and kept[-1]["type"] == "text":
        kept[-1] = {**kept[-1], "raw": kept[-1]["raw"].rstrip(" \n\t")}
    return kept


def without_links(tokens: Sequence[Token]) -> list[Token]:
    """A heading's tokens as the table of contents can hold them: links as text, no notes or images."""
    return [_unlinked(token) for token in tokens if token["type"] not in NOT_IN_CONTENTS]


def _unlinked(token: Token) -> Token:
    if "children" not in token:
        return token
    kind = "span" if token["type"] == "link" else token["type"]
    return {**token, "type": kind, "children": without_links(token["children"])}
