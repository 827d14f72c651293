"""Foreign HTML reduced to the tokens of our Markdown, so that nothing active can survive."""

from collections.abc import Iterable, Iterator
from typing import Any

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag

from dilemma.report import drawings, tables
from dilemma.report.strings import counted
from dilemma.wording import Text

Token = dict[str, Any]
BLANK = {"type": "text", "raw": " "}

# Whatever moves, loads or asks for input cannot be shown on paper and is not let into the page; what such an
# element holds as text, or as its substitute, stays.
ACTIVE = {
    "script", "iframe", "object", "embed", "applet", "canvas", "form", "input", "button", "select", "textarea",
    "video", "audio", "svg", "math", "frame", "frameset",
}  # fmt: skip
SILENT = {"script", "style", "head", "title", "meta", "link", "template", "base"}
INLINE = {
    "b": "strong", "strong": "strong", "i": "emphasis", "em": "emphasis", "cite": "emphasis",
    "s": "strikethrough", "del": "strikethrough", "strike": "strikethrough",
    "sub": "subscript", "sup": "superscript",
}  # fmt: skip
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6", "summary"}
BLOCKS = HEADINGS | {"p", "ul", "ol", "table", "pre", "blockquote", "hr", "dl", "address", "figure"}
CONTAINERS = {
    "div", "section", "article", "main", "header", "footer", "aside", "nav", "details", "body", "html",
    "center", "figcaption", "dt", "dd", "fieldset", "legend", "form", "dialog", "noscript", "iframe", "object",
    "video", "audio", "canvas",
}  # fmt: skip
# Elements whose end tag may be missing: each ends where the next of its kind begins, within the same outer one.
UNCLOSED = (({"tr"}, {"table"}), ({"td", "th"}, {"table"}), ({"li"}, {"ul", "ol", "menu"}))
APART = {"td", "th", "tr", "li", "option", "caption", "rt"}  # no word goes on from one to the next
DEEPEST = 40  # levels; what lies deeper keeps its text and loses its element


def tokens(html: str) -> tuple[list[Token], list[str]]:
    """The block tokens of an HTML fragment, and the names of the active elements left out."""
    soup = BeautifulSoup(drawings.as_images(html), "html.parser")
    dropped = sorted({tag.name for tag in soup.find_all(ACTIVE) if not _formula(tag)})
    for tag in soup.find_all(SILENT):
        tag.decompose()
    _close(soup)
    _flatten(soup)
    return list(_blocks(soup.children)), dropped


def _close(soup: BeautifulSoup) -> None:
    """Take every element out of the one of its kind that should have ended before it."""
    elements = _elements(soup)
    for names, outer in UNCLOSED:
        for tag in (tag for tag in elements if tag.name in names):
            around = tag.parent
            while around and around.name not in names | outer:
                around = around.parent
            if around and around.name in names:
                around.insert_after(tag)


def _flatten(soup: BeautifulSoup) -> None:
    """Dissolve what is nested so deeply that nobody could see it, and no renderer could follow."""
    depth: dict[int, int] = {}
    elements = _elements(soup)
    for tag in elements:
        depth[id(tag)] = depth.get(id(tag.parent), 0) + 1
    for tag in (tag for tag in elements if depth[id(tag)] > DEEPEST):
        tag.insert_before(" ")
        tag.unwrap()


def _elements(soup: BeautifulSoup) -> list[Tag]:
    return [node for node in soup.descendants if isinstance(node, Tag)]


def _formula(tag: Tag) -> str:
    """The LaTeX that a formula in MathML was made from, or an empty string."""
    source = tag.find("annotation", encoding="application/x-tex") if tag.name == "math" else None
    return source.get_text().strip() if source else ""


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
        yield from _table(tag)
    elif tag.name == "pre":
        yield {"type": "block_code", "raw": tag.get_text().strip("\n") + "\n", "attrs": {}}
    elif tag.name == "blockquote":
        yield {"type": "block_quote", "children": list(_blocks(tag.children))}
    elif tag.name == "hr":
        yield {"type": "thematic_break"}
    else:
        yield from _blocks(tag.children)


def _table(tag: Tag) -> Iterator[Token]:
    """A table, before it what stands in it outside all cells, after it how many rows are left out."""
    yield from _blocks(tables.outside_cells(tag))
    grid = tables.from_tag(tag, lambda cell: inline(cell.children))
    yield {"type": "grid", "attrs": {"grid": grid}}
    if grid.cut:
        what = counted("rows", grid.cut, grid.cut + len(grid.body))
        yield {"type": "paragraph", "children": [left_out(what)]}


def left_out(what: Text) -> Token:
    """The token of a note on something that is not shown."""
    return {"type": "left_out", "attrs": {"what": what}}


def without(*names: str) -> Token:
    """The token of a note on elements of HTML that are not shown."""
    what = f"HTML ({', '.join(names)})"
    return left_out(Text(what, what))


def _list(tag: Tag) -> Token:
    items: list[list[Token]] = []
    for child in tag.children:
        if isinstance(child, Tag) and child.name == "li":
            items.append(list(_blocks(child.children)))
        elif (stray := list(_blocks([child]))) and items:
            items[-1] += stray
        elif stray:
            items.append(stray)
    children = [{"type": "list_item", "children": item} for item in items]
    attributes: Token = {"ordered": tag.name == "ol"}
    if tag.name == "ol" and str(tag.get("start")).isdigit():
        attributes["start"] = int(tag["start"])
    return {"type": "list", "children": children, "tight": False, "attrs": attributes}


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
    if not isinstance(node, Tag) or node.name in SILENT:
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
    elif latex := _formula(tag):
        yield {"type": "inline_math", "raw": latex}
    elif tag.name == "input":
        yield from _entered(tag)
    elif tag.name == "a" and tag.get("href"):
        yield {"type": "link", "children": inline(tag.children), "attrs": {"url": str(tag["href"])}}
    elif tag.name in INLINE:
        yield {"type": INLINE[tag.name], "children": inline(tag.children)}
    elif tag.name in BLOCKS | CONTAINERS | APART:
        yield from (BLANK, *inline(tag.children), BLANK)
    else:
        yield from inline(tag.children)


def _entered(tag: Tag) -> Iterator[Token]:
    """What a form field shows: whether a box is ticked, or the text in it."""
    if tag.get("type") in ("checkbox", "radio"):
        yield {"type": "text", "raw": "☑ " if tag.has_attr("checked") else "☐ "}
    elif tag.get("type") != "hidden":
        yield {"type": "text", "raw": str(tag.get("value") or tag.get("placeholder") or "")}


def _anchor(tag: Tag) -> Token:
    return {"type": "anchor", "attrs": {"id": str(tag["id"])}}
