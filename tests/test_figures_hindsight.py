"""The replay figure: every label inside the page, the day of the run marked, and an alt text that says the values."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from test_figures import LANGUAGES, outside, overlapping, texts

from dilemma.figures import hindsight
from dilemma.wording import Text

DAYS = [date(2024, 10, 24), date(2024, 11, 1), date(2024, 11, 20), date(2024, 12, 20),
        date(2025, 1, 15), date(2025, 4, 30), date(2025, 12, 31), date(2026, 2, 28)]  # fmt: skip


def panel(unit: str, low: float, median: float, high: float, days: list[date] = DAYS) -> hindsight.Panel:
    title = Text("Soldiers at the furthest stage", "Wahrscheinlichkeit, dass Kursk schlechter endet als die beste Alternative")
    values = pd.DataFrame({"low": low, "median": median, "high": high}, index=days)
    return hindsight.Panel(title, unit, hindsight.MEN, values)


def panels() -> list[hindsight.Panel]:
    return [panel("strength", 0.9, 0.99, 1.0), panel("persons", 3_000, 12_000, 14_900), panel("share", np.nan, 1, np.nan)]


@LANGUAGES
def test_the_replay_of_eight_days_stays_inside_the_page(language):
    figure = hindsight.replay(panels(), DAYS[3], language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


@LANGUAGES
def test_a_single_day_is_drawn_too(language):
    figure = hindsight.replay([panel("share", np.nan, 0.4, np.nan, DAYS[:1])], DAYS[0], language)
    assert [] == outside(figure) + overlapping(figure)


@pytest.mark.parametrize("at", [0, 3, 7])
def test_the_column_of_the_run_is_shaded_and_named(at):
    figure = hindsight.replay(panels(), DAYS[at], "en")
    bands = [patch for axes in figure.axes for patch in axes.patches if isinstance(patch, Rectangle)]
    assert {(at - 0.5, 1.0)} == {(band.get_x(), band.get_width()) for band in bands}
    named = [text.get_text() for text in texts(figure) if "this report" in text.get_text()]
    assert 1 == len(named)


def test_the_alt_text_says_every_value_and_its_range():
    alt = hindsight.replay_alt([panel("strength", 0.45, 0.54, 0.64, DAYS[:2])], "de")
    assert "24. Oktober 2024: 0,54 (0,45–0,64); 1. November 2024: 0,54 (0,45–0,64)." in alt


def test_a_measure_without_a_range_is_said_without_one():
    assert "24 October 2024: 40%." in hindsight.replay_alt([panel("share", np.nan, 0.4, np.nan, DAYS[:1])], "en")
