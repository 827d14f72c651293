"""Figures as SVG, drawn for the notebook and written short for the page."""

import inspect
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from nbconvert.filters import Highlight2HTML

from dilemma.figures import svg, theme
from dilemma.report import listing, paths, slimming, values, vector

SIZES = st.floats(-900, 900).map(lambda size: round(size, 2))
POINTS = st.tuples(SIZES, SIZES)


def drawn(label: str = "") -> str:
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3], marker="o")
    axes.set_title(label)
    return svg.drawn(figure, "fig-x")


def with_title(figure: Figure, title: str) -> Figure:
    figure.subplots().set_title(title)
    return figure


def shortened(picture: str, styles: slimming.Styles) -> str:
    return vector.inline(picture, "i1", "alt", lambda root: slimming.shorten_drawing(root, styles))


def places(data: str) -> list[tuple[float, float]]:
    """Where each step of a short path of lines ends."""
    x = y = 0.0
    ends = []
    for run in re.findall(r"[ml][^a-z]*", data):
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", run)]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            ends.append((x, y))
    return ends


def test_a_number_in_a_label_keeps_its_digits():
    assert ">2.000 Soldaten</text>" in drawn("2.000 Soldaten")


def test_a_drawing_has_no_more_digits_than_a_printer_shows():
    assert [] == re.findall(r"\d\.\d{3,}", drawn())


def test_a_text_is_measured_once_for_its_place_and_its_drawing(monkeypatch):
    measured = []
    measure = RendererSVG.get_text_width_height_descent
    monkeypatch.setattr(
        RendererSVG, "get_text_width_height_descent", lambda *given: measured.append(given[1]) or measure(*given)
    )
    svg.drawn(with_title(theme.canvas(2), "Größe"), "fig-x")
    assert 1 == measured.count("Größe")


def test_words_left_of_an_axis_find_room_in_the_picture():
    figure = theme.canvas(2)
    axes = figure.subplots()
    theme.label_left(axes, [0.5], ["a name of some length for a row of the figure"])
    svg.drawn(figure, "fig-x")
    assert axes.texts[0].get_window_extent().x0 >= 0


def test_a_path_becomes_steps_with_only_the_digits_that_can_be_seen():
    assert "m1.2 2 1.1-2z" == paths.shortened("M 1.23 2.00 L 2.34 0 z", 1)


def test_lines_in_one_direction_become_one_line():
    assert "m0 0 3 0" == paths.shortened("M 0 0 L 1 0 L 2 0 L 3 0", 1)


def test_curves_and_steps_along_an_axis_are_understood():
    assert "m1 1c1 0 1 1 1 2l3 0" == paths.shortened("M1 1C2 1 2 2 2 3H5", 1)


def test_a_path_with_arcs_stays_as_it_is():
    assert "M0 0A1 1 0 0 0 2.55 2" == paths.shortened("M0 0A1 1 0 0 0 2.55 2", 1)


@pytest.mark.parametrize("broken", ["", "x", "M", "M 1", "L 1 2 M", "M 1 2 Z 3", "1 2", "M 1 2 L z"])
def test_a_broken_path_never_stops_the_report(broken):
    assert isinstance(paths.shortened(broken, 1), str)


@given(st.lists(POINTS, min_size=1, max_size=30))
def test_rounding_errors_do_not_add_up_along_a_path(points):
    data = "M" + "L".join(f"{x} {y}" for x, y in points)
    last = places(paths.shortened(data, 1))[-1]
    assert math.dist(last, points[-1]) <= 0.0708


def test_pictures_of_a_page_share_their_styles():
    styles = slimming.Styles()
    first, second = shortened(drawn("a"), styles), shortened(drawn("b"), styles)
    used = set(re.findall(r'class="(d\d+)"', first + second))
    assert used and used == set(re.findall(r"^\.(d\d+)\{", styles.css(), re.MULTILINE))


def test_a_short_drawing_shows_the_same_words():
    picture = drawn("Größe 0,5")
    whole, short = (
        re.findall(r"<text[^>]*>([^<]*)</text>", text) for text in (picture, shortened(picture, slimming.Styles()))
    )
    assert whole == short and "Größe 0,5" in whole


