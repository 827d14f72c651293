"""Foreign HTML reduced to the tokens of our Markdown, so that nothing active can survive."""

from collections.abc import Iterable, Iterator
from typing import Any

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag

from dilemma.report import tables

Token = dict[str, Any]

# Whatever moves, loads or asks for input cannot be shown on paper and is not let into the page.
ACTIVE = {
    "script", "iframe", "object", "embed", "applet", "canvas", "form", "input", "button", "select",
    "textarea", "video", "audio", "svg", "math", "frame", "frameset",
}  # fmt: skip
SILENT = {"style", "head", "title", "meta", "link", "template", "noscript", "base"}
INLINE = {
    "b": "strong", "strong": "strong", "i": "emphasis", "em": "emphasis", "cite": "emphasis",
    "s": "strikethrough", "del": "strikethrough", "strike": "strikethrough",
    "sub": "subscript", "sup": "superscript",
}  # fmt: skip
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "summary"}
BLOCKS = HEADINGS | {"p", "ul", "ol", "table", "pre", "blockquote", "hr", "dl", "address", "figure"}
CONTAINERS = {
    "div", "section", "article", "main", "header", "footer", "aside", "nav", "details", "body", "html",
    "center", "figcaption", "dt", "dd", "fieldset",
}  # fmt: skip


def tokens(html: str) -> tuple[list[Token], list[str]]:
    """The block tokens of an HTML fragment, and the names of the active elements left out."""
    soup = BeautifulSoup(html, "html.parser")
    dropped = sorted({tag.name for tag in soup.find_all(ACTIVE)})
    for tag in soup.find_all(ACTIVE | SILENT):
        tag.decompose()
    return list(_blocks(soup.children)), dropped


def _blocks(nodes: Iterable[PageElement]) -> Iterator[Token]:
    """Block tokens of sibling nodes; runs of inline nodes become paragraphs."""
    run: list[PageElement] = []
    for node in nodes:
        if isinstance(node, Tag) and node.name in BLOCKS | CONTAINERS:
            yield from _paragraph(run)
            run = []
            yield from _block(node)
        else:
            run.append(node)
    yield from _paragraph(run)


def _paragraph(nodes: Iterable[PageElement]) -> Iterator[Token]:
    children = inline(nodes)
    if tables.plain(children).strip() or any(child["type"] in ("image", "anchor") for child in children):
        yield {"type": "paragraph", "children": children}


def _block(tag: Tag) -> Iterator[Token]:
    if tag.get("id") and tag.name != "table":
        yield {"type": "paragraph", "children": [_anchor(tag)]}
    if tag.name in HEADINGS:
        # Their levels would break the order of the report's own headings.
        yield {"type": "paragraph", "children": [{"type": "strong", "children": inline(tag.children)}]}
    elif tag.name in ("ul", "ol"):
        yield _list(tag)
    elif tag.name == "table":
        yield {"type": "grid", "attrs": {"grid": tables.from_tag(tag, lambda cell: inline(cell.children))}}
    elif tag.name == "pre":
        yield {"type": "block_code", "raw": tag.get_text().strip("\n") + "\n", "attrs": {}}
    elif tag.name == "blockquote":
        yield {"type": "block_quote", "children": list(_blocks(tag.children))}
    elif tag.name == "hr":
        yield {"type": "thematic_break"}
    else:
        yield from _blocks(tag.children)


def _list(tag: Tag) -> Token:
    items = [
        {"type": "list_item", "children": list(_blocks(item.children))}
        for item in tag.find_all("li", recursive=False)
    ]
    return {"type": "list", "children": items, "tight": False, "attrs": {"ordered": tag.name == "ol"}}


def inline_tokens(html: str) -> list[Token]:
    """The inline tokens of a piece of HTML within a line of text."""
    return inline(BeautifulSoup(html, "html.parser").children)


def inline(nodes: Iterable[PageElement]) -> list[Token]:
    """The inline tokens of sibling HTML nodes; unknown elements give their text."""
    return [token for node in nodes for token in _inline(node)]


def _inline(node: PageElement) -> Iterator[Token]:
    if isinstance(node, NavigableString):
        # Exactly strings: comments, doctypes and the like are subclasses and say nothing to a reader.
        if type(node) is NavigableString:
            yield {"type": "text", "raw": str(node)}
        return
    if not isinstance(node, Tag) or node.name in ACTIVE | SILENT:
        return
    if node.get("id") and node.name == "a":
        yield _anchor(node)
    yield from _element(node)


def _element(tag: Tag) -> Iterator[Token]:
    if tag.name == "br":
        yield {"type": "linebreak"}
    elif tag.name == "img":
        alt = [{"type": "text", "raw": str(tag.get("alt", ""))}]
        yield {"type": "image", "children": alt, "attrs": {"url": str(tag.get("src", ""))}}
    elif tag.name in ("code", "kbd", "samp", "tt"):
        yield {"type": "codespan", "raw": tag.get_text()}
    elif tag.name == "a" and tag.get("href"):
        yield {"type": "link", "children": inline(tag.children), "attrs": {"url": str(tag["href"])}}
    elif tag.name in INLINE:
        yield {"type": INLINE[tag.name], "children": inline(tag.children)}
    else:
        yield from inline(tag.children)


def _anchor(tag: Tag) -> Token:
    return {"type": "anchor", "attrs": {"id": str(tag["id"])}}
