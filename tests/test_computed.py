"""Where a chapter computes its findings, read from its code."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dilemma.report.computed import computations, computed


def found(id: str, *sources: str) -> dict[str, str]:
    cells = [new_code_cell(source, id=f"c{at}") for at, source in enumerate(sources)]
    return computed(id, computations(new_notebook(cells=[new_markdown_cell("finding(", id="m"), *cells])))


def test_the_expression_given_for_the_value_is_the_formula():
    source = 'chapter.finding("x", (low, 2 * high), unit="days")'
    assert {"cell": "c0", "formula": "(low, 2 * high)"} == found("x", source)


def test_an_id_with_a_variable_part_is_recognised():
    assert {"cell": "c1", "formula": "share"} == found("us-share", "1", 'chapter.finding(f"{name}-share", share)')


def test_an_id_written_out_goes_before_one_with_a_variable_part():
    sources = 'chapter.finding(f"{a}-share", 1)', 'chapter.finding("us-share", 2)'
    assert "2" == found("us-share", *sources)["formula"]


@pytest.mark.parametrize("source", ["chapter.finding(id, 1)", "chapter.finding('x')", "%finding( x", "finding = 1", ""])
def test_code_that_does_not_show_the_id_gives_no_formula(source):
    assert {} == found("x", source)


def test_two_calls_that_could_both_be_meant_give_no_formula():
    assert {} == found("us-share", 'c.finding(f"{a}-share", 1)', 'c.finding(f"us-{b}", 2)')
