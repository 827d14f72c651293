"""SVG drawings inside HTML turned into images, which browsers never let act or load anything."""

import base64
import re
from html import escape
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

SVG = "http://www.w3.org/2000/svg"
# Read from the source: an HTML parser would lose the capital letters in names such as viewBox.
SOURCE = re.compile(r"<svg\b(?P<attributes>[^>]*)>.*?</svg\s*>", re.S | re.I)
SAID = ("title", "desc", "text")


def as_images(html: str) -> str:
    """HTML whose drawings are `img` elements; one that is no XML stays, to be left out by name."""
    return SOURCE.sub(_as_image, html)


def _as_image(found: re.Match[str]) -> str:
    source = found[0]
    if "xmlns=" not in found["attributes"]:
        source = source.replace("<svg", f'<svg xmlns="{SVG}"', 1)
    try:
        root = fromstring(source)
    except (ElementTree.ParseError, ValueError):
        return found[0]
    _remove_active(root)
    ElementTree.register_namespace("", SVG)
    content = base64.b64encode(ElementTree.tostring(root)).decode()
    return f'<img src="data:image/svg+xml;base64,{content}" alt="{escape(_words(root))}">'


def _remove_active(root: ElementTree.Element) -> None:
    for element in root.iter():
        for child in [child for child in element if str(child.tag).endswith(("}script", "}foreignObject"))]:
            element.remove(child)
        for name in [name for name in element.attrib if name.split("}")[-1].lower().startswith("on")]:
            del element.attrib[name]


def _words(root: ElementTree.Element) -> str:
    """What a drawing says: its title and description and every text in it."""
    said = [root.get("aria-label", "")]
    for element in root.iter():
        if str(element.tag).split("}")[-1] in SAID:
            said.append(" ".join("".join(element.itertext()).split()))
    return " ".join(filter(None, said))
