"""Quantiles of many draws, against those of numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dilemma.quantiles import middle90, quantile

TABLES = st.integers(1, 60).flatmap(lambda rows: arrays(float, (rows, 3), elements=st.floats(-1e6, 1e6)))


@given(TABLES, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(table, level):
    assert np.quantile(table, level, axis=0) == pytest.approx(quantile(table, level), abs=1e-8)


def test_a_quantile_between_two_rows_lies_in_proportion_between_them():
    assert [12.5, 3] == quantile(np.array([[20.0, 3], [10, 3]]), 0.25).tolist()


def test_the_middle_of_a_hundred_and_one_rows_leaves_out_five_on_either_side():
    assert (5, 95) == middle90(np.arange(101.0)[::-1])
