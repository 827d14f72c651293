"""Tokens as Typst: the pages' prose, tables, formulas and notes.

Text leaves this module only as string literals, so that nothing an author wrote can act as Typst. The
functions called (#goto, #callout, …) are those of templates/report_pdf/report.typ.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_to_bytes

from dilemma.report import chapters, markdown, typesetting, typst_lists, typst_tables, typography
from dilemma.report.document import Document
from dilemma.report.strings import string
from dilemma.report.tables import Grid, Token, plain
from dilemma.report.typst_text import address_breakable, breakable, literal, title_of, trimmed, without_links

Runs = list[tuple[str, str | None]]  # pieces of text with the language of those in another script
DEEPEST = 16  # boxes that Typst nests; deeper ones keep their text and lose their box
WHOLE_CALLOUT = 1500  # characters; a longer one may continue on the next page
WRAPS = {
    "strong": "strong", "emphasis": "emph", "strikethrough": "strike", "subscript": "sub",
    "superscript": "super", "lead": "lead",
}  # fmt: skip


class TypstRenderer:
    """Renders the tokens of one document; knows the anchors it set and the files it refers to.

    A `careful` renderer tries each picture and formula by itself and leaves out what Typst cannot set.
    """

    def __init__(self, document: Document, careful: bool = True) -> None:
        self.document, self.careful = document, careful
        self.anchors: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.lists: dict[str, list[tuple[str, str, Runs]]] = {"figures": [], "tables": []}
        self._notes: set[tuple[str, str]] = set()
        self._sideways: list[str] = []
        self._depth = 0

    def render(self, tokens: Iterable[Token]) -> str:
        """The Typst of tokens; a kind without a method of its own gives its children or its text."""
        self._depth += 1
        rendered = "".join(map(self._render, typst_lists.with_leads(tokens)))
        self._depth -= 1
        return rendered

    def inline(self, tokens: Sequence[Token]) -> str:
        """Inline tokens without the blanks at either end, which a page would show as gaps."""
        return self.render(trimmed(tokens))

    def words(self, text: str) -> str:
        """Text as it stands, Korean and Russian marked as such."""
        return "".join(
            f"#foreign({literal(language)}, {literal(run)});" if language else f"#{literal(run)};"
            for run, language in self.runs(text)
        )

    def runs(self, text: str) -> Runs:
        """Text on one line in pieces of one script, with its places to break and not to break."""
        one_line = self.shown(re.sub(r"[ \t\r\n\f\v]+", " ", text))
        return list(markdown.script_runs(address_breakable(typography.joined(one_line))))

    def word(self, key: str, **values: object) -> str:
        """One of the report's own words."""
        return self.words(string(key, self.document.language, **values))

    def shown(self, text: str) -> str:
        """`text` with every sign that no font has replaced by U+FFFD, which the document reports."""
        text = text.replace("\r", "")
        missing = typesetting.missing_characters(text)
        for sign in sorted(missing):
            names = " with ".join(f"U+{ord(c):04X} {unicodedata.name(c, '')}".strip() for c in sign)
            self.document.report(f"No font has the sign {names}; the PDF shows a replacement.")
        parts = typesetting.signs(text) if missing else [text]
        return "".join(typesetting.REPLACEMENT if part in missing else part for part in parts)

    def anchor(self, name: str | None) -> str:
        """A place that links can lead to; nothing when the name is taken."""
        return f"#anchor({literal(name)});" if name and self._take(name) else ""

    def place(self, name: str | None) -> str:
        """The name, as a Typst string, that a figure or table is to bear; empty when it is taken."""
        return literal(name) if name and self._take(name) else '""'

    def heading(self, level: int, anchor: str, tokens: Sequence[Token]) -> str:
        """A heading; links and notes stay out of it, since it also stands in the table of contents."""
        if any(token["type"] == "footnote_ref" for token in markdown.walk(tokens)):
            self.document.report(f"The PDF leaves out the note in the heading {plain(tokens).strip()}.")
        label = f"#label({literal(anchor)})" if anchor and self._take(anchor) else ""
        shown = any(sign.isprintable() and not sign.isspace() for sign in plain(without_links(tokens)))
        title = self.inline(without_links(tokens)) if shown else self.word("untitled")
        mark = f"#muted({literal(number)});" if level == 1 and (number := chapters.number(anchor)) else ""
        return f"#heading(level: {level})[{mark}{title}]{label};\n\n"

    def code(self, source: str, language: str = "") -> str:
        """A block of program text."""
        known = literal(language) if re.fullmatch(r"[a-z]+", language) else "none"
        return f"#code({literal(breakable(self.shown(source.rstrip())))}, language: {known});\n\n"

    def naming(self, kind: str, name: str | None, number: str, caption: Sequence[Token]) -> str:
        """The arguments that name, number and caption one of the "figures" or "tables"."""
        place = self.place(name)
        if name and number:
            self.lists[kind].append((name, number.split()[-1], self.runs(title_of(plain(caption)))))
        return f"name: {place}, number: [{self.words(number)}], [{self.inline(caption)}]"

    def table(self, grid: Grid, name: str = "", number: str = "", caption: Sequence[Token] = ()) -> str:
        """A table; one that needs a landscape page leaves a pointer here and waits for `sideways`."""
        if not typst_tables.width(grid):
            return ""
        if not typst_tables.is_wide(grid):
            naming = self.naming("tables", name, number, caption)
            return typst_tables.board(self, grid, naming) + ";\n\n"
        name = name or f"sideways-{len(self.anchors)}"
        naming = self.naming("tables", name, number, caption)
        for piece in typst_tables.bands(grid):
            self._sideways.append(typst_tables.board(self, piece, naming))
            naming = self.naming("tables", "", "", ())
        what = number or string("table", self.document.language)
        return f"#pointer({literal(name)})[{self.word('on_page', what=what)}];\n\n"

    def sideways(self) -> str:
        """The landscape pages, after the chapters: there they tear no text apart, and share their pages."""
        title = [{"type": "text", "raw": string("sideways", self.document.language)}]
        tables = ";".join(self._sideways)
        return f"#sideways[{self.heading(1, 'sideways', title)}{tables}];\n\n" if tables else ""

    def picture(self, mime: str, data: str | bytes, name: str) -> str | None:
        """The file name of an image that Typst can set, or None for one it cannot read."""
        file = f"{name}.{typesetting.SUFFIXES.get(mime, 'bin')}"
        content = typesetting.image_bytes(mime, data)
        if mime == "image/svg+xml":
            content = self.shown(content.decode("utf-8", "replace")).encode()
        if self.careful and not typesetting.sound(f'#bare-picture({literal(file)}, "x");', {file: content}):
            return None
        self.files[file] = content
        return file

    def left_out(self, what: str) -> str:
        """A visible note in place of something that cannot be set; the document reports it too."""
        self.document.report(f"The PDF leaves out: {what}.")
        return f"#left-out[{self.word('left_out', what=what)}];\n\n"

    def _take(self, name: str) -> bool:
        free = name not in self.anchors
        self.anchors.add(name)
        return free

    def _render(self, token: Token) -> str:
        if self._depth > DEEPEST and "children" in token:
            return self.render(token["children"])
        if token["type"] in WRAPS:
            return self._wrap(WRAPS[token["type"]], token)
        return getattr(self, f"_{token['type']}", self._span)(token)

    def _span(self, token: Token) -> str:
        return self.render(token["children"]) if "children" in token else self.words(token.get("raw", ""))

    def _wrap(self, function: str, token: Token) -> str:
        return f"#{function}[{self.render(token['children'])}];"

    # Inline

    def _codespan(self, token: Token) -> str:
        return f"#raw({literal(breakable(self.shown(token['raw'])))});"

    def _linebreak(self, token: Token) -> str:
        return "#linebreak();"

    def _softbreak(self, token: Token) -> str:
        return " "

    def _inline_html(self, token: Token) -> str:
        return ""

    def _link(self, token: Token) -> str:
        url, body = token["attrs"]["url"], self.render(token["children"])
        if not url.startswith("#"):
            return f"#outside({literal(self.shown(url))})[{body}];"
        if label := self.document.labels.get(url[1:]):
            body = self.words(label.replace(" ", "\N{NO-BREAK SPACE}"))
        kind = "finding" if url.startswith("#finding-") else "reference"
        return f'#goto({literal(url[1:])}, kind: "{kind}")[{body}];'

    def _anchor(self, token: Token) -> str:
        return self.anchor(token["attrs"]["id"])

    def _footnote_ref(self, token: Token) -> str:
        name = literal("note:" + ":".join(key := token["attrs"]["key"]))
        if key in self._notes:
            return f"#footnote(label({name}));"
        self._notes.add(key)
        return f"#footnote[{self.render(self.document.note(key)).strip()}]#label({name});"

    def _image(self, token: Token) -> str:
        head, _, data = token["attrs"]["url"].partition(",")
        alt, mime = plain(token["children"]), head.removeprefix("data:").split(";")[0]
        content = typesetting.base64_bytes(data) if head.endswith(";base64") else unquote_to_bytes(data)
        file = self.picture(mime, content, f"image-{len(self.files) + 1}")
        if file is None:
            self.document.report(f"The PDF leaves out the image {alt or mime}.")
            return f"#emph[{self.word('image_left_out', what=alt or mime)}];"
        return f"#box(picture({literal(file)}, {literal(self.shown(alt))}));"

    def _inline_math(self, token: Token) -> str:
        return self._formula(token["raw"], block=False)

    def _formula(self, latex: str, block: bool) -> str:
        alt, flag = literal(self.shown(latex.strip())), str(block).lower()
        written = typesetting.formula(latex, self.careful)
        return f"#formula({alt}, block: {flag}, ${written}$);" if written else f"#raw({alt}, block: {flag});"

    # Blocks

    def _paragraph(self, token: Token) -> str:
        return self.inline(token["children"]) + "\n\n"

    def _block_text(self, token: Token) -> str:
        return self.inline(token["children"]) + "\n"

    def _heading(self, token: Token) -> str:
        return self.heading(token["attrs"]["level"], token["attrs"]["anchor"], token["children"])

    def _thematic_break(self, token: Token) -> str:
        return "#divider();\n\n"

    def _block_quote(self, token: Token) -> str:
        return self._wrap("quotation", token) + "\n\n"

    def _callout(self, token: Token) -> str:
        whole = str(len(plain(token["children"])) < WHOLE_CALLOUT).lower()
        return self._wrap(f"callout({literal(token['attrs']['kind'])}, whole: {whole})", token) + "\n\n"

    def _list(self, token: Token) -> str:
        return typst_lists.listing(self, token)

    def _def_list(self, token: Token) -> str:
        return typst_lists.definitions(self, token)

    def _block_code(self, token: Token) -> str:
        return self.code(token["raw"], (token["attrs"].get("info") or "text").split()[0])

    def _block_math(self, token: Token) -> str:
        return self._formula(token["raw"], block=True) + "\n\n"

    def _grid(self, token: Token) -> str:
        grid = token["attrs"]["grid"]
        return self.table(grid, caption=self.document.inline(grid.caption))
