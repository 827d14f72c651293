"""Horn two: replies that rise with the rung, allies that follow Washington."""

import warnings
from fractions import Fraction
from math import exp

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import escalation, evidence
from dilemma.escalation import KEYS, OPTIONS

TRAIN, KURSK, UKRAINE = 1, 2, 3
DAYS = (
    "2024-10-24", "2024-11-01", "2024-11-20", "2024-12-20",
    "2025-01-15", "2025-04-30", "2025-12-31", "2026-02-28",
)  # fmt: skip
# Round numbers, taken from no source
WORLD = {
    "rung_kursk": 2.0, "line_us": 2.5, "line_seoul": 2.75, "line_europe": 2.25, "line_china": 3.5,
    "line_kim": 1.5, "pull": 0.5, "mood": 0.25, "blur": 0.5,
}  # fmt: skip
PLACES = st.floats(-4, 6)
WORLDS = st.fixed_dictionaries(
    {key: PLACES for key in KEYS if key.startswith("line")}
    | {"rung_kursk": st.floats(1, 3), "pull": st.floats(0, 3)}
    | {"mood": st.floats(-2, 2), "blur": st.floats(0, 3)}
)


def world(**changed):
    return {key: np.array([float(value)]) for key, value in (WORLD | changed).items()}


def us(**changed):
    return escalation.responses(world(**changed)).us[0]


def test_a_reply_is_the_logistic_curve_computed_by_hand():
    # Kursk lies at 2, Washington's line at 2.5 + 0.25, one and a half blurs above it
    assert 1 / (1 + exp(1.5)) == pytest.approx(us()[KURSK], abs=1e-12)


def test_on_the_line_itself_a_reply_is_an_even_chance():
    assert 0.5 == us(line_us=2.0, mood=0.0)[KURSK]


def test_nobody_answers_a_refusal_even_below_every_line():
    low = world(**{key: -9.0 for key in KEYS if key.startswith("line")})
    assert {0.0} == {chance[0, 0] for chance in escalation.responses(low)}


@given(WORLDS)
def test_probabilities_lie_between_zero_and_one_and_rise_with_the_rung(values):
    for chance in escalation.marginal(escalation.responses(world(**values))).values():
        assert (chance >= 0).all() and (chance <= 1).all()
        assert (np.diff(chance[0]) >= -1e-12).all()


@pytest.mark.parametrize("blur", [0.0, 1e-320, 1e-9])
def test_without_blur_the_curve_is_a_step_and_nothing_overflows(blur):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [0.0, 0.0, 0.0, 1.0] == us(blur=blur).tolist()


def test_a_step_exactly_on_the_line_is_an_even_chance():
    assert 0.5 == us(blur=0.0, line_us=2.0, mood=0.0)[KURSK]


def test_the_pull_counts_only_where_washington_acts():
    weak, strong = (escalation.responses(world(pull=pull)) for pull in (0.0, 1.0))
    assert weak.seoul_alone.tolist() == strong.seoul_alone.tolist()
    assert (weak.seoul_joined[0, 1:] < strong.seoul_joined[0, 1:]).all()


def test_if_washington_never_acts_the_allies_act_alone():
    answers = escalation.responses(world(line_us=99.0))
    assert answers.seoul_alone.tolist() == escalation.marginal(answers)["seoul"].tolist()


def test_pulled_allies_have_a_line_that_is_lower_by_the_pull():
    pulled = escalation.responses(world()).europe_joined
    assert escalation.responses(world(line_europe=1.75)).europe_alone.tolist() == pulled.tolist()


def test_the_mood_shifts_the_western_lines_and_no_other():
    moody, shifted = escalation.responses(world(mood=0.75)), escalation.responses(
        world(line_us=3.0, line_seoul=3.25, line_europe=2.75)
    )
    assert [chance.tolist() for chance in shifted] == [chance.tolist() for chance in moody]


def test_the_allies_average_over_washington_by_the_law_of_total_probability():
    def logistic(distance: float) -> Fraction:
        return 1 / (1 + Fraction(exp(-distance)))

    washington = logistic((3 - 2.75) / 0.5)
    joined, alone = logistic((3 - 2.5) / 0.5), logistic((3 - 3.0) / 0.5)
    by_hand = washington * joined + (1 - washington) * alone
    found = escalation.marginal(escalation.responses(world()))["seoul"][0, UKRAINE]
    assert float(by_hand) == pytest.approx(found, abs=1e-12)


