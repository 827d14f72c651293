"""Scores by hand, the weighting against brute force, and outcomes that stay hidden until they are known."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import draw

from dilemma import escalation, evidence, hindsight
from dilemma.escalation import Responses

PROBABILITIES = st.floats(0, 1)
KURSK = escalation.OPTIONS.index("kursk")


@pytest.mark.parametrize(("forecast", "happened", "expected"), [(0.7, True, 0.09), (0.7, False, 0.49), (0.5, True, 0.25)])
def test_the_brier_score_is_the_squared_error(forecast, happened, expected):
    assert pytest.approx(expected) == hindsight.brier(forecast, happened)


@pytest.mark.parametrize("happened", [True, False])
def test_a_perfect_forecast_scores_zero(happened):
    assert (0, 0) == (hindsight.brier(happened, happened), hindsight.log_score(happened, happened))


def test_the_log_score_is_the_natural_logarithm_of_what_was_given_to_the_outcome():
    expected = [-math.log(0.8), -math.log(0.2), math.log(2)]
    assert pytest.approx(expected) == hindsight.log_score(np.array([0.8, 0.8, 0.5]), np.array([True, False, True]))


@pytest.mark.parametrize(("forecast", "happened"), [(0, True), (1, False)])
def test_a_certainty_that_proves_wrong_is_infinitely_bad(forecast, happened):
    assert math.inf == hindsight.log_score(forecast, happened)


@pytest.mark.parametrize("forecast", [-0.1, 1.1, math.nan])
def test_a_forecast_that_is_no_probability_is_refused(forecast):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        hindsight.brier(forecast, True)


@given(PROBABILITIES, PROBABILITIES)
def test_an_honest_forecast_has_the_best_expected_brier_score(truth, claimed):
    def expected(forecast: float) -> float:
        return truth * hindsight.brier(forecast, True) + (1 - truth) * hindsight.brier(forecast, False)

    assert expected(truth) <= expected(claimed) + 1e-12


def test_the_fingerprint_of_the_forecasts_stays_the_same():
    assert "6154391df5c3" == hindsight.freeze({"us|kursk": 0.25, "seoul|kursk": 0.1})


def test_the_fingerprint_does_not_depend_on_the_order():
    assert hindsight.freeze({"a": 0.1, "b": 0.2}) == hindsight.freeze({"b": 0.2, "a": 0.1})


def test_a_changed_forecast_changes_the_fingerprint():
    assert hindsight.freeze({"a": 0.1}) != hindsight.freeze({"a": 0.1001})


def questions(*rows: dict) -> pd.DataFrame:
    usual = {"question_id": "Q1", "forecast": "us|kursk"}
    return pd.DataFrame([usual | row for row in rows])


def outcomes(*rows: dict) -> pd.DataFrame:
    usual = {"question_id": "Q1", "outcome": "yes", "known_from": "2024-11-17"}
    frame = pd.DataFrame([usual | row for row in rows])
    return frame.assign(known_from=pd.to_datetime(frame.known_from))


def test_a_clear_answer_after_the_forecast_is_scored():
    rows = hindsight.settled(questions({}), outcomes({"outcome": "no"}), date(2024, 10, 24))
    assert [("us|kursk", False)] == list(zip(rows.forecast, rows.happened))


@pytest.mark.parametrize("outcome", ["partly", "unresolved"])
def test_an_unclear_answer_is_not_scored(outcome):
    assert hindsight.settled(questions({}), outcomes({"outcome": outcome}), date(2024, 10, 24)).empty


@pytest.mark.parametrize("as_of", [date(2024, 11, 17), date(2025, 1, 1)])
def test_an_answer_that_the_forecaster_already_knew_is_not_scored(as_of):
    assert hindsight.settled(questions({}), outcomes({}), as_of).empty


def test_a_question_that_the_model_does_not_forecast_is_not_scored():
    assert hindsight.settled(questions({"forecast": None}), outcomes({}), date(2024, 10, 24)).empty


def two_scored() -> pd.DataFrame:
    rows = hindsight.settled(
        questions({}, {"question_id": "Q2", "forecast": "seoul|kursk"}),
        outcomes({}, {"question_id": "Q2", "outcome": "no"}),
        date(2024, 10, 24),
    )
    return hindsight.score(rows, {"model": [0.8, 0.4], "coin": [0.5, 0.5], "base": [np.nan, 0.3]})


def test_a_forecaster_without_a_probability_has_no_score_for_it():
    assert {"model": 2, "coin": 2, "base": 1} == two_scored().forecaster.value_counts().to_dict()


def test_the_mean_scores_agree_with_those_by_hand():
    table = hindsight.compare(two_scored(), "model")
    assert pytest.approx([(0.04 + 0.16) / 2, 0.25, 0.09]) == table.loc[["model", "coin", "base"], "brier"].tolist()
    assert pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2) == table.loc["model", "log"]


def test_the_model_is_compared_on_the_questions_that_the_other_answered():
    assert pytest.approx(0.16) == hindsight.compare(two_scored(), "model").loc["base", "model_brier"]


# The weighting


def same(us: float, seoul: float, worlds: int = 4) -> Responses:
    """Worlds in which everybody's answer has the same chance, whatever Washington does."""
    chances = [np.full((worlds, 4), chance) for chance in (us, seoul, seoul, 0.3, 0.3, 0.1, 0.6)]
    return Responses(*chances)


