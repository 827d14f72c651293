"""Strengths of the argument map against hand-computed cases and the limits of DF-QuAD."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dilemma import argument

unit = st.floats(0, 1, allow_nan=False)


def edges(*rows: tuple[str, ...]) -> pd.DataFrame:
    """A map of (from, to, relation) or (from, to, relation, warrant)."""
    full = [(*row, None)[:4] for row in rows]
    return pd.DataFrame(full, columns=["from_node", "to_node", "relation", "warrant"])


def strength(bases: dict[str, float], *rows: tuple[str, ...]) -> dict[str, float]:
    arrays = {node: np.array([score]) for node, score in bases.items()}
    return {node: float(values[0]) for node, values in argument.strengths(arrays, edges(*rows)).items()}


def test_two_supporters_and_one_attacker_give_the_value_computed_by_hand():
    # v_s = 1 - 0.5 * 0.4 = 0.8, v_a = 0.3, d = 0.5, strength = 0.4 + 0.6 * 0.5 = 0.7
    found = strength(
        {"root": 0.4, "a": 0.5, "b": 0.6, "c": 0.3},
        ("a", "root", "support"), ("b", "root", "support"), ("c", "root", "attack"),
    )  # fmt: skip
    assert pytest.approx(0.7) == found["root"]


def test_a_chain_is_computed_from_its_far_end():
    # b = 0.5 + 0.5 * 0.8 = 0.9, root = 0.5 - 0.5 * 0.9 = 0.05
    found = strength({"root": 0.5, "b": 0.5, "c": 0.8}, ("c", "b", "support"), ("b", "root", "attack"))
    assert pytest.approx(0.05) == found["root"]


def test_a_reason_counts_only_as_far_as_its_warrant_stands():
    # force 0.8 * 0.5 = 0.4, root = 0.5 + 0.5 * 0.4
    found = strength({"root": 0.5, "a": 0.8, "w": 0.5}, ("a", "root", "support", "w"))
    assert pytest.approx(0.7) == found["root"]


def test_a_warrant_may_be_attacked_and_then_carries_less():
    # w = 0.5 - 0.5 * 0.6 = 0.2, force 0.8 * 0.2 = 0.16
    found = strength({"root": 0.5, "a": 0.8, "w": 0.5, "o": 0.6}, ("a", "root", "support", "w"), ("o", "w", "attack"))
    assert pytest.approx(0.58) == found["root"]


def test_a_false_warrant_leaves_its_reason_without_force():
    bases = {node: np.full(3, 0.5) for node in ("root", "a", "w")}
    table = argument.leave_one_out(bases, edges(("a", "root", "support", "w")), ["root"])["root"]
    assert {"a": 0.5, "w": 0.5} == dict(zip(table.node_id, table.without, strict=True))


def test_an_edge_whose_warrant_is_not_yet_public_is_left_out():
    nodes = pd.DataFrame({"node_id": ["root", "a"]})
    assert argument.public_map(nodes, edges(("a", "root", "support", "later"))).empty


def test_a_certain_attacker_alone_brings_a_statement_to_zero():
    assert 0 == strength({"root": 0.8, "a": 1.0}, ("a", "root", "attack"))["root"]


def test_a_certain_supporter_alone_brings_a_statement_to_one():
    assert 1 == strength({"root": 0.2, "a": 1.0}, ("a", "root", "support"))["root"]


@given(base=unit, force=unit)
def test_support_and_attack_of_equal_force_leave_the_base_score(base, force):
    found = strength(
        {"root": base, "a": force, "b": force}, ("a", "root", "support"), ("b", "root", "attack")
    )
    assert pytest.approx(base) == found["root"]


@given(base=unit, weaker=unit, stronger=unit)
def test_a_stronger_supporter_never_weakens_what_it_supports(base, weaker, stronger):
    weaker, stronger = sorted((weaker, stronger))
    found = [strength({"r": base, "a": s}, ("a", "r", "support"))["r"] for s in (weaker, stronger)]
    assert found[0] <= found[1] + 1e-12


@given(st.lists(unit, min_size=1, max_size=5), st.lists(unit, max_size=5), unit)
def test_a_strength_stays_between_zero_and_one(supporters, attackers, base):
    bases = {"root": base} | {f"s{i}": s for i, s in enumerate(supporters)}
    bases |= {f"a{i}": s for i, s in enumerate(attackers)}
    rows = [(node, "root", "support" if node[0] == "s" else "attack") for node in bases if node != "root"]
    assert 0 <= strength(bases, *rows)["root"] <= 1


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_the_edges_does_not_matter(order):
    bases = {"root": 0.5, "a": 0.2, "b": 0.7, "c": 0.4, "d": 0.9}
    relation = {"a": "support", "b": "attack", "c": "support", "d": "attack"}
    found = strength(bases, *[(node, "root", relation[node]) for node in order])
    # v_s = 1 - 0.8 * 0.6 = 0.52, v_a = 1 - 0.3 * 0.1 = 0.97, d = -0.45, 0.5 - 0.5 * 0.45
    assert pytest.approx(0.275) == found["root"]


def test_a_circle_is_refused_and_named():
    with pytest.raises(argument.ArgumentError, match="circle.*a.*b"):
        argument.order(edges(("a", "b", "support"), ("b", "a", "attack")))


def test_leaving_out_the_only_supporter_gives_back_the_base_score():
    bases = {"root": np.full(9, 0.5), "a": np.full(9, 0.6)}
    table = argument.leave_one_out(bases, edges(("a", "root", "support")), ["root"])["root"]
    assert [("a", 0.5, pytest.approx(-0.3))] == list(table.itertuples(index=False, name=None))


def test_leave_one_out_puts_the_largest_change_first_and_skips_other_branches():
    bases = {node: np.full(3, 0.5) for node in ("root", "weak", "strong", "elsewhere", "other")}
    bases["strong"] = np.full(3, 0.9)
    map_ = edges(("weak", "root", "support"), ("strong", "root", "support"), ("elsewhere", "other", "support"))
    assert ["strong", "weak"] == argument.leave_one_out(bases, map_, ["root"])["root"].node_id.tolist()


def test_an_edge_to_a_node_that_is_not_yet_public_is_left_out():
    nodes = pd.DataFrame({"node_id": ["root", "a"]})
    map_ = edges(("a", "root", "support"), ("later", "root", "attack"))
    assert ["a"] == argument.public_map(nodes, map_).from_node.tolist()


SCALES = pd.DataFrame(
    [
        ("Base score by credibility", 2, 0.65, 0.85),
        ("Base score by credibility", 6, 0.2, 0.8),
        ("Base score by reliability", 3, 0.45, 0.7),
    ],
    columns=["scale", "rank", "low", "high"],
)


def base_of(kind: str, credibility: int) -> tuple:
    nodes = pd.DataFrame([("n", "claim", "C1", None, None)], columns=["node_id", "kind", "claim_id", "base_low", "base_high"])
    claims = pd.DataFrame([("C1", kind, "C", credibility)], columns=["claim_id", "kind", "reliability", "credibility"])
    return tuple(argument.base_scores(nodes, claims, SCALES).iloc[0])


def test_a_graded_claim_takes_the_interval_of_its_credibility():
    assert ("n", 0.65, 0.85, "C2") == base_of("fact", 2)


def test_a_fact_that_cannot_be_judged_takes_the_interval_of_its_issuer():
    assert ("n", 0.45, 0.7, "C6") == base_of("attribution", 6)


def test_a_judgement_that_cannot_be_judged_borrows_nothing_from_its_issuer():
    assert ("n", 0.2, 0.8, "C6") == base_of("judgement", 6)


def test_the_same_seed_draws_the_same_base_scores():
    scores = pd.DataFrame([("a", 0.2, 0.4)], columns=["node_id", "low", "high"])
    first, second = (argument.draw_bases(scores, 100, 7)["a"] for _ in range(2))
    assert (first == second).all()
    assert 0.2 <= first.min() and first.max() <= 0.4


BANDS = pd.DataFrame(
    [
        ("Strength of a statement", 1, "refuted", 0.0, 0.35),
        ("Strength of a statement", 2, "weak", 0.35, 0.5),
        ("Strength of a statement", 3, "undecided", 0.5, 0.5),
        ("Strength of a statement", 4, "supported", 0.5, 0.65),
        ("Strength of a statement", 5, "firm", 0.65, 1.0),
    ],
    columns=["scale", "rank", "term_en", "low", "high"],
)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.49, 0.61, "undecided"), (0.5, 0.7, "undecided"), (0.56, 0.9, "supported"), (0.65, 0.9, "firm"),
        (1.0, 1.0, "firm"), (0.1, 0.45, "weak"), (0.1, 0.35, "refuted"), (0.0, 0.0, "refuted"),
    ],
)  # fmt: skip
def test_the_end_of_the_interval_nearer_to_the_middle_chooses_the_word(low, high, word):
    assert word == argument.band(low, high, BANDS).term_en


@pytest.mark.parametrize(("share", "leads"), [(0.9, "first"), (0.5, "neither"), (0.1, "second")])
def test_one_statement_leads_only_when_it_does_so_in_most_draws(share, leads):
    assert leads == argument.leader(share)
