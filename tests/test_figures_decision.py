"""Figures of the dilemma: labels inside the page and apart, and alt texts that say the values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from test_figures import outside, overlapping, texts
from worlds import draw, guess

from dilemma import decision, verdict, wording
from dilemma.escalation import OPTIONS
from dilemma.figures import decision as figures
from dilemma.figures import theme, tipping

LANGUAGES = pytest.mark.parametrize("language", wording.LANGUAGES)
X = draw(2000)
VALUES = decision.simulate(X, seed=1)[0]
RATINGS = verdict.temperaments(decision.expected(X), VALUES)


def fits(figure) -> bool:
    return ([], []) == (outside(figure), overlapping(figure))


def words(figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


@LANGUAGES
def test_the_balance_fits_its_page(language):
    assert fits(figures.balance(verdict.balance(X, VALUES), language))


def test_a_balance_of_large_gains_alone_fits_its_page():
    assert fits(figures.balance(20 * verdict.balance(X, VALUES).abs(), "de"))


def table() -> pd.DataFrame:
    row = {"men": 10.54, "price": -6.0, "snub": 0.0, "total": 4.54, "low": -2.0, "high": 9.0}
    return pd.DataFrame([row] * 4, index=OPTIONS)


def test_the_bars_of_the_balance_pile_up_to_the_total():
    figure = figures.balance(table(), "en")
    bars = figure.axes[0].patches
    assert [0, 10.54] == pytest.approx([bar.get_x() for bar in bars])
    assert [10.54, -6] == pytest.approx([bar.get_width() for bar in bars])


def test_an_item_too_small_for_a_bar_keeps_its_number():
    figure = figures.balance(table().assign(snub=-0.1), "en")
    assert 2 == len(figure.axes[0].patches)
    assert "−0.1" in words(figure)


def test_no_number_of_the_balance_lies_on_the_line_at_zero():
    figure = figures.balance(table(), "en")
    numbers = [text for text in texts(figure) if text.get_text() in ("+10.5", "−6.0", "+4.5")]
    zeros = {axes: axes.transData.transform((0, 0))[0] for axes in figure.axes}
    assert 12 == sum(text.get_window_extent().x0 > zeros[text.axes] for text in numbers)


def test_gains_are_filled_and_costs_are_empty():
    gain, cost = figures.balance(table(), "en").axes[0].patches
    assert to_rgb(theme.OPTION["refuse"]) == gain.get_facecolor()[:3]
    assert (1, 1, 1) == cost.get_facecolor()[:3]


def test_the_alt_text_of_the_balance_says_items_total_and_interval():
    alt = figures.balance_alt(table(), "de")
    items = "Soldaten: +10,5; Sold an Pjöngjang: −6,0; Summe: +4,5"
    assert f"Nur Kursk: {items}; 90 % der Ausgänge: −2,0 bis 9,0." in alt


@LANGUAGES
@pytest.mark.parametrize("size", [1, 50])
def test_the_tiles_fit_their_page(language, size):
    assert fits(figures.tiles(size * RATINGS, verdict.choices(RATINGS), language))


def test_one_tile_per_temperament_is_marked_as_its_choice():
    figure = figures.tiles(RATINGS, verdict.choices(RATINGS), "en")
    framed = [patch for patch in figure.axes[0].patches if patch.get_linewidth() > 1]
    assert (4, 4) == (len(framed), words(figure).count("choice"))


def test_the_alt_text_of_the_tiles_says_choice_and_ratings():
    ratings = pd.DataFrame({"worst_case": [-5.6, -10.6, 1.2, -26.0]}, index=OPTIONS)
    alt = figures.tiles_alt(ratings, verdict.choices(ratings), "en")
    rated = "refuse: −5.6; train only: −10.6; Kursk only: +1.2; inside Ukraine: −26.0"
    assert f"Ratings in kSE, higher is better. Worst-case planner: choice: Kursk only; {rated}." == alt


def shares(*share: float) -> pd.DataFrame:
    return pd.DataFrame({"share": share, "error": 0.001}, index=OPTIONS)


@LANGUAGES
def test_a_hundred_worlds_fit_their_page(language):
    assert fits(figures.hundred_worlds(shares(0.25, 0.25, 0.25, 0.25), language))


@pytest.mark.parametrize("share", [(0, 0, 0, 1), (1, 0, 0, 0), (0.005, 0.98, 0.01, 0.005)])
def test_labels_of_few_worlds_stay_apart(share):
    assert fits(figures.hundred_worlds(shares(*share), "de"))


def test_every_world_has_its_square_and_every_option_that_occurs_a_sample():
    squares = figures.hundred_worlds(shares(0.3, 0.2, 0.5, 0), "en").axes[0].patches
    assert 103 == len(squares)
    assert 51 == sum(square.get_hatch() == figures.HATCH["kursk"] for square in squares)


def test_every_option_differs_in_grey_print():
    assert 4 == len(set(figures.HATCH.values())) == len(set(theme.OPTION.values()))


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda weights: sum(weights) > 0.01))
def test_shares_become_whole_worlds_that_add_up_to_a_hundred(weights):
    share = np.array(weights) / sum(weights)
    counts = figures.in_hundred(share)
    assert 100 == counts.sum()
    assert (np.abs(counts - 100 * share) < 1 + 1e-9).all()


def test_the_largest_remainder_is_rounded_up():
    assert [49, 17, 34, 0] == figures.in_hundred([0.488, 0.173, 0.338, 0.001]).tolist()


def test_the_alt_text_of_the_worlds_says_every_count():
    alt = figures.hundred_worlds_alt(shares(0.488, 0.173, 0.338, 0.001), "de")
    assert alt.endswith("ablehnen: 49; nur ausbilden: 17; nur Kursk: 34; in der Ukraine: 0.")


WORTHS, REACTIONS = np.linspace(0.5, 25, 60), np.linspace(0.01, 0.99, 60)
BOX = (0.3, np.inf, -np.inf, 9.0)


def drawn(language: str, box: tipping.Box | None = None, **changed: float):
    found = decision.tipping(guess(**changed), WORTHS, REACTIONS)
    return tipping.tipping_map(found, decision.position(X), 1250, language, box)


@LANGUAGES
def test_the_tipping_map_fits_its_page(language):
    assert fits(drawn(language))


@pytest.mark.parametrize(
    "changed",
    [{"use_train": 0.6}, {"snub": 0, "quality": 0.1}, {"c_us": 40}, {"use_ukraine": 3, "line_us": 0}],
    ids=["train", "cheap refusal", "dear reaction", "ukraine"],
)
def test_the_names_on_a_tipped_map_stay_apart(changed):
    assert fits(drawn("de", BOX, **changed))


def test_the_map_names_the_options_where_they_are_best():
    assert {"Kursk only\nis best", "refuse\nis best"} <= set(words(drawn("en")))


def test_a_single_best_option_fills_the_map():
    named = {label for label in words(drawn("en", snub=-99)) if "best" in label}
    assert {"refuse\nis best", "best guess"} == named


def label_of_the_guess(**changed: float):
    (label,) = [text for text in texts(drawn("en", **changed)) if text.get_text() == "best guess"]
    return label


def test_the_label_of_the_best_guess_leaves_the_border_above_it_free():
    worth, _ = decision.tips(guess(), WORTHS, REACTIONS)
    just_below = (worth - 0.5) / (10 * 1.5) - 0.2  # quality, from the worth of ten thousand men and half as many more
    assert "top" == label_of_the_guess(quality=just_below).get_va()


def test_the_label_of_the_best_guess_stands_above_it_where_no_border_is_near():
    assert "bottom" == label_of_the_guess(snub=-99).get_va()


def test_a_box_without_an_end_is_cut_at_the_edge_of_the_map():
    (frame,) = drawn("en", BOX).axes[0].patches
    assert (0.3, 0.5, 0.69, 8.5) == pytest.approx((*frame.get_xy(), frame.get_width(), frame.get_height()))


def test_the_right_axis_tells_days_of_losses():
    figure = drawn("en")
    FigureCanvasAgg(figure).draw()
    right = figure.axes[0].child_axes[0]
    assert pytest.approx([0.4, 20]) == right.get_ylim()  # 0.5 and 25 kSE at 1,250 a day


def test_the_alt_text_of_the_map_says_where_the_guess_lies_and_what_is_best_there():
    cloud = (np.array([5.0, 5.0]), np.array([0.2, 0.2]))
    alt = tipping.tipping_alt(decision.tipping(guess(), WORTHS, REACTIONS), cloud, 1250, "en")
    assert "At the best guess: worth of the contingent in Kursk, kSE: 10.5 (8.4 days of Russian losses); " in alt
    assert "strongly: 50%; best option there: refuse." in alt
    assert "kSE: 5.0–5.0; chance that Washington answers Kursk strongly: 20–20%." in alt
