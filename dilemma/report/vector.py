"""SVG pictures made safe and self-contained, to stand inline in the page."""

import re
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
REMOVED = {"script", "foreignObject", "metadata", "title", "desc", "iframe", "audio", "video", "handler"}
HREFS = ("href", f"{{{XLINK}}}href")
LOCAL = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
REMOTE = re.compile(r"url\(\s*(?!#)[^)]*\)|@import[^;]*;?")
FONT = "Report Sans"  # said once for a whole picture, not at every word of it
GROUP = f"{{{SVG}}}g"
WORDS = {f"{{{SVG}}}text", f"{{{SVG}}}tspan"}
NO_TURN = re.compile(r"^rotate\(-?0(?: [-\d.]+){0,2}\)$")
LENGTH = re.compile(r"^([\d.]+)(pt|px)?$")
PIXELS = {"pt": 4 / 3, "px": 1.0, None: 1.0}


def inline(source: str, prefix: str, alt: str) -> str | None:
    """The SVG with ids that start with `prefix`, named by `alt`, nothing active or remote; None if broken."""
    try:
        root = fromstring(source.strip())
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != f"{{{SVG}}}svg":
        return None
    _remove_active(root)
    used = set(re.findall(r"#([\w.:-]+)", source))
    for element in root.iter():
        if element.get("id") not in used:
            element.attrib.pop("id", None)  # a picture has hundreds that nothing refers to
        _clean(element, prefix)
    for element in list(root.iter()):
        _slim(element)
    _present(root, prefix, alt)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode").strip()


def _remove_active(parent: ElementTree.Element) -> None:
    for child in list(parent):
        if not isinstance(child.tag, str) or child.tag.split("}")[-1] in REMOVED:
            parent.remove(child)
        else:
            _remove_active(child)


def _clean(element: ElementTree.Element, prefix: str) -> None:
    for name, value in list(element.attrib.items()):
        if name.split("}")[-1].lower().startswith("on"):
            del element.attrib[name]
        elif name in HREFS:
            _clean_link(element, name, value, prefix)
        elif name == "id":
            element.set(name, f"{prefix}-{value}")
        else:
            element.set(name, LOCAL.sub(rf"url(#{prefix}-\1)", REMOTE.sub("none", value)))
    if element.tag == f"{{{SVG}}}style":
        element.text = _scoped(element.text or "", prefix)


def _slim(element: ElementTree.Element) -> None:
    """Takes out what draws nothing: indentation, turns by zero, and groups that say nothing of their own."""
    if element.tag in WORDS:
        element.set("transform", NO_TURN.sub("", element.get("transform", "")))
        element.set("style", element.get("style", "").replace(f"font-family: '{FONT}'; ", ""))
        for name in ("transform", "style"):
            if not element.get(name):
                del element.attrib[name]
        return
    element.text = element.text if (element.text or "").strip() else None
    for child in list(element):
        child.tail = child.tail if (child.tail or "").strip() else None
    while any(bare := [child.tag == GROUP and not child.attrib and not child.text for child in element]):
        children = list(element)
        element[:] = [inner for child, open in zip(children, bare, strict=True) for inner in (child if open else [child])]


def _clean_link(element: ElementTree.Element, name: str, value: str, prefix: str) -> None:
    if value.startswith("#"):
        element.set(name, f"#{prefix}-{value[1:]}")
    elif not value.startswith("data:image/"):
        del element.attrib[name]


def _scoped(css: str, prefix: str) -> str:
    """A style sheet that reaches no farther than its own picture; one with unbalanced braces is dropped."""
    css = LOCAL.sub(rf"url(#{prefix}-\1)", REMOTE.sub("", css))
    depth = 0
    for character in css:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return ""
    return f"#{prefix}-plot {{{css}}}" if depth == 0 else ""


def _present(root: ElementTree.Element, prefix: str, alt: str) -> None:
    width, height = (_pixels(root.get(side, "")) for side in ("width", "height"))
    if width and height and "viewBox" not in root.attrib:
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    for side in ("width", "height"):
        root.attrib.pop(side, None)
    if width:
        root.set("style", f"--width:{width:g}px; font-family: '{FONT}'")
    root.set("id", f"{prefix}-plot")
    root.set("role", "img")
    root.set("aria-label", alt)


def _pixels(length: str) -> float | None:
    match = LENGTH.match(length.strip())
    return round(float(match[1]) * PIXELS[match[2]], 2) if match else None
