"""Scenario discovery: planted boxes are found, chance gets none, and the figures agree with counting."""

import numpy as np
import pytest
import worlds
from scipy import stats

from dilemma import decision, discovery, escalation
from dilemma.escalation import OPTIONS

SQUARE = dict(zip("abc", np.random.default_rng(1).random((3, 20_000)), strict=True))
PEEL = 0.03  # a limit may overshoot by what one peel takes off


def test_a_planted_box_is_found():
    planted = (SQUARE["a"] > 0.6) & (SQUARE["c"] < 0.5)
    box = discovery.discover(SQUARE, planted, coverage=0.95)
    low, high = box.limits["a"][0], box.limits["c"][1]
    assert {"a": (low, np.inf), "c": (-np.inf, high)} == box.limits
    assert (0.6, 0.5) == pytest.approx((low, high), abs=PEEL)
    assert 0.95 <= box.coverage <= 1 and box.density > 0.97


def test_a_planted_interval_uses_both_limits_of_one_axis():
    planted = (SQUARE["b"] > 0.3) & (SQUARE["b"] < 0.5)
    limits = discovery.discover(SQUARE, planted, coverage=0.95).limits["b"]
    assert (0.3, 0.5) == pytest.approx(limits, abs=PEEL)


def test_a_single_condition_gets_a_single_limit():
    box = discovery.discover(SQUARE, SQUARE["a"] > 0.7, coverage=1)
    assert (["a"], np.inf) == (list(box.limits), box.limits["a"][1])


def test_two_conditions_that_only_matter_together_are_found():
    """Neither axis alone says anything: hits lie in two opposite corners."""
    planted = (SQUARE["a"] > 0.5) == (SQUARE["b"] > 0.5)
    box = discovery.discover(SQUARE, planted, coverage=0.45)
    assert {"a", "b"} == set(box.limits) and box.density > 0.95


def test_the_figures_of_a_box_agree_with_counting():
    axes = {"a": np.arange(20.0)}
    hit = np.isin(axes["a"], [3, 15, 16, 17, 18, 19])
    box = discovery.discover(axes, hit, coverage=0.8)
    assert {"a": (15, np.inf)} == box.limits
    assert (5 / 6, 1, 6 / 20, 5 / 20) == (box.coverage, box.density, box.base_rate, box.mass)
    assert pytest.approx(0.3**5) == box.p_values["a"]


def test_the_quasi_p_value_agrees_with_an_independent_binomial_test():
    noise = np.random.default_rng(2).random(20_000) < 0.1
    box = discovery.discover(SQUARE, (SQUARE["a"] > 0.6) & (SQUARE["c"] < 0.5) | noise)
    few = {name: values[: discovery.TESTED] for name, values in SQUARE.items()}
    hit = ((SQUARE["a"] > 0.6) & (SQUARE["c"] < 0.5) | noise)[: discovery.TESTED]
    wider, chosen = discovery.inside(few, {"c": box.limits["c"]}), discovery.inside(few, box.limits)
    won, tried = int(hit[chosen].sum()), int(chosen.sum())
    reference = stats.binomtest(won, tried, hit[wider].mean(), alternative="greater")
    assert pytest.approx(reference.pvalue, rel=1e-9) == box.p_values["a"]


def test_coverage_density_and_base_rate_fit_together():
    box = discovery.discover(SQUARE, SQUARE["a"] + SQUARE["b"] > 1.2)
    assert pytest.approx(box.density * box.mass) == box.coverage * box.base_rate
    assert box.coverage >= 0.6 and box.density > box.base_rate


def test_a_box_holds_the_coverage_that_is_asked_for_and_less_coverage_allows_more_density():
    hit = SQUARE["a"] + SQUARE["b"] > 1.2
    wide, narrow = (discovery.discover(SQUARE, hit, coverage) for coverage in (0.9, 0.3))
    assert wide.coverage >= 0.9 and narrow.density > wide.density


def test_pure_chance_gets_no_limits():
    hit = np.random.default_rng(3).random(20_000) < 0.4
    box = discovery.discover(SQUARE, hit)
    assert ({}, 1, box.base_rate, 1) == (box.limits, box.coverage, box.density, box.mass)


@pytest.mark.parametrize("always", [True, False])
def test_what_happens_always_or_never_has_no_conditions(always):
    box = discovery.discover(SQUARE, np.full(20_000, always))
    assert ({}, 1, always, always) == (box.limits, box.coverage, box.density, box.base_rate)


def test_a_constant_axis_is_never_limited():
    box = discovery.discover({"a": SQUARE["a"], "fixed": np.ones(20_000)}, SQUARE["a"] > 0.7)
    assert ["a"] == list(box.limits)


def test_the_box_does_not_depend_on_the_order_of_axes():
    hit = SQUARE["a"] * SQUARE["b"] > 0.4
    turned = {name: SQUARE[name] for name in reversed(SQUARE)}
    assert discovery.discover(SQUARE, hit) == discovery.discover(turned, hit)


def test_more_than_two_limits_are_refused():
    with pytest.raises(ValueError, match="a reader can follow 0, 1 or 2"):
        discovery.discover(SQUARE, SQUARE["a"] > 0.5, restrictions=3)


def test_discovery_without_axes_is_refused():
    with pytest.raises(ValueError, match="at least one axis"):
        discovery.discover({}, np.array([True]))


def test_a_missing_value_on_an_axis_is_refused():
    with pytest.raises(ValueError, match="The axis 'a' must hold one finite number per world"):
        discovery.discover({"a": np.array([1.0, np.nan])}, np.array([True, False]))


X = worlds.draw(20_000)


def test_the_axes_of_the_reader_are_those_of_the_tipping_map():
    axes = discovery.reader_axes(X)
    worth, reaction = decision.position(X)
    assert np.array_equal(worth, axes["worth"]) and np.array_equal(reaction, axes["us"])
    assert np.array_equal(escalation.responses(X).kim[:, 2], axes["tech"])


def test_kursk_backfires_where_the_contingent_is_worth_little_or_washington_reacts():
    best = decision.expected(X).argmax(axis=1) == OPTIONS.index("kursk")
    axes = discovery.reader_axes(X)
    fails, works = discovery.discover(axes, ~best), discovery.discover(axes, best)
    assert fails.density > fails.base_rate and works.density > works.base_rate + 0.2
    assert all(p < 0.05 for box in (fails, works) for p in box.p_values.values())
    assert np.isinf(works.limits["us"][0]) and np.isinf(works.limits["worth"][1])
