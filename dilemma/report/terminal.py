"""Printed text as a terminal leaves it: without colours, controls and what was overwritten."""

import re

SEQUENCE = re.compile(
    r"\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # addresses behind words, titles of windows
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # colours, movements of the cursor
    r"|\x1b[ -/]*[0-~]"
)
ERASED = re.compile(r"\r\x1b\[[02]?K|\x1b\[2K\r?")  # progress bars clear their line with it
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
KERNEL_FILE = re.compile(r"(?<!\S)\S*?ipykernel_\d+[/\\](\d+)\.py")


def settled(text: str) -> str:
    """What stays on the screen; the kernel's process number, which every run changes, leaves warnings."""
    text = SEQUENCE.sub("", ERASED.sub("\r\0", text)).replace("\r\n", "\n")
    lines = [_overwritten(line) for line in re.split(r"[\n\v\f]", text)]
    return KERNEL_FILE.sub("cell", CONTROL.sub("", "\n".join(lines)))


def _overwritten(line: str) -> str:
    """A carriage return goes back to the line's beginning, a backspace by one sign."""
    shown = ""
    for piece in line.rstrip("\r").split("\r"):
        if piece.startswith("\0"):
            shown, piece = "", piece[1:]
        written = _backspaced(piece) if "\b" in piece else piece
        shown = written + shown[len(written) :]
    return shown


def _backspaced(piece: str) -> str:
    kept: list[str] = []
    for sign in piece:
        if sign != "\b":
            kept.append(sign)
        elif kept:
            kept.pop()
    return "".join(kept)
