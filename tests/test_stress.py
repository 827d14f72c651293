"""Value of information against closed forms, flip values and structures against cases by hand."""

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dilemma import decision, escalation, stress
from dilemma.escalation import OPTIONS

DRAWS = 20_000
GROUPS = {
    "manpower": decision.MEN,
    "pyongyang": ("pay_ratio", "paid_train", "tech", "line_kim", "snub"),
    "west": ("c_us", "c_seoul", "c_europe", "c_joint"),
}


def normal(seed: int, draws: int = DRAWS) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(draws)


def against_nothing(gain: np.ndarray) -> np.ndarray:
    """Two options: one worth `gain`, one worth nothing."""
    return np.stack([np.zeros_like(gain), gain], axis=1)


def test_a_lead_is_measured_against_the_best_of_the_others():
    assert [-2, 1] == stress.lead(np.array([[1.0, 3, 0], [4, 3, 2]]), 0).tolist()


def test_perfect_knowledge_of_a_fair_gamble_is_worth_half_its_prize():
    assert pytest.approx(0.5) == stress.evpi(against_nothing(np.array([-1.0, 1] * 5))).value


def test_knowledge_is_worthless_when_one_option_is_always_best():
    assert (0, 0) == stress.evpi(against_nothing(np.arange(1.0, 21)))


def test_knowing_a_uniform_gain_between_minus_one_and_one_is_worth_a_quarter():
    gain = np.random.default_rng(1).uniform(-1, 1, DRAWS)
    worth = stress.evppi(gain, against_nothing(gain))
    assert pytest.approx(0.25, abs=3 * worth.error) == worth.value


@pytest.mark.parametrize("mean", [-1.0, -0.3, 0.0, 0.4, 1.5])
@pytest.mark.parametrize("estimate", [stress.evppi, lambda x, ev: stress.group_evppi([x, normal(9)], ev)])
def test_knowing_one_of_two_normal_inputs_agrees_with_its_closed_form(mean, estimate):
    known, spread = normal(1), 0.8
    ev = against_nothing(mean + spread * known + 1.1 * normal(2))
    expected = spread * stats.norm.pdf(mean / spread) + mean * stats.norm.cdf(mean / spread) - max(0, mean)
    worth = estimate(known, ev)
    assert pytest.approx(expected, abs=3 * worth.error + 0.002) == worth.value


def test_a_group_learns_what_no_single_input_tells():
    one, other = normal(1), normal(2)
    ev = against_nothing(one * other)
    alone, together = stress.evppi(one, ev), stress.group_evppi([one, other], ev)
    assert abs(alone.value) <= 3 * alone.error
    # E max(0, XY) of two independent standard normals is 1 / pi.
    assert pytest.approx(1 / np.pi, abs=3 * together.error) == together.value


@pytest.mark.parametrize("gap", [0, 0.005, 0.01, 0.02, 0.05, 0.5])
@pytest.mark.parametrize("columns", [1, 6])
def test_an_irrelevant_input_is_worth_nothing_however_close_the_options(gap, columns):
    ev = against_nothing(normal(1) - gap)
    worth = stress.group_evppi([normal(seed) for seed in range(2, 2 + columns)], ev)
    assert pytest.approx(0, abs=3 * worth.error) == worth.value


def test_a_constant_input_is_worth_exactly_nothing():
    ev = against_nothing(normal(1))
    assert (0, 0) == stress.evppi(np.ones(DRAWS), ev)
    assert (0, 0) == stress.group_evppi([np.ones(DRAWS), np.zeros(DRAWS)], ev)


def test_a_constant_input_in_a_group_changes_nothing():
    ev = against_nothing(normal(1) * normal(2))
    pair = [normal(1), normal(2)]
    assert stress.group_evppi(pair, ev) == stress.group_evppi([*pair, np.ones(DRAWS)], ev)


def test_a_yes_or_no_input_is_told_apart_by_its_two_values():
    coin = (normal(1) > 0).astype(float)
    worth = stress.evppi(coin, against_nothing(2 * coin - 1 + normal(2)))
    assert pytest.approx(0.5, abs=3 * worth.error) == worth.value


def test_knowing_the_same_input_twice_is_worth_no_more_than_once():
    once = normal(1)
    ev = against_nothing(once + normal(2))
    twice = stress.group_evppi([once, once**3], ev)
    assert pytest.approx(twice.value, abs=0.01) == stress.evppi(once, ev).value


X = worlds.draw(DRAWS)
EV = decision.expected(X)


