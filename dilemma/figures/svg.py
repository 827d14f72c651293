"""Figures as SVG that is the same in every run."""

import io
import re
import sys
from typing import TextIO

import matplotlib
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure

DPI = 72  # of an SVG
TAG = re.compile(r"<[^>]*>")
NAMED = re.compile(r'(?<=["#])[mp][0-9a-f]{10}(?=[")])')


def drawn(figure: Figure, id: str) -> str:
    """The figure as SVG without date, creator or random ids; text stays text. Closes the figure."""
    page = io.StringIO()
    _ease_measuring(figure)
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": id}):
        _draw(figure, page)
    if pyplot := sys.modules.get("matplotlib.pyplot"):  # otherwise it has made no figures to close
        pyplot.close(figure)
    written = page.getvalue()
    return _numbered(TAG.sub(_rounded, written[written.index("<svg") :]))


def _draw(figure: Figure, page: TextIO) -> None:
    """Draws as `savefig` does, with the very renderer that measures for the layout: it keeps each text's size."""
    dpi, (width, height) = figure.dpi, figure.get_size_inches()
    vector = RendererSVG(width * DPI, height * DPI, page, image_dpi=dpi, metadata={"Date": None, "Creator": None})
    renderer = MixedModeRenderer(figure, width, height, dpi, vector)
    figure.set_dpi(DPI)
    FigureCanvasSVG(figure).get_renderer = lambda: renderer
    figure.draw(renderer)
    renderer.finalize()


def _ease_measuring(figure: Figure) -> None:
    """Spares the layout what it would measure all ticks for: places for empty labels, and lines with ticks."""
    for axes in figure.axes:
        for spine in axes.spines.values():
            spine.set_in_layout(False)
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0, 0)


def _rounded(tag: re.Match[str]) -> str:
    """A tag with its numbers to a hundredth of a point, finer than any screen; the text between tags stays."""
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", tag[0])


def _numbered(written: str) -> str:
    """The picture with its clips and markers numbered in order of appearance.

    matplotlib names them by the last digits of its numbers, which differ from run to run.
    """
    names = dict.fromkeys(NAMED.findall(written))
    places = {name: f"{name[0]}{place}" for place, name in enumerate(names, start=1)}
    return NAMED.sub(lambda found: places[found[0]], written)
