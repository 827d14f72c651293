"""The decision model against full enumeration, an influence diagram and sums done by hand."""

import math

import numpy as np
import pyagrum as gum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import IN_SOLDIERS, TRIPLES, draw, guess

from dilemma import decision, escalation
from dilemma.escalation import OPTIONS, RESPONDERS

SHARES = ("quality", "spared", "use_train", "paid_train")


def bounds(key: str) -> st.SearchStrategy[float]:
    """Values far beyond the invented triples, yet of the right kind."""
    if key in SHARES:
        return st.floats(0, 1)
    if key in ("line_us", "line_seoul", "line_europe", "line_china", "line_kim", "mood"):
        return st.floats(-5, 8)
    return st.floats(0.05, 3) if key in ("blur", "rung_kursk") else st.floats(0, 40)


worlds = st.fixed_dictionaries({key: bounds(key) for key in TRIPLES}).map(
    lambda values: {key: np.array([value]) for key, value in values.items()}
)


def test_the_model_needs_the_inputs_that_the_tests_invent():
    assert set(TRIPLES) == set(decision.KEYS)


@given(worlds)
def test_enumerating_all_leaves_gives_the_closed_form(x):
    assert decision.enumerated(x) == pytest.approx(decision.expected(x), rel=1e-12, abs=1e-12)


@given(worlds)
def test_the_items_sum_to_the_expected_value(x):
    assert decision.expected(x) == pytest.approx(sum(decision.items(x).values()), rel=1e-12, abs=1e-12)


def test_the_items_of_a_simulation_sum_to_its_values():
    x = draw(500)
    values, acts = decision.simulate(x, seed=3)
    assert values == pytest.approx(sum(decision.items(x, acts).values()), rel=1e-12, abs=1e-12)


# An independent solver: the same story told as an influence diagram, its utilities written out by hand


def diagram(v: dict[str, float]) -> gum.InfluenceDiagram:
    found = gum.InfluenceDiagram()
    found.addDecisionNode(gum.LabelizedVariable("option", "", 4))
    found.addUtilityNode(gum.LabelizedVariable("value", "", 1))
    for name in RESPONDERS:
        found.addChanceNode(gum.LabelizedVariable(name, "", 2))
        found.addArc("option", name)
        found.addArc(name, "value")
    for ally in ("seoul", "europe"):
        found.addArc("us", ally)
    found.addArc("option", "value")
    for option in range(4):
        _fill(found, v, option)
    return found


def _fill(found: gum.InfluenceDiagram, v: dict[str, float], option: int) -> None:
    lines = {"us": v["line_us"] + v["mood"], "beijing": v["line_china"], "kim": v["line_kim"]}
    for name, line in lines.items():
        found.cpt(name)[{"option": option}] = chance(v, option, line)
    for ally in ("seoul", "europe"):
        for us in (0, 1):
            line = v[f"line_{ally}"] + v["mood"] - us * v["pull"]
            found.cpt(ally)[{"option": option, "us": us}] = chance(v, option, line)
    for leaf in np.ndindex(2, 2, 2, 2, 2):
        acts = dict(zip(RESPONDERS, leaf, strict=True))
        found.utility("value")[{"option": option} | acts] = utility(v, option, **acts)


def chance(v: dict[str, float], option: int, line: float) -> list[float]:
    acts = 0.0 if option == 0 else 1 / (1 + math.exp((line - (0, 1, v["rung_kursk"], 3)[option]) / v["blur"]))
    return [1 - acts, acts]


def utility(v: dict[str, float], option: int, *, us: int, seoul: int, europe: int, beijing: int, kim: int):
    men = v["n_troops"] * v["rotation"]
    gain = men * (v["quality"] + v["spared"]) * (0, v["use_train"], 1, v["use_ukraine"])[option]
    paid = men * v["pay_ratio"] * (0, v["paid_train"], 1, 1)[option] + kim * v["tech"]
    shown = v["exposure"] * (0, 1, v["rung_kursk"], 3)[option] / 3
    snub = v["snub"] if option == 0 else 0
    west = us * v["c_us"] + seoul * v["c_seoul"] + europe * v["c_europe"] + us * seoul * v["c_joint"]
    return gain - paid - shown - snub - west - beijing * v["c_china"]


def solved(x: dict[str, np.ndarray], world: int) -> list[float]:
    """The expected utility of each option, one solved diagram per option."""
    known = diagram({key: float(values[world]) for key, values in x.items()})
    result = []
    for option in range(4):
        solver = gum.ShaferShenoyLIMIDInference(known)
        solver.addEvidence("option", option)
        solver.makeInference()
        result.append(solver.MEU()["mean"])
    return result


def test_an_influence_diagram_gives_the_same_values_at_the_best_guess():
    assert solved(guess(), 0) == pytest.approx(decision.expected(guess())[0].tolist(), abs=1e-9)


