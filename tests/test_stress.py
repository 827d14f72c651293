"""Flip values, structures and the agreement of the engines against cases by hand."""

import numpy as np
import pandas as pd
import pytest
import worlds

from dilemma import decision, escalation, stress
from dilemma.escalation import OPTIONS

X = worlds.draw(20_000)


def test_a_lead_is_measured_against_the_best_of_the_others():
    assert [-2, 1] == stress.lead(np.array([[1.0, 3, 0], [4, 3, 2]]), 0).tolist()


@pytest.mark.parametrize("key", ["c_us", "mood", "rung_kursk"])
def test_around_known_worlds_every_change_of_an_input_has_its_expected_values(key):
    changed = {**X, key: 1.1 * X[key]}
    near = stress.around(X, escalation.responses(X))
    assert np.array_equal(decision.expected(changed), near(changed))


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


def test_where_no_input_can_turn_the_choice_none_has_a_flip():
    assert flips(a=(2, 3, 4), b=(-1, 0.5, 1))[["flip", "option", "distance"]].isna().all(axis=None)


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
