"""Printed text as a terminal leaves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma.report import terminal


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x1b[38;5;12mblue\x1b[m", "red blue"),
        ("\x1b]8;;https://example.org\x1b\\word\x1b]8;;\x1b\\", "word"),
        ("10%\r100%\nend", "100%\nend"),
        ("a long line\rshort", "shortg line"),
        ("a long line\r\x1b[2Kshort", "short"),
        ("a long line\x1b[2K\rshort", "short"),
        ("Windows\r\nlines\r\n", "Windows\nlines\n"),
        ("slip\b\b\bpell", "spell"),
        ("bell\x07, page\x0cbreak", "bell, page\nbreak"),
        ("/tmp/ipykernel_4711/99.py:1: UserWarning", "cell:1: UserWarning"),
    ],
)
def test_a_line_shows_what_a_terminal_shows(printed, shown):
    assert shown == terminal.settled(printed)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_text_without_controls_stays_as_it_is(text):
    assert text == terminal.settled(text)


def test_a_long_run_without_a_blank_takes_no_time():
    assert 2_000_000 == len(terminal.settled("y" * 2_000_000))
