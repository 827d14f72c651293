"""Dependence: every derived size against a computation by hand, and the signalling box against its limits."""

from datetime import date
from fractions import Fraction as F

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from dilemma import dependence, evidence, signalling, wording
from dilemma.dependence import Triple

DAYS = ["2024-10-24", "2024-11-01", "2024-11-20", "2024-12-20", "2025-04-30", "2025-12-31", "2026-02-28"]


def known(day: str) -> pd.DataFrame:
    return evidence.newest_vintage(evidence.read("quantities", day), "quantity_id").set_index("quantity_id")


ARTICLE, LATER = known("2024-10-24"), known("2025-12-31")
MEN = dependence.triple(ARTICLE, "nk_troops_article")


def exactly(*fractions: F) -> object:
    return pytest.approx(tuple(float(fraction) for fraction in fractions), rel=1e-9)


# The derived rows of the collection, by hand from the figures on the pages


def test_the_contingent_in_months_of_recruiting():
    expected = exactly(F(3000, 33000), F(10000, 30000), F(12000, 27700))
    assert expected == dependence.recruit_months(ARTICLE, MEN)


def test_the_contingent_in_days_of_losses():
    assert exactly(F(3000, 1271), F(10000, 1187), F(12000, 1000)) == dependence.loss_days(ARTICLE, MEN)


def test_the_contingent_in_days_of_losses_a_week_later():
    november = known("2024-11-01")
    men = dependence.triple(november, "nk_troops_article")
    assert exactly(F(3000, 1271), F(10000, 1200), F(12000, 1000)) == dependence.loss_days(november, men)


def test_the_signing_bonuses_of_as_many_volunteers():
    assert exactly(F(3000 * 800_000), F(10_000 * 10**6), F(12_000 * 3 * 10**6)) == dependence.signing_bonuses(ARTICLE, MEN)


def test_the_first_year_of_one_recruit_is_at_most_the_package_of_moscow():
    moscow = 400_000 + 1_900_000 + 12 * 258_750
    expected = exactly(F(800_000 + 12 * 195_000), F(10**6 + 12 * 210_000), F(moscow))
    assert moscow == 5_405_000
    assert expected == dependence.soldier_cost(ARTICLE, 12)


def test_half_a_year_of_one_recruit_is_at_most_the_record_bonus_with_ordinary_pay():
    expected = exactly(F(800_000 + 6 * 195_000), F(10**6 + 6 * 210_000), F(3_000_000 + 6 * 195_000))
    assert expected == dependence.soldier_cost(ARTICLE, 6)


def test_the_first_year_of_as_many_recruits():
    expected = exactly(F(3000 * 3_140_000), F(10_000 * 3_520_000), F(12_000 * 5_405_000))
    assert expected == dependence.home_cost(ARTICLE, MEN, 12)


def test_that_cost_as_a_share_of_the_yearly_payments():
    expected = exactly(F(9420, 3_000_000), F(35_200, 2_875_000), F(64_860, 2_750_000))
    assert expected == dependence.budget_share(ARTICLE, MEN)


def test_the_yearly_pay_bill_of_the_contingent():
    expected = exactly(F(3000 * 2000 * 12), F(10_000 * 2000 * 12), F(12_000 * 2300 * 12))
    assert expected == dependence.pay_bill(ARTICLE, MEN)


def test_the_pay_ratio_of_the_first_year():
    expected = exactly(F(2000 * 896 * 12, 54_050_000), F(2000 * 955 * 12, 35_200_000), F(2300 * 962 * 12, 31_400_000))
    assert expected == dependence.pay_ratio_range(ARTICLE, 12)


def test_the_pay_ratio_of_six_months_has_the_highest_bonus_at_its_low_end():
    expected = exactly(F(2000 * 896 * 6, 41_700_000), F(2000 * 955 * 6, 22_600_000), F(2300 * 962 * 6, 19_700_000))
    assert expected == dependence.pay_ratio_range(ARTICLE)


def test_the_value_of_arms_as_a_share_of_output():
    october = known("2024-10-28")
    arms = dependence.triple(october, "arms_value_usd_2024")
    assert exactly(F(17, 237), F(306, 2370), F(55, 237)) == dependence.output_share(october, arms)


def test_the_return_per_dollar_sets_the_maximum_against_the_highest_value_for_its_middle():
    assert exactly(F(0), F(119, 980), F(119, 560)) == dependence.return_ratio(LATER)


def test_the_oil_against_the_yearly_limit():
    assert exactly(F(2), F(2), F(2)) == dependence.oil_over_cap(LATER)


def test_half_a_year_of_shells_in_months_of_production():
    shells = dependence.shells_in(ARTICLE, 6)
    expected = exactly(F(1_500_000, 375_000), F(1_500_000, 250_000), F(3_300_000, 225_000))
    assert expected == dependence.shell_months(ARTICLE, shells)


