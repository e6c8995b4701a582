"""The fan of a result: paths of its own returns, drawn in blocks."""

import numpy as np
import pandas as pd
from arch.bootstrap import StationaryBootstrap

from backtest.engine.fan import fan

DAYS = pd.bdate_range("2024-01-01", periods=300)
RETURNS = pd.Series(np.random.default_rng(3).normal(0.001, 0.01, 300), DAYS)


def test_the_ends_are_those_of_archs_own_bootstrap():
    found = fan("a", RETURNS, paths=200, seed=7)
    theirs = StationaryBootstrap(found.block, RETURNS.to_numpy(), seed=7)
    ends = theirs.apply(lambda drawn: float(np.prod(1.0 + drawn)), 200)[:, 0]
    np.testing.assert_allclose(found.ends["wealth"], ends, rtol=1e-12)
    np.testing.assert_allclose(
        found.wealth.iloc[-1], np.quantile(ends, [0.05, 0.25, 0.5, 0.75, 0.95]), rtol=1e-12
    )


def test_a_path_of_one_return_is_that_return():
    found = fan("a", pd.Series(-0.1, DAYS[:3]), paths=5, seed=0)
    np.testing.assert_allclose(found.ends["wealth"], 0.9**3)
    np.testing.assert_allclose(found.record["drawdown"], [-0.1, -0.19, -0.271])  # from 1
    assert (found.drawdown.iloc[-1] - found.record["drawdown"].iloc[-1]).abs().max() < 1e-15
