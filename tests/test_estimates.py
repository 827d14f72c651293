"""Pooled head counts against hand-computed cases and independent formulas."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dilemma import estimates

HUGE = 10**6


def counts(*rows: dict) -> pd.DataFrame:
    defaults = {
        "estimate_id": "e", "quantity": "troops_in_russia", "verb": "arrived", "low": np.nan, "central": np.nan,
        "high": np.nan, "stated": "2024-10-23", "issuer_id": "i", "country": "KOR", "reliability": "B", "conflicting": False,
    }  # fmt: skip
    frame = pd.DataFrame([defaults | row for row in rows])
    return frame.assign(stated=pd.to_datetime(frame.stated))


def triple(**row) -> tuple[float, float, float]:
    return tuple(estimates.as_triples(counts(row), 0.25).iloc[0])


def test_a_plain_number_spreads_to_both_sides():
    assert (750, 1000, 1250) == triple(central=1000)


def test_at_least_reaches_only_upwards():
    assert (3000, 3000, 4500) == triple(low=3000, central=3000)


def test_up_to_reaches_only_downwards():
    assert (4000, 8000, 8000) == triple(central=8000, high=8000)


def test_up_to_without_a_central_value_means_the_upper_end():
    assert (4000, 8000, 8000) == triple(high=8000)


def test_a_spread_that_would_reach_below_zero_is_refused():
    with pytest.raises(ValueError, match="spread is 0.9, but must lie between 0 and 0.5"):
        estimates.as_triples(counts({"central": 1000}), 0.9)


def test_of_two_equally_graded_statements_on_one_day_the_later_entry_counts():
    assert ["e-2"] == voices({"estimate_id": "e-1", "central": 3000}, {"estimate_id": "e-2", "central": 3500})


def test_a_range_has_its_mode_in_the_middle():
    assert (100, 550, 1000) == triple(low=100, high=1000)


def stage_of(**row) -> list[str]:
    return estimates.head_counts(counts({"central": 11000} | row)).stage.tolist()


def test_training_counts_as_being_in_russia():
    assert ["arrived"] == stage_of(verb="training")


def test_arriving_close_to_the_front_is_not_being_in_kursk():
    assert ["near_front"] == stage_of(quantity="troops_near_front", verb="arrived")


def test_a_plan_for_kursk_is_not_the_planned_total():
    assert [] == stage_of(quantity="troops_in_kursk", verb="planned")


def test_a_conflicting_row_is_left_out():
    assert [] == stage_of(conflicting=True)


def test_a_statement_without_a_number_is_left_out():
    assert [] == stage_of(central=np.nan)


def voices(*rows: dict) -> list[str]:
    return estimates.newest_voices(counts(*rows)).estimate_id.tolist()


def test_services_of_one_government_are_one_voice_and_the_newest_speaks():
    old = {"estimate_id": "old", "issuer_id": "kor-nis", "stated": "2024-10-18", "central": 1500}
    new = {"estimate_id": "new", "issuer_id": "kor-dia", "stated": "2024-10-23", "central": 3000}
    assert ["new"] == voices(old, new)


def test_issuers_without_a_country_speak_for_themselves():
    rows = [{"estimate_id": name, "issuer_id": name, "country": None, "central": 1} for name in "ab"]
    assert ["a", "b"] == voices(*rows)


def test_of_two_statements_on_one_day_the_better_graded_counts():
    weak = {"estimate_id": "weak", "reliability": "D", "central": 13000}
    good = {"estimate_id": "good", "reliability": "B", "central": 3000}
    assert ["good"] == voices(weak, good)


def documented(*rows: tuple[str, str, str]) -> list[str]:
    """Estimate ids chosen on 1 November 2024 from (country, stage's verb, day stated)."""
    frame = counts(
        *[
            {"estimate_id": f"{country}-{verb}", "country": country, "verb": verb, "stated": stated, "central": 1,
             "quantity": "troops_in_kursk" if verb == "in_kursk" else "troops_in_russia"}
            for country, verb, stated in rows
        ]
    )  # fmt: skip
    return estimates.best_documented(estimates.head_counts(frame), date(2024, 11, 1), (14, 180)).estimate_id.tolist()


def test_the_furthest_stage_with_two_voices_is_chosen():
    chosen = documented(
        ("KOR", "arrived", "2024-10-30"), ("USA", "arrived", "2024-10-30"),
        ("KOR", "in_kursk", "2024-10-31"), ("USA", "in_kursk", "2024-10-31"),
    )  # fmt: skip
    assert ["KOR-in_kursk", "USA-in_kursk"] == chosen


def test_one_voice_alone_does_not_carry_a_further_stage():
    chosen = documented(
        ("KOR", "arrived", "2024-10-30"), ("USA", "arrived", "2024-10-30"), ("UKR", "in_kursk", "2024-10-31")
    )
    assert ["KOR-arrived", "USA-arrived"] == chosen


def test_older_counts_are_used_when_there_is_nothing_recent():
    assert ["KOR-in_kursk", "USA-in_kursk"] == documented(
        ("KOR", "in_kursk", "2024-08-01"), ("USA", "in_kursk", "2024-08-02")
    )


def test_without_two_voices_anywhere_only_the_newest_count_is_left():
    assert ["KOR-in_kursk"] == documented(("UKR", "arrived", "2023-10-30"), ("KOR", "in_kursk", "2024-10-30"))


def test_pert_draws_agree_with_an_independent_beta_distribution():
    drawn = estimates.draw_pert(100, 250, 1000, np.random.default_rng(3), 20_000)
    reference = stats.beta(1 + 4 * 150 / 900, 1 + 4 * 750 / 900, loc=100, scale=900)
    assert stats.kstest(drawn, reference.cdf).pvalue > 0.01


@given(st.tuples(st.floats(0, HUGE), st.floats(0, HUGE), st.floats(0, HUGE)).map(sorted))
def test_pert_moments_agree_with_the_beta_distribution(bounds):
    low, mode, high = bounds
    if high - low < 1:
        return
    reference = stats.beta(1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low), low, high - low)
    assert pytest.approx(reference.mean(), rel=1e-9) == estimates.pert_mean(low, mode, high)
    assert pytest.approx(reference.var(), rel=1e-6) == estimates.pert_variance(low, mode, high)


