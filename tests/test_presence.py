"""Posterior, groups and checks of the reports against hand-computed cases and plain Python."""

import math
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dilemma import evidence, presence, wording
from dilemma.cells import DataError

DAYS = ["2024-10-24", "2024-11-01", "2024-11-20", "2024-12-20", "2025-01-15", "2025-04-30", "2025-12-31", "2026-02-28"]
SCALES = evidence.read("scales")
HYPOTHESES = evidence.read("hypotheses")
REPORTS = evidence.read("evidence")
PRIOR = HYPOTHESES.set_index("hypothesis_id").prior


def frames(rows: dict[str, tuple[float, ...]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index", columns=["h1", "h2"])


def test_the_posterior_agrees_with_fractions_by_hand():
    prior = pd.Series({"h1": 0.5, "h2": 0.5})
    found = presence.posterior(prior, frames({"a": (0.8, 0.1), "b": (0.25, 0.5)}), pd.Series({"a": 1.0, "b": 1.0}))
    yes, no = Fraction(8, 10) * Fraction(1, 4), Fraction(1, 10) * Fraction(1, 2)
    assert pytest.approx(float(yes / (yes + no)), abs=1e-12) == found["h1"]


def test_a_weight_of_one_half_takes_the_square_root():
    prior = pd.Series({"h1": 0.25, "h2": 0.75})
    found = presence.posterior(prior, frames({"a": (0.64, 0.04)}), pd.Series({"a": 0.5}))
    assert pytest.approx(float(Fraction(2, 10) / (Fraction(2, 10) + Fraction(15, 100))), abs=1e-12) == found["h1"]


def plain_posterior(as_of: str, half_life: float) -> dict[str, float]:
    """The whole calculation once more without pandas and without the module's functions."""
    words = {r.term_en: r.low for r in SCALES.itertuples() if r.scale == "Likelihood of a report"}
    grades = {r[SCALES.columns.get_loc("rank")]: r[SCALES.columns.get_loc("low")]
              for r in SCALES.itertuples(index=False) if r[0] == "Evidence weight by credibility"}  # fmt: skip
    newest: dict[str, dict] = {}
    for row in REPORTS.to_dict("records"):
        known = row["known_from"].date().isoformat()
        if known <= as_of and not isinstance(row["relays"], str):
            newest[row["group_id"]] = max(row, newest.get(row["group_id"], row), key=lambda r: (r["known_from"], r["evidence_id"]))
    logs = {h: math.log(p) for h, p in PRIOR.items()}
    for row in newest.values():
        age = 0 if row["group_id"] == "silence" else (date.fromisoformat(as_of) - row["known_from"].date()).days
        weight = grades[row["credibility"]] * 2 ** (-age / half_life)
        logs = {h: total + weight * math.log(words[row[h]]) for h, total in logs.items()}
    whole = math.fsum(math.exp(value) for value in logs.values())
    return {h: math.exp(value) / whole for h, value in logs.items()}


def chapter_posterior(as_of: str, half_life: float = 180) -> pd.Series:
    counted = presence.counting(evidence.read("evidence", as_of), date.fromisoformat(as_of))
    weights = presence.weights(counted, SCALES, date.fromisoformat(as_of), half_life)
    return presence.posterior(PRIOR, presence.likelihoods(counted, HYPOTHESES, SCALES), weights)


@pytest.mark.parametrize("as_of", DAYS)
def test_the_chapters_posterior_agrees_with_an_independent_sum_of_logarithms(as_of):
    assert pytest.approx(plain_posterior(as_of, 180), abs=1e-9) == chapter_posterior(as_of).to_dict()


@pytest.mark.parametrize("as_of", DAYS)
def test_the_posterior_adds_up_to_one(as_of):
    assert pytest.approx(1, abs=1e-12) == chapter_posterior(as_of).sum()


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_reports_changes_nothing(random):
    order = list(range(len(REPORTS)))
    random.shuffle(order)
    shuffled = presence.counting(REPORTS.iloc[order], date(2026, 2, 28))
    weights = presence.weights(shuffled, SCALES, date(2026, 2, 28), 180)
    found = presence.posterior(PRIOR, presence.likelihoods(shuffled, HYPOTHESES, SCALES), weights)
    assert pytest.approx(chapter_posterior("2026-02-28").to_dict(), abs=1e-12) == found.to_dict()


def with_copy(**changes: object) -> pd.DataFrame:
    copy = REPORTS[REPORTS.evidence_id == "2024-11-25-pentagon"].assign(evidence_id="2024-11-25-zz-copy", **changes)
    return pd.concat([REPORTS, copy], ignore_index=True)


@pytest.mark.parametrize("changes", [{}, {"relays": "2024-11-25-pentagon", "known_from": pd.Timestamp("2024-11-27"), "h4": "baffling"}])
def test_a_duplicate_or_a_repetition_in_a_group_changes_nothing(changes):
    counted = presence.counting(with_copy(**changes), date(2026, 2, 28))
    weights = presence.weights(counted, SCALES, date(2026, 2, 28), 180)
    found = presence.posterior(PRIOR, presence.likelihoods(counted, HYPOTHESES, SCALES), weights)
    assert pytest.approx(chapter_posterior("2026-02-28").to_dict(), abs=1e-12) == found.to_dict()


def test_the_newest_report_of_a_group_counts():
    counted = presence.counting(REPORTS, date(2024, 10, 24))
    assert "2024-10-22-officers-spotted" == counted.evidence_id["officers"]


def test_the_silence_is_renewed_every_day_and_nothing_else_is():
    counted = presence.counting(REPORTS, date(2025, 10, 15))
    renewed = counted.index[counted.known_from == pd.Timestamp("2025-10-15")]
    assert [presence.ABSENT] == renewed.to_list()


def test_a_day_before_the_first_silence_has_none():
    assert presence.ABSENT not in presence.counting(REPORTS, date(2024, 10, 23)).index


@pytest.mark.parametrize(("report", "day_before_the_next"), [("2025-04-30", "2025-06-15"), ("2025-06-16", "2025-08-11"), ("2025-11-04", "2026-02-09")])
def test_quiet_alone_moves_no_more_than_two_hundredths_to_units_in_ukraine(report, day_before_the_next):
    assert chapter_posterior(day_before_the_next).h4 - chapter_posterior(report).h4 < 0.02


def test_a_report_counts_half_after_the_half_life():
    report = pd.DataFrame({"known_from": [pd.Timestamp("2024-10-24")], "credibility": [1]})
    assert [0.5] == presence.weights(report, SCALES, date(2024, 12, 23), 60).to_list()


def test_without_ageing_only_the_grade_weighs():
    report = pd.DataFrame({"known_from": [pd.Timestamp("2024-10-24")], "credibility": [2]})
    assert [0.8] == presence.weights(report, SCALES, date(2026, 2, 28), math.inf).to_list()


def test_a_half_life_of_zero_is_refused():
    with pytest.raises(ValueError, match="half_life is 0, but must be a number of days above 0"):
        presence.weights(REPORTS, SCALES, date(2026, 2, 28), 0)


@pytest.mark.parametrize("as_of", DAYS)
def test_no_report_after_the_as_of_date_is_used(as_of):
    line = presence.over_time(REPORTS, HYPOTHESES, SCALES, date.fromisoformat(as_of), 180)
    assert pd.Timestamp(as_of) == line.index.max()
    assert pytest.approx(chapter_posterior(as_of).to_dict(), abs=1e-12) == line.iloc[-1].to_dict()


def test_every_day_of_the_line_sees_only_what_was_known_then():
    whole = presence.over_time(REPORTS, HYPOTHESES, SCALES, date(2026, 2, 28), 180)
    early = presence.over_time(REPORTS, HYPOTHESES, SCALES, date(2024, 11, 20), 180)
    shared = early.index.intersection(whole.index)
    pd.testing.assert_frame_equal(early.loc[shared], whole.loc[shared], atol=1e-12)


@pytest.mark.parametrize("value", [0.0, -0.1, 1.1, math.nan])
def test_a_likelihood_outside_its_range_is_refused_in_the_calculation(value):
    with pytest.raises(ValueError, match="above 0 and not above 1"):
        presence.posterior(pd.Series({"h1": 0.5, "h2": 0.5}), frames({"a": (0.5, value)}), pd.Series({"a": 1.0}))


@pytest.mark.parametrize(("prior", "weights"), [({"h1": 0.5, "h3": 0.5}, {"a": 1.0}), ({"h1": 0.5, "h2": 0.5}, {})])
def test_another_hypothesis_or_a_group_without_weight_is_refused_in_the_calculation(prior, weights):
    with pytest.raises(ValueError, match="same hypotheses and the same groups"):
        presence.posterior(pd.Series(prior), frames({"a": (0.5, 0.5)}), pd.Series(weights, dtype=float))


def test_diagnosticity_is_the_range_in_powers_of_ten():
    found = presence.diagnosticity(frames({"far": (1.0, 0.01), "alike": (0.5, 0.5)}))
    assert pytest.approx({"far": 2.0, "alike": 0.0}) == found.to_dict()


def test_leaving_a_group_out_gives_the_posterior_without_it_and_says_when_the_order_changes():
    prior = pd.Series({"h1": 0.6, "h2": 0.4})
    table = presence.leave_one_out(prior, frames({"a": (0.1, 0.8), "b": (0.5, 0.5)}), pd.Series({"a": 1.0, "b": 1.0}))
    assert ["a", "b"] == table.index.to_list()
    assert [True, False] == table.order_changes.to_list()
    assert pytest.approx(0.6) == table.h1["a"]
    assert pytest.approx(0.6 - 0.06 / 0.38) == table.moved["a"]
    assert 0 == table.moved["b"]


def test_leaving_a_house_out_drops_all_its_groups_and_keeps_those_of_no_house():
    prior = pd.Series({"h1": 0.5, "h2": 0.5})
    told = frames({"a": (0.1, 0.8), "b": (0.1, 0.8), "c": (0.8, 0.2), "d": (0.6, 0.3)})
    house = pd.Series({"a": "KOR", "b": "KOR", "c": "USA", "d": None})
    table = presence.leave_one_out(prior, told, pd.Series(1.0, told.index), house)
    assert {"KOR", "USA"} == set(table.index)
    assert pytest.approx(0.48 / (0.48 + 0.06)) == table.h1["KOR"]
    assert pytest.approx(0.006 / (0.006 + 0.192)) == table.h1["USA"]


def test_the_classic_count_sees_only_contradictions_and_counts_strong_ones_twice():
    reports = pd.DataFrame({"h1": ["surprising", "baffling", "expected"], "h2": ["open", "fitting", "surprising"]})
    hypotheses = pd.DataFrame({"hypothesis_id": ["h1", "h2"]})
    assert {"h1": 3, "h2": 1} == presence.inconsistencies(reports, hypotheses).to_dict()


def test_the_range_for_ukraine_leaves_open_what_the_kursk_state_leaves_open():
    probabilities = pd.Series({"h1": 0.4, "h2": 0.3, "h3": 0.2, "h4": 0.1})
    assert pytest.approx((0.4, 0.6)) == presence.in_ukraine(probabilities, HYPOTHESES)


def test_specialists_as_often_beside_units_as_without_them_follow_from_the_first_two_states():
    probabilities = pd.Series({"h1": 0.3, "h2": 0.1, "h3": 0.4, "h4": 0.2})
    assert pytest.approx(0.1 + 0.2 + 0.4 * 0.25) == presence.in_ukraine_as_often(probabilities)


@pytest.mark.parametrize("as_of", DAYS)
def test_the_value_under_the_assumption_lies_within_the_range(as_of):
    found = chapter_posterior(as_of)
    low, high = presence.in_ukraine(found, HYPOTHESES)
    assert low < presence.in_ukraine_as_often(found) < high


# Refused tables


def refused(reports=REPORTS, hypotheses=HYPOTHESES, scales=SCALES) -> str:
    with pytest.raises(DataError) as error:
        presence.check(reports, hypotheses, scales)
    return str(error.value)


def changed(frame: pd.DataFrame, row: int, **cells: object) -> pd.DataFrame:
    copy = frame.copy()
    for column, value in cells.items():
        copy[column] = [value if at == row else old for at, old in enumerate(copy[column])]
    return copy


def test_the_tables_of_the_repository_pass():
    assert presence.check(REPORTS, HYPOTHESES, SCALES) is None


def test_an_unknown_word_is_refused_with_its_place():
    message = refused(changed(REPORTS, 3, h2="likely"))
    assert "data/evidence.csv, line 5, column h2: 'likely' is not on the scale; allowed: expected, fitting, open, surprising, baffling." == message


def test_a_group_without_a_weight_is_refused_with_its_place():
    message = refused(changed(REPORTS, 0, credibility=7))
    assert "data/evidence.csv, line 2, column credibility: grade 7 has no weight in data/scales.csv, nor has group officers." == message


@pytest.mark.parametrize(("scale", "column_value"), [(presence.LIKELIHOOD, 0.0), (presence.LIKELIHOOD, 1.2), (presence.WEIGHT, 0.0)])
def test_a_number_outside_its_range_is_refused_with_its_place(scale, column_value):
    row = SCALES.index[SCALES.scale == scale][-1]
    message = refused(scales=changed(SCALES, row, low=column_value))
    assert f"data/scales.csv, line {row + 2}, column low: " in message
    assert f"stands for {column_value:g}, but must lie above 0 and not above 1." in message


def test_a_hypothesis_without_a_column_of_words_is_refused_with_its_place():
    message = refused(hypotheses=changed(HYPOTHESES, 3, hypothesis_id="h5"))
    assert "data/hypotheses.csv, line 5, column hypothesis_id: 'h5' has no column in data/evidence.csv" in message
    assert "data/evidence.csv, line 1, column h4: 'h4' is no hypothesis of data/hypotheses.csv" in message


def test_priors_that_do_not_add_up_to_one_are_refused():
    message = refused(hypotheses=changed(HYPOTHESES, 0, prior=0.5))
    assert "data/hypotheses.csv, line 2, column prior: the priors of all rows add up to 1.1, but must give 1." == message


def test_a_prior_of_zero_is_refused_with_its_place():
    message = refused(hypotheses=changed(HYPOTHESES, 3, prior=0.0))
    assert "data/hypotheses.csv, line 5, column prior: 0 must lie between 0 and 1, both excluded." in message


def test_reports_that_repeat_each_other_in_a_circle_are_refused_with_their_places():
    message = refused(changed(REPORTS, 0, relays="2024-10-08-seoul-minister"))
    assert "data/evidence.csv, line 2, column relays: reports must not repeat each other in a circle" in message
    assert "2024-10-06-six-officers -> 2024-10-08-seoul-minister -> 2024-10-06-six-officers" in message


@pytest.mark.parametrize(
    ("relays", "fault"),
    [
        ("2024-10-06-six-officer", "is not in column evidence_id of data/evidence.csv"),
        ("2024-10-17-nato-no-evidence", "belongs to the group of its origin, washington, not to officers"),
        ("2024-10-22-officers-spotted", "became known later; a report cannot repeat it"),
    ],
)
def test_a_repetition_needs_an_earlier_origin_in_its_own_group(relays, fault):
    message = refused(changed(REPORTS, 1, relays=relays))
    assert "data/evidence.csv, line 3, column relays: " in message and fault in message


# The table itself


def test_each_test_day_sees_more_reports_than_the_one_before():
    numbers = [len(evidence.read("evidence", day)) for day in DAYS]
    assert sorted(set(numbers)) == numbers


def test_a_report_that_counts_nothing_tells_no_hypotheses_apart():
    video = presence.likelihoods(REPORTS[REPORTS.group_id == "video"], HYPOTHESES, SCALES)
    assert [0] == presence.diagnosticity(video).round(12).to_list()


def test_no_page_is_younger_than_the_report_it_carries():
    published = evidence.read("sources").set_index("source_id").published
    pages = REPORTS.explode("source_ids")
    assert [] == pages.source_ids[pages.source_ids.map(published).to_numpy() > pages.known_from.to_numpy()].to_list()


def test_no_page_counts_in_two_groups():
    for as_of in DAYS:
        pages = presence.counting(REPORTS, date.fromisoformat(as_of)).source_ids.explode()
        assert [] == pages[pages.duplicated()].to_list()


def test_our_own_reading_speaks_only_of_what_is_absent():
    own = REPORTS.issuer_id == "own-reading"
    assert own.to_list() == (REPORTS.group_id == presence.ABSENT).to_list()


def test_every_government_of_a_report_has_a_name():
    countries = evidence.read("issuers").set_index("issuer_id").country.reindex(REPORTS.issuer_id).dropna()
    assert set(countries) <= set(wording.LABELS)


def test_every_group_has_a_report():
    assert set(evidence.read("evidence_groups").group_id) == set(REPORTS.group_id)


def test_the_words_fall_from_likely_to_unlikely():
    numbers = list(presence.numbers(SCALES).values())
    assert 5 == len(numbers) and bool((np.diff(numbers) < 0).all())
