"""Sobol indices against closed forms and an independent package, and the split by what inputs rest on."""

import numpy as np
import pandas as pd
import pytest
import worlds
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample
from scipy import stats

from dilemma import decision, sensitivity


def triples(**rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=["low", "mode", "high"]).T.astype(float).assign(peak=4)


ISHIGAMI = triples(**{name: (-np.pi, 0, np.pi) for name in "xyz"}).assign(peak=0)


def ishigami(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.sin(x["x"]) + 7 * np.sin(x["y"]) ** 2 + 0.1 * x["z"] ** 4 * np.sin(x["x"])


def test_the_indices_of_the_ishigami_function_agree_with_its_closed_form():
    shares = sensitivity.sobol(ISHIGAMI, ishigami, seed=1)
    assert [0.3139, 0.4424, 0] == pytest.approx(shares["first"].tolist(), abs=0.02)
    assert [0.5576, 0.4424, 0.2437] == pytest.approx(shares["total"].tolist(), abs=0.02)


def test_a_sum_of_pert_inputs_splits_by_their_variances():
    chosen = triples(a=(0, 1, 6), b=(0, 2, 2), c=(5, 5, 5))
    # PERT variance: (mean - low)(high - mean) / 7, with means 5/3 and 5/3; b counts twice.
    a, b = (5 / 3) * (13 / 3) / 7, 4 * (5 / 3) * (1 / 3) / 7
    many = sensitivity.pairs(chosen, seed=1, worlds=2**18)
    shares = sensitivity.sobol(chosen, lambda x: x["a"] + 2 * x["b"] + x["c"], seed=1, worlds=many)
    assert [a / (a + b), b / (a + b), 0] == pytest.approx(shares["first"].tolist(), abs=0.005)
    assert [a / (a + b), b / (a + b), 0] == pytest.approx(shares["total"].tolist(), abs=0.005)


def difference(x: dict[str, np.ndarray]) -> np.ndarray:
    ev = decision.expected(x)
    return ev[:, 2] - ev[:, 1]


MODEL = triples(**worlds.TRIPLES)


@pytest.fixture(scope="module")
def shares() -> pd.DataFrame:
    return sensitivity.sobol(MODEL, difference, seed=1)


def test_the_indices_agree_with_salib_on_the_decision_model(shares):
    """Uniform levels from SALib's own sampler, turned into PERT values by scipy.stats."""
    problem = {"num_vars": len(MODEL), "names": list(MODEL.index), "bounds": [[0, 1]] * len(MODEL)}
    levels = salib_sample.sample(problem, 4096, calc_second_order=False, seed=3)
    x, grid = {}, np.linspace(0, 1, 1025)  # a fine table of quantiles: scipy's own takes seconds for so many
    for level, row in zip(levels.T, MODEL.itertuples(), strict=True):
        width = row.high - row.low
        shape = 1 + 4 * (row.mode - row.low) / width, 1 + 4 * (row.high - row.mode) / width
        x[row.Index] = row.low + width * np.interp(level, grid, stats.beta(*shape).ppf(grid))
    reference = salib_sobol.analyze(problem, difference(x), calc_second_order=False, num_resamples=2, seed=3)
    assert shares["first"].to_numpy() == pytest.approx(reference["S1"], abs=0.03)
    assert shares["total"].to_numpy() == pytest.approx(reference["ST"], abs=0.03)


def test_no_input_explains_more_alone_than_with_its_interactions(shares):
    assert (shares["first"] <= shares["total"] + 0.02).all()
    assert shares["first"].sum() < 1.02 and shares["total"].sum() > 0.98


def test_the_indices_do_not_depend_on_the_order_of_the_rows(shares):
    turned = sensitivity.sobol(MODEL[::-1], difference, seed=1)
    pd.testing.assert_frame_equal(shares, turned.loc[shares.index], rtol=1e-9)


def test_an_input_of_no_consequence_has_no_share(shares):
    assert (0, 0) == tuple(shares.loc["use_ukraine"])


def test_a_set_of_inputs_explains_what_they_do_together():
    chosen = triples(a=(-1, 0, 1), b=(-1, 0, 1), c=(-1, 0, 1))
    product = {"pair": ["a", "b"], "rest": ["c"]}
    shares = sensitivity.sobol(chosen, lambda x: x["a"] * x["b"], seed=1, sets=product)
    assert [1, 0] == pytest.approx(shares["first"].tolist(), abs=0.02)


def test_a_result_that_never_varies_is_refused():
    with pytest.raises(ValueError, match="there is no variance to split"):
        sensitivity.sobol(MODEL, lambda x: np.ones_like(x["mood"]), seed=1)


def test_variance_is_split_between_assumed_and_documented_inputs():
    bases = {"basis": ["sourced", "derived", "elicited", "override"]}
    chosen = triples(a=(-1, 0, 1), b=(-1, 0, 1), c=(-1, 0, 1), d=(-1, 0, 1)).assign(**bases)
    # Four terms of unit variance v: two documented, one assumed, one product that needs both (v * v).
    v = 1 / 7
    split = sensitivity.basis_shares(chosen, lambda x: x["a"] + x["b"] + x["c"] + x["a"] * x["d"], seed=1)
    by_hand = {"documented": 2 * v, "assumed": v, "together": v * v}
    assert {name: part / (3 * v + v * v) for name, part in by_hand.items()} == pytest.approx(split, abs=0.01)


def test_the_split_sums_to_one_also_for_a_verdict_of_yes_or_no():
    chosen = MODEL.assign(basis=["assumed", "sourced"] * 12 + ["elicited"])
    split = sensitivity.basis_shares(chosen, lambda x: difference(x) > 0, seed=1)
    assert pytest.approx(1) == sum(split.values()) and split["together"] > 0


def test_without_a_documented_input_everything_rests_on_assumptions():
    split = sensitivity.basis_shares(MODEL.assign(basis="assumed"), difference, seed=1)
    assert {"assumed": 1, "documented": 0, "together": 0} == pytest.approx(split, abs=0.04)  # 3 s.e.


def test_worlds_at_hand_give_the_shares_of_worlds_drawn_anew(shares):
    worlds_at_hand = sensitivity.pairs(MODEL, seed=1)
    pd.testing.assert_frame_equal(shares, sensitivity.sobol(MODEL, difference, seed=1, worlds=worlds_at_hand))


def test_the_split_by_basis_takes_worlds_at_hand():
    chosen = MODEL.assign(basis=["sourced", *["assumed"] * (len(MODEL) - 1)])
    worlds_at_hand = sensitivity.pairs(chosen, seed=2, worlds=256)
    split = sensitivity.basis_shares(chosen, difference, seed=1, worlds=worlds_at_hand)
    assert sensitivity.basis_shares(chosen, difference, seed=9, worlds=worlds_at_hand) == split
