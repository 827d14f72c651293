"""One Markdown dialect for HTML and PDF: source in, a list of plain tokens out.

Tokens are mistune's (`type`, `children`, `raw`, `attrs`) with these changes, so that a renderer needs
no case of its own: `callout` (attrs kind: finding, caveat or note) for a quotation that starts with a bold
label; `grid` (attrs grid: tables.Grid) for every table; `block_math` only at block level, `inline_math`
inside text, LaTeX environments included; raw HTML reduced to the same tokens (also `subscript`,
`superscript`, `anchor` with attrs id); headings only at the top level; no blank lines; text unescaped and set as
`typography` says.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache

from mistune import BlockParser, BlockState, Markdown, import_plugin
from mistune.plugins.footnotes import parse_ref_footnote
from mistune.util import unikey
from nbconvert.filters.markdown_mistune import MathBlockParser, MathInlineParser

from dilemma.report import inline_tags, markup, tables, typography
from dilemma.report.tables import Token, plain

DEEPEST = 100  # levels of tokens
KEPT = 10_000  # pieces of Markdown: a report asks for its own while it is merged, as a page and as a PDF
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
MARKED = re.compile(r"[\\`*_~\[\]<$\n]|https?://")  # most cells of tables are mere text
SCRIPTS = re.compile(
    r"(?P<ko>[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+(?:[ ·][\u3130-\u318f\uac00-\ud7af]+)*)"
    r"|(?P<ru>[\u0400-\u04ff]+(?:[ -][\u0400-\u04ff]+)*)"
)


class InlineParser(MathInlineParser):
    """nbconvert's parser, except that a sum of money such as $3 and $5 is not taken for a formula."""

    SPECIFICATION = {
        **MathInlineParser.SPECIFICATION,
        "inline_math_tex": (
            r"(?<![$\\])\$(?![\s$]|\d[\d.,]*\s+[^\W\d_]{2})"
            r"(?P<math_inline_tex>(?:[^$\\]|\\.)+?)(?<!\s)\$(?![\d$])"
        ),
    }


def _footnote(block: BlockParser, match: re.Match[str], state: BlockState) -> int:
    """Reads a note's definition; a second one for the same key cannot be referred to, so it stays in the text."""
    first = state.env.get("ref_footnotes", {}).get(unikey(match["footnote_key"]))
    if first is not None and first.strip() != match["footnote_text"].strip():
        state.append_token({"type": "paragraph", "text": "\\" + match[0].strip()})
    return parse_ref_footnote(block, match, state)


@cache
def _parser() -> Markdown:
    plugins = [import_plugin(name) for name in PLUGINS]
    parser = Markdown(renderer=None, block=MathBlockParser(), inline=InlineParser(), plugins=plugins)
    parser.block.register("ref_footnote", None, _footnote)
    parser.after_render_hooks.clear()  # notes are numbered through the whole report, not cell by cell
    return parser


def blocks(source: str, footnotes: Mapping[str, str] | None = None) -> list[Token]:
    """The block tokens of Markdown; `footnotes` are the definitions (key: source) it may refer to.

    What is nested too deeply for any page is shown as it is written. Nobody may change the tokens: whoever asks
    for the same Markdown once more gets the same ones.
    """
    return list(_blocks(source, _used(source, footnotes)))


def _used(source: str, footnotes: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((footnotes or {}).items()) if "[^" in source else ()


@lru_cache(KEPT)
def _blocks(source: str, footnotes: tuple[tuple[str, str], ...]) -> list[Token]:
    state = BlockState()
    state.env.update({"ref_footnotes": dict(footnotes)})
    with suppress(RecursionError):
        tokens = list(_tidy_blocks(_parser().parse(source, state)[0]))
        if _depth(tokens) <= DEEPEST:
            return tokens
    return [{"type": "block_code", "raw": source, "attrs": {}}]


def _depth(tokens: Iterable[Token]) -> int:
    """How deep the tokens are nested."""
    depth, level = 0, list(tokens)
    while level:
        depth, level = depth + 1, [child for token in level for child in token.get("children", ())]
    return depth


def inline(source: str, footnotes: Mapping[str, str] | None = None) -> list[Token]:
    """The inline tokens of one line of Markdown, such as a caption or a table cell; see `blocks`."""
    return list(_inline(source.strip(), _used(source, footnotes)))


@lru_cache(KEPT)
def _inline(text: str, footnotes: tuple[tuple[str, str], ...]) -> list[Token]:
    if not MARKED.search(text):
        return _tidy_inline([{"type": "text", "raw": text}])
    env = {"ref_links": {}, "ref_footnotes": dict(footnotes)}
    return _tidy_inline(_parser().inline(text, env))


def footnote_definitions(source: str) -> dict[str, str]:
    """The notes defined in Markdown: upper-case key (as mistune keeps it) and source."""
    if "[^" not in source:
        return {}
    state = BlockState()
    with suppress(RecursionError):
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
            yield from _html(token["raw"])
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


def _html(source: str) -> Iterator[Token]:
    tokens, active = markup.tokens(source)
    yield from tokens
    if active:
        yield {"type": "paragraph", "children": [markup.without(*active)]}


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
    return list(typography.inline(inline_tags.paired([_tidy_one(token) for token in tokens])))


def _tidy_one(token: Token) -> Token:
    kind = token["type"]
    if kind == "text":
        return {**token, "raw": html.unescape(token["raw"])}
    if kind in ("block_math", "latex_environment"):
        return {"type": "inline_math", "raw": _latex(token)}
    if "children" in token:
        return {**token, "children": _children(token)}
    return token
