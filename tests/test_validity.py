"""Notebooks of every version and condition made valid."""

import json

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import from_dict

from dilemma.report import validity
from dilemma.report.document import build

OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 2, "source": "A heading", "metadata": {}},
                {
                    "cell_type": "code",
                    "input": "1 + 1",
                    "language": "python",
                    "collapsed": False,
                    "metadata": {},
                    "outputs": [{"output_type": "pyout", "text": "two", "metadata": {}, "prompt_number": 1}],
                },
            ],
        }
    ],
}


def notebook(*cells, minor=5, **metadata):
    return from_dict({"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)})


def markdown(source, **fields):
    return {"cell_type": "markdown", "source": source, "metadata": {}, **fields}


def code(*outputs):
    return {"cell_type": "code", "source": "x", "id": "c", "outputs": list(outputs)}


def repaired(*cells, **options):
    return validity.repaired(notebook(*cells, **options))


def test_a_valid_notebook_stays_as_it_is():
    node = notebook(markdown("text", id="a"))
    assert (node, []) == validity.repaired(node)


def test_a_notebook_of_version_3_is_read_and_named_the_same_every_time(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(OLD), encoding="utf-8")
    once, twice = (validity.repaired(validity.read(path))[0] for _ in range(2))
    assert (["cell-1", "cell-2"], once) == ([cell.id for cell in once.cells], twice)
    assert "two" == once.cells[1].outputs[0].data["text/plain"]


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_becomes_the_newest(minor):
    node, problems = repaired(markdown("text"), minor=minor)
    assert ((4, 5), []) == ((node.nbformat, node.nbformat_minor), problems)
    nbformat.validate(node)


def test_cells_of_one_name_get_names_of_their_own():
    node, _ = repaired(markdown("a", id="x"), markdown("b", id="x"), markdown("c", id="no name!"))
    assert ["x", "x-2", "cell-3"] == [cell.id for cell in node.cells]


def test_missing_metadata_is_no_problem():
    node, problems = repaired({"cell_type": "markdown", "source": "text"}, code({"output_type": "stream", "text": "s"}))
    assert (["text", "x"], []) == ([cell.source for cell in node.cells], problems)


def test_a_cell_of_an_unknown_type_is_shown_as_it_is_written():
    node, problems = repaired({"cell_type": "poem", "source": "roses", "id": "p"})
    assert ("raw", True, 1) == (node.cells[0].cell_type, "roses" in node.cells[0].source, len(problems))


def test_an_output_of_an_unknown_type_is_shown_as_it_is_written():
    node, problems = repaired(code({"output_type": "smell", "what": "roses"}))
    assert ("roses" in node.cells[0].outputs[0].data["text/plain"], 1) == (True, len(problems))


def test_metadata_of_a_wrong_type_is_ignored_and_reported():
    node, problems = repaired(markdown("text", id="a"), kernelspec={}, title=["no", "text"])
    assert ({}, 1) == (node.metadata, len(problems))


def test_halves_of_characters_and_controls_are_replaced():
    node, _ = repaired(markdown("a\ud800b\x00c\uffff", id="a"))
    assert "a\ufffdb\ufffdc\ufffd" == node.cells[0].source


def test_what_was_wrong_stands_among_the_problems_of_the_report():
    assert 1 == len(build([notebook({"cell_type": "poem", "id": "p"})], "en", {}).problems)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
cells = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "poem"]),
        "source": st.text(max_size=9) | anything,
        "metadata": st.just({}) | anything,
        "outputs": st.just([]) | anything,
        "id": st.text(max_size=9) | anything,
    },
)


@settings(deadline=None, max_examples=50)
@given(st.lists(cells | anything, max_size=3))
def test_anything_in_the_place_of_cells_becomes_a_valid_notebook(found):
    node, _ = repaired(*found)
    nbformat.validate(node)
