"""Figures of the stress test: labels inside the page, zero said plainly, alt texts with the actual values."""

import numpy as np
import pandas as pd
import pytest
import worlds
from test_figures import outside, overlapping, texts

from dilemma import decision, sensitivity, stress, wording
from dilemma.escalation import OPTIONS
from dilemma.figures import stress as figures

LANGUAGES = pytest.mark.parametrize("language", wording.LANGUAGES)
LONG = "Zusätzlicher Preis, wenn Washington und Seoul beide handeln"


def shown(figure) -> list[str]:
    return [text.get_text() for text in texts(figure)]


def knowledge() -> pd.DataFrame:
    rows = [("everything", "Alles", 1.27, 0.01), ("group", "Menschen", 0.358, 0.01), ("group", "China", 0, 0)]
    rows += [("input", f"{LONG} {number}", 0.4 - 0.03 * number, 0.01) for number in range(11)]
    rows += [("input", f"Nichts {number}", 0.0, 0.0) for number in range(12)]
    rows += [("signal", "Antworten auf die Ausbildung", 0.015, 0.01)]
    return pd.DataFrame(rows, columns=["kind", "text", "value", "error"])


@LANGUAGES
def test_the_worth_of_knowing_stays_inside_the_page(language):
    figure = figures.worth_of_knowing(knowledge(), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


@LANGUAGES
def test_a_worth_of_nothing_is_said_in_words(language):
    words = {"en": "nothing measurable", "de": "nichts Messbares"}[language]
    assert words in shown(figures.worth_of_knowing(knowledge(), language))


def test_a_worth_below_two_errors_counts_as_nothing():
    row = knowledge().assign(error=lambda table: table.value / 1.9).iloc[1]
    assert "nothing measurable" == figures.worth(row, "en")


def test_a_tiny_worth_is_never_printed_as_zero():
    tiny = knowledge().assign(value=0.002, error=0.0001)
    assert "<0.01" == figures.worth(tiny.iloc[1], "en")
    assert {"14 others", "≤\N{NO-BREAK SPACE}0.01"} <= set(shown(figures.worth_of_knowing(tiny, "en")))


def test_inputs_beyond_the_shown_rows_share_one_line_with_the_most_they_are_worth():
    # Eleven inputs can be measured and nine have a line; the largest of the rest is worth 0.13 days.
    labels = shown(figures.worth_of_knowing(knowledge(), "en"))
    assert {"14 others", "≤\N{NO-BREAK SPACE}0.13"} <= set(labels)


def test_a_report_worth_nothing_keeps_its_own_line():
    idle = knowledge().assign(value=0.0)
    assert "Antworten auf die Ausbildung" in shown(figures.worth_of_knowing(idle, "de"))


def test_inputs_worth_nothing_share_one_line_that_says_so():
    few = knowledge()[lambda table: (table.kind == "input") & ((table.value == 0) | (table.value > 0.3))]
    labels = shown(figures.worth_of_knowing(few, "en"))
    assert "12 others" in labels and "nothing measurable" in labels


def test_where_no_input_is_worth_anything_one_line_speaks_for_all():
    idle = knowledge()[lambda table: table.kind == "input"].assign(value=0.0)
    assert "All 23" in shown(figures.worth_of_knowing(idle, "en"))


def test_the_alt_text_of_the_worth_says_every_row():
    alt = figures.worth_of_knowing_alt(knowledge(), "de")
    assert "Eine Gruppe von Eingaben: Menschen: 0,36; China: nichts Messbares." in alt
    assert 12 == alt.count("Nichts ")


def flips() -> pd.DataFrame:
    chosen = pd.DataFrame(worlds.TRIPLES, index=["low", "mode", "high"]).T.astype(float)
    shares = ("quality", "spared", "use_train", "paid_train")
    units = ["share" if key in shares else "kse" for key in chosen.index]
    table = stress.flip_values(chosen, decision.expected)
    return table.assign(text=[f"{LONG} {key}" for key in table.index], unit=units)


@LANGUAGES
def test_the_flip_points_stay_inside_the_page(language):
    figure = figures.flips(flips(), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def one_flip(**row) -> pd.DataFrame:
    known = {"low": 0.0, "guess": 3.0, "high": 9.0, "flip": 3.533, "option": "train", "distance": 0.06}
    return pd.DataFrame([known | {"text": "Preis", "unit": "kse"} | row])


def test_the_nearest_flip_stands_on_top():
    far, near = one_flip(text="fern", distance=0.5, flip=7.5), one_flip(text="nah")
    axes = figures.flips(pd.concat([far, near], ignore_index=True), "de").axes[0]
    rows = sorted((-text.get_window_extent().y0, text.get_text()) for text in axes.texts)
    assert ["nah", "fern"] == [label for _, label in rows if label in ("nah", "fern")]


def test_a_flip_is_labelled_with_guess_value_and_the_option_that_takes_over():
    assert "3,0 → 3,5: nur ausbilden" in shown(figures.flips(one_flip(), "de"))


def test_a_share_is_labelled_in_percent_and_a_narrow_range_with_two_decimals():
    share = one_flip(unit="share", guess=0.5, flip=0.616, high=1.0).iloc[0]
    rung = one_flip(unit="rung", guess=2.0, flip=1.863, high=2.6).iloc[0]
    assert "50% → 62%: train only" == figures.flip_words(share, "en")
    assert "2.00 → 1.86: train only" == figures.flip_words(rung, "en")


def test_a_flip_next_to_the_guess_gets_one_more_decimal():
    near = one_flip(unit="rung", guess=1.9, flip=1.8981, low=1.2, high=2.6).iloc[0]
    share = one_flip(unit="share", guess=0.65, flip=0.6528, high=1.0).iloc[0]
    assert "1.900 → 1.898: train only" == figures.flip_words(near, "en")
    assert "65.0% → 65.3%: train only" == figures.flip_words(share, "en")


def test_without_any_flip_the_figure_says_so():
    still = one_flip(flip=np.nan, option=None, distance=np.nan)
    assert "no flip within the range" in shown(figures.flips(still, "en"))
    assert "Preis: no flip within the range." in figures.flips_alt(still, "en")


def test_the_alt_text_of_the_flips_says_every_flip_and_who_has_none():
    table = pd.concat([one_flip(), one_flip(text="Anderes", flip=np.nan)], ignore_index=True)
    expected = "Preis: 3,0 → 3,5 – nur ausbilden; Anderes: kein Kipppunkt in der Spanne."
    assert expected in figures.flips_alt(table, "de")


def structures() -> pd.DataFrame:
    x = worlds.draw(2000)
    return stress.compare_structures(stress.structures(x, x, 2.0), decision.expected)


@LANGUAGES
def test_the_structures_stay_inside_the_page(language):
    figure = figures.structures(structures(), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


@LANGUAGES
def test_a_share_of_all_worlds_stays_inside_its_column(language):
    rows = {"baseline": [0.0, 0, 0, 1, "ukraine"], "no_snub": [1.0, 0, 0, 0, "refuse"]}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*OPTIONS, "best"])
    figure = figures.structures(table, language)
    assert [] == outside(figure) + overlapping(figure)


def test_the_option_best_on_average_is_marked_once_per_structure():
    labels = shown(figures.structures(structures(), "en"))
    assert len(structures()) == sum(label.endswith("●") for label in labels)


def test_the_alt_text_of_the_structures_says_shares_and_the_best_option():
    table = pd.DataFrame([[0.5, 0.25, 0.249, 0.001, "refuse"]], columns=[*OPTIONS, "best"], index=["no_snub"])
    shares = "refuse: 50%; train only: 25%; Kursk only: 25%; inside Ukraine: <1%"
    expected = f"Refusing Kim costs nothing: {shares}; best on average: refuse."
    assert expected in figures.structures_alt(table, "en")


def test_every_structure_of_the_model_has_a_name():
    x = worlds.draw(10)
    assert list(stress.structures(x, x, 2.0)) == list(figures.STRUCTURES)


def shares() -> pd.DataFrame:
    firsts = np.linspace(0.3, -0.01, 25)
    return pd.DataFrame({"text": [f"{LONG} {n}" for n in range(25)], "first": firsts, "total": firsts + 0.02})


@LANGUAGES
def test_the_shares_of_variance_stay_inside_the_page(language):
    figure = figures.sobol(shares(), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_numbers_stand_beyond_the_bars_where_noise_makes_the_filled_one_longer():
    noisy = pd.DataFrame({"text": ["Preis"], "first": [0.22], "total": [0.21]})
    (label,) = [text for text in texts(figures.sobol(noisy, "en")) if text.get_text() == "22% / 21%"]
    assert 0.22 == label.xy[0]


def test_the_alt_text_of_the_shares_says_both_numbers():
    alt = figures.sobol_alt(shares(), "en", most=2)
    assert f"{LONG} 0: 30% / 32%; {LONG} 1: 29% / 31%." in alt


def test_the_figure_takes_the_indices_as_they_are_computed():
    chosen = pd.DataFrame({"low": [0.0], "mode": [1.0], "high": [2.0], "peak": [4]}, index=["a"])
    table = sensitivity.sobol(chosen, lambda x: x["a"], seed=1).assign(text="Preis")
    alone, together = table.loc["a", ["first", "total"]]
    assert f"Preis: {alone:.0%} / {together:.0%}" in figures.sobol_alt(table, "en")