def test_the_share_of_supply_pairs_few_deliveries_with_much_production():
    expected = exactly(F(30, 30 + 45), F(30, 30 + 30), F(66, 66 + 27))
    assert expected == dependence.supply_share(ARTICLE)


def test_the_two_figures_for_fire_stay_two():
    low, high = (dependence.fire_share(ARTICLE, rate) for rate in (10_000, 44_500))
    assert exactly(F(3000, 3650), F(3000, 3650), F(6600, 3650)) == low
    assert exactly(F(30_000, 365 * 445), F(30_000, 365 * 445), F(66_000, 365 * 445)) == high


# Vintages and bad input


@pytest.mark.parametrize("day", DAYS)
def test_no_quantity_of_the_chapter_is_known_before_its_day(day):
    later = known(day).known_from > pd.Timestamp(date.fromisoformat(day))
    assert not later.any()


def test_on_the_day_of_the_article_nobody_had_valued_the_deliveries():
    with pytest.raises(ValueError, match="no quantity arms_value_usd_2024 among those known"):
        dependence.triple(ARTICLE, "arms_value_usd_2024")


@pytest.mark.parametrize(("day", "name"), [
    ("2024-10-24", "nk_troops_article"), ("2024-11-21", "nk_troops_article"), ("2024-11-22", "nk_troops_kursk_nov"),
    ("2025-07-12", "nk_troops_kursk_nov"), ("2025-07-13", "nk_troops_total_2025"),
])  # fmt: skip
def test_the_soldiers_step_from_the_plan_to_those_in_kursk_to_the_total(day, name):
    assert name == dependence.contingent(known(day))


@pytest.mark.parametrize("day", ["2024-10-24", "2024-11-01", "2024-11-22", "2025-04-30"])
def test_until_the_total_the_soldiers_are_those_of_the_decision_model(day):
    table = evidence.newest_vintage(evidence.read("inputs", day), "key").set_index("key")
    men = dependence.triple(known(day), dependence.contingent(known(day)))
    assert [*men] == pytest.approx([1000 * table.loc["n_troops", end] for end in ("low", "mode", "high")])


def test_a_divisor_of_zero_is_refused():
    with pytest.raises(ValueError, match="divisor above zero, but one of its ends is 0"):
        dependence.ratio(Triple(1, 2, 3), Triple(0, 1, 2))


bounds = st.tuples(*[st.floats(0.1, 1e6)] * 3).map(lambda ends: Triple(*sorted(ends)))


@given(bounds, bounds)
def test_a_ratio_stays_ordered_and_undoes_the_product(top, bottom):
    found = dependence.ratio(top, bottom)
    assert found.low <= found.mode <= found.high
    assert pytest.approx(top.mode) == dependence.product(found, bottom).mode


@pytest.mark.parametrize(("word", "low", "high"), [
    ("little", 0.1, 0.5), ("much", 3.0, 9.0), ("open", 0.1, 3.0), ("open", 0.5, 0.7), ("open", 2.9, 9.0),
])  # fmt: skip
def test_a_weight_is_named_only_when_the_whole_range_supports_it(word, low, high):
    assert word == dependence.weight(Triple(low, low, high), months=6, little=0.1, much=0.5)


# The signalling box


def game(short=(-3, 1, 6, 7), ample=(-3, 0.5, 3, 3), cost=6.0, pull=1.0) -> signalling.Game:
    return signalling.Game(np.array([short, ample], dtype=float), np.arange(4.0), cost, 2.6, pull, 0.5)


def settled(box: signalling.Game, prior: float = 0.5, precision: float = 0.5) -> np.ndarray:
    return signalling.settle(box, prior, precision)[0]


gains = st.lists(st.floats(-8, 8), min_size=4, max_size=4)
beliefs = st.floats(0.01, 0.99)


def test_without_answers_the_belief_follows_from_two_exponentials():
    short, ample = np.array([0, np.log(2)]), np.array([0, np.log(3)])
    box = signalling.Game(np.array([short, ample]), np.zeros(2), 0.0, 1.0, 0.0, 1.0)
    refused = F(1, 3) * F(1, 2) / (F(1, 3) * F(1, 2) + F(1, 4) * F(1, 2))
    taken = F(2, 3) * F(1, 2) / (F(2, 3) * F(1, 2) + F(3, 4) * F(1, 2))
    assert exactly(refused, taken) == tuple(signalling.settle(box, 0.5, 1.0)[0])


def test_a_settled_belief_agrees_with_an_independent_root_finder():
    box, prior, precision = game(), 0.4, 0.7

    def gap(belief):
        chance = 1 / (1 + np.exp(-(np.arange(4) + belief - 2.6) / 0.5))
        chance[0] = 0
        weights = np.exp(precision * (box.payoffs - 6 * chance))
        play = weights / weights.sum(axis=1, keepdims=True)
        return prior * play[0] / (prior * play[0] + (1 - prior) * play[1]) - belief

    expected = root(gap, np.full(4, 0.4), tol=1e-14)
    assert expected.success
    assert pytest.approx(expected.x, abs=1e-9) == settled(box, prior, precision)


