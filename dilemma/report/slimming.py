"""SVG pictures made small: what draws nothing is taken out, what repeats is said once."""

import re
from xml.etree import ElementTree

from dilemma.report import paths

Element = ElementTree.Element
SVG = "{http://www.w3.org/2000/svg}"
GROUP, TEXT, STYLE, DEFS, USE = (f"{SVG}{name}" for name in ("g", "text", "style", "defs", "use"))
WORDS = {TEXT, f"{SVG}tspan"}
GENERAL = "*{stroke-linejoin: round; stroke-linecap: butt}"  # how matplotlib begins every drawing
NO_TURN = re.compile(r"^rotate\(-?0(?: [-\d.]+){0,2}\)$")
# What already holds unless something else is said, here or in the page's style sheet.
IDLE = {"font-family: 'Report Sans'", "text-anchor: start", "stroke-linecap: butt", "opacity: 1"}
HANDED_DOWN = re.compile(r"^(fill|stroke|text-anchor|font)")
TYPST = {"x": "0", "y": "0", "fill": "#000000", "fill-rule": "nonzero"}
FINE, COARSE = 2, 1  # decimals: a tenth of a point is finer than a screen's dot, but not in a small marker


class Styles:
    """The ways of drawing that a page's pictures share, each written once and named in order of use."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def name(self, style: str) -> str:
        """The class of a style, which becomes the next free one when it is new."""
        return self._names.setdefault(style, f"d{len(self._names)}")

    def handed_down(self, name: str) -> bool:
        """Whether a group may carry the class for its children."""
        style = next(style for style, known in self._names.items() if known == name)
        return all(HANDED_DOWN.match(part) for part in style.split(";"))

    def css(self) -> str:
        """The style sheet of all classes named so far."""
        return "\n".join(f".{name}{{{style}}}" for style, name in self._names.items())


def tidy(root: Element) -> None:
    """Takes out indentation and groups that say nothing of their own."""
    for element in list(root.iter()):
        if element.tag not in WORDS:
            _unwrap(element)


def _is_matplotlib(root: Element) -> bool:
    """Whether the picture's style sheet is the one that matplotlib writes, so that its habits are known."""
    sheets = [(sheet.text or "") for sheet in root.iter(STYLE)]
    return len(sheets) == 1 and GENERAL in sheets[0]


def shorten_drawing(root: Element, styles: Styles) -> None:
    """Writes a drawing of matplotlib with fewer digits and with the page's classes; others it only tidies."""
    tidy(root)
    if not _is_matplotlib(root):
        return
    for parent in list(root.iter()):
        for sheet in parent.findall(STYLE):
            parent.remove(sheet)
    for parent in list(root.iter()):
        for empty in [child for child in parent if child.tag == DEFS and not len(child)]:
            parent.remove(empty)
    small = {element for defs in root.iter(DEFS) for element in defs.iter()}
    for element in root.iter():
        _round(element, FINE if element in small else COARSE)
        _classify(element, styles)
    tidy(root)
    _lift(root, styles)
    root.set("class", "drawn")  # stands for the style sheet that was taken out


def shorten_formula(root: Element) -> None:
    """Writes Typst's drawing of a formula with fewer digits and in the colour of the text around it."""
    tidy(root)
    for group in [element for element in root.iter(GROUP) if len(element) == 1 and element[0].tag == USE]:
        group.tag, group.attrib = USE, {**group.attrib, **group[0].attrib}
        del group[0]
    for element in root.iter():
        _round(element, FINE)
        for name, idle in TYPST.items():
            if element.get(name) == idle:
                del element.attrib[name]
    root.set("fill", "currentColor")


def _unwrap(element: Element) -> None:
    element.text = element.text if (element.text or "").strip() else None
    for child in list(element):
        child.tail = child.tail if (child.tail or "").strip() else None
    while any(bare := [child.tag == GROUP and not child.attrib and not child.text for child in element]):
        children = list(element)
        element[:] = [
            inner for child, opened in zip(children, bare, strict=True) for inner in (child if opened else [child])
        ]


def _round(element: Element, digits: int) -> None:
    if "d" in element.attrib:
        element.set("d", paths.shortened(element.get("d", ""), digits))
    for name in ("x", "y"):
        if name in element.attrib:
            element.set(name, paths.rounded(element.get(name, ""), digits))
    if NO_TURN.match(element.get("transform", "")):
        del element.attrib["transform"]


def _classify(element: Element, styles: Styles) -> None:
    if "style" not in element.attrib:
        return
    said = [part.strip() for part in element.attrib.pop("style").split(";")]
    kept = ";".join(part.replace(": ", ":") for part in said if part and part not in IDLE)
    if kept:
        element.set("class", styles.name(kept))


def _lift(element: Element, styles: Styles) -> None:
    """Lets a group say once what all its children would say."""
    for child in element:
        _lift(child, styles)
    named = {child.get("class") for child in element}
    if element.tag == GROUP and len(element) > 1 and len(named) == 1 and "class" not in element.attrib:
        name = named.pop()
        if name and styles.handed_down(name):
            element.set("class", name)
            for child in element:
                del child.attrib["class"]