def test_knowing_every_input_that_matters_is_nearly_perfect_knowledge():
    everything = stress.group_evppi(list(X.values()), EV)
    assert 0.97 * stress.evpi(EV).value < everything.value <= stress.evpi(EV).value


@pytest.fixture(scope="module")
def knowing() -> pd.DataFrame:
    return stress.worth_of_knowing(X, EV, GROUPS)


def test_nothing_is_worth_more_than_perfect_knowledge_or_clearly_less_than_nothing(knowing):
    assert (knowing.value <= stress.evpi(EV).value).all()
    assert (knowing.value >= -3 * knowing.error).all()


def test_the_table_holds_every_input_and_every_group_the_most_valuable_first(knowing):
    inputs, groups = (knowing[knowing.kind == kind] for kind in ("input", "group"))
    assert (set(X), set(GROUPS)) == (set(inputs.name), set(groups.name))
    assert inputs.value.is_monotonic_decreasing and groups.value.is_monotonic_decreasing


def test_a_group_is_worth_at_least_each_of_its_inputs(knowing):
    value, error = (knowing.set_index("name")[column] for column in ("value", "error"))
    short = [k for g, keys in GROUPS.items() for k in keys if value[g] < value[k] - 2 * error[k]]
    assert [] == short


def test_equal_values_stand_in_the_order_of_their_names(knowing):
    worthless = knowing[(knowing.value == 0) & (knowing.kind == "input")].name.tolist()
    assert sorted(worthless) == worthless and len(worthless) > 1


def test_the_value_agrees_with_a_nested_simulation():
    """Fresh draws of all other inputs for each value of one: slow, and free of any regression."""
    levels = np.quantile(X["rung_kursk"], (np.arange(60) + 0.5) / 60)
    fresh = worlds.draw(3000, seed=7)
    means = [decision.expected({**fresh, "rung_kursk": np.full(3000, at)}).mean(axis=0) for at in levels]
    nested = np.mean(np.max(means, axis=1)) - np.mean(means, axis=0).max()
    worth = stress.evppi(X["rung_kursk"], EV)
    assert pytest.approx(nested, abs=3 * worth.error + 0.04) == worth.value


def test_the_same_worlds_give_the_same_numbers():
    few = {"mood": X["mood"], "blur": X["blur"]}
    first, second = (stress.worth_of_knowing(few, EV, {"both": ["mood", "blur"]}) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 50), st.floats(-20, 20))
def test_value_scales_with_the_unit_and_ignores_a_common_shift(factor, shift):
    x, ev = X["quality"][:5000], EV[:5000]
    worth = stress.evppi(x, ev)
    assert pytest.approx(factor * worth.value, abs=1e-6) == stress.evppi(x, factor * ev + shift).value


def test_a_group_with_an_unknown_input_is_refused():
    with pytest.raises(ValueError, match="A group names 'mod', which is not an input of the model."):
        stress.worth_of_knowing(X, EV, {"west": ["mod"]})


def test_too_few_worlds_are_refused():
    with pytest.raises(ValueError, match="needs 10 worlds or more, not 3"):
        stress.evpi(EV[:3])


def test_inputs_of_other_worlds_are_refused():
    with pytest.raises(ValueError, match="must come from the same worlds"):
        stress.evppi(X["mood"][:-1], EV)


def test_a_missing_number_is_refused():
    with pytest.raises(ValueError, match="finite numbers in every world"):
        stress.evppi(np.full(DRAWS, np.nan), EV)


def test_a_measurement_has_the_stated_error_around_the_truth():
    error = stress.noisy(X["n_troops"], 1.5, seed=3) - X["n_troops"]
    assert pytest.approx((0, 1.5), abs=0.03) == (error.mean(), error.std())


def test_a_noisy_measurement_agrees_with_its_closed_form():
    truth, noise = normal(1), 0.75
    worth = stress.evppi(stress.noisy(truth, noise, seed=4), against_nothing(truth))
    # The posterior mean is normal with standard deviation 1 / sqrt(1 + noise**2) = 0.8.
    assert pytest.approx(0.8 * stats.norm.pdf(0), abs=3 * worth.error + 0.002) == worth.value


def test_an_exact_measurement_is_worth_as_much_as_the_truth():
    exact = stress.noisy(X["rung_kursk"], 0, seed=1)
    assert stress.evppi(X["rung_kursk"], EV) == stress.evppi(exact, EV)


def test_a_negative_error_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        stress.noisy(X["mood"], -1, seed=1)


def sure_replies(us: np.ndarray) -> escalation.Responses:
    """Washington answers training for sure where `us` is 1, nobody else ever does."""
    nobody = np.zeros((len(us), 4))
    acts = nobody.copy()
    acts[:, 1] = us
    return escalation.Responses(acts, *[nobody] * 6)


