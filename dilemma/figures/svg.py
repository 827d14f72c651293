"""Figures as SVG that is the same in every run."""

import io
import re

import matplotlib
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

NAMED = re.compile(r'(?<=["#])[mp][0-9a-f]{10}(?=[")])')


def drawn(figure: Figure, id: str) -> str:
    """The figure as SVG without date, creator or random ids; text stays text. Closes the figure."""
    page = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": id}):
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    written = page.getvalue()
    # A hundredth of a point is finer than any screen or printer; the other digits are half of a file.
    return _numbered(re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", written[written.index("<svg") :]))


def _numbered(written: str) -> str:
    """The picture with its clips and markers numbered in order of appearance.

    matplotlib names them by the last digits of its numbers, which differ from run to run.
    """
    names = dict.fromkeys(NAMED.findall(written))
    places = {name: f"{name[0]}{place}" for place, name in enumerate(names, start=1)}
    return NAMED.sub(lambda found: places[found[0]], written)
