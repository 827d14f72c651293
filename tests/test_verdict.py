"""Temperaments, shares, regret and the backfire against cases small enough to do by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from worlds import IN_SOLDIERS, draw, guess

from dilemma import decision, verdict
from dilemma.escalation import OPTIONS

outcomes = arrays.arrays(float, st.tuples(st.integers(1, 30), st.just(4)), elements=st.floats(-100, 100))

# Ten worlds: Kursk wins 9 in nine of them and loses 31 in the tenth; training always brings 4.
GAMBLE = np.array([[0.0, 4.0, 9.0, -50.0]] * 9 + [[0.0, 4.0, -31.0, -50.0]])


def rated(temperament: str, values: np.ndarray = GAMBLE) -> list[float]:
    return verdict.temperaments(values, values)[temperament].tolist()


def test_the_average_is_the_mean_expected_value():
    assert [0, 4, 5, -50] == rated("average")


def test_the_average_does_not_depend_on_luck():
    table = verdict.temperaments(GAMBLE, GAMBLE - 1000)
    assert [0, 4, 5, -50] == table.average.tolist()


def test_a_loss_weighs_two_and_a_quarter_times():
    # Kursk: (9 x 9 - 2.25 x 31) / 10
    assert pytest.approx([0, 4, 1.125, -112.5]) == rated("loss_averse")


def test_the_worst_case_planner_looks_at_the_worst_tenth():
    assert [0, 4, -31, -50] == rated("worst_case")


def test_of_fewer_than_ten_worlds_the_worst_one_counts():
    assert [0, 4, -31, -50] == rated("worst_case", GAMBLE[-3:])


def test_the_regret_averse_avoids_what_is_missed_in_one_of_twenty_worlds():
    # 21 worlds, so the 95 % quantile is the second largest regret: two of them regret Kursk, by 5 and 35.
    values = np.array([[0.0, 4.0, 9.0, -50.0]] * 19 + [[0.0, 4.0, -1.0, -50.0], [0.0, 4.0, -31.0, -50.0]])
    assert pytest.approx([-9, -5, -5, -59]) == rated("regret_averse", values)


def test_every_temperament_chooses_what_it_rates_highest():
    chosen = verdict.choices(verdict.temperaments(GAMBLE, GAMBLE))
    assert ["kursk", "train", "train", "train"] == chosen[list(verdict.TEMPERAMENTS)].tolist()


def test_of_two_equal_options_the_less_provocative_is_chosen():
    assert {"train"} == set(verdict.choices(verdict.temperaments(*[np.array([[0.0, 4.0, 4.0, 1.0]])] * 2)))


def test_the_table_holds_the_options_in_their_order():
    assert list(OPTIONS) == verdict.temperaments(GAMBLE, GAMBLE).index.tolist()
    assert list(verdict.TEMPERAMENTS) == verdict.temperaments(GAMBLE, GAMBLE).columns.tolist()


@given(outcomes)
def test_regret_is_never_negative_and_somebody_has_none(values):
    regret = verdict.regret(values)
    assert (regret >= 0).all()
    assert (regret.min(axis=1) == 0).all()


@given(outcomes)
def test_regret_agrees_with_the_plain_maximum(values):
    assert (values.max(axis=1, keepdims=True) - values == verdict.regret(values)).all()


def test_the_regret_table_says_what_a_choice_costs_where_another_was_best():
    table = verdict.regret_table(GAMBLE)
    assert ["train", "kursk"] == table.columns.tolist()
    assert [4, 0, 35, 54] == table.train.tolist()
    assert [9, 5, 0, 59] == table.kursk.tolist()


@given(outcomes)
def test_the_regret_table_adds_up_to_the_mean_regret(values):
    table = verdict.regret_table(values)
    best = pd.Series(values.argmax(axis=1)).map(dict(enumerate(OPTIONS))).value_counts(normalize=True)
    weighted = (table * best[table.columns]).sum(axis=1)
    assert verdict.regret(values).mean(axis=0) == pytest.approx(weighted.to_numpy())


def test_a_share_counts_the_worlds_in_which_an_option_is_best():
    assert [0, 0.1, 0.9, 0] == verdict.shares(GAMBLE).share.tolist()


def test_the_error_of_a_share_is_that_of_a_drawn_proportion():
    # sqrt(0.9 x 0.1 / 10)
    assert pytest.approx([0, 0.0948683298, 0.0948683298, 0]) == verdict.shares(GAMBLE).error.tolist()


def test_different_seeds_move_a_share_by_a_few_errors_only():
    one, two = (verdict.shares(decision.expected(draw(20_000, seed))) for seed in (1, 2))
    assert (np.abs(one.share - two.share) <= 4 * np.hypot(one.error, two.error)).all()


@pytest.mark.parametrize("worlds", [1, 5])
def test_a_share_of_one_world_is_refused(worlds):
    with pytest.raises(ValueError, match="All draws are the same world, so no share can be counted"):
        verdict.shares(decision.expected({key: np.repeat(value, worlds) for key, value in guess().items()}))


def test_a_glance_names_the_best_option_and_by_how_much_it_leads():
    found = verdict.glance(GAMBLE)
    # On average Kursk brings 5 and training 4; world by world Kursk is 5 ahead nine times, 35 behind once.
    assert ("kursk", 0.9, 1) == (found.best, found.share, found.lead)
    assert pytest.approx(12 / np.sqrt(10)) == found.lead_error


def test_a_glance_compares_the_option_asked_for_with_the_best_of_the_others():
    found = verdict.glance(GAMBLE, "train")
    assert ("kursk", -1) == (found.rival, found.gap)
    assert "train" == verdict.glance(GAMBLE).rival


def test_the_gap_of_the_best_option_is_its_lead():
    found = verdict.glance(GAMBLE)
    assert (found.lead, found.lead_error) == (found.gap, found.gap_error)


def standing(share: float, *chosen: str) -> str:
    shares = pd.DataFrame({"share": [0, 0, share, 1 - share]}, index=OPTIONS)
    return verdict.standing(shares, pd.Series(chosen, index=verdict.TEMPERAMENTS))


@pytest.mark.parametrize(
    ("expected", "share", "chosen"),
    [
        ("clear", 0.6, ["kursk"] * 4),
        ("balanced", 0.59, ["kursk"] * 4),
        ("divided", 0.92, ["kursk", "kursk", "train", "kursk"]),
        ("balanced", 0.59, ["kursk", "kursk", "train", "kursk"]),  # few worlds weigh more than temperaments
        ("balanced", 0.2, ["kursk"] * 4),  # best on average, yet another option is best in most worlds
    ],
)
def test_a_verdict_is_balanced_by_worlds_divided_by_temperaments_and_otherwise_clear(expected, share, chosen):
    assert expected == standing(share, *chosen)


def test_an_option_is_surpassed_where_another_ends_better():
    # refusing never comes first, training once, Kursk nine times out of ten
    assert [1, 0.9, 0.1, 1] == verdict.surpassed(GAMBLE).tolist()


def test_two_equal_options_do_not_surpass_each_other():
    assert [1, 0, 0, 1] == verdict.surpassed(np.array([[0.0, 4.0, 4.0, 1.0]])).tolist()


@pytest.mark.parametrize("chosen", OPTIONS)
def test_surpassed_is_the_probability_of_the_backfire_of_every_option(chosen):
    x = draw(3000)
    values, acts = decision.simulate(x, seed=2)
    assert verdict.backfire(x, values, acts, chosen).probability == verdict.surpassed(values)[chosen]


def test_doubling_every_input_in_soldiers_keeps_every_choice():
    x = draw(2000)
    doubled = x | {key: 2 * x[key] for key in IN_SOLDIERS}
    once, twice = (
        verdict.temperaments(decision.expected(y), decision.simulate(y, seed=1)[0]) for y in (x, doubled)
    )
    assert (2 * once).to_numpy() == pytest.approx(twice.to_numpy(), rel=1e-12)
    assert verdict.choices(once).tolist() == verdict.choices(twice).tolist()


def test_the_balance_adds_up_to_the_mean_expected_value():
    x = draw(2000)
    table = verdict.balance(x, decision.simulate(x, seed=1)[0])
    assert decision.expected(x).mean(axis=0) == pytest.approx(table.total.to_numpy())


def test_the_balance_shows_where_ninety_percent_of_the_outcomes_lie():
    x = draw(2000)
    values = decision.simulate(x, seed=1)[0]
    table = verdict.balance(x, values).loc["kursk"]
    assert pytest.approx(0.9, abs=0.001) == ((values[:, 2] > table.low) & (values[:, 2] < table.high)).mean()


# Backfire


def bet(**changed: float) -> verdict.Backfire:
    """The backfire of Kursk in one world without any reaction, unless `changed` calls one."""
    far = {line: 99 for line in ("line_us", "line_seoul", "line_europe", "line_china", "line_kim")}
    x = guess(**far | changed)
    return verdict.backfire(x, *decision.simulate(x, seed=1))


def test_a_bet_that_pays_does_not_backfire():
    # Kursk: 10.5 men - 6 pay - 4/3 exposure, above refusing (-3) and training
    assert (0, 0, 0) == bet()[:3]
    assert [0] * 5 == bet().parts.tolist()


def test_a_backfire_is_split_by_what_the_alternative_has_over_kursk():
    # Washington acts for certain and costs 20; refusing would have been best, at -3.
    lost = bet(line_us=-99, use_train=0, c_us=20)
    assert 1 == lost.probability
    expected = {"men": -10.5, "price": 6, "horn_one": 4 / 3, "horn_two": 20, "snub": -3}
    assert pytest.approx(expected) == dict(lost.parts)


def test_the_shortfall_is_the_distance_to_the_best_alternative():
    # -3 for refusing, 10.5 - 6 - 4/3 - 20 for Kursk
    assert pytest.approx(-3 - (10.5 - 6 - 4 / 3 - 20)) == bet(line_us=-99, use_train=0, c_us=20).shortfall


@pytest.mark.parametrize("chosen", OPTIONS)
def test_the_split_sums_to_the_shortfall(chosen):
    x = draw(3000)
    values, acts = decision.simulate(x, seed=2)
    found = verdict.backfire(x, values, acts, chosen)
    behind = verdict.regret(values)[:, OPTIONS.index(chosen)]
    assert found.shortfall == found.parts.sum()
    assert pytest.approx(behind[behind > 0].mean(), rel=1e-12) == found.shortfall
    assert (behind > 0).mean() == found.probability


def test_every_item_belongs_to_one_part():
    assert sorted(decision.items(guess())) == sorted(sum(verdict.PARTS.values(), ()))


def test_a_single_alternative_backfires_less_often_than_the_best_of_all():
    x = draw(3000)
    values, acts = decision.simulate(x, seed=2)
    alone = verdict.backfire(x, values, acts, against=["refuse"])
    assert (values[:, 0] > values[:, 2]).mean() == alone.probability
    assert alone.probability < verdict.backfire(x, values, acts).probability


@pytest.mark.parametrize(("chosen", "against"), [("kursk", ["kursk"]), ("kiev", OPTIONS), ("kursk", [])])
def test_a_comparison_with_nothing_is_refused(chosen, against):
    x = draw(5)
    with pytest.raises(ValueError, match="is no comparison; the options are refuse, train, kursk, ukraine"):
        verdict.backfire(x, *decision.simulate(x, seed=1), chosen, against)