def test_a_share_of_worlds_in_which_allies_act_agrees_with_the_average():
    answers = escalation.responses(world())
    random = np.random.default_rng(1).random((2, 200_000))
    acts = random[0] < answers.us[0, UKRAINE]
    follows = random[1] < np.where(acts, answers.europe_joined[0, UKRAINE], answers.europe_alone[0, UKRAINE])
    assert follows.mean() == pytest.approx(escalation.marginal(answers)["europe"][0, UKRAINE], abs=0.005)


def test_the_options_stand_on_their_rungs():
    assert [[0.0, 1.0, 1.7, 3.0]] == escalation.rungs(world(rung_kursk=1.7)).tolist()


def test_along_the_ladder_the_options_have_the_chances_of_the_table():
    chances = escalation.marginal(escalation.responses(world()))
    curves = escalation.along(world(), np.array([0.0, 1.0, 2.0, 3.0]))
    assert {who: chance.tolist() for who, chance in chances.items()} == {
        who: curve.tolist() for who, curve in curves.items()
    }


def test_whole_numbers_are_reckoned_with_as_fractions():
    whole = {key: np.array([int(value * 4)]) for key, value in WORLD.items()}
    parts = {key: value.astype(float) for key, value in whole.items()}
    np.testing.assert_array_equal(escalation.responses(parts).us, escalation.responses(whole).us)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_is_computed_is_as_precise_as_the_draws(kind):
    x = {key: value.astype(kind) for key, value in world().items()}
    seen = [*escalation.responses(x), escalation.rungs(x), escalation.set_reaction(x, 0.3)["line_us"]]
    assert {np.dtype(kind)} == {values.dtype for values in seen}


def test_the_summary_gives_mean_and_nine_tenths_of_the_worlds():
    chance = np.repeat(np.linspace(0, 1, 101)[:, None], len(OPTIONS), axis=1)
    row = escalation.summarise({"us": chance}).set_index("option").loc["kursk"]
    assert (0.5, 0.05, 0.95) == pytest.approx((row["mean"], row["low"], row["high"]))


def reactions(*rows):
    frame = pd.DataFrame(rows, columns=["event_id", "responder", "act", "date"])
    return frame.assign(date=pd.to_datetime(frame.date))


def test_deeds_and_threats_are_shown_before_newer_words():
    rows = reactions(("EV1", "us", "threat", "2024-01-01"), ("EV2", "us", "statement", "2024-03-01"),
                     ("EV3", "us", "deed", "2024-02-01"), ("EV4", "us", "deed", "2023-01-01"))  # fmt: skip
    assert ["EV1", "EV3"] == escalation.newest(rows, 2).event_id.to_list()


def test_every_actor_has_a_lane_of_its_own():
    rows = reactions(*((f"EV{n}", who, "deed", "2024-01-01") for n in range(3) for who in ("us", "kyiv")))
    assert {"us": 2, "kyiv": 2} == escalation.newest(rows, 2).responder.value_counts().to_dict()


def test_the_order_of_the_rows_changes_nothing():
    rows = reactions(*((f"EV{n}", "us", "deed", "2024-01-01") for n in range(5)))
    assert escalation.newest(rows, 2).equals(escalation.newest(rows[::-1], 2))


# The tables of the chapter


@pytest.mark.parametrize("day", DAYS)
def test_no_reaction_is_known_before_its_event(day):
    events = evidence.read("events", day).set_index("event_id")
    assert (events.date[evidence.read("reactions", day).event_id] <= pd.Timestamp(day)).all()


def test_biden_s_permission_is_a_deed_only_once_it_was_reported():
    known = {day: set(evidence.read("reactions", day).event_id) for day in ("2024-11-16", "2024-11-17")}
    assert [False, True] == ["EV049" in events for events in known.values()]


def test_only_a_threat_names_its_trigger_or_the_step_that_would_follow():
    reactions = evidence.read("reactions")
    assert {"threat"} == set(reactions.act[reactions.precise])


def test_every_prior_leans_on_pages_that_were_public():
    pages = evidence.read("sources").set_index("source_id")
    dated = pages.published[pages.precision == "day"]
    late = [
        (row.prior_id, page)
        for row in evidence.read("priors").itertuples()
        for page in row.source_ids
        if dated.get(page, row.known_from) > row.known_from
    ]
    assert [] == late