@pytest.mark.parametrize("world", range(8))
def test_an_influence_diagram_gives_the_same_values_in_drawn_worlds(world):
    x = draw(8, seed=5)
    assert solved(x, world) == pytest.approx(decision.expected(x)[world].tolist(), abs=1e-9)


# Single items by hand


def item(name: str, **changed: float) -> list[float]:
    return decision.items(guess(**changed))[name][0].tolist()


def test_men_count_by_number_rotation_worth_and_use():
    # 10 x 1.5 x (0.5 + 0.2) = 10.5 kSE if they fight in Kursk
    assert pytest.approx([0, 1.05, 10.5, 12.6]) == item("men", use_ukraine=1.2)


def test_pay_follows_the_heads_not_their_worth():
    assert pytest.approx([0, -3, -6, -6]) == item("price", paid_train=0.5, quality=0)


def test_dependence_shows_in_proportion_to_the_rung():
    assert pytest.approx([0, -1, -2, -3]) == item("exposure", exposure=3)


def test_only_refusing_snubs_kim():
    assert [-3, 0, 0, 0] == item("snub")


def test_a_responder_exactly_on_its_line_costs_half():
    assert pytest.approx(-2.5) == item("washington", line_us=2, mood=0, c_us=5)[2]


def test_washington_and_seoul_together_cost_extra_only_if_both_act():
    # Washington at 1/2; Seoul, pulled down onto the rung, at 1/2 as well
    x = {"line_us": 2, "line_seoul": 2.5, "pull": 0.5, "mood": 0, "rung_kursk": 2, "c_joint": 4}
    assert pytest.approx(-1) == item("joint", **x)[2]


def test_the_order_of_options_is_that_of_provocation():
    assert ("refuse", "train", "kursk", "ukraine") == OPTIONS
    assert (np.diff(escalation.rungs(draw(100)), axis=1) > 0).all()


# Responses


def test_refusing_provokes_nobody():
    x = draw(200)
    _, acts = decision.simulate(x, seed=1)
    assert {0.0} == {p[:, 0].max() for p in decision.chances(x).values()}
    assert not any(acted[:, 0].any() for acted in acts.values())


@given(worlds, st.floats(0, 1))
def test_no_responder_grows_calmer_when_kursk_climbs_the_ladder(x, climb):
    higher = x | {"rung_kursk": x["rung_kursk"] + climb}
    for name, chance in decision.chances(x).items():
        assert chance[0, 2] <= decision.chances(higher)[name][0, 2] + 1e-12


@given(worlds)
def test_without_blur_every_line_is_a_step(x):
    sharp = decision.chances(x | {"blur": np.array([1e-12])})
    lines = {"us": x["line_us"] + x["mood"], "beijing": x["line_china"], "kim": x["line_kim"]}
    for name, line in lines.items():
        above = escalation.rungs(x)[0, 1:] - line
        apart = np.abs(above) > 1e-6  # a rung on the line itself is tested with the ladder
        assert (above > 0)[apart].tolist() == sharp[name][0, 1:][apart].tolist()


@given(worlds, st.floats(0.1, 10))
def test_a_larger_unit_scales_all_values_alike(x, factor):
    scaled = x | {key: factor * x[key] for key in IN_SOLDIERS}
    assert factor * decision.expected(x) == pytest.approx(decision.expected(scaled), rel=1e-12, abs=1e-12)


@given(worlds)
def test_doubling_every_input_in_soldiers_keeps_the_verdict(x):
    doubled = decision.expected(x | {key: 2 * x[key] for key in IN_SOLDIERS})
    assert decision.expected(x).argmax() == doubled.argmax()


# Luck


@settings(deadline=None, max_examples=20, derandomize=True)  # one of many seeds would fail by chance
@given(worlds)
def test_the_simulated_mean_lies_within_four_standard_errors(x):
    many = {key: np.repeat(value, 4000) for key, value in x.items()}
    values, _ = decision.simulate(many, seed=11)
    error = values.std(axis=0) / math.sqrt(4000)
    # A reaction rarer than one in a hundred thousand may not occur at all among 4,000 worlds.
    rare = 1e-3 * sum(x[key][0] for key in IN_SOLDIERS[1:]) + 1e-9
    assert (np.abs(values.mean(axis=0) - decision.expected(x)[0]) <= 4 * error + rare).all()


def test_a_responder_acts_as_often_as_its_chance_says():
    x = draw(100_000)
    _, acts = decision.simulate(x, seed=2)
    for name, chance in decision.chances(x).items():
        error = np.sqrt((chance * (1 - chance)).mean(axis=0) / len(chance))
        assert (np.abs(acts[name].mean(axis=0) - chance.mean(axis=0)) <= 4 * error).all(), name


def test_the_same_seed_gives_the_same_numbers():
    assert (decision.simulate(draw(50), seed=4)[0] == decision.simulate(draw(50), seed=4)[0]).all()


def test_another_seed_gives_other_luck():
    assert (decision.simulate(draw(50), seed=4)[0] != decision.simulate(draw(50), seed=5)[0]).any()


