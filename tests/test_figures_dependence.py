"""Figures of the dependence chapter: labels inside the page, bounds as stated, and alt texts with the values."""

import numpy as np
import pandas as pd
import pytest
from test_figures import outside, overlapping

from dilemma import evidence, wording
from dilemma.figures import dependence

LANGUAGES = pytest.mark.parametrize("language", wording.LANGUAGES)
LONG = {"en": "the same if every second one fails (Ukrainian intelligence)", "de": "dieselben, wenn jede zweite versagt (ukrainischer Geheimdienst)"}


def rows(language: str, *values: tuple[float, float, float]) -> pd.DataFrame:
    """One line per triple, under two headings, with the longest name of an issuer as label."""
    names = evidence.read("issuers")[f"name_{language}"]
    label = f"{names[names.str.len().idxmax()]}, 24.10.2024"
    frame = pd.DataFrame(values, columns=["low", "mode", "high"])
    frame["panel"] = ["first"] + ["second"] * (len(values) - 1)
    return frame.assign(label=label, party_to_war=[index % 2 == 0 for index in frame.index])


MONTHS = ((0.09, 0.33, 0.43), (4, 6, 14.67), (2, 3, 7.3), (0, 5, 20))


@LANGUAGES
def test_months_of_own_supply_stay_inside_the_page_even_from_zero(language):
    figure = dependence.own_supply(rows(language, *MONTHS).assign(label=LONG[language]), 6, language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


@LANGUAGES
def test_shares_beyond_one_stay_inside_the_page(language):
    figure = dependence.shares(rows(language, (np.nan, 0.5, np.nan), (0.4, 0.5, 0.71), (0.82, 0.82, 2.47)), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


DELIVERED = ((np.nan, np.nan, 9.4), (8, 8, np.nan), (4, np.nan, 6), (np.nan, 1.6, np.nan))


@LANGUAGES
def test_deliveries_stay_inside_the_page(language):
    figure = dependence.deliveries(rows(language, *DELIVERED), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_deliveries_are_shown_as_their_issuers_gave_them():
    alt = dependence.deliveries_alt(rows("en", *DELIVERED), "en")
    shown = [part.split(": ")[-1].split(" million")[0] for part in alt.rstrip(".").replace(". ", "; ").split("; ")[1:]]
    assert ["≤\N{NO-BREAK SPACE}9.4", "≥\N{NO-BREAK SPACE}8.0", "4.0–6.0", "1.6"] == shown


def test_a_party_to_the_war_has_a_marker_of_its_own():
    figure = dependence.deliveries(rows("en", *DELIVERED), "en")
    markers = [line.get_marker() for axes in figure.axes for line in axes.lines if line.get_marker() != "None"]
    assert ["D", "o", "D", "o"] == markers


def test_the_alt_text_of_the_months_says_line_ranges_and_unit():
    alt = dependence.own_supply_alt(rows("de", *MONTHS[:2]), 6, "de")
    assert "Linie bei 6 Monaten" in alt and ": 0,1–0,4 Monate" in alt and ": 4,0–14,7 Monate" in alt


def test_the_alt_text_of_the_shares_says_the_percentages():
    alt = dependence.shares_alt(rows("en", (np.nan, 0.5, np.nan), (0.82, 0.82, 1.81)), "en")
    assert ": 50%." in alt and ": 82–181%." in alt


def curves(ends: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    after = pd.DataFrame(
        [(move, f"{move} move", step, 0.5 + step * (end - 0.5)) for move, end in ends.items() for step in (0.0, 0.5, 1.0)],
        columns=["move", "label", "precision", "belief"],
    )
    before = pd.DataFrame(
        [(step, prior, prior ** (1 - step / 2)) for step in (0.25, 0.5, 1.0) for prior in (0.0, 0.5, 1.0)],
        columns=["precision", "prior", "belief"],
    )
    return after, before


@LANGUAGES
@pytest.mark.parametrize("ends", [(0.09, 0.13, 0.65, 0.84), (0.5, 0.5, 0.5, 0.5), (0, 0, 1, 1)])
def test_the_beliefs_stay_inside_the_page_and_their_labels_apart(language, ends):
    figure = dependence.beliefs(*curves(dict(zip(dependence.MOVES, ends, strict=True))), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_lines_of_belief_differ_by_dash_as_well_as_by_colour():
    dashes = [dash for _, dash in dependence.MOVES.values()]
    assert len(set(dashes)) == len(dashes)


def test_the_alt_text_of_the_beliefs_says_where_the_lines_end():
    alt = dependence.beliefs_alt(*curves({"refuse": 0.09, "kursk": 0.65}), "de")
    assert "refuse move: 9\N{NO-BREAK SPACE}%; kursk move: 65\N{NO-BREAK SPACE}%" in alt
    assert "ausgehend von 50\N{NO-BREAK SPACE}%: λ = 0,25: " in alt