@given(gains, gains, beliefs, st.floats(0, 1))
@settings(max_examples=25)
def test_a_belief_stays_between_zero_and_one(short, ample, prior, precision):
    found = settled(game(short, ample), prior, precision)
    assert ((found >= 0) & (found <= 1)).all()


@given(gains, gains, beliefs)
@settings(max_examples=25)
def test_a_choice_at_random_reveals_nothing(short, ample, prior):
    assert pytest.approx([prior] * 4, abs=1e-12) == settled(game(short, ample), prior, 0.0)


@given(gains, beliefs, st.floats(0, 3))
@settings(max_examples=25)
def test_two_kinds_that_gain_the_same_reveal_nothing(both, prior, precision):
    assert pytest.approx([prior] * 4, abs=1e-9) == settled(game(both, both), prior, precision)


@given(st.floats(-3, 6), st.floats(0.1, 4))
@settings(max_examples=25)
def test_at_a_small_precision_a_wider_gap_reveals_more(gain, more):
    narrow, wide = (settled(game(short=(-3, 1, worth, 7)), precision=0.1)[2] for worth in (gain, gain + more))
    assert narrow < wide


def test_a_certain_belief_is_not_moved():
    assert ([0] * 4, [1] * 4) == (settled(game(), 0.0).tolist(), settled(game(), 1.0).tolist())


def test_refusal_provokes_no_answer():
    assert 0 == signalling.answers(game(), np.full((1, 4), 0.9))[0, 0]


def test_the_more_others_believe_in_a_shortage_the_likelier_they_answer():
    doubt, certainty = (signalling.answers(game(), np.full((1, 4), belief))[0, 1:] for belief in (0.1, 0.9))
    assert (doubt < certainty).all()


def test_not_refusing_is_read_from_all_other_moves_together():
    box, belief = game(), signalling.settle(game(), 0.5, 0.5)
    short, ample = signalling.moves(box, belief, 0.5)[0]
    expected = short[1:].sum() / (short[1:].sum() + ample[1:].sum())
    assert pytest.approx(expected, abs=1e-12) == signalling.taken(box, 0.5, 0.5, belief)[0]


def test_every_belief_found_confirms_itself():
    found = signalling.settled_beliefs(game(), 0.5, 0.5)
    again = signalling.settle(game(), np.full(len(found), 0.5), np.full(len(found), 0.5), found)
    assert pytest.approx(found, abs=1e-8) == again


def sharp(pull: float, line: float) -> signalling.Game:
    """Two moves; an answer drives off the ample kind only, and comes or stays away by the belief."""
    return signalling.Game(np.array([[0.0, 8], [0, 4]]), np.array([0.0, 1]), cost=6, line=line, pull=pull, blur=0.25)


def test_several_self_confirming_beliefs_are_all_reported():
    low, high = signalling.settled_beliefs(sharp(pull=10, line=8.5), 0.5, 2.0)[[0, -1], 1]
    assert low < 0.51 and high > 0.97


def test_beliefs_that_swing_for_ever_are_refused():
    with pytest.raises(ValueError, match="did not come to rest within .* lower precision"):
        signalling.settle(sharp(pull=-10, line=-6.5), 0.5, 2.0)


@pytest.mark.parametrize(("sentence", "prior", "precision", "box"), [
    ("prior belief must lie between 0 and 1", 1.2, 0.5, game()),
    ("precision must be a number of at least 0", 0.5, -1.0, game()),
    ("precision must be a number of at least 0", 0.5, np.nan, game()),
    ("blur of the line is 0", 0.5, 0.5, game()._replace(blur=0)),
    ("two rows of 3 moves", 0.5, 0.5, game()._replace(rungs=np.arange(3))),
])  # fmt: skip
def test_a_box_that_cannot_be_computed_is_refused(sentence, prior, precision, box):
    with pytest.raises(ValueError, match=sentence):
        settled(box, prior, precision)


# How the chapter's units are printed


@pytest.mark.parametrize(
    ("shown", "value", "unit", "language"),
    [
        ("58%", 0.58, "probability", "en"), ("58\N{NO-BREAK SPACE}%", 0.58, "probability", "de"),
        ("2,26", 2.26, "rub_million", "de"), ("35.2", 35.2, "rub_billion", "en"), ("331", 331.2, "usd_million", "en"),
        ("3,1", 3.06, "usd_billion", "de"), ("9.4", 9.4, "rounds_million", "en"), ("2,1", 2.0513, "ratio", "de"),
    ],
)  # fmt: skip
def test_units_of_money_and_shells_are_printed_with_their_decimals(shown, value, unit, language):
    assert shown == wording.quantity(value, unit, language)


def test_a_range_of_probabilities_carries_one_percent_sign():
    assert "34–83%" == wording.interval(0.34, 0.83, "probability", "en")
