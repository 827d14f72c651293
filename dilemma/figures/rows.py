"""Rows of a figure under labels of one or more lines, each row as high as its own label needs."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from dilemma.figures import theme, words

LETTERS = 42  # of a label, per line
ROW, LINE = 0.25, 0.14  # inches: a row of one line, and what every further line adds


def height(texts: Iterable[str], letters: int = LETTERS) -> float:
    """The inches that all rows need together, at least one row."""
    return max(_heights(_labels(texts, letters)).sum(), ROW)


def label(axes: Axes, texts: Iterable[str], letters: int = LETTERS) -> np.ndarray:
    """Labels the rows of an axis that runs downwards in inches, and says where their middles lie."""
    labels = _labels(texts, letters)
    heights = _heights(labels)
    ends = heights.cumsum()
    middles = ends - heights / 2
    theme.label_left(axes, middles, labels, linespacing=0.95)
    axes.set_ylim(max(heights.sum(), ROW), 0)
    return middles


def _labels(texts: Iterable[str], letters: int) -> list[str]:
    return [words.even(text, letters) for text in texts]


def _heights(labels: list[str]) -> np.ndarray:
    return np.array([ROW + LINE * label.count("\n") for label in labels])
