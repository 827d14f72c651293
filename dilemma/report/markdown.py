"""One Markdown dialect for HTML and PDF: source in, a list of plain tokens out.

Tokens are mistune's (`type`, `children`, `raw`, `attrs`) with these changes, so that a renderer needs
no case of its own: `callout` (attrs kind: finding, caveat or note) for a quotation that starts with a bold
label; `grid` (attrs grid: tables.Grid) for every table; `block_math` only at block level, `inline_math`
inside text, LaTeX environments included; raw HTML reduced to the same tokens (also `subscript`,
`superscript`, `anchor` with attrs id); headings only at the top level; no blank lines; text unescaped.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from mistune import BlockState, Markdown, import_plugin
from nbconvert.filters.markdown_mistune import MathBlockParser, MathInlineParser

from dilemma.report import markup, tables
from dilemma.report.tables import Token, plain

PLUGINS = ("strikethrough", "table", "url", "task_lists", "def_list", "footnotes")
CALLOUTS = {
    "finding": {
        "Key finding", "Finding", "Answer", "In short",
        "Befund", "Ergebnis", "Antwort", "Kurz gesagt",
    },
    "caveat": {
        "Caveat", "Warning", "Limits", "What this does not show",
        "Vorbehalt", "Achtung", "Grenzen", "Was das nicht zeigt", "Was dies nicht zeigt",
    },
}  # fmt: skip
SCRIPTS = re.compile(
    r"(?P<ko>[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+(?:[ ·][\u3130-\u318f\uac00-\ud7af]+)*)"
    r"|(?P<ru>[\u0400-\u04ff]+(?:[ -][\u0400-\u04ff]+)*)"
)
TAG = re.compile(r"^<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^>]*)>$", re.S)


class InlineParser(MathInlineParser):
    """nbconvert's parser, except that a sum of money such as $3 and $5 is not taken for a formula."""

    SPECIFICATION = {
        **MathInlineParser.SPECIFICATION,
        "inline_math_tex": (
            r"(?<![$\\])\$(?![\s$]|\d[\d.,]*\s+[^\W\d_]{2})"
            r"(?P<math_inline_tex>(?:[^$\\]|\\.)+?)(?<!\s)\$(?![\d$])"
        ),
    }


@cache
def _parser() -> Markdown:
    plugins = [import_plugin(name) for name in PLUGINS]
    parser = Markdown(renderer=None, block=MathBlockParser(), inline=InlineParser(), plugins=plugins)
    parser.after_render_hooks.clear()  # notes are numbered through the whole report, not cell by cell
    return parser


def blocks(source: str, footnotes: Mapping[str, str] | None = None) -> list[Token]:
    """The block tokens of Markdown; `footnotes` are the definitions (key: source) it may refer to."""
    state = BlockState()
    state.env.update({"ref_footnotes": dict(footnotes or {})})
    tokens, _ = _parser().parse(source, state)
    return list(_tidy_blocks(tokens))


def inline(source: str, footnotes: Mapping[str, str] | None = None) -> list[Token]:
    """The inline tokens of one line of Markdown, such as a caption or a table cell."""
    env = {"ref_links": {}, "ref_footnotes": dict(footnotes or {})}
    return _tidy_inline(_parser().inline(source.strip(), env))


def footnote_definitions(source: str) -> dict[str, str]:
    """The notes defined in Markdown: upper-case key (as mistune keeps it) and source."""
    state = BlockState()
    _parser().parse(source, state)
    return {key: text.strip() for key, text in state.env.get("ref_footnotes", {}).items()}


def walk(tokens: Iterable[Token]) -> Iterator[Token]:
    """Every token at every depth, table cells included, in reading order."""
    for token in tokens:
        yield token
        yield from walk(token.get("children", ()))
        if token["type"] == "grid":
            grid = token["attrs"]["grid"]
            yield from walk(t for row in grid.head + grid.body for cell in row for t in cell.tokens)


def script_runs(text: str) -> Iterator[tuple[str, str | None]]:
    """The text in pieces, each with the language its script shows (ko, ru) or None."""
    position = 0
    for match in SCRIPTS.finditer(text):
        if match.start() > position:
            yield text[position : match.start()], None
        yield match[0], match.lastgroup
        position = match.end()
    if position < len(text):
        yield text[position:], None


def _tidy_blocks(tokens: Iterable[Token], top: bool = True) -> Iterator[Token]:
    for token in tokens:
        kind = token["type"]
        if kind == "block_html":
            yield from markup.tokens(token["raw"])[0]
        elif kind == "table":
            yield {"type": "grid", "attrs": {"grid": _grid(token)}}
        elif kind == "heading" and not top:
            yield {"type": "paragraph", "children": [{"type": "strong", "children": _children(token)}]}
        elif kind in ("paragraph", "block_text"):
            yield from _split_math(token)
        elif kind == "block_quote":
            yield _quote(token)
        elif kind in ("heading", "def_list_head"):
            yield {**token, "children": _children(token)}
        elif kind == "block_code":
            yield {**token, "attrs": token.get("attrs", {})}
        elif "children" in token:
            yield {**token, "children": list(_tidy_blocks(token["children"], top=False))}
        elif kind != "blank_line":
            yield token


def _children(token: Token) -> list[Token]:
    return _tidy_inline(token["children"])


def _grid(token: Token) -> tables.Grid:
    for row in (token["children"][0], *(row for body in token["children"][1:] for row in body["children"])):
        for cell in row["children"]:
            cell["children"] = _tidy_inline(cell["children"])
    return tables.from_token(token)


def _quote(token: Token) -> Token:
    children = list(_tidy_blocks(token["children"], top=False))
    kind = _callout_kind(children)
    if kind is None:
        return {"type": "block_quote", "children": children}
    return {"type": "callout", "attrs": {"kind": kind}, "children": children}


def _callout_kind(children: Sequence[Token]) -> str | None:
    if not children or children[0]["type"] != "paragraph" or not children[0]["children"]:
        return None
    first = children[0]["children"][0]
    if first["type"] != "strong":
        return None
    label = plain([first]).strip(" .:")
    return next((kind for kind, labels in CALLOUTS.items() if label in labels), "note")


def _split_math(token: Token) -> Iterator[Token]:
    """A paragraph with display formulas as paragraphs and formulas side by side."""
    run: list[Token] = []
    for child in token["children"]:
        if child["type"] in ("block_math", "latex_environment"):
            yield from _text_block(token, run)
            yield {"type": "block_math", "raw": _latex(child)}
            run = []
        else:
            run.append(child)
    yield from _text_block(token, run)


def _text_block(token: Token, run: Sequence[Token]) -> Iterator[Token]:
    children = _tidy_inline(run)
    if any(child["type"] != "softbreak" and child.get("raw") != "" for child in children):
        yield {**token, "children": children}


def _latex(token: Token) -> str:
    if token["type"] != "latex_environment":
        return token["raw"].strip()
    name, body = token["attrs"]["name"], token["attrs"]["body"]
    return f"\\begin{{{name}}}{body}\\end{{{name}}}"


def _tidy_inline(tokens: Iterable[Token]) -> list[Token]:
    return _pair_tags([_tidy_one(token) for token in tokens])


def _tidy_one(token: Token) -> Token:
    kind = token["type"]
    if kind == "text":
        return {**token, "raw": html.unescape(token["raw"])}
    if kind in ("block_math", "latex_environment"):
        return {"type": "inline_math", "raw": _latex(token)}
    if "children" in token:
        return {**token, "children": _children(token)}
    return token


def _pair_tags(tokens: Sequence[Token]) -> list[Token]:
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
