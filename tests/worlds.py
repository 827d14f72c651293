"""Invented worlds for the tests of the decision: from no source and tuned to nothing."""

import numpy as np

# Low, mode and high of every input; round numbers on purpose.
TRIPLES = {
    "n_troops": (5, 10, 15), "rotation": (1, 1.5, 2), "quality": (0.2, 0.5, 1), "spared": (0, 0.2, 0.4),
    "use_train": (0, 0.1, 0.2), "use_ukraine": (0.5, 1, 1.5), "pay_ratio": (0.1, 0.4, 0.8),
    "paid_train": (0.1, 0.5, 1), "tech": (1, 4, 10), "line_kim": (1, 2, 3), "snub": (0, 3, 9),
    "exposure": (0, 2, 5), "c_us": (1, 5, 10), "c_seoul": (1, 5, 10), "c_europe": (0, 2, 5),
    "c_joint": (0, 2, 5), "c_china": (0, 5, 10), "rung_kursk": (1.2, 2, 2.6), "line_us": (1, 2, 3),
    "line_seoul": (1, 2.5, 4), "line_europe": (1, 2.5, 4), "line_china": (2, 3, 5), "pull": (0, 0.5, 1),
    "mood": (-0.5, 0, 0.5), "blur": (0.1, 0.4, 0.9),
}  # fmt: skip
IN_SOLDIERS = ("n_troops", "tech", "snub", "exposure", "c_us", "c_seoul", "c_europe", "c_joint", "c_china")


def draw(draws: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Every input drawn between its bounds with a peak at its mode: arrays of shape (draws,)."""
    random = np.random.default_rng(seed)
    drawn = {}
    for key, (low, mode, high) in TRIPLES.items():
        peak = 4 * (mode - low) / (high - low)
        drawn[key] = low + (high - low) * random.beta(1 + peak, 5 - peak, draws)
    return drawn


def guess(**changed: float) -> dict[str, np.ndarray]:
    """One world with every input at its mode, or at the value given: arrays of shape (1,)."""
    modes = {key: mode for key, (_, mode, _) in TRIPLES.items()} | changed
    return {key: np.array([float(value)]) for key, value in modes.items()}