def test_seeing_a_reply_that_settles_the_matter_is_worth_perfect_knowledge():
    us = np.array([0.0, 1] * 10)
    ev = np.stack([np.zeros(20), np.full(20, -9), 3 - 6 * us, np.full(20, -9)], axis=1)
    assert pytest.approx(1.5) == stress.worth_of_replies(sure_replies(us), 1, ev).value


def test_replies_that_do_not_depend_on_the_world_are_worth_nothing():
    ev = np.stack([np.zeros(20), np.full(20, -9), np.tile([3.0, -2.5], 10), np.full(20, -9)], axis=1)
    same = sure_replies(np.full(20, 0.4))
    assert pytest.approx(0, abs=1e-12) == stress.worth_of_replies(same, 1, ev).value


def test_a_reply_to_refusing_tells_nothing_because_nobody_replies():
    assert 0 == stress.worth_of_replies(escalation.responses(X), 0, EV).value


def test_the_patterns_of_replies_have_the_probabilities_of_the_tree():
    r = escalation.responses(X)
    patterns = stress.reply_patterns(r, 2)
    us, seoul, europe, beijing, kim = np.indices((2,) * 5).reshape(5, -1)
    chances = escalation.marginal(r)
    assert np.allclose(1, patterns.sum(axis=1))
    for name, acts in {"us": us, "seoul": seoul, "europe": europe, "beijing": beijing, "kim": kim}.items():
        assert np.allclose(chances[name][:, 2], patterns @ acts)
    assert np.allclose((r.us * r.seoul_joined * r.europe_joined)[:, 2], patterns @ (us * seoul * europe))


def test_replies_to_kursk_agree_with_a_simulated_signal():
    r = escalation.responses(X)
    luck = np.random.default_rng(5).random((5, DRAWS))
    us = luck[0] < r.us[:, 2]
    seoul = luck[1] < np.where(us, r.seoul_joined[:, 2], r.seoul_alone[:, 2])
    europe = luck[2] < np.where(us, r.europe_joined[:, 2], r.europe_alone[:, 2])
    signal = us * 16 + seoul * 8 + europe * 4 + (luck[3] < r.beijing[:, 2]) * 2 + (luck[4] < r.kim[:, 2])
    exact, simulated = stress.worth_of_replies(r, 2, EV), stress.evppi(signal.astype(float), EV, bins=200)
    assert pytest.approx(exact.value, abs=3 * simulated.error) == simulated.value


def linear(x: dict[str, np.ndarray]) -> np.ndarray:
    """Four options: 0, a - 1, b, and one that is never good."""
    return np.stack([0 * x["a"], x["a"] - 1, x["b"], 0 * x["a"] - 99], axis=1)


def flips(**triples: tuple[float, float, float]) -> pd.DataFrame:
    chosen = pd.DataFrame(triples, index=["low", "mode", "high"]).T.astype(float)
    return stress.flip_values(chosen, linear)


def test_a_flip_lies_where_the_second_best_option_draws_level():
    a = flips(a=(0, 3, 4), b=(-1, 0.5, 1)).loc["a"]
    assert ("kursk", pytest.approx(1.5), pytest.approx(1.5 / 4)) == (a.option, a.flip, a.distance)


def test_an_input_that_cannot_turn_the_choice_has_no_flip():
    table = flips(a=(0, 3, 4), b=(-1, 0.5, 1))
    assert table.loc["b", ["flip", "option", "distance"]].isna().all()


def test_a_fixed_input_has_no_flip():
    assert np.isnan(flips(a=(0, 1.2, 4), b=(0.1, 0.1, 0.1)).loc["b", "flip"])


def test_of_two_flips_the_one_nearer_to_the_guess_counts():
    def hump(x: dict[str, np.ndarray]) -> np.ndarray:
        never = np.full_like(x["a"], -9)
        return np.stack([0 * x["a"], (x["a"] - 1) * (4 - x["a"]), never, never], axis=1)

    chosen = pd.DataFrame({"low": [0.0], "mode": [3.5], "high": [5.0]}, index=["a"])
    a = stress.flip_values(chosen, hump).loc["a"]
    assert ("refuse", pytest.approx(4)) == (a.option, a.flip)


def chosen_world() -> pd.DataFrame:
    return pd.DataFrame(worlds.TRIPLES, index=["low", "mode", "high"]).T.astype(float).assign(peak=4)


