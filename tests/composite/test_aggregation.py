"""One number a row: compensation, gaps, and no look ahead."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.composite.aggregation import METHODS, SHIFT, aggregate
from backtest.errors import UserError

HALVES = pd.Series({"a": 0.5, "b": 0.5})
values = st.one_of(st.floats(-3, 3), st.just(math.nan))
frames = st.lists(st.tuples(values, values), min_size=1, max_size=12)


def test_arithmetic_by_hand():
    scores = pd.DataFrame({"a": [0.2, 0.6], "b": [1.0, 0.0]})
    weights = pd.Series({"a": 0.75, "b": 0.25})
    assert aggregate(scores, weights, "arithmetic").tolist() == pytest.approx([0.4, 0.45])


def test_geometric_by_hand():
    scores = pd.DataFrame({"a": [0.3], "b": [0.8]})
    expected = math.sqrt((0.3 + SHIFT) * (0.8 + SHIFT)) - SHIFT
    assert aggregate(scores, HALVES, "geometric")[0] == pytest.approx(expected)


def test_what_is_below_zero_is_raised_from_the_row_it_is_seen_in():
    scores = pd.DataFrame({"a": [1.0, -2.0, 1.0], "b": [1.5, 1.0, 1.5]})
    found = aggregate(scores, HALVES, "geometric")
    before = math.sqrt((1.0 + SHIFT) * (1.5 + SHIFT)) - SHIFT
    after = math.sqrt((3.0 + SHIFT) * (3.5 + SHIFT)) - 2.0 - SHIFT
    assert found.tolist() == pytest.approx(
        [before, math.sqrt(SHIFT * (3.0 + SHIFT)) - 2.0 - SHIFT, after]
    )


def test_the_arithmetic_mean_compensates_and_the_geometric_prefers_balance():
    scores = pd.DataFrame({"a": [0.5, 0.1], "b": [0.5, 0.9]})
    full = aggregate(scores, HALVES, "arithmetic")
    partial = aggregate(scores, HALVES, "geometric")
    assert full[0] == full[1] == 0.5
    assert partial[0] == pytest.approx(0.5)
    assert partial[1] < 0.4


def test_weights_are_spread_over_what_has_a_score():
    scores = pd.DataFrame({"a": [0.2, np.nan, np.nan], "b": [np.nan, 0.8, np.nan]})
    weights = pd.DataFrame({"a": [0.9, 0.9, 0.9], "b": [0.1, 0.1, 0.1]})
    for method in METHODS:
        found = aggregate(scores, weights, method)
        assert found.tolist()[:2] == pytest.approx([0.2, 0.8])
        assert math.isnan(found[2])


def test_nothing_with_a_weight_is_not_known():
    scores = pd.DataFrame({"a": [0.4], "b": [np.nan]})
    found = aggregate(scores, pd.Series({"a": 0.0, "b": 1.0}), "arithmetic")
    assert math.isnan(found[0])


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=frames)
def test_the_mean_lies_between_its_scores(method, rows):
    scores = pd.DataFrame(rows, columns=["a", "b"], dtype=float)
    found = aggregate(scores, HALVES, method)
    known = scores.notna().any(axis=1)
    assert (found.notna() == known).all()
    assert (found[known] >= scores.min(axis=1)[known] - 1e-9).all()
    assert (found[known] <= scores.max(axis=1)[known] + 1e-9).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=frames, cut=st.integers(1, 12))
def test_later_rows_change_nothing_before_them(method, rows, cut):
    scores = pd.DataFrame(rows, columns=["a", "b"], dtype=float)
    part = aggregate(scores.iloc[:cut], HALVES, method)
    pd.testing.assert_series_equal(aggregate(scores, HALVES, method).iloc[:cut], part)


@pytest.mark.parametrize("method", METHODS)
def test_no_indicators_and_no_rows_are_not_known(method):
    nothing = aggregate(pd.DataFrame(index=range(2)), pd.Series(dtype=float), method)
    assert nothing.isna().tolist() == [True, True]
    assert aggregate(pd.DataFrame({"a": [], "b": []}), HALVES, method).empty


def test_an_unknown_method_is_named():
    with pytest.raises(UserError, match="did you mean 'geometric'"):
        aggregate(pd.DataFrame({"a": [1.0]}), HALVES, "geometrical")
