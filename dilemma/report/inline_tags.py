"""HTML tags inside a line of Markdown, which mistune leaves as they are, paired to tokens."""

import re
from collections.abc import Sequence

from dilemma.report import markup
from dilemma.report.tables import Token

TAG = re.compile(r"^<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^>]*)>$", re.S)


def paired(tokens: Sequence[Token]) -> list[Token]:
    """Inline HTML tags as tokens: pairs become nested tokens, unknown or stray tags vanish."""
    stack: list[tuple[str, Token]] = [("", {"type": "", "children": []})]
    for token in tokens:
        tag = TAG.match(token["raw"]) if token["type"] == "inline_html" else None
        if token["type"] != "inline_html":
            stack[-1][1]["children"].append(token)
        elif tag and tag["close"]:
            _close(stack, tag["name"].lower())
        elif tag and (opened := _opened(tag["name"].lower(), token["raw"])):
            stack.append((tag["name"].lower(), opened))
        else:
            stack[-1][1]["children"].extend(markup.inline_tokens(token["raw"]))
            if tag and tag["name"].lower() in markup.ACTIVE:
                stack[-1][1]["children"].append(markup.without(tag["name"].lower()))
    while len(stack) > 1:
        _close(stack, stack[-1][0])
    return stack[0][1]["children"]


def _opened(name: str, source: str) -> Token | None:
    """The still empty token that an opening tag such as <sub> or <a href="…"> begins."""
    if name in markup.INLINE:
        return {"type": markup.INLINE[name], "children": []}
    links = [token for token in markup.inline_tokens(source) if token["type"] == "link"]
    return links[0] if name == "a" and links else None


def _close(stack: list[tuple[str, Token]], name: str) -> None:
    if len(stack) > 1 and stack[-1][0] == name:
        token = stack.pop()[1]
        stack[-1][1]["children"].append(token)
