"""Value of information against closed forms and simulations."""

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dilemma import decision, escalation, information

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


def test_perfect_knowledge_of_a_fair_gamble_is_worth_half_its_prize():
    assert pytest.approx(0.5) == information.evpi(against_nothing(np.array([-1.0, 1] * 5))).value


def test_knowledge_is_worthless_when_one_option_is_always_best():
    assert (0, 0) == information.evpi(against_nothing(np.arange(1.0, 21)))


def test_knowing_a_uniform_gain_between_minus_one_and_one_is_worth_a_quarter():
    gain = np.random.default_rng(1).uniform(-1, 1, DRAWS)
    worth = information.evppi(gain, against_nothing(gain))
    assert pytest.approx(0.25, abs=3 * worth.error) == worth.value


@pytest.mark.parametrize("mean", [-1.0, -0.3, 0.0, 0.4, 1.5])
@pytest.mark.parametrize("estimate", [information.evppi, lambda x, ev: information.group_evppi([x, normal(9)], ev)])
def test_knowing_one_of_two_normal_inputs_agrees_with_its_closed_form(mean, estimate):
    known, spread = normal(1), 0.8
    ev = against_nothing(mean + spread * known + 1.1 * normal(2))
    expected = spread * stats.norm.pdf(mean / spread) + mean * stats.norm.cdf(mean / spread) - max(0, mean)
    worth = estimate(known, ev)
    assert pytest.approx(expected, abs=3 * worth.error + 0.002) == worth.value


def test_a_group_learns_what_no_single_input_tells():
    one, other = normal(1), normal(2)
    ev = against_nothing(one * other)
    alone, together = information.evppi(one, ev), information.group_evppi([one, other], ev)
    assert abs(alone.value) <= 3 * alone.error
    # E max(0, XY) of two independent standard normals is 1 / pi.
    assert pytest.approx(1 / np.pi, abs=3 * together.error) == together.value


@pytest.mark.parametrize("gap", [0, 0.005, 0.01, 0.02, 0.05, 0.5])
@pytest.mark.parametrize("columns", [1, 6])
def test_an_irrelevant_input_is_worth_nothing_however_close_the_options(gap, columns):
    ev = against_nothing(normal(1) - gap)
    worth = information.group_evppi([normal(seed) for seed in range(2, 2 + columns)], ev)
    assert pytest.approx(0, abs=3 * worth.error) == worth.value


def test_a_constant_input_is_worth_exactly_nothing():
    ev = against_nothing(normal(1))
    assert (0, 0) == information.evppi(np.ones(DRAWS), ev)
    assert (0, 0) == information.group_evppi([np.ones(DRAWS), np.zeros(DRAWS)], ev)


def test_a_constant_input_in_a_group_changes_nothing():
    ev = against_nothing(normal(1) * normal(2))
    pair = [normal(1), normal(2)]
    assert information.group_evppi(pair, ev) == information.group_evppi([*pair, np.ones(DRAWS)], ev)


def test_a_yes_or_no_input_is_told_apart_by_its_two_values():
    coin = (normal(1) > 0).astype(float)
    worth = information.evppi(coin, against_nothing(2 * coin - 1 + normal(2)))
    assert pytest.approx(0.5, abs=3 * worth.error) == worth.value


def test_knowing_the_same_input_twice_is_worth_no_more_than_once():
    once = normal(1)
    ev = against_nothing(once + normal(2))
    twice = information.group_evppi([once, once**3], ev)
    assert pytest.approx(twice.value, abs=0.01) == information.evppi(once, ev).value


X = worlds.draw(DRAWS)
EV = decision.expected(X)


def test_knowing_every_input_that_matters_is_nearly_perfect_knowledge():
    everything = information.group_evppi(list(X.values()), EV)
    assert 0.97 * information.evpi(EV).value < everything.value <= information.evpi(EV).value


@pytest.fixture(scope="module")
def knowing() -> pd.DataFrame:
    return information.worth_of_knowing(X, EV, GROUPS)


