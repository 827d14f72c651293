"""Lists as Typst: bullets, numbers, things to do, and terms with what they mean."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from dilemma.report.tables import Token, plain

if TYPE_CHECKING:
    from dilemma.report.typst import TypstRenderer

SHORT = 2000  # signs of Typst, about a third of a page: an item that may wait for the next one


def with_leads(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens; a paragraph with a colon before a list becomes a `lead`, from which no page end parts the list."""
    for token, following in pairwise([*tokens, {"type": "end"}]):
        leads = token["type"] == "paragraph" and following["type"] == "list"
        yield {**token, "type": "lead"} if leads and plain(token["children"]).rstrip().endswith(":") else token


def listing(renderer: "TypstRenderer", token: Token) -> str:
    """A list with bullets or numbers."""
    items = "".join(f", [{_item(renderer, item)}]" for item in token["children"])
    tight = f"tight: {str(bool(token.get('tight'))).lower()}"
    if not token["attrs"].get("ordered"):
        return f"#list({tight}{items});\n\n"
    return f"#enum({tight}, start: {int(token['attrs'].get('start') or 1)}{items});\n\n"


def definitions(renderer: "TypstRenderer", token: Token) -> str:
    """Terms, each with its meanings; terms that come without one close the list."""
    items, terms = [], []
    for child in token["children"]:
        if child["type"] == "def_list_head":
            terms.append(renderer.inline(child["children"]))
        else:
            body = renderer.render(child["children"]).strip()
            items.append(f"terms.item([{'#linebreak();'.join(terms)}], [{body}])")
            terms = []
    return f"#terms({', '.join(items)});\n\n" + "\n\n".join(terms)


def _item(renderer: "TypstRenderer", item: Token) -> str:
    body = renderer.render(item["children"]).strip()
    # A page that ends inside an item and a figure at the foot of the next can leave a list that is none for PDF/UA.
    if len(item["children"]) == 1 and len(body) < SHORT:
        body = f"#block(breakable: false)[{body}]"
    if item["type"] != "task_list_item":
        return body
    return f"#task({str(bool(item['attrs']['checked'])).lower()})[{body}]"
