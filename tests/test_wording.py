"""Numbers and dates as German and English readers write them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import evidence, wording

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("shown", "value", "language", "digits"),
    [
        ("12,900", 12900, "en", 0), ("12.900", 12900, "de", 0), ("1.234,5", 1234.5, "de", 1), ("0.25", 0.25, "en", 2),
        ("−3", -3, "en", 0), ("0,0", -0.04, "de", 1), ("12.000", np.int64(12000), "de", 0),
    ],
)  # fmt: skip
def test_a_number_is_grouped_and_pointed_as_its_language_does(shown, value, language, digits):
    assert shown == wording.number(value, language, digits)


def test_a_german_percentage_has_a_space_that_does_not_break():
    assert f"13{NBSP}%" == wording.percent(0.13, "de")
    assert "13%" == wording.percent(0.13, "en")


@pytest.mark.parametrize(("shown", "language"), [("−12.0 to −1.3", "en"), ("−12,0 bis −1,3", "de")])
def test_a_range_below_zero_has_no_dash_beside_its_minus_signs(shown, language):
    assert shown == wording.interval(-12, -1.26, "kse", language)


def test_a_range_of_shares_carries_one_percent_sign():
    assert f"10–35{NBSP}%" == wording.interval(0.1, 0.35, "share", "de")


def test_a_small_share_keeps_a_decimal_where_its_unit_asks_for_it():
    assert f"0,3–2,4{NBSP}%" == wording.interval(0.003, 0.024, "fine_share", "de")


@pytest.mark.parametrize(
    ("shown", "language", "precision"),
    [
        ("24. Oktober 2024", "de", "day"), ("24 October 2024", "en", "day"), ("Oktober 2024", "de", "month"), ("2024", "en", "year"),
    ],
)  # fmt: skip
def test_a_date_is_written_to_its_precision(shown, language, precision):
    assert shown == wording.day(date(2024, 10, 24), language, precision)


def test_a_short_date_is_numeric_in_german_only():
    assert "24.10.2024" == wording.short_day(date(2024, 10, 24), "de")
    assert "24 Oct 2024" == wording.short_day(date(2024, 10, 24), "en")


@pytest.mark.parametrize(
    ("shown", "first", "last", "language"),
    [
        ("23 to 24 October 2024", date(2024, 10, 23), date(2024, 10, 24), "en"),
        ("23. bis 24. Oktober 2024", date(2024, 10, 23), date(2024, 10, 24), "de"),
        ("30. Oktober 2024 bis 2. November 2024", date(2024, 10, 30), date(2024, 11, 2), "de"),
        ("24 October 2024", date(2024, 10, 24), date(2024, 10, 24), "en"),
    ],
)
def test_a_span_of_days_names_the_month_once(shown, first, last, language):
    assert shown == wording.span(first, last, language)


@given(st.integers(-(10**12), 10**12))
def test_a_whole_number_reads_back_in_both_languages(value):
    english = wording.number(value, "en").replace(",", "").replace("−", "-")
    german = wording.number(value, "de").replace(".", "").replace("−", "-")
    assert value == int(english) == int(german)


def test_every_label_is_there_in_both_languages():
    assert all(text.en and text.de for text in wording.LABELS.values())


@pytest.mark.parametrize(
    ("shown", "value"), [("<1%", 0.004), (">99%", 0.996), ("0%", 0.0), ("100%", 1.0), ("1%", 0.006), ("15%", 0.15)]
)
@pytest.mark.parametrize("unit", ["share", "probability"])
def test_a_percentage_short_of_nothing_and_everything_is_not_printed_as_such(shown, value, unit):
    assert shown == wording.quantity(value, unit, "en")


def test_a_range_of_probabilities_with_an_open_end_is_written_with_a_word():
    assert f"10{NBSP}% bis >99{NBSP}%" == wording.interval(0.1, 0.997, "probability", "de")
    assert "4–48%" == wording.interval(0.04, 0.48, "probability", "en")


@pytest.mark.parametrize(("probability", "rank"), [
    (0.0, 1), (0.03, 1), (0.05, 2), (0.19, 2), (0.2, 3), (0.44, 3),
    (0.5, 4), (0.55, 5), (0.8, 6), (0.95, 7), (1.0, 7),
])  # fmt: skip
def test_every_probability_has_its_words(probability, rank):
    assert rank == wording.likelihood(probability, evidence.read("scales"))["rank"]


@pytest.mark.parametrize(("printed", "rank", "probability"), [("45%", 4, 0.448), ("5%", 2, 0.0461), ("54%", 4, 0.545)])
def test_the_words_fit_the_percentage_that_is_printed(printed, rank, probability):
    assert printed == wording.percent(probability, "en")
    assert rank == wording.likelihood(np.float64(probability), evidence.read("scales"))["rank"]


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_has_no_words(wrong):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        wording.likelihood(wrong, evidence.read("scales"))