def test_at_every_flip_of_the_model_two_options_are_level_and_the_named_one_takes_over():
    table = stress.flip_values(chosen_world(), decision.expected).dropna(subset=["flip"])
    best = OPTIONS[decision.expected(worlds.guess()).argmax()]
    for row in table.itertuples():
        ev = dict(zip(OPTIONS, decision.expected(worlds.guess(**{row.Index: row.flip}))[0], strict=True))
        assert [max(ev.values())] * 2 == pytest.approx([ev[best], ev[row.option]], abs=1e-8)
        beyond = row.flip + 1e-6 * np.sign(row.flip - row.guess)
        assert row.option == OPTIONS[decision.expected(worlds.guess(**{row.Index: beyond})).argmax()]
    assert len(table) > 5


def test_every_structure_changes_what_it_names_and_nothing_else():
    flat = {key: -values for key, values in X.items()}
    changed = {
        name: {key for key in X if not np.array_equal(x[key], X[key])}
        for name, x in stress.structures(X, flat, 2.0).items()
    }
    assert {
        "baseline": set(), "no_pull": {"pull"}, "sharp_lines": {"blur"}, "blurred_lines": {"blur"},
        "costs_doubled": set(stress.COSTS), "costs_halved": set(stress.COSTS), "flat_inputs": set(X),
        "no_snub": {"snub"}, "fixed_rung": {"rung_kursk"}, "spared_full": {"spared"},
        "pay_for_places": {"pay_ratio"},
    } == changed  # fmt: skip


def test_structures_scale_by_the_stated_factors():
    of = stress.structures(X, X, 2.0)
    assert np.allclose(0.25 * X["blur"], of["sharp_lines"]["blur"])
    assert np.allclose(3 * X["blur"], of["blurred_lines"]["blur"])
    assert np.allclose(2 * X["c_us"], of["costs_doubled"]["c_us"])
    assert np.allclose(0.5 * X["c_china"], of["costs_halved"]["c_china"])
    assert {2.0} == set(of["fixed_rung"]["rung_kursk"])


def test_a_russian_spared_in_full_is_worth_at_most_one_russian():
    x = {**worlds.guess(spared=0.3), "spared": np.array([0, 0.3, 0.6, 0.9])}
    assert [0, 0.5, 1, 1] == stress.structures(x, x, 2.0)["spared_full"]["spared"].tolist()


def test_pay_for_places_alone_does_not_grow_with_the_replacements():
    few, many = worlds.guess(rotation=1), worlds.guess(rotation=2)
    paid = [decision.items(stress.structures(x, x, 2.0)["pay_for_places"])["price"] for x in (few, many)]
    assert [-4, -4] == [price[0, OPTIONS.index("kursk")] for price in paid]  # ten thousand places at four tenths of a Russian


@pytest.mark.parametrize("rotation", [0, 0.5])
def test_pay_for_places_is_never_more_than_the_pay_of_the_model(rotation):
    x = worlds.guess(rotation=rotation)
    assert x["pay_ratio"] == stress.structures(x, x, 2.0)["pay_for_places"]["pay_ratio"]


def test_both_ways_to_reckon_kinder_to_the_soldiers_raise_kursk():
    table = stress.compare_structures(stress.structures(X, X, 2.0), decision.expected)
    assert table.kursk["spared_full"] > table.kursk["baseline"]
    assert table.kursk["pay_for_places"] > table.kursk["baseline"]


def test_the_costs_of_the_structure_tests_are_those_of_the_model():
    assert {key for key in decision.KEYS if key.startswith("c_")} == set(stress.COSTS)


def test_structures_are_compared_by_shares_of_worlds_and_by_the_average():
    x = {"a": np.array([0.0, 2, 3, -8]), "b": np.array([-1.0, -1, 5, -1])}
    row = stress.compare_structures({"baseline": x}, linear).loc["baseline"]
    # Means: 0, -1.75, 0.5 and -99, so Kursk is half a kSE ahead of the refusal.
    assert [0.5, 0.25, 0.25, 0, "kursk", 0.5] == row.tolist()


def test_without_a_snub_refusing_is_best_in_more_worlds():
    table = stress.compare_structures(stress.structures(X, X, 2.0), decision.expected)
    assert table.refuse["no_snub"] > table.refuse["baseline"]
    assert table.refuse["costs_doubled"] > table.refuse["baseline"] > table.refuse["costs_halved"]


def test_the_two_engines_agree():
    few = worlds.draw(500, seed=3)
    assert stress.engine_gap(few, decision.expected, decision.enumerated) < 1e-12


def test_a_difference_between_engines_is_found():
    assert 0.5 == stress.engine_gap({}, lambda x: np.zeros((3, 4)), lambda x: np.eye(3, 4) / 2)
