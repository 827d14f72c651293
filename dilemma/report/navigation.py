"""The ways through the page: its contents, and from each chapter to its neighbours."""

from collections.abc import Callable
from html import escape

from dilemma.report import chapters
from dilemma.report.document import Document
from dilemma.report.strings import string


def numbered(slug: str, title: str) -> str:
    """The HTML of a chapter's title after the number that the text calls the chapter by, if it has one."""
    number = chapters.number(slug)
    return f'<span class="number">{number}</span> {title}' if number else title


def name(document: Document, slug: str) -> str:
    """The heading of a chapter, as text."""
    return next((heading.markdown for heading in document.headings if heading.anchor == slug), slug)


def contents(document: Document, inline: Callable[[str], str]) -> str:
    """The nested list of chapters and their sections, last how the report was made."""
    items, depth = "", 0
    for heading in (heading for heading in document.headings if heading.level <= 2):
        items += "<ol>\n" if heading.level > depth else "</li>\n"
        items += "</ol></li>\n" if heading.level < depth else ""
        title = numbered(heading.anchor if heading.level == 1 else "", inline(heading.markdown))
        items += f'<li><a href="#{escape(heading.anchor)}">{title}</a>'
        depth = heading.level
    if not (depth and document.provenance):
        return items + "</li></ol>" * depth
    made = f'<li><a href="#made">{escape(string("provenance", document.language))}</a></li>\n</ol>'
    return items + "</li></ol>" * (depth - 1) + f"</li>\n{made}"


def turn(document: Document, following: str) -> str:
    """The links at a chapter's end, to the one before it and to the one that follows, if any."""
    slugs = [heading.anchor for heading in document.headings if heading.level == 1]
    place = slugs.index(following) if following in slugs else len(slugs)
    before = slugs[place - 2] if place > 1 else ""
    links = [
        _link(document, rel, word, slug)
        for rel, word, slug in (("prev", "previous", before), ("next", "next", following))
        if slug in slugs
    ]
    return f'<p class="turn">{" ".join(links)}</p>\n' if links else ""


def _link(document: Document, rel: str, word: str, slug: str) -> str:
    said, title = escape(string(word, document.language)), numbered(slug, escape(name(document, slug)))
    return f'<a rel="{rel}" href="#{slug}"><span>{said}</span> {title}</a>'
