"""Figures: every label inside the page, in the right language, and an alt text that says the values."""

from types import SimpleNamespace

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from dilemma import evidence, wording
from dilemma.figures import argument, summary, theme, troops, words

LANGUAGES = pytest.mark.parametrize("language", wording.LANGUAGES)


def luminance(colour: str) -> float:
    """The relative luminance of a colour as WCAG 2.2 defines it, 0 to 1."""
    parts = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize(
    "colour", sorted({theme.INK, theme.MUTED, *theme.OPTION.values(), *theme.STAGE.values(), *theme.VOICES})
)
def test_words_of_any_colour_stand_out_from_the_paper(colour):
    assert 4.5 <= (luminance(theme.PAPER) + 0.05) / (luminance(colour) + 0.05)  # WCAG 2.2, level AA


def texts(figure: Figure) -> list[Text]:
    """All labels that are drawn; matplotlib also keeps some for ticks beyond the end of an axis."""
    FigureCanvasAgg(figure).draw()
    beyond = [label for panel in figure.axes for axis in (panel.xaxis, panel.yaxis) for label in _beyond(axis)]
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [text for text in found if text not in beyond]


def _beyond(axis: Axis) -> list[Text]:
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high]


def outside(figure: Figure) -> list[str]:
    """The labels that reach beyond the figure's edge, by more than a pixel."""
    found = texts(figure)
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in found]
    return [
        words
        for words, box in boxes
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1 or box.y1 > page.y1 + 1
    ]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of labels that lie on each other."""
    boxes = [(text.get_text(), text.get_window_extent().shrunk(0.9, 0.8)) for text in texts(figure)]
    return [
        (first, second)
        for number, (first, one) in enumerate(boxes)
        for second, two in boxes[number + 1 :]
        if one.overlaps(two)
    ]


def map_nodes(language: str, as_of: str | None = None) -> pd.DataFrame:
    nodes = evidence.read("argument_nodes", as_of)
    return nodes.assign(text=nodes[f"text_{language}"], low=0.3, median=0.5, high=0.7)


@LANGUAGES
def test_the_whole_argument_map_fits_its_boxes_and_its_page(language):
    figure = argument.argument_map(map_nodes(language), evidence.read("argument_edges"), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_alt_text_of_the_map_says_every_strength():
    alt = argument.argument_alt(map_nodes("de"), "de")
    assert len(map_nodes("de")) == alt.count(": 0,50")


def changes() -> dict[str, pd.DataFrame]:
    return {"Horn": pd.DataFrame({"text": ["first", "second"], "change": [-0.1234, 0.25]})}


@LANGUAGES
def test_the_bars_of_leave_one_out_stay_inside_the_page(language):
    nodes = map_nodes(language)
    longest = nodes.loc[nodes.text.str.len().nlargest(8).index].assign(change=np.linspace(-0.4, 0.4, 8))
    figure = argument.leave_one_out({"one": longest, "two": longest}, language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_alt_text_of_leave_one_out_says_heading_statement_and_change():
    assert "Horn: first: −0,12; second: 0,25." in argument.leave_one_out_alt(changes(), "de")


def one_count(**row) -> SimpleNamespace:
    return SimpleNamespace(**({"central": np.nan, "stated_low": np.nan, "stated_high": np.nan, "mode": 0} | row))


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"central": 1500, "mode": 1500}, "1,500"),
        ({"central": 3000, "stated_low": 3000, "mode": 3000}, "≥\N{NO-BREAK SPACE}3,000"),
        ({"central": 8000, "stated_high": 8000, "mode": 8000}, "≤\N{NO-BREAK SPACE}8,000"),
        ({"stated_low": 100, "stated_high": 999, "mode": 550}, "100–999"),
        ({"central": 8000, "stated_low": 7000, "stated_high": 9000, "mode": 8000}, "8,000"),
    ],
)
def test_a_head_count_is_shown_as_its_issuer_gave_it(row, shown):
    assert shown == troops.stated(one_count(**row), "en")


def counts(language: str) -> pd.DataFrame:
    issuers = evidence.read("issuers")
    name = issuers.loc[issuers[f"name_{language}"].str.len().idxmax(), f"name_{language}"]
    rows = [
        {"stage": stage, "label": f"{name}, 24.10.2024", "low": 0, "mode": 12000, "high": 12000, "central": 12000,
         "stated_low": np.nan, "stated_high": 12000, "party_to_war": party, "in_article": party}
        for stage in ("planned", "in_kursk") for party in (True, False)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@LANGUAGES
def test_head_counts_of_the_longest_named_issuer_stay_inside_the_page(language):
    figure = troops.head_counts(counts(language), language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_a_party_to_the_war_has_a_marker_of_its_own():
    assert troops.MARKER[True] != troops.MARKER[False]


def test_the_alt_text_of_the_head_counts_names_panel_issuer_and_number():
    alt = troops.head_counts_alt(counts("en"), "en")
    assert "Announced or planned: " in alt and "24.10.2024: ≤\N{NO-BREAK SPACE}12,000" in alt


TRIPLES = pd.DataFrame({"low": [2250.0, 9000.0], "mode": [3000.0, 12000.0], "high": [3750.0, 15000.0]})
VOICES = ["South Korean intelligence (NIS)", "Ukrainian military intelligence (HUR)"]


@LANGUAGES
def test_the_hills_stay_inside_the_page(language):
    figure = troops.humps(TRIPLES, np.array([0.8, 0.5]), [*VOICES, "All"], language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_alt_text_of_the_hills_says_range_and_weight():
    alt = troops.humps_alt(TRIPLES, np.array([0.75, 0.25]), VOICES, "en")
    assert "South Korean intelligence (NIS): 2,250–3,750, 75% of the weight" in alt


def sizes() -> dict[str, pd.DataFrame]:
    table = pd.DataFrame({"name": [*VOICES, "All"], "low": [1, 2, 1], "median": [2.5, 9.0, 3], "high": [3, 11, 10]})
    return {"days": table, "months": table.assign(low=0.1, median=0.25, high=0.5)}


@LANGUAGES
def test_the_yardsticks_stay_inside_the_page(language):
    figure = troops.worth(sizes(), {"days": "Tage russischer Verluste", "months": "Monate Anwerbung"}, language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_alt_text_of_the_yardsticks_says_median_and_range():
    assert "South Korean intelligence (NIS): 2,5 Tage (1,0–3,0)" in troops.worth_alt(sizes(), "de")


def test_a_range_whose_ends_would_look_alike_gets_one_more_decimal():
    narrow = {"months": sizes()["months"].assign(low=0.08, median=0.1, high=0.12)}
    assert "0.10 months (0.08–0.12)" in troops.worth_alt(narrow, "en")


def test_a_percentage_needs_no_word_for_its_unit():
    shares = {"share": sizes()["days"].assign(low=0.06, median=0.08, high=0.09)}
    assert "8% (6–9%)" in troops.worth_alt(shares, "en")


def strengths() -> pd.DataFrame:
    values = {"a-strength": 0.55, "a-range": (0.49, 0.61)}
    return summary.strengths(values, {"a": "Das Bündnis kann schaden"})


SHARES = pd.Series({"refuse": 0.52, "train": 0.08, "kursk": 0.4, "ukraine": 0.004})
TITLES = ("In so vielen Welten die beste Option", "So fest steht die These")


@LANGUAGES
def test_the_key_figure_stays_inside_the_page(language):
    figure = summary.answer(SHARES, pd.concat([strengths()] * 3), evidence.read("scales"), TITLES, language)
    assert [] == outside(figure)
    assert [] == overlapping(figure)


def test_the_alt_text_of_the_key_figure_says_shares_median_and_interval():
    assert (
        "In so vielen Welten die beste Option: ablehnen: 52 %; nur ausbilden: 8 %; nur Kursk: 40 %; "
        "in der Ukraine: <1 %. So fest steht die These: Das Bündnis kann schaden: 0,55 (0,49–0,61)."
    ) == summary.answer_alt(SHARES, strengths(), TITLES, "de").replace("\N{NO-BREAK SPACE}", " ")


def test_the_key_figure_reads_the_share_of_each_option_from_the_findings():
    values = {f"dilemma-{option}-share": share for option, share in SHARES.items()}
    assert SHARES.to_dict() == summary.shares(values).to_dict()


def test_every_stage_of_the_model_has_a_colour_and_a_label():
    from dilemma import estimates
    from dilemma.figures import theme

    assert set(estimates.STAGES) == set(theme.STAGE)
    assert all(wording.heading(stage, "de") for stage in estimates.STAGES)


def test_a_label_is_broken_into_lines_of_about_the_same_length():
    assert "one two\nthree four" == words.even("one two three four", 14)
    assert "longestword" == words.even("longestword", 20)


def test_an_entry_of_a_description_has_one_colon_and_no_semicolon():
    assert "Kim – shells: 1 → 2 – train, or not" == words.entry("Kim: shells", "1 → 2: train; or not")


def test_every_kind_of_node_has_a_label():
    assert all(wording.label(kind, "de") for kind in evidence.read("argument_nodes").kind)


def test_a_rehearsal_leaves_own_drawings_as_they_were():
    with matplotlib.rc_context({"font.size": 21, "axes.titley": None}):
        theme.rehearse()
        assert (21, None) == (matplotlib.rcParams["font.size"], matplotlib.rcParams["axes.titley"])