def test_the_forecast_is_the_mean_over_the_worlds():
    assert pytest.approx(0.4) == hindsight.forecasts(same(0.4, 0.2))["us|kursk"]


def test_refusing_is_no_forecast():
    assert 5 * 3 == len(hindsight.forecasts(same(0.4, 0.2)))


def test_equal_worlds_keep_equal_weights_and_count_in_full():
    weights = hindsight.weights(same(0.4, 0.2), {"us|kursk": True, "seoul|kursk": False})
    assert pytest.approx([0.25] * 4) == weights
    assert pytest.approx(4) == hindsight.effective_size(weights)


def test_weights_are_the_product_of_the_chances_of_what_happened():
    replies = same(0.4, 0.2, worlds=2)
    replies.us[1], replies.beijing[1] = 0.8, 0.5
    first, second = 0.4 * 0.9, 0.8 * 0.5
    expected = [first / (first + second), second / (first + second)]
    assert pytest.approx(expected) == hindsight.weights(replies, {"us|kursk": True, "beijing|kursk": False})


def test_without_an_answer_all_worlds_weigh_the_same():
    assert pytest.approx([0.25] * 4) == hindsight.weights(same(0.4, 0.2), {})


def test_the_probability_of_all_answers_together_is_the_mean_over_the_worlds():
    replies = same(0.4, 0.2, worlds=2)
    replies.us[1], replies.beijing[1] = 0.8, 0.5
    expected = (0.4 * 0.9 + 0.8 * 0.5) / 2
    assert pytest.approx(expected) == hindsight.joint(replies, {"us|kursk": True, "beijing|kursk": False})


def test_without_an_answer_there_is_nothing_that_could_have_gone_otherwise():
    assert 1 == hindsight.joint(same(0.4, 0.2), {})


def test_of_a_single_answer_the_model_gave_its_forecast():
    replies = escalation.responses(draw(50))
    assert pytest.approx(hindsight.forecasts(replies)["seoul|kursk"]) == hindsight.joint(replies, {"seoul|kursk": True})


def test_an_outcome_that_no_world_allows_is_refused():
    with pytest.raises(ValueError, match="In no world of the model could this have happened"):
        hindsight.weights(same(0.0, 0.2), {"us|kursk": True})


@pytest.mark.parametrize("acted", [True, False])
def test_seoul_is_judged_by_what_washington_did(acted):
    replies = escalation.responses(draw(50))
    expected = replies.seoul_joined if acted else replies.seoul_alone
    assert (expected == hindsight.given_washington(replies, acted)["seoul"]).all()


def test_while_washington_is_open_the_weight_is_the_chance_that_the_model_gives():
    replies = escalation.responses(draw(50))
    chance = escalation.marginal(replies)["seoul"][:, KURSK]
    assert pytest.approx(chance / chance.sum()) == hindsight.weights(replies, {"seoul|kursk": True})


HAPPENED = {"us|kursk": True, "seoul|kursk": False, "beijing|kursk": False, "kim|kursk": True}