def test_the_pert_density_agrees_with_an_independent_beta_distribution():
    at = np.array([50, 100, 250, 700, 1000, 1500])
    reference = stats.beta(1 + 4 * 150 / 900, 1 + 4 * 750 / 900, loc=100, scale=900)
    assert reference.pdf(at) == pytest.approx(estimates.pert_density(at, 100, 250, 1000), rel=1e-12)


@pytest.mark.parametrize("peak", [0, 4])
@pytest.mark.parametrize("place", [0, 0.001, 0.3, 0.5, 0.97, 1])
def test_the_quantiles_of_a_pert_are_those_of_an_independent_beta_distribution(place, peak):
    middles = (np.arange(2**14) + 0.5) / 2**14
    reference = stats.beta(1 + peak * place, 1 + peak * (1 - place)).ppf(middles)
    assert np.abs(reference - estimates.pert_quantiles(place, peak)).max() < 1.1e-6


def test_the_quantiles_of_a_pert_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        estimates.pert_quantiles(0.5, 4)[0] = 1


def test_a_triple_without_width_gives_a_constant():
    assert (7 == estimates.draw_pert(7, 7, 7, np.random.default_rng(0), 5)).all()


TRIPLES = pd.DataFrame({"low": [750.0, 7500.0], "mode": [1000.0, 10000.0], "high": [1250.0, 12500.0]})


def test_the_pool_lies_between_its_components():
    pool = estimates.pool(TRIPLES, [1, 1], 5000, seed=1)
    assert 750 <= pool.draws.min() and pool.draws.max() <= 12500


def test_the_pool_is_a_mixture_with_an_empty_middle_not_an_average():
    pool = estimates.pool(TRIPLES, [1, 1], 5000, seed=1)
    assert 0 == ((pool.draws > 1250) & (pool.draws < 7500)).sum()


def test_weights_set_the_share_of_each_voice():
    pool = estimates.pool(TRIPLES, [3, 1], 100_000, seed=1)
    assert pytest.approx(0.75, abs=0.01) == (pool.voice == 0).mean()


def test_the_mean_of_the_pool_is_the_weighted_mean_of_its_voices():
    pool = estimates.pool(TRIPLES, [3, 1], 400_000, seed=1)
    assert pytest.approx(0.75 * 1000 + 0.25 * 10000, rel=0.01) == pool.draws.mean()


def test_the_between_share_agrees_with_the_drawn_variance():
    pool = estimates.pool(TRIPLES, [1, 1], 400_000, seed=1)
    within = np.mean([pool.draws[pool.voice == k].var() for k in (0, 1)])
    assert pytest.approx(1 - within / pool.draws.var(), abs=0.002) == pool.between_share


def test_a_single_voice_has_no_disagreement():
    assert 0 == estimates.pool(TRIPLES.head(1), [1], 1000, seed=1).between_share


def test_a_pool_of_issuers_without_weight_is_refused():
    with pytest.raises(ValueError, match="weight above zero"):
        estimates.pool(TRIPLES, [0, 0], 1000, seed=1)


def test_a_head_count_is_divided_by_each_rate():
    rates = pd.DataFrame({"low": [1000.0], "mode": [1000.0], "high": [1000.0]}, index=["losses"])
    assert (3, 3, 3) == tuple(estimates.sizes(np.full(100, 3000.0), rates, seed=1).loc["losses"])


def gap(*ranges: tuple[float, float]) -> tuple[float, float] | None:
    return estimates.widest_gap(pd.DataFrame(ranges, columns=["low", "high"]))


def test_the_widest_gap_is_the_largest_stretch_that_no_voice_covers():
    assert (4500, 9000) == gap((9000, 12000), (1000, 2000), (3000, 4500))


def test_a_range_inside_a_wider_one_opens_no_gap():
    assert gap((1000, 9000), (2000, 3000), (8000, 10000)) is None


def test_a_single_voice_has_no_gap():
    assert gap((1000, 2000)) is None


def test_a_weight_follows_the_grade_of_the_issuer():
    scale = "Pooling weight by reliability"
    scales = pd.DataFrame([(scale, 2, 0.8), (scale, 3, 0.5)], columns=["scale", "rank", "low"])
    assert [0.5, 0.8] == estimates.grade_weights(pd.Series(["C", "B"]), scales).tolist()
