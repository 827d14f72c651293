"""SVG pictures made safe and self-contained, to stand inline in the page."""

import re
from collections.abc import Callable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from dilemma.report import slimming

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# Elements that draw. No other is let in: scripts and animations act, and a browser that meets an element of
# HTML leaves the picture and reads the rest as page.
DRAWING = {
    "svg", "g", "a", "defs", "symbol", "use", "switch", "path", "rect", "circle", "ellipse", "line", "polyline",
    "polygon", "text", "tspan", "textPath", "image", "clipPath", "mask", "marker", "pattern", "linearGradient",
    "radialGradient", "stop", "filter", "style",
}  # fmt: skip
HREFS = ("href", f"{{{XLINK}}}href")
LOCAL = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
REMOTE = re.compile(r"url\(\s*(?!#)[^)]*\)|@import[^;]*;?")
LENGTH = re.compile(r"^([\d.]+)(pt|px)?$")
PIXELS = {"pt": 4 / 3, "px": 1.0, None: 1.0}


def inline(source: str, prefix: str, alt: str, shorten: Callable[[Element], None] = slimming.tidy) -> str | None:
    """The SVG with ids that start with `prefix`, named by `alt`, nothing active or remote; None if broken."""
    try:
        root = fromstring(source.strip())
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != f"{{{SVG}}}svg":
        return None
    _remove_active(root)
    names = _names(root, source, prefix)
    for element in root.iter():
        _clean(element, names, prefix)
    shorten(root)
    _present(root, prefix, alt)
    ElementTree.register_namespace("", SVG)
    # Inline in a page both namespaces are understood.
    return ElementTree.tostring(root, encoding="unicode").strip().replace(f' xmlns="{SVG}"', "", 1)


def _names(root: Element, source: str, prefix: str) -> dict[str, str]:
    """The new ids: a picture has hundreds of elements, and something refers to only a few."""
    used = set(re.findall(r"#([\w.:-]+)", source))
    known = [name for element in root.iter() if (name := element.get("id")) in used]
    return {name: f"{prefix}-{place}" for place, name in enumerate(dict.fromkeys(known), start=1)}


def _remove_active(parent: Element) -> None:
    for child in list(parent):
        if not _draws(child.tag):
            parent.remove(child)
        else:
            _remove_active(child)


def _draws(tag: object) -> bool:
    namespace, _, name = str(tag).rpartition("}")
    return namespace == f"{{{SVG}" and (name in DRAWING or name.startswith("fe"))


def _clean(element: Element, names: dict[str, str], prefix: str) -> None:
    for name, value in list(element.attrib.items()):
        if name.split("}")[-1].lower().startswith("on"):
            del element.attrib[name]
        elif name in HREFS:
            del element.attrib[name]
            if kept := _link(value, names):
                element.set("href", kept)
        elif name == "id":
            element.attrib.pop(name)
            if value in names:
                element.set(name, names[value])
        else:
            element.set(name, _local(REMOTE.sub("none", value), names))
    if element.tag == f"{{{SVG}}}style":
        element.text = _scoped(element.text or "", names, prefix)


def _link(value: str, names: dict[str, str]) -> str:
    """A link within the picture or to data in it; every other one is dropped."""
    if value.startswith("#"):
        return f"#{names.get(value[1:], '')}"
    return value if value.startswith("data:image/") else ""


def _local(value: str, names: dict[str, str]) -> str:
    return LOCAL.sub(lambda found: f"url(#{names.get(found[1], '')})", value)


def _scoped(css: str, names: dict[str, str], prefix: str) -> str:
    """A style sheet that reaches no farther than its own picture; one with unbalanced braces is dropped."""
    css = _local(REMOTE.sub("", css), names)
    depth = 0
    for character in css:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return ""
    return f"#{prefix}-plot {{{css}}}" if depth == 0 else ""


def _present(root: Element, prefix: str, alt: str) -> None:
    width, height = (_pixels(root.get(side, "")) for side in ("width", "height"))
    if width and height and "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    if width:
        root.set("style", f"--width:{width:g}px")
    root.set("id", f"{prefix}-plot")
    root.set("role", "img")
    root.set("aria-label", alt)


def _pixels(length: str) -> float | None:
    match = LENGTH.match(length.strip())
    return round(float(match[1]) * PIXELS[match[2]], 2) if match else None
