"""Apostrophes, and spaces at which no line may break."""

import pytest

from dilemma.report import markdown, typography
from dilemma.report.tables import plain

HELD = "\N{NO-BREAK SPACE}"


def held(source: str) -> str:
    """The text of Markdown, a tilde for each space that no line may break at."""
    return plain(markdown.inline(source)).replace(HELD, "~")


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("Russia’s army", "Russia's army"),
        ("the soldiers’ pay", "the soldiers' pay"),
        ("Kim’s shells", "**Kim**'s shells"),
        ("called 'bad dogs bred by the US' by Kim", "called 'bad dogs bred by the US' by Kim"),
        ("it's code", "`it's code`"),
    ],
)
def test_an_apostrophe_is_curled_in_prose_alone(expected, source):
    assert expected == held(source)


@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("am 24.~Oktober 2024", "am 24. Oktober 2024"),
        ("on 24~Oct 2024", "on 24 Oct 2024"),
        ("53~% oder 9,6~kSE", "53 % oder 9,6 kSE"),
        ("4,8~Mio. Granaten in 3~Tagen", "4,8 Mio. Granaten in 3 Tagen"),
        ("2.8~days", "[2.8](#finding-x) days"),
        ("see chapter~04 and Table~3", "see chapter 04 and [Table 3](#tab-x)"),
        ("in Kapitel~04", "in Kapitel [04](#04-x)"),
        ("7 daylong visits", "7 daylong visits"),
    ],
)
def test_days_quantities_and_references_are_held_together(expected, source):
    assert expected == held(source)


def test_a_cell_of_a_table_keeps_the_year_with_its_day():
    assert f"24{HELD}October{HELD}2024" == plain(typography.cell(markdown.inline("**24 October 2024**")))


def test_a_range_is_joined():
    assert "0.4\N{WORD JOINER}–\N{WORD JOINER}0.6 – yes" == typography.joined("0.4–0.6 – yes")
