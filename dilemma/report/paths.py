"""The path data of SVG written short: steps instead of places, no digit that nobody can see."""

import re
from collections.abc import Iterator

Point = tuple[int, int]
Step = tuple[str, tuple[int, ...]]

ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}
TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def shortened(data: str, digits: int) -> str:
    """The same path to `digits` decimals; data with arcs or other rare commands stay as they are."""
    tokens = TOKEN.findall(data)
    if {token.upper() for token in tokens if token.isalpha()} - set(ARGUMENTS):
        return data
    return "".join(_written(_straightened(_steps(tokens, 10**digits)), digits))


def rounded(number: str, digits: int) -> str:
    """A number to `digits` decimals, without idle zeros; what is no number stays."""
    return _number(round(float(number) * 10**digits), digits) if re.fullmatch(TOKEN, number) else number


def _steps(tokens: list[str], scale: int) -> Iterator[Step]:
    """Each command with its arguments relative to where the rounded path stands, in units of 1/scale."""
    at = start = exact = opened = (0, 0)
    for command, given in _commands(tokens):
        kind = command.upper()
        if kind == "Z":
            at, exact = start, opened
            yield "z", ()
            continue
        origin = exact if command.islower() else (0, 0)
        places = _places(kind, given, origin, exact)
        ends = [(round(x * scale), round(y * scale)) for x, y in places]
        yield "l" if kind in "HV" else kind.lower(), tuple(c for x, y in ends for c in (x - at[0], y - at[1]))
        at, exact = ends[-1], places[-1]
        if kind == "M":
            start, opened = at, exact


def _commands(tokens: list[str]) -> Iterator[tuple[str, list[float]]]:
    """Each command with its numbers; numbers that go on after a full set repeat the command."""
    position, command = 0, ""
    while position < len(tokens):
        if tokens[position].isalpha():
            command, position = tokens[position], position + 1
        wanted = ARGUMENTS[command.upper()] if command else 0
        numbers = tokens[position : position + wanted]
        if len(numbers) < wanted or not command or any(number.isalpha() for number in numbers):
            return  # a browser, too, draws a broken path up to its fault
        yield command, [float(number) for number in numbers]
        position += wanted
        if not wanted:
            if position < len(tokens) and not tokens[position].isalpha():
                return
        command = {"M": "L", "m": "l"}.get(command, command)


def _places(kind: str, given: list[float], origin: tuple, current: tuple) -> list[tuple[float, float]]:
    if kind == "H":
        return [(given[0] + origin[0], current[1])]
    if kind == "V":
        return [(current[0], given[0] + origin[1])]
    return [(x + origin[0], y + origin[1]) for x, y in zip(given[::2], given[1::2], strict=True)]


def _straightened(steps: Iterator[Step]) -> Iterator[Step]:
    """Lines that go on in the same direction as one line."""
    last: Step | None = None
    for step in steps:
        if last and last[0] == step[0] == "l" and _goes_on(last[1], step[1]):
            last = "l", (last[1][0] + step[1][0], last[1][1] + step[1][1])
            continue
        if last:
            yield last
        last = step
    if last:
        yield last


def _goes_on(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    (a, b), (c, d) = first, second
    return a * d == b * c and a * c + b * d >= 0


def _written(steps: Iterator[Step], digits: int) -> Iterator[str]:
    before = ""
    for command, numbers in steps:
        # After m, pairs of numbers are lines without saying so.
        repeats = command == before != "z" and command != "m" or (before, command) == ("m", "l")
        text = "" if repeats else command
        for place, number in enumerate(numbers):
            written = _number(number, digits)
            text += " " if not written.startswith("-") and (place or repeats) else ""
            text += written
        before = command
        yield text


def _number(scaled: int, digits: int) -> str:
    whole, rest = divmod(abs(scaled), 10**digits)
    fraction = f".{rest:0{digits}d}".rstrip("0") if rest else ""
    return ("-" if scaled < 0 else "") + (f"{whole or ''}{fraction}" if fraction else str(whole))
