"""Links, notes, images and headings of a token list made to fit the report as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dilemma.report import typography
from dilemma.report.strings import string
from dilemma.report.tables import Grid, Token, plain
from dilemma.wording import pick

if TYPE_CHECKING:
    from dilemma.report.document import Document

WEB = ("https://", "http://", "mailto:")
IMAGE = (
    "data:image/png;", "data:image/jpeg;", "data:image/svg+xml;", "data:image/svg+xml,", "data:image/gif;",
    "data:image/webp;",
)  # fmt: skip


def resolve(tokens: Iterable[Token], document: "Document", place: Mapping[str, Any]) -> list[Token]:
    """Tokens with headings placed, cross-references named, dead links and absent images as text."""
    headings = iter(place.get("headings", ()))
    return [_resolve(token, document, place, headings) for token in tokens]


def _resolve(token: Token, document: "Document", place: Mapping[str, Any], headings: Any) -> Token:
    kind = token["type"]
    if kind == "grid":
        return {**token, "attrs": {"grid": _grid(token["attrs"]["grid"], document, place)}}
    if "children" in token:
        children = [_resolve(child, document, place, headings) for child in token["children"]]
        token = {**token, "children": children}
    if kind == "heading":
        return {**token, "attrs": dict(next(headings, {"level": token["attrs"]["level"] + 1, "anchor": ""}))}
    if kind == "link":
        return _link(token, document)
    if kind == "image":
        return _image(token, document)
    if kind == "left_out":
        return _left_out(token, document)
    if kind == "footnote_ref":
        return {**token, "attrs": {"key": (place.get("chapter", ""), token["raw"])}}
    return token


def _grid(grid: Grid, document: "Document", place: Mapping[str, Any]) -> Grid:
    head, body = (
        [[replace(cell, tokens=resolve(cell.tokens, document, place)) for cell in row] for row in rows]
        for rows in (grid.head, grid.body)
    )
    return replace(grid, head=head, body=body)


def _link(token: Token, document: "Document") -> Token:
    url = token["attrs"]["url"]
    if url.startswith(WEB) or url in document.files:
        return token
    anchor = url.removeprefix("#")
    if not url.startswith("#") or anchor not in document.anchors:
        document.report(f"The link to {url} ({plain(token['children'])}) leads nowhere; it is set as text.")
        return {"type": "span", "children": token["children"]}
    if anchor in document.labels:
        return {**token, "children": [{"type": "text", "raw": typography.text(document.labels[anchor])}]}
    return token


def _image(token: Token, document: "Document") -> Token:
    url, alt = token["attrs"]["url"], plain(token["children"])
    if url.startswith(IMAGE):
        if not alt:
            document.report("An image in the text has no description.")
        described = alt or string("no_alt", document.language)
        return {**token, "children": [{"type": "text", "raw": described}]}
    document.report(f"The image {url} is not in the notebook and was left out.")
    what = string("image_left_out", document.language, what=alt or url)
    note = {"type": "emphasis", "children": [{"type": "text", "raw": what}]}
    return {"type": "link", "children": [note], "attrs": {"url": url}} if url.startswith(WEB) else note


def _left_out(token: Token, document: "Document") -> Token:
    what = token["attrs"]["what"]
    document.report(f"Left out of a text: {what.en}.")
    note = string("left_out", document.language, what=pick(what, document.language))
    return {"type": "emphasis", "children": [{"type": "text", "raw": note}]}