@pytest.mark.parametrize("happened", [HAPPENED, {"seoul|kursk": False, "europe|kursk": True}])
def test_the_weighting_agrees_with_playing_all_worlds_and_keeping_those_that_match(happened):
    x = draw(100_000, seed=5)
    replies = escalation.responses(x)
    kept = np.flatnonzero(_matches(replies, happened, np.random.default_rng(11)))
    weights = hindsight.weights(replies, happened)
    for key in ("line_us", "line_seoul", "line_china", "line_kim", "blur", "mood"):
        error = 4 * x[key].std() * math.sqrt(1 / len(kept) + 1 / hindsight.effective_size(weights))
        assert pytest.approx(x[key][kept].mean(), abs=error) == weights @ x[key]


def _matches(replies: Responses, happened: dict[str, bool], random: np.random.Generator) -> np.ndarray:
    """Where one play of every world, Washington first, gives exactly the answers that came."""
    luck = random.random((5, len(replies.us)))
    us = luck[0] < replies.us[:, KURSK]
    acts = {
        "us": us,
        "seoul": luck[1] < np.where(us, replies.seoul_joined[:, KURSK], replies.seoul_alone[:, KURSK]),
        "europe": luck[2] < np.where(us, replies.europe_joined[:, KURSK], replies.europe_alone[:, KURSK]),
        "beijing": luck[3] < replies.beijing[:, KURSK],
        "kim": luck[4] < replies.kim[:, KURSK],
    }
    return np.all([acts[name.split("|")[0]] == came for name, came in happened.items()], axis=0)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=30))
def test_the_effective_size_lies_between_one_and_the_number_of_worlds(raw):
    weights = np.array(raw) / np.sum(raw)
    assert 1 - 1e-9 <= hindsight.effective_size(weights) <= len(raw) + 1e-9


def test_a_single_world_with_all_the_weight_counts_as_one():
    assert 1 == hindsight.effective_size(np.array([0.0, 1.0, 0.0]))


def test_a_weighted_quantile_is_the_quantile_of_the_repeated_values():
    values, times = np.array([3.0, 1.0, 2.0]), np.array([1, 5, 4])
    repeated = np.quantile(np.repeat(values, times), [0.05, 0.5, 0.95], method="inverted_cdf")
    assert repeated.tolist() == hindsight.quantile(values, times / 10, [0.05, 0.5, 0.95]).tolist()


def test_equal_weights_move_nothing():
    table = hindsight.moved({"line_us": np.arange(100.0)}, np.full(100, 0.01))
    assert table.filter(like="_after").iloc[0].tolist() == table[["low", "median", "high"]].iloc[0].tolist()


def test_the_shares_of_the_best_option_follow_the_weights():
    expected = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 2, 0.0]])
    shares = hindsight.best_shares(expected, np.array([0.5, 0.25, 0.25]))
    assert {"refuse": 0, "train": 0.5, "kursk": 0.5, "ukraine": 0} == shares.to_dict()


# The tables


@pytest.mark.parametrize("until", ["2024-10-24", "2024-12-20", "2025-04-30", "2025-12-31", "2026-03-17"])
def test_no_outcome_and_no_page_of_it_is_younger_than_the_day_of_the_look_back(until):
    known, public = evidence.read("outcomes", until), set(evidence.read("sources", until).source_id)
    assert (known.known_from <= until).all()
    assert set() == set(known.source_ids.explode().dropna()) - public


def test_on_the_day_of_the_article_nothing_is_decided():
    assert evidence.read("outcomes", "2024-10-24").empty


def test_every_question_has_an_outcome_in_the_end():
    assert evidence.read("questions").question_id.tolist() == evidence.read("outcomes").question_id.tolist()


def test_what_did_not_happen_was_not_known_before_the_horizon():
    rows = evidence.read("questions").merge(evidence.read("outcomes"), on="question_id")
    rows = rows[rows.outcome == "no"]
    assert [] == rows.question_id[rows.known_from < rows.horizon].tolist()


def test_a_question_with_a_prior_names_the_responder_of_its_forecast():
    priors = evidence.read("priors").drop_duplicates("prior_id").set_index("prior_id")
    rows = evidence.read("questions").dropna(subset="prior")
    assert rows.forecast.tolist() == [f"{priors.responder[p]}|{priors.option[p]}" for p in rows.prior]
