"""The figures of horn two: no label cut off or covered on any day, and an alt text that says the values."""

import numpy as np
import pandas as pd
import pytest
from test_escalation import DAYS
from test_figures import LANGUAGES, outside, overlapping

from dilemma import escalation, evidence
from dilemma.figures import escalation as drawings
from dilemma.figures import theme

STEPS = np.linspace(0.5, 3.5, 61)
KURSK = (1.5, 2.0, 2.5)
CURVES = {who: np.stack([STEPS / 8, STEPS / 4, STEPS / 3.5]) for who in ("us", "seoul", "europe", "beijing")}


def shown(day: str, language: str) -> pd.DataFrame:
    reactions = evidence.read("reactions", day).merge(evidence.read("events", day), on="event_id")
    return escalation.newest(reactions.assign(label=reactions[f"label_{language}"]), 3)


def chances() -> pd.DataFrame:
    rows = [(who, option, 0.5, 0.0, 1.0) for who in CURVES for option in drawings.COLOUR]
    return pd.DataFrame(rows, columns=["responder", "option", "mean", "low", "high"])


def priors(label: str) -> pd.DataFrame:
    rows = [("us", 0.1, 0.25, 0.5, label), ("beijing", 0.01, 0.05, 1.0, label)]
    return pd.DataFrame(rows, columns=["responder", "low", "mode", "high", "label"])


# German labels are the longer ones; English is tried on the emptiest and the fullest day.
TRIED = [*((day, "de") for day in DAYS), (DAYS[0], "en"), (DAYS[-1], "en")]


@pytest.mark.parametrize(("day", "language"), TRIED)
def test_the_timeline_has_room_for_its_labels_on_every_day(day, language):
    figure = drawings.timeline(shown(day, language), pd.Timestamp(day), language)
    assert ([], []) == (outside(figure), overlapping(figure))


@pytest.mark.parametrize(("side", "language"), [("earliest", "de"), ("latest", "en")])
def test_the_longest_label_fits_wherever_the_event_lies(side, language):
    rows = shown("2026-02-28", language)
    longest = max(evidence.read("reactions")[f"label_{language}"], key=len)
    date = rows.date.min() if side == "earliest" else rows.date.max()
    rows = rows.assign(label=longest, act="deed", date=date)
    figure = drawings.timeline(rows, pd.Timestamp("2026-02-28"), language)
    assert ([], []) == (outside(figure), overlapping(figure))


def test_an_actor_without_a_reaction_keeps_its_lane():
    alt = drawings.timeline_alt(shown("2024-10-24", "en").query("responder != 'beijing'"), "en")
    assert "Beijing: no reaction in our data." in alt


def test_the_alt_text_of_the_timeline_says_who_did_what_when():
    rows = shown("2024-10-24", "en").assign(label="Rutte: a step too far")
    assert "Washington: 23 Oct 2024, threat: Rutte – a step too far" in drawings.timeline_alt(rows, "en")


def test_the_parties_to_the_war_have_a_marker_of_their_own():
    rows = shown("2026-02-28", "en")
    (lanes,) = drawings.timeline(rows, pd.Timestamp("2026-02-28"), "en").axes
    actors = [lane for lane in drawings.LANES for _ in rows.index[rows.responder == lane]]
    assert ["D" if actor in drawings.AT_WAR else "o" for actor in actors] == [line.get_marker() for line in lanes.lines]


def test_deeds_and_threats_differ_without_colour():
    assert drawings.FILL["deed"] != drawings.FILL["threat"]
    assert drawings.SIZE["threat"] != drawings.SIZE["statement"]


@LANGUAGES
def test_the_ladder_stays_inside_the_page(language):
    figure = drawings.ladder(CURVES, STEPS, KURSK, language)
    assert ([], []) == (outside(figure), overlapping(figure))


def test_the_options_keep_their_colours_and_have_a_line_style_each():
    assert [theme.TRAIN, theme.KURSK, theme.UKRAINE] == list(drawings.COLOUR.values())
    assert 3 == len(set(drawings.LINE_STYLE.values()))


def test_the_alt_text_of_the_ladder_says_mean_and_range():
    alt = drawings.ladder_alt(CURVES, STEPS, KURSK, "en")
    assert "Washington: train only: 25% (12–29%); Kursk only: 50% (25–57%); inside Ukraine: 75% (38–86%)." in alt


@LANGUAGES
def test_the_answers_stay_inside_the_page(language):
    label = {"en": "our prior", "de": "eigene Annahme"}[language]
    figure = drawings.answers(chances(), priors(label), language)
    assert ([], []) == (outside(figure), overlapping(figure))


def test_the_alt_text_of_the_answers_says_the_prior_as_well():
    assert "our prior: 25% (10–50%)" in drawings.answers_alt(chances(), priors("our prior"), "en")
