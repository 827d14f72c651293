"""The inputs of the decision model: what stands in the tables, and how a run chooses and draws."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

from dilemma import dependence, evidence, inputs, parameter_file, parameters
from dilemma.estimates import pert_mean

KEYS = {
    "n_troops", "rotation", "quality", "spared", "use_train", "use_ukraine",
    "pay_ratio", "paid_train", "tech", "line_kim", "snub", "exposure",
    "c_us", "c_seoul", "c_europe", "c_joint", "c_china",
    "rung_kursk", "line_us", "line_seoul", "line_europe", "line_china", "pull", "mood", "blur",
}  # fmt: skip
DAYS = [
    "2024-10-24", "2024-11-01", "2024-11-20", "2024-12-20",
    "2025-01-15", "2025-04-30", "2025-12-31", "2026-02-28",
]  # fmt: skip
VINTAGES = evidence.read("inputs")
CHANGES = sorted({max("2024-10-24", f"{day:%Y-%m-%d}") for day in VINTAGES.known_from})
MODES = evidence.read("worldview_modes")
COUNTERFACTUALS = evidence.read("counterfactuals")


def known(day="2024-10-24"):
    return evidence.newest_vintage(evidence.read("inputs", day), "key")


def prior(day, name):
    """Low, mode and high probability that chapter 05 gives a reaction, as known on a day."""
    table = evidence.newest_vintage(evidence.read("priors", day), "prior_id").set_index("prior_id")
    return table.loc[name, ["low", "mode", "high"]].to_numpy(dtype=float)


def quantities(day):
    return evidence.newest_vintage(evidence.read("quantities", day), "quantity_id").set_index("quantity_id")


def rows(basis):
    return list(VINTAGES[VINTAGES.basis == basis].itertuples())


def small(*changes):
    """A table of three inputs, some of their cells changed."""
    table = pd.DataFrame({
        "key": ["quality", "c_us", "pay_ratio"],
        "low": [0.2, 1.0, 0.3], "mode": [0.5, 4.0, 0.5], "high": [0.9, 12.0, 0.7],
        "unit": ["share", "kse", "ratio"], "basis": ["assumed", "elicited", "derived"],
    })  # fmt: skip
    for row, column, value in changes:
        table.loc[row, column] = value
    return table


def falsified(*rows):
    return pd.DataFrame(rows, columns=["claim_id", "key", "low", "mode", "high"])


VIEW = pd.DataFrame({"worldview": ["kyiv"], "key": ["c_us"], "mode": [8.0]})


# The tables


@pytest.mark.parametrize("day", DAYS)
def test_every_contract_day_has_all_inputs(day):
    assert KEYS == set(known(day).key)


def test_vintages_change_the_values_but_neither_unit_nor_name():
    fixed = VINTAGES.groupby("key")[["unit", "group", "name_en", "name_de"]].nunique()
    assert (fixed == 1).all(axis=None)


@pytest.mark.parametrize("row", rows("sourced"), ids=lambda row: f"{row.key}-{row.known_from:%Y-%m-%d}")
def test_a_sourced_input_equals_its_quantity(row):
    (name,) = row.quantity_ids
    (low, mode, high) = quantities(row.known_from.date()).loc[name, ["low", "mode", "high"]]
    assert pytest.approx([low / 1000, mode / 1000, high / 1000], abs=1e-12) == [row.low, row.mode, row.high]


def replacements(table):
    sent, there = (dependence.triple(table, f"nk_troops_{name}") for name in ("total_2025", "kursk_nov"))
    return dependence.ratio(sent, there)


@pytest.mark.parametrize("row", rows("derived"), ids=lambda row: f"{row.key}-{row.known_from:%Y-%m-%d}")
def test_a_derived_input_follows_from_its_quantities_to_the_digits_printed(row):
    recompute = {"pay_ratio": dependence.pay_ratio_range, "rotation": replacements}[row.key]
    tolerance = {"pay_ratio": 0.0005, "rotation": 0.005}[row.key]
    recomputed = recompute(quantities(row.known_from.date()))
    assert pytest.approx([*recomputed], abs=tolerance) == [row.low, row.mode, row.high]


def test_the_pay_ratio_of_the_article_by_hand():
    row = known().set_index("key").loc["pay_ratio"]
    dearest, usual, cheapest = 3_000_000 + 6 * 195_000, 1_000_000 + 6 * 210_000, 800_000 + 6 * 195_000
    by_hand = [2000 * 89.6 * 6 / dearest, 2000 * 95.5 * 6 / usual, 2300 * 96.2 * 6 / cheapest]
    assert pytest.approx(by_hand, abs=0.0005) == [row.low, row["mode"], row.high]


@pytest.mark.parametrize("day", CHANGES)
def test_a_newer_quantity_never_waits_for_the_input_that_rests_on_it(day):
    table, found = quantities(day), known(day).set_index("key")
    assert pytest.approx([*dependence.pay_ratio_range(table)], abs=0.0005) == [
        *found.loc["pay_ratio", ["low", "mode", "high"]]
    ]


def test_every_input_has_a_claim_or_a_source_or_says_that_it_is_assumed():
    bare = VINTAGES[(VINTAGES.claims.str.len() == 0) | (VINTAGES.source_ids.str.len() == 0)]
    says_so = bare.reason_en.str.startswith(("Assumed", "Our answer"))
    says_so &= bare.reason_de.str.startswith(("Angenommen", "Unsere Antwort"))
    assert [] == bare.key[~says_so].tolist()


@pytest.mark.parametrize(("basis", "english", "german"), [
    ("assumed", "Assumed", "Angenommen"), ("elicited", "Our answer", "Unsere Antwort"),
])
def test_a_judgement_of_ours_says_so_where_the_reader_sees_it(basis, english, german):
    found = VINTAGES[VINTAGES.basis == basis]
    assert found.reason_en.str.startswith(english).all() and found.reason_de.str.startswith(german).all()


def test_only_costs_answer_the_question_about_soldiers():
    assert (VINTAGES.unit == "kse").to_list() == (VINTAGES.basis == "elicited").to_list()


def test_sourced_and_derived_inputs_cite_the_pages_of_their_quantities():
    cited = evidence.read("quantities").explode("source_ids")
    pages = cited.groupby("quantity_id").source_ids.agg(set)
    for row in [*rows("sourced"), *rows("derived")]:
        assert row.source_ids and set(row.source_ids) <= set().union(*pages[list(row.quantity_ids)])


@pytest.mark.parametrize("table", ["inputs", "worldview_modes"])
def test_no_row_cites_a_page_younger_than_itself(table):
    frame = evidence.read(table)
    published = evidence.read("sources").set_index("source_id").query("precision == 'day'").published
    cited = frame.source_ids.explode().dropna()
    article = pd.Series(pd.Timestamp("2024-10-24"), frame.index)
    known_from = frame.get("known_from", article).reindex(cited.index)
    late = published.reindex(cited).to_numpy() > known_from.to_numpy()
    assert [] == cited[late].tolist()


def test_no_row_rests_on_a_quantity_that_is_not_known_yet():
    first = evidence.read("quantities").groupby("quantity_id").known_from.min()
    for row in VINTAGES.itertuples():
        assert all(first[name] <= row.known_from for name in row.quantity_ids), row.key


@pytest.mark.parametrize(("day", "prior_id", "key"), [
    ("2024-10-24", "p_us_permission_given_combat", "line_us"),
    ("2024-10-29", "p_us_permission_given_combat", "line_us"),
    ("2024-10-24", "p_china_public_rebuke", "line_china"),
    ("2024-11-01", "p_china_public_rebuke", "line_china"),
])
def test_a_line_reproduces_the_prior_at_kursk_and_its_spread_covers_it(day, prior_id, key):
    found = known(day).set_index("key")
    rare, usual, frequent = 2.0 - found.loc["blur", "mode"] * logit(prior(day, prior_id))
    assert pytest.approx(usual, abs=0.06) == found.loc[key, "mode"]
    assert found.loc[key, "low"] <= frequent and rare <= found.loc[key, "high"]


def test_seouls_line_reproduces_its_prior_once_washingtons_pull_is_counted():
    mode = known().set_index("key")["mode"]

    def chance(line):
        return 1 / (1 + np.exp((line - 2.0) / mode.blur))

    us, alone, joined = chance(mode.line_us), chance(mode.line_seoul), chance(mode.line_seoul - mode.pull)
    expected = prior("2024-10-24", "p_rok_direct_lethal_12m")[1]
    assert pytest.approx(expected, abs=0.005) == us * joined + (1 - us) * alone


def test_the_chances_that_the_reasons_name_are_those_of_the_mode():
    blur = 0.35
    for row in VINTAGES[VINTAGES.unit == "rung"].itertuples():
        if named := re.search(r"The mode means about (\d+) percent", row.reason_en):
            chance = 1 / (1 + np.exp((row.mode - 2.0) / blur))
            assert pytest.approx(int(named[1]) / 100, abs=0.006) == chance, row.reason_en


def test_the_mood_leans_to_neither_side():
    mood = known().set_index("key").loc["mood"]
    assert (0, 0) == (mood["mode"], mood.low + mood.high)


# Worldviews, counterfactuals and scenarios


@pytest.mark.parametrize("worldview", sorted(evidence.read("worldviews").worldview))
@pytest.mark.parametrize("day", CHANGES)
def test_every_worldview_fits_every_vintage(day, worldview):
    assert KEYS == set(inputs.choose(known(day), COUNTERFACTUALS, MODES, worldview=worldview).index)


@pytest.mark.parametrize("claim", sorted(set(COUNTERFACTUALS.claim_id)))
def test_every_counterfactual_is_allowed_and_changes_what_it_names(claim):
    named = set(COUNTERFACTUALS.key[COUNTERFACTUALS.claim_id == claim])
    before, after = inputs.choose(known()), inputs.choose(known(), COUNTERFACTUALS, rejected=[claim])
    assert named == set(before.index[(before[inputs.BOUNDS] != after[inputs.BOUNDS]).any(axis=1)])


def test_a_counterfactual_changes_only_inputs_that_name_the_claim():
    named = VINTAGES.explode("claims").groupby("key").claims.agg(set)
    strangers = COUNTERFACTUALS[
        [row.claim_id not in named[row.key] for row in COUNTERFACTUALS.itertuples()]
    ]
    assert [] == strangers[["claim_id", "key"]].to_numpy().tolist()


def test_the_parameter_offers_exactly_the_described_worldviews():
    offered = parameters.Parameters.model_fields["worldview"].annotation.__args__
    assert set(evidence.read("worldviews").worldview) == set(offered)


@pytest.mark.parametrize("worldview", sorted(evidence.read("worldviews").worldview))
def test_every_worldview_has_a_scenario_file_that_says_whose_view_it_is(worldview):
    file = evidence.DATA / "scenarios" / f"{worldview}.yaml"
    described = evidence.read("worldviews").set_index("worldview").loc[worldview]
    assert {"worldview": worldview} == parameter_file.read(file)
    header = file.read_text("utf-8").splitlines()[:2]
    assert [f"# {described.reason_en}", f"# {described.reason_de}"] == header


# Choosing


def test_without_wishes_the_table_stands_with_the_usual_peak():
    chosen = inputs.choose(small())
    assert [0.2, 0.5, 0.9, 4, "assumed"] == [*chosen.loc["quality", [*inputs.BOUNDS, "peak", "basis"]]]


def test_a_worldview_moves_the_mode_alone():
    chosen = inputs.choose(small(), worldviews=VIEW, worldview="kyiv")
    assert [1, 8, 12] == [*chosen.loc["c_us", inputs.BOUNDS]]


def test_a_rejected_claim_overrules_the_worldview():
    claims = falsified(("C24", "c_us", 0, 1, 2))
    chosen = inputs.choose(small(), claims, VIEW, worldview="kyiv", rejected=["C24"])
    assert [0, 1, 2, "assumed"] == [*chosen.loc["c_us", [*inputs.BOUNDS, "basis"]]]


def test_an_override_overrules_everything():
    chosen = inputs.choose(small(), falsified(("C24", "c_us", 0, 1, 2)), VIEW, worldview="kyiv",
                           rejected=["C24"], overrides={"c_us": (3, 3.5, 4)})
    assert [3, 3.5, 4, "override"] == [*chosen.loc["c_us", [*inputs.BOUNDS, "basis"]]]


@pytest.mark.parametrize("rejected", [("C24", "C25"), ("C25", "C24")])
def test_of_several_rejected_claims_the_one_that_moves_the_mode_furthest_counts(rejected):
    both = falsified(("C24", "c_us", 2, 3, 4), ("C25", "c_us", 6, 7, 8))
    assert [6, 7, 8] == [*inputs.choose(small(), both, rejected=rejected).loc["c_us", inputs.BOUNDS]]


def test_on_a_tie_the_lower_claim_counts():
    both = falsified(("C25", "c_us", 6, 7, 8), ("C24", "c_us", 0, 1, 2))
    assert [0, 1, 2] == [*inputs.choose(small(), both, rejected=["C24", "C25"]).loc["c_us", inputs.BOUNDS]]


def test_a_sceptic_flattens_judgements_and_keeps_what_is_derived():
    chosen = inputs.choose(small(), worldview="sceptic")
    assert {"quality": 0, "c_us": 0, "pay_ratio": 4} == chosen.peak.to_dict()


def test_a_flat_input_has_its_middle_as_best_guess():
    assert [6.5] == inputs.best_guess(inputs.choose(small(), worldview="sceptic"))["c_us"].tolist()


def test_a_sceptic_keeps_the_analysts_own_mode():
    chosen = inputs.choose(small(), worldview="sceptic", overrides={"c_us": (1, 2, 9)})
    assert [2, 4] == [*chosen.loc["c_us", ["mode", "peak"]]]


def test_a_sceptic_flattens_what_follows_from_a_rejected_claim():
    cheap = falsified(("C22", "pay_ratio", 0, 0.1, 0.4))
    chosen = inputs.choose(small(), cheap, worldview="sceptic", rejected=["C22"])
    assert [0.2, 0] == [*chosen.loc["pay_ratio", ["mode", "peak"]]]


def test_the_table_given_is_left_as_it_was():
    table = small()
    inputs.choose(table, overrides={"c_us": (1, 2, 3)})
    assert table.equals(small())


# Refusals


@pytest.mark.parametrize(("wishes", "sentence"), [
    ({"overrides": {"c_us": (5, 4, 6)}}, "c_us is 5, 4, 6, but low, mode and high must be rising numbers"),
    ({"overrides": {"c_us": (1, float("nan"), 6)}}, "must be rising numbers"),
    ({"overrides": {"quality": (0.2, 0.5, 1.2)}}, "all three must lie between 0 and 1"),
    ({"overrides": {"c_us": (-1, 0, 1)}}, "all three must lie between 0 and 1000"),
    ({"overrides": {"c_us": (1, 2)}}, "has 2 numbers; write three"),
    ({"overrides": {"c_uss": (1, 2, 3)}}, "'c_uss' is not an input. Did you mean 'c_us'"),
    ({"worldview": "kyev"}, "There is no worldview 'kyev'.*Did you mean 'kyiv'"),
    ({"rejected": ["C99"]}, "Rejecting C99 changes no input.*can be rejected: C24"),
])
def test_what_cannot_be_is_refused_in_one_sentence(wishes, sentence):
    with pytest.raises(ValueError, match=sentence):
        inputs.choose(small(), falsified(("C24", "c_us", 0, 1, 2)), VIEW, **wishes)


def test_kursk_must_lie_between_training_and_ukraine():
    with pytest.raises(ValueError, match="rung_kursk is 0.5, 2, 2.6, but all three must lie between 1 and 3"):
        inputs.choose(known(), overrides={"rung_kursk": (0.5, 2, 2.6)})


def test_a_worldview_outside_the_range_is_refused():
    with pytest.raises(ValueError, match="The range of c_us is 1, 8, 5"):
        inputs.choose(small((1, "high", 5.0)), worldviews=VIEW, worldview="kyiv")


def test_a_share_above_one_in_the_table_is_refused():
    with pytest.raises(ValueError, match="range of quality is 0.2, 0.5, 1.5"):
        inputs.choose(small((0, "high", 1.5)))


def test_two_vintages_of_one_input_are_refused():
    with pytest.raises(ValueError, match="The input quality stands in the table twice"):
        inputs.choose(pd.concat([small(), small().head(1)]))


def test_inputs_without_any_width_cannot_be_drawn():
    points = {"quality": (0.5, 0.5, 0.5), "c_us": (4, 4, 4), "pay_ratio": (0.5, 0.5, 0.5)}
    with pytest.raises(ValueError, match="Every input has low equal to high"):
        inputs.draw(inputs.choose(small(), overrides=points), 10, 1)


# Drawing


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(0, 900)] * 3).map(sorted), st.integers(0, 2**32 - 1))
def test_draws_stay_within_their_bounds(triple, seed):
    drawn = inputs.draw(inputs.choose(small(), overrides={"c_us": triple}), 200, seed)["c_us"]
    assert triple[0] <= drawn.min() and drawn.max() <= triple[2]


def test_the_mean_of_the_draws_is_the_pert_mean():
    chosen = inputs.choose(known())
    expected = pert_mean(*(chosen[bound] for bound in inputs.BOUNDS))
    drawn = pd.Series({key: values.mean() for key, values in inputs.draw(chosen, 100_000, 1).items()})
    assert ((drawn - expected).abs() < 0.005 * (chosen.high - chosen.low)).all()


def test_a_flat_input_is_uniform():
    drawn = inputs.draw(inputs.choose(small(), worldview="sceptic"), 100_000, 1)["c_us"]
    assert pytest.approx([1, 3.75, 6.5, 9.25, 12], abs=0.1) == np.quantile(drawn, [0, 0.25, 0.5, 0.75, 1])


def test_an_input_without_width_is_constant():
    drawn = inputs.draw(inputs.choose(small(), overrides={"c_us": (4, 4, 4)}), 5, 1)["c_us"]
    assert [4, 4, 4, 4, 4] == drawn.tolist()


def test_the_order_of_the_rows_does_not_move_the_draws():
    forward, backward = (inputs.draw(inputs.choose(table), 100, 7) for table in (known(), known().iloc[::-1]))
    assert all((forward[key] == backward[key]).all() for key in KEYS)


def test_an_override_leaves_every_other_draw_as_it_was():
    before = inputs.draw(inputs.choose(known()), 100, 7)
    after = inputs.draw(inputs.choose(known(), overrides={"c_us": (1, 2, 9)}), 100, 7)
    assert ["c_us"] == [key for key in before if (before[key] != after[key]).any()]


def test_another_range_of_the_same_shape_keeps_the_quantile_of_every_world():
    before, after = (
        inputs.draw(inputs.choose(known(), overrides={"c_us": triple}), 1_000, 7)["c_us"]
        for triple in ((0, 2, 8), (10, 14, 26))
    )
    assert (10 + 2 * before).tolist() == pytest.approx(after.tolist())


def test_another_mode_keeps_the_order_of_the_worlds():
    left, right = (
        inputs.draw(inputs.choose(known(), overrides={"c_us": triple}), 1_000, 7)["c_us"]
        for triple in ((0, 1, 8), (0, 7, 8))
    )
    assert (left.argsort(kind="stable") == right.argsort(kind="stable")).all() and (left < right).all()


def test_a_missing_input_leaves_every_other_draw_as_it_was():
    before, after = (inputs.draw(inputs.choose(table), 100, 7) for table in (small(), small().drop(0)))
    assert all((before[key] == after[key]).all() for key in ("c_us", "pay_ratio"))


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others():
    chosen = inputs.choose(small())
    first, again, other = (inputs.draw(chosen, 10, seed)["c_us"] for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).all()


def test_no_two_inputs_share_their_luck():
    drawn = pd.DataFrame(inputs.draw(inputs.choose(known()), 20_000, 3))
    assert drawn.corr().where(~np.eye(len(KEYS), dtype=bool)).abs().max(axis=None) < 0.04


def test_the_best_guess_is_one_world_of_modes():
    assert {"quality": [0.5], "c_us": [4.0], "pay_ratio": [0.5]} == {
        key: value.tolist() for key, value in inputs.best_guess(inputs.choose(small())).items()
    }


@pytest.mark.parametrize(
    "changed",
    [
        {"worldview": "kyiv"},
        {"worldview": "sceptic"},
        {"rejected": ["C23"]},
        {"overrides": {"c_us": (3, 3, 3)}},
        {},
    ],
    ids=["worldview", "sceptic", "rejected claim", "constant", "nothing"],
)
def test_redrawing_what_changed_equals_drawing_anew(changed):
    before, after = (inputs.choose(known(), COUNTERFACTUALS, MODES, **how) for how in ({}, changed))
    anew, redrawn = inputs.draw(after, 20, 1), inputs.redraw(inputs.draw(before, 20, 1), before, after, 1)
    assert {key: list(values) for key, values in anew.items()} == {key: list(v) for key, v in redrawn.items()}


def test_the_first_worlds_of_a_long_run_are_those_of_a_short_one():
    chosen = inputs.choose(known())
    short, long = inputs.draw(chosen, 20, 1), inputs.draw(chosen, 100, 1)
    assert {key: list(values) for key, values in short.items()} == {key: list(v[:20]) for key, v in long.items()}
