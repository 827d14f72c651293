"""Numbers and dates as German and English readers write them."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import wording

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


def test_a_range_of_shares_carries_one_percent_sign():
    assert f"10–35{NBSP}%" == wording.interval(0.1, 0.35, "share", "de")


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
