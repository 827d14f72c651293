"""LaTeX formulas for the page: MathML for every reader, and a drawing where browsers set MathML badly."""

import html
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

from dilemma.report import slimming, vector

NUMBERED = ("align", "equation", "gather")


@cache
def mathml(latex: str, display: bool = False) -> str | None:
    """The MathML of a formula, or None where the LaTeX is not understood."""
    for name in NUMBERED:
        latex = latex.replace(f"{{{name}}}", f"{{{name}*}}")
    try:
        root = convert_to_element(latex.strip(), display="block" if display else "inline")
    except Exception:  # the library has a class of its own for every kind of bad input, and bare ones too
        return None
    for element in root.iter():
        element.text = html.unescape(element.text) if element.text else element.text
        element.attrib.pop("href", None)
        if element.tag == "mi" and len(element.text or "") == 1:
            element.set("class", "letter")  # lets the page set it in the italic of the text
    if any((element.text or "").startswith("\\") for element in root.iter()):
        return None
    return ElementTree.tostring(root, encoding="unicode")


@cache
def display(latex: str, anchor: str) -> str | None:
    """A formula on a line of its own, or None where the LaTeX is not understood; `anchor` starts its ids.

    Browsers without a mathematical font set tall formulas badly, so eyes get Typst's drawing and screen
    readers the MathML.
    """
    spoken = mathml(latex, display=True)
    svg = vector.inline(_drawing(latex), anchor, "", slimming.shorten_formula) if spoken else None
    if svg is None:
        return spoken
    svg = svg.replace('stroke="#000000"', 'stroke="currentColor"')
    svg = svg.replace('role="img" aria-label=""', 'aria-hidden="true" focusable="false"', 1)
    return f'{svg}<span class="vh">{spoken}</span>'


@cache
def _drawing(latex: str) -> str:
    """The formula as SVG, or an empty string where Typst cannot set it."""
    import tylax
    import typst

    try:
        formula = tylax.latex_to_typst(latex.strip())
        page = "#set page(width: auto, height: auto, margin: 3pt, fill: none)\n#set text(size: 13pt)\n"
        return typst.compile(f"{page}$ {formula} $".encode(), format="svg", ignore_system_fonts=True).decode()
    except Exception:  # neither library documents what it raises; the MathML remains
        return ""