def test_luck_is_common_to_the_options():
    # With Kursk on Ukraine's rung both provoke alike, so every responder does the same in both.
    _, acts = decision.simulate(draw(500) | {"rung_kursk": np.full(500, 3.0)}, seed=6)
    assert all((acted[:, 2] == acted[:, 3]).all() for acted in acts.values())


def test_who_is_provoked_by_training_is_provoked_by_kursk_too():
    _, acts = decision.simulate(draw(2000), seed=7)
    assert all((acted[:, 1] <= acted[:, 2]).all() for acted in acts.values())


def test_replies_at_hand_change_nothing():
    x = draw(50)
    replies = escalation.responses(x)
    assert (decision.expected(x) == decision.expected(x, replies)).all()
    assert (decision.simulate(x, 1)[0] == decision.simulate(x, 1, replies)[0]).all()


# The map and the second axis


@given(worlds)
def test_a_point_of_the_map_is_a_world_of_that_worth_and_that_reaction(x):
    x = x | {"n_troops": x["n_troops"] + 1, "rotation": x["rotation"] + 1}
    worth, reaction = 7.5, 0.3
    values = decision.tipping(x, np.array([worth]), np.array([reaction])).values[0, 0]
    men = x["n_troops"] * x["rotation"]
    line = x["rung_kursk"] - x["mood"] + x["blur"] * math.log(0.7 / 0.3)
    moved = x | {"quality": worth / men - x["spared"], "line_us": line}
    assert (worth, reaction) == pytest.approx([axis.item() for axis in decision.position(moved)])
    assert decision.expected(moved)[0] == pytest.approx(values, rel=1e-9, abs=1e-9)


def test_the_map_at_the_best_guess_is_the_best_guess():
    worth, reaction = (axis.item() for axis in decision.position(guess()))
    found = decision.tipping(guess(), np.array([worth]), np.array([reaction]))
    assert decision.expected(guess())[0] == pytest.approx(found.values[0, 0])
    assert (worth, reaction) == found.guess
    assert OPTIONS[found.values[0, 0].argmax()] == found.best


@pytest.mark.parametrize(("blur", "reaction"), [(0, 0.5), (0.4, 0), (0.4, 1)])
def test_a_map_without_lines_to_move_is_refused(blur, reaction):
    with pytest.raises(ValueError, match="needs lines with some blur, and reactions above 0 and below 1"):
        decision.tipping(guess(blur=blur), np.array([5.0]), np.array([float(reaction)]))


def quiet(**changed: float) -> dict[str, np.ndarray]:
    """Nobody answers but Washington, with one chance in two at Kursk; men in training bring nothing."""
    far = {line: 99 for line in ("line_seoul", "line_europe", "line_china", "line_kim")}
    return guess(use_train=0, line_us=2, **far | changed)


def test_the_map_tips_where_kursk_and_the_best_alternative_are_equal():
    # Kursk: worth - 6 pay - 4/3 exposure - 20 x reaction; refusing: -3. The best guess: worth 10.5, reaction 0.5
    worth, reaction = decision.tips(quiet(c_us=20), np.linspace(0, 30, 61), np.linspace(0.01, 0.99, 99))
    assert pytest.approx((6 + 4 / 3 + 10 - 3, (10.5 - 6 - 4 / 3 + 3) / 20), abs=1e-9) == (worth, reaction)


def test_a_reaction_that_costs_nothing_tips_nothing():
    worth, reaction = decision.tips(quiet(c_us=0), np.linspace(0, 30, 61), np.linspace(0.01, 0.99, 99))
    assert (pytest.approx(6 + 4 / 3 - 3), None) == (worth, reaction)


def test_soldiers_are_told_in_days_of_losses():
    assert 8 == decision.days(10, 1250)


@pytest.mark.parametrize("losses", [0, -1, math.nan])
def test_days_of_losses_need_losses(losses):
    with pytest.raises(ValueError, match="losses_per_day is .*, but must be above zero"):
        decision.days(10, losses)


# Refusals

FUNCTIONS = pytest.mark.parametrize(
    "compute",
    [decision.expected, decision.items, decision.enumerated, lambda x: decision.simulate(x, 1)],
    ids=["expected", "items", "enumerated", "simulate"],
)


@FUNCTIONS
def test_a_missing_input_is_named(compute):
    x = guess()
    del x["tech"]
    with pytest.raises(ValueError, match="needs the input tech, which is missing"):
        compute(x)


@FUNCTIONS
def test_rows_of_unequal_length_are_refused(compute):
    with pytest.raises(ValueError, match=r"one value per world, but mood has shape \(3,\), n_troops \(1,\)"):
        compute(guess() | {"mood": np.zeros(3)})


@FUNCTIONS
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_not_finite_is_refused(compute, value):
    with pytest.raises(ValueError, match="input snub holds a value that is not a finite number"):
        compute(guess(snub=value))


def test_no_world_at_all_is_refused():
    with pytest.raises(ValueError, match="one value per world"):
        decision.expected(draw(0))
