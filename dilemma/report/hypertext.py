"""Tokens as HTML: the page's prose, tables, figures and notes."""

import re
from collections.abc import Iterable
from html import escape

from dilemma.report import formulas, glossary, html_tables, listing, markdown, navigation, typography, values
from dilemma.report.document import Document
from dilemma.report.strings import string
from dilemma.report.tables import Grid, Token, plain

SAFE_LINK = ("https://", "http://", "mailto:", "#")
ELEMENTS = {
    "strong": "strong", "emphasis": "em", "strikethrough": "del", "subscript": "sub", "superscript": "sup",
    "def_list_head": "dt", "def_list_item": "dd",
}  # fmt: skip
TERM = f"#{glossary.ROW}"


class Hypertext:
    """Renders the tokens of one document; it counts footnotes, so a new page needs a new one."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._notes: list[tuple[str, str]] = []
        self._uses: dict[tuple[str, str], int] = {}
        self._anchors: set[str] = set()
        self._formulas = 0

    def word(self, key: str, **values: object) -> str:
        """One of the report's own words, escaped."""
        return escape(string(key, self.document.language, **values))

    def render(self, tokens: Iterable[Token]) -> str:
        """The HTML of tokens; a kind that is not known here gives its children or its text."""
        return "".join(getattr(self, f"_{token['type']}", self._plain)(token) for token in tokens)

    def _plain(self, token: Token) -> str:
        content = self.render(token["children"]) if "children" in token else self._text(token)
        name = ELEMENTS.get(token["type"])
        return f"<{name}>{content}</{name}>" if name else content

    # Inline

    def _text(self, token: Token) -> str:
        pieces = markdown.script_runs(typography.joined(token.get("raw", "")))
        return "".join(
            f'<span lang="{lang}">{escape(run)}</span>' if lang else escape(run) for run, lang in pieces
        )

    def _codespan(self, token: Token) -> str:
        return f"<code>{escape(token['raw'])}</code>"

    def _linebreak(self, token: Token) -> str:
        return "<br>"

    def _softbreak(self, token: Token) -> str:
        return "\n"

    def _inline_html(self, token: Token) -> str:
        return ""

    def _link(self, token: Token) -> str:
        url, text = token["attrs"]["url"], self.render(token["children"])
        if not url.startswith(SAFE_LINK) and url not in self.document.files:
            return text
        kind = ' class="term"' if url.startswith(TERM) else ""
        return f'<a{kind} href="{escape(url)}">{text}</a>'

    def _image(self, token: Token) -> str:
        return f'<img src="{escape(token["attrs"]["url"])}" alt="{escape(plain(token["children"]))}">'

    def _anchor(self, token: Token) -> str:
        anchor = token["attrs"]["id"]
        if anchor not in self.document.anchors or anchor in self._anchors:
            return ""
        self._anchors.add(anchor)
        return f'<span id="{escape(anchor)}"></span>'

    def _inline_math(self, token: Token) -> str:
        return formulas.mathml(token["raw"]) or f"<code>{escape(token['raw'])}</code>"

    def _footnote_ref(self, token: Token) -> str:
        key = token["attrs"]["key"]
        if key not in self._notes:
            self._notes.append(key)
        number = self._notes.index(key) + 1
        use = self._uses[key] = self._uses.get(key, 0) + 1
        return (
            f'<sup class="note"><a id="fnref-{number}-{use}" href="#fn-{number}" role="doc-noteref" '
            f'aria-label="{self.word("note", number=number)}">{number}</a></sup>'
        )

    # Blocks

    def _paragraph(self, token: Token) -> str:
        return f"<p>{self.render(token['children'])}</p>\n"

    def _block_text(self, token: Token) -> str:
        return self.render(token["children"])

    def _heading(self, token: Token) -> str:
        level, anchor = token["attrs"]["level"] + 1, escape(token["attrs"]["anchor"])
        text = navigation.numbered(anchor if level == 2 else "", self.render(token["children"]))
        label = f"{self.word('section_link')}: {escape(plain(token['children']))}"
        link = f'<a class="here" href="#{anchor}" aria-label="{label}">#</a>'
        return f'<h{level} id="{anchor}">{text} {link}</h{level}>\n'

    def _thematic_break(self, token: Token) -> str:
        return "<hr>\n"

    def _block_quote(self, token: Token) -> str:
        return f"<blockquote>\n{self.render(token['children'])}</blockquote>\n"

    def _callout(self, token: Token) -> str:
        kind = token["attrs"]["kind"]
        return f'<div class="callout {kind}" role="note">\n{self.render(token["children"])}</div>\n'

    def _list(self, token: Token) -> str:
        name = "ol" if token["attrs"]["ordered"] else "ul"
        start = f' start="{token["attrs"]["start"]}"' if token["attrs"].get("start", 1) != 1 else ""
        return f"<{name}{start}>\n{self.render(token['children'])}</{name}>\n"

    def _list_item(self, token: Token) -> str:
        return f"<li>{self.render(token['children']).strip()}</li>\n"

    def _task_list_item(self, token: Token) -> str:
        mark = "☑" if token["attrs"]["checked"] else "☐"
        return f'<li class="task">{mark} {self.render(token["children"]).strip()}</li>\n'

    def _def_list(self, token: Token) -> str:
        return f"<dl>\n{self.render(token['children'])}</dl>\n"

    def _block_code(self, token: Token) -> str:
        language = (token["attrs"].get("info") or "text").split()[0]
        return self.code_box(token["raw"].rstrip("\n"), language, self.word("code"))

    def _block_math(self, token: Token) -> str:
        self._formulas += 1
        shown = (
            formulas.display(token["raw"], f"formula-{self._formulas}")
            or f"<code>{escape(token['raw'])}</code>"
        )
        return f'<div class="math scroll" {self._box(self.word("formula"))}>{shown}</div>\n'

    def _grid(self, token: Token) -> str:
        return self.table(token["attrs"]["grid"])

    def _box(self, name: str, role: str = "group") -> str:
        """The attributes that let a keyboard reach and scroll a box that may be too wide for the screen."""
        return f'role="{role}" aria-label="{name}" tabindex="0"'

    def code_box(self, source: str, language: str, name: str) -> str:
        """A box of highlighted code."""
        return f'<div class="code scroll" {self._box(name)}>{listing.highlighted(source, language)}</div>\n'

    # Tables, figures, notes

    def table(self, grid: Grid, label: str = "") -> str:
        """A table with its caption above and a scroll box of its own."""
        name, role = escape(label) or self.word("table"), "region" if label else "group"
        anchor = f' id="{escape(grid.anchor)}"' if grid.anchor else ""
        wide = " wide" if grid.wide else ""
        return (
            f'<figure class="table{wide}"{anchor}>{self._caption(label, grid.caption)}'
            f'<div class="scroll" {self._box(name, role)}>\n{html_tables.table(grid, name, self.render)}'
            "</div></figure>\n"
        )

    def _caption(self, label: str, caption: str) -> str:
        if not label and not caption:
            return ""
        text = self.render(self.document.inline(caption))
        numbered = f"<b>{escape(label)}.</b> " if label else ""
        return f"<figcaption>{numbered}{text}</figcaption>"

    def figure(self, picture: str, anchor: str, label: str, caption: str, description: str = "") -> str:
        """A picture, the values that its description says, folded, and its caption.

        On a narrow screen the picture scrolls, so that labels stay legible.
        """
        name, role = escape(label) or self.word("figure"), "region" if label else "group"
        named = f' id="{escape(anchor)}"' if anchor else ""
        return (
            f'<figure class="plot"{named}><div class="scroll" {self._box(name, role)}>{picture}</div>'
            f"{self._values(description, label)}{self._caption(label, caption)}</figure>\n"
        )

    def _values(self, description: str, label: str) -> str:
        heads = (string("entry", self.document.language), string("value", self.document.language))
        grid = values.grid(description, heads)
        if grid is None:
            return ""
        name = f'<span class="vh"> {escape(label)}</span>' if label else ""
        return f'<details class="values"><summary>{self.word("values")}{name}</summary>\n{self.table(grid)}</details>\n'

    def notes(self) -> str:
        """The list items of all footnotes referred to so far, each with the way back."""
        return "".join(self._note(number, key) for number, key in enumerate(self._notes, 1))

    def _note(self, number: int, key: tuple[str, str]) -> str:
        body = self.render(self.document.note(key)).strip()
        uses = range(1, self._uses[key] + 1)
        back = " ".join(
            f'<a href="#fnref-{number}-{use}" role="doc-backlink"><span aria-hidden="true">↩</span>'
            f'<span class="vh">{self._way_back(number, use)}</span></a>'
            for use in uses
        )
        body = re.sub(r"</p>$", f" {back}</p>", body) if body.endswith("</p>") else f"{body} {back}"
        return f'<li id="fn-{number}">{body}</li>\n'

    def _way_back(self, number: int, use: int) -> str:
        return self.word("back" if use == 1 else "back_again", number=number, use=use)