def test_a_picture_that_matplotlib_did_not_draw_keeps_its_style():
    inside = '<style>* {fill: red}</style><path style="fill: red" d="M0 0L1.234 1"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    shown = shortened(picture, slimming.Styles())
    assert "<style>" in shown and 'style="fill: red" d="M0 0L1.234 1"' in shown


def test_code_keeps_its_words_and_loses_most_marks():
    highlighted = (
        '<div class=" highlight hl-ipython3"><pre><span></span><span class="k">if</span> <span class="sa">f</span>'
        '<span class="s2">&quot;a </span><span class="si">{</span>x<span class="si">}</span>'
        '<span class="s2">&quot;</span>\n'
        "</pre></div>\n"
    )
    assert "<pre><b>if</b> f<i>&quot;a </i>{x}<i>&quot;</i>\n</pre>" == listing.slim(highlighted)


@pytest.mark.parametrize(
    ("lexer", "source"),
    [
        ("python3", 'x = 7 % 3 != 2\nf"{x:.0%}"'),
        ("ipython3", "%time x = 1"),
        ("ipython3", "!ls"),
        ("ipython3", "print?"),
        ("bash", "%%bash\nls"),
    ],
)
def test_only_code_with_a_sign_of_ipython_is_read_as_more_than_python(lexer, source):
    assert lexer == listing.language(source, "ipython3")


def test_code_for_another_kernel_is_read_in_its_language():
    assert "r" == listing.language("x <- 1", "r")


def test_plain_python_is_marked_as_by_the_lexer_of_ipython():
    highlight, source = Highlight2HTML(), inspect.getsource(listing)
    as_python, as_ipython = (listing.slim(highlight(source, lexer)) for lexer in ("python3", "ipython3"))
    assert as_ipython == as_python


def listed(description: str) -> list[list[str]] | None:
    grid = values.grid(description, ("Angabe", "Wert"))
    return grid and [[cell.text.replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in grid.body]


def test_the_values_in_a_description_become_rows():
    expected = [["Stärke, 0 bis 1"], ["Erstes Horn", "0,7"], ["Zweites Horn", "0,5"]]
    assert expected == listed("Stärke, 0 bis 1. Erstes Horn: 0,7; Zweites Horn: 0,5.")


def test_a_day_in_a_description_ends_no_sentence():
    assert [["24. Oktober 2024", "0,5"], ["1. Mai 2025", "0,6"]] == listed("24. Oktober 2024: 0,5; 1. Mai 2025: 0,6.")


def test_a_group_stands_over_its_rows():
    expected = [["In Russland"], ["Seoul, 23.10.2024", "10"], ["Kiew", "12"], ["Entsandt", "3"]]
    assert expected == listed("In Russland: Seoul, 23.10.2024: 10; Kiew: 12. Entsandt: 3.")


def test_a_description_that_lists_nothing_makes_no_table():
    assert None is listed("Karte der besten Option. Am besten ist dort: Ablehnen.")


def test_a_sentence_that_lists_nothing_stays_whole():
    expected = [["Karte; je Welt ein Feld"], ["Ablehnen", "52"], ["Kursk", "40"], ["Das schwankt; deshalb zählt es"]]
    assert expected == listed(
        "Karte; je Welt ein Feld. Ablehnen: 52; Kursk: 40. Das schwankt; deshalb zählt es."
    )


def test_an_abbreviated_million_ends_no_sentence():
    assert [["Seoul", "4,8 Mio. Granaten"], ["Kiew", "6 Mio. Granaten"]] == listed(
        "Seoul: 4,8 Mio. Granaten; Kiew: 6 Mio. Granaten."
    )


def test_a_question_ends_a_sentence():
    assert [["Wo ist was am besten?"], ["Kursk", "1"], ["Ukraine", "2"]] == listed(
        "Wo ist was am besten? Kursk: 1; Ukraine: 2."
    )
