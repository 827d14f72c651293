"""Highlighted code with few marks: comments, keywords and strings; all else has no colour of its own."""

import re

KINDS = {"k": "b", "s": "i", "c": "em"}  # short elements, since their marks would be a tenth of the page
KEYWORD, STRING = {"ow"}, {"sa", "si"}
MARK = re.compile(r'<span class="(\w+)">(.*?)</span>', re.DOTALL)
BOX = re.compile(r'<div class="\s*highlight[^"]*"><pre>(?:<span></span>)?(.*)</pre></div>', re.DOTALL)
SPLIT = re.compile(r"</(b|i|em)>(\s*)<\1>")


def slim(highlighted: str) -> str:
    """The HTML of pygments with short elements in place of its many classes."""
    inside = BOX.search(highlighted)
    code = MARK.sub(_mark, inside[1] if inside else highlighted)
    code = SPLIT.sub(r"\2", code)
    return f"<pre>{code}</pre>" if inside else code


def _mark(found: re.Match[str]) -> str:
    name, text = found[1], found[2]
    kind = "k" if name in KEYWORD else name[0]
    element = KINDS.get(kind) if name not in STRING else None
    return f"<{element}>{text}</{element}>" if element else text
