"""Figures of chapter 03: labels inside the page, apart from each other, and an alt text with the values."""

import pandas as pd
import pytest
from matplotlib.lines import Line2D
from test_figures import outside, overlapping

from dilemma import evidence, wording
from dilemma.figures import presence

LANGUAGES = pytest.mark.parametrize("language", wording.LANGUAGES)
STARTS = pd.DatetimeIndex(["2024-10-06", "2024-10-18", "2024-10-24"])


def names(language: str) -> dict[str, str]:
    return evidence.read("hypotheses").set_index("hypothesis_id")[f"short_{language}"].to_dict()


def line(*last: float, days: pd.DatetimeIndex = STARTS) -> pd.DataFrame:
    return pd.DataFrame([[0.25] * 4, [0.4, 0.3, 0.2, 0.1], last], index=days, columns=["h1", "h2", "h3", "h4"])


@LANGUAGES
@pytest.mark.parametrize("last", [(0.52, 0.37, 0.1, 0.01), (0, 0, 1, 0), (0.25, 0.25, 0.25, 0.25), (0.02, 0.02, 0.02, 0.94)])
def test_the_labels_at_the_ends_of_the_lines_stay_apart_and_inside_the_page(language, last):
    figure = presence.over_time(line(*last), STARTS, names(language), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_a_line_over_years_keeps_its_labels_apart():
    days = pd.DatetimeIndex(["2024-10-06", "2025-04-30", "2026-02-28"])
    figure = presence.over_time(line(0.03, 0.02, 0.91, 0.04, days=days), days, names("de"), "de")
    assert [] == outside(figure) + overlapping(figure)


def test_each_hypothesis_has_a_colour_and_a_dash_pattern_of_its_own():
    figure = presence.over_time(line(0.5, 0.3, 0.1, 0.1), STARTS, names("en"), "en")
    lines = [found for found in figure.findobj(Line2D) if found.get_color() in presence.COLOUR.values()]
    assert 4 == len({found.get_color() for found in lines}) == len({str(found.get_linestyle()) + str(found._dash_pattern) for found in lines})


def test_the_alt_text_of_the_lines_says_first_highest_and_last_value():
    alt = presence.over_time_alt(line(0.52, 0.37, 0.108, 0.002), names("en"), "en")
    assert "Training only: 6 Oct 2024 25%, highest 52% (24 Oct 2024), last 52%" in alt
    assert "Combat units in Ukraine: 6 Oct 2024 25%, highest 25% (6 Oct 2024), last <1%" in alt


def bars(language: str) -> pd.DataFrame:
    groups = evidence.read("evidence_groups")[f"name_{language}"]
    favours = [("h3",), ("h1", "h2", "h3"), (), ("h4",)]
    return pd.DataFrame({
        "label": groups,
        "day": "24 Oct 2024",
        "range": [1.43, 0.9, 0, 0.9, *[1.43] * (len(groups) - 4)],
        "weighted": [1.43, 0.5, 0, 0.002, *[0.3] * (len(groups) - 4)],
        "favours": [favours[at % 4] for at in range(len(groups))],
        "party_to_war": [at % 2 == 0 for at in range(len(groups))],
    })


@LANGUAGES
def test_the_bars_of_all_groups_stay_inside_the_page(language):
    figure = presence.diagnosticity(bars(language), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_a_report_that_tells_nothing_apart_can_stand_alone():
    alone = bars("en").iloc[[2]]
    assert [] == outside(presence.diagnosticity(alone, "en"))
    assert "0.00, fits all alike" in presence.diagnosticity_alt(alone, "en")


def test_the_alt_text_of_the_bars_says_report_day_value_and_what_it_fits():
    alt = presence.diagnosticity_alt(bars("de").iloc[[1]], "de")
    assert "24 Oct 2024: 0,50, passt am besten zu H1 = H2 = H3 (ungewichtet 0,90)" in alt


def test_a_party_to_the_war_has_a_marker_of_its_own():
    assert presence.MARKER[True] != presence.MARKER[False]
