"""Compiled sketches against the monthly sums of the active returns they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtest.engine.sketches import sketched
from backtest.trials.tried import Held, active_returns, by_month, days_of

DAYS = days_of(pd.bdate_range("2020-01-15", periods=300))


@pytest.mark.parametrize("missing", ["none", "the beginning", "some"])
def test_sketches_are_monthly_sums_of_active_returns(missing):
    drawn = np.random.default_rng(1)
    codes = (np.cumsum(drawn.random((400, 300)) < 0.03, axis=1) % 3).astype(np.int8)
    if missing == "the beginning":
        codes[:, :70] = -1
    if missing == "some":
        codes[drawn.random(codes.shape) < 0.2] = -1
        codes[0] = -1
    codes[1] = 2  # always the same: no active return at all
    returns = drawn.normal(0.0, 0.01, (4, 300)).astype(np.float32)
    held = Held(DAYS, ("a", "b", "c", "d"), returns, np.arange(400), codes)
    month, sums = sketched(held)
    first, expected = by_month(DAYS, active_returns(codes, returns.astype(np.float64)))
    assert month == first
    assert sums == pytest.approx(expected, abs=1e-7)
    assert np.abs(sums[1]).max() < 1e-9