def test_nothing_is_worth_more_than_perfect_knowledge_or_clearly_less_than_nothing(knowing):
    assert (knowing.value <= information.evpi(EV).value).all()
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
    worth = information.evppi(X["rung_kursk"], EV)
    assert pytest.approx(nested, abs=3 * worth.error + 0.04) == worth.value


def test_the_same_worlds_give_the_same_numbers():
    few = {"mood": X["mood"], "blur": X["blur"]}
    first, second = (information.worth_of_knowing(few, EV, {"both": ["mood", "blur"]}) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 50), st.floats(-20, 20))
def test_value_scales_with_the_unit_and_ignores_a_common_shift(factor, shift):
    x, ev = X["quality"][:5000], EV[:5000]
    worth = information.evppi(x, ev)
    assert pytest.approx(factor * worth.value, abs=1e-6) == information.evppi(x, factor * ev + shift).value


def test_a_group_with_an_unknown_input_is_refused():
    with pytest.raises(ValueError, match="A group names 'mod', which is not an input of the model."):
        information.worth_of_knowing(X, EV, {"west": ["mod"]})


def test_too_few_worlds_are_refused():
    with pytest.raises(ValueError, match="needs 10 worlds or more, not 3"):
        information.evpi(EV[:3])


def test_inputs_of_other_worlds_are_refused():
    with pytest.raises(ValueError, match="must come from the same worlds"):
        information.evppi(X["mood"][:-1], EV)


def test_a_missing_number_is_refused():
    with pytest.raises(ValueError, match="finite numbers in every world"):
        information.evppi(np.full(DRAWS, np.nan), EV)


def test_a_measurement_has_the_stated_error_around_the_truth():
    error = information.noisy(X["n_troops"], 1.5, seed=3) - X["n_troops"]
    assert pytest.approx((0, 1.5), abs=0.03) == (error.mean(), error.std())


def test_a_noisy_measurement_agrees_with_its_closed_form():
    truth, noise = normal(1), 0.75
    worth = information.evppi(information.noisy(truth, noise, seed=4), against_nothing(truth))
    # The posterior mean is normal with standard deviation 1 / sqrt(1 + noise**2) = 0.8.
    assert pytest.approx(0.8 * stats.norm.pdf(0), abs=3 * worth.error + 0.002) == worth.value


def test_an_exact_measurement_is_worth_as_much_as_the_truth():
    exact = information.noisy(X["rung_kursk"], 0, seed=1)
    assert information.evppi(X["rung_kursk"], EV) == information.evppi(exact, EV)


def test_a_negative_error_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        information.noisy(X["mood"], -1, seed=1)


def sure_replies(us: np.ndarray) -> escalation.Responses:
    """Washington answers training for sure where `us` is 1, nobody else ever does."""
    nobody = np.zeros((len(us), 4))
    acts = nobody.copy()
    acts[:, 1] = us
    return escalation.Responses(acts, *[nobody] * 6)


def test_seeing_a_reply_that_settles_the_matter_is_worth_perfect_knowledge():
    us = np.array([0.0, 1] * 10)
    ev = np.stack([np.zeros(20), np.full(20, -9), 3 - 6 * us, np.full(20, -9)], axis=1)
    assert pytest.approx(1.5) == information.worth_of_replies(sure_replies(us), 1, ev).value


def test_replies_that_do_not_depend_on_the_world_are_worth_nothing():
    ev = np.stack([np.zeros(20), np.full(20, -9), np.tile([3.0, -2.5], 10), np.full(20, -9)], axis=1)
    same = sure_replies(np.full(20, 0.4))
    assert pytest.approx(0, abs=1e-12) == information.worth_of_replies(same, 1, ev).value


def test_a_reply_to_refusing_tells_nothing_because_nobody_replies():
    assert 0 == information.worth_of_replies(escalation.responses(X), 0, EV).value


def test_the_patterns_of_replies_have_the_probabilities_of_the_tree():
    r = escalation.responses(X)
    patterns = information.reply_patterns(r, 2)
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
    exact, simulated = information.worth_of_replies(r, 2, EV), information.evppi(signal.astype(float), EV, bins=200)
    assert pytest.approx(exact.value, abs=3 * simulated.error) == simulated.value
