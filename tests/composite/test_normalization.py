"""Scores come from the past alone, in any unit, and a constant is neutral."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.composite.normalization import METHODS, NEUTRAL, normalize
from backtest.errors import UserError

VALUES = pd.DataFrame({"a": [2.0, 4.0, np.nan, 3.0, 6.0]})

values = st.one_of(st.integers(-50, 50).map(float), st.just(math.nan))
columns = st.lists(st.tuples(values, values), min_size=1, max_size=20)


def panel_of(rows):
    return pd.DataFrame(rows, columns=["a", "b"], dtype=float)


def test_z_by_hand():
    scores = normalize(VALUES, "z")["a"]
    assert scores[0] == 0.0
    assert scores[1] == pytest.approx((4 - 3) / math.sqrt(2))
    assert math.isnan(scores[2])
    assert scores[3] == pytest.approx(0.0)
    assert scores[4] == pytest.approx((6 - 3.75) / math.sqrt(8.75 / 3))


def test_min_max_by_hand():
    scores = normalize(VALUES, "min-max")["a"]
    assert scores.dropna().tolist() == [0.5, 1.0, 0.5, 1.0]


def test_rank_by_hand():
    scores = normalize(VALUES, "rank")["a"]
    assert scores.dropna().tolist() == pytest.approx([0.5, 1.5 / 2, 1.5 / 3, 3.5 / 4])


def test_distance_by_hand():
    scores = normalize(VALUES, "distance")["a"]
    assert scores[0] == 0.5
    assert scores[1] == 1.0
    assert scores[3] == pytest.approx(1 / (1 + 1.0 / 1.0))  # one below a best of 4, deviation 1
    assert scores[4] == 1.0


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_is_neutral_for_as_long_as_it_is_one(method):
    panel = pd.DataFrame({"a": [0.1] * 5 + [0.2], "b": 1e12 + np.zeros(6)})
    scores = normalize(panel, method)
    assert (scores["a"].iloc[:5] == NEUTRAL[method]).all()
    assert scores["a"].iloc[5] > NEUTRAL[method]
    assert (scores["b"] == NEUTRAL[method]).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=columns)
def test_scores_are_finite_wherever_there_is_a_value(method, rows):
    panel = panel_of(rows)
    scores = normalize(panel, method)
    assert (scores.notna() == panel.notna()).all(axis=None)
    found = scores.to_numpy()[panel.notna().to_numpy()]
    assert np.isfinite(found).all()
    if method != "z":
        assert ((found >= 0.0) & (found <= 1.0)).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=columns, cut=st.integers(1, 20))
def test_later_rows_change_nothing_before_them(method, rows, cut):
    panel = panel_of(rows)
    part = normalize(panel.iloc[:cut], method)
    pd.testing.assert_frame_equal(normalize(panel, method).iloc[:cut], part, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(rows=columns, scale=st.sampled_from([0.01, 0.5, 3.0, 1000.0]), shift=st.integers(-99, 99))
def test_units_do_not_matter(method, rows, scale, shift):
    panel = panel_of(rows)
    pd.testing.assert_frame_equal(
        normalize(panel * scale + shift, method), normalize(panel, method), rtol=1e-6, atol=1e-9
    )


def test_an_unknown_method_is_named():
    with pytest.raises(UserError, match="did you mean 'min-max'"):
        normalize(VALUES, "minmax")
