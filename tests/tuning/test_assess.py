"""Somebody else's results get the same object: frames with positions, and vectorbt portfolios."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backtest import assess
from backtest.errors import UserError
from tests.tuning.simulated import PER_YEAR, Terms, net_returns, rate_signals, worlds

NAMES = np.array(["nqp", "traditional"])


def frames(terms: Terms) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    (world,) = worlds(terms, 1)
    codes = rate_signals(world.yields)
    days = pd.bdate_range("2010-01-04", periods=codes.shape[1])
    returns = pd.DataFrame(net_returns(codes, world.baskets, 0.0).T, index=days)
    positions = pd.DataFrame(NAMES[codes].T, index=days)
    return returns, positions, pd.DataFrame(world.baskets.T, index=days, columns=NAMES)


def test_returns_with_positions_get_the_whole_verdict():
    returns, positions, baskets = frames(Terms(planted=0.6))
    found = assess(returns, positions=positions, baskets=baskets, per_year=PER_YEAR)
    assert found.verdict == "skill"
    assert found.timing is not None
    assert (found.trials, found.variants) == (36, 36)
    assert found.against_blend is not None
    assert found.against_benchmark is None
    assert any("no benchmark" in text for text in found.missing)


def test_without_positions_there_is_no_verdict_and_it_says_so():
    returns, _, baskets = frames(Terms(planted=0.6))
    found = assess(returns, benchmark=baskets.mean(axis=1), per_year=PER_YEAR)
    assert (found.verdict, found.timing) == ("cannot tell", None)
    assert any("no positions were given" in text for text in found.missing)
    assert "nan" not in repr(found)


def test_a_vectorbt_portfolio_brings_its_positions():
    import vectorbt as vbt

    days = pd.bdate_range("2012-01-02", periods=1500)
    moves = np.random.default_rng(3).normal(0.0, 0.01, 1500)
    close = pd.Series(100.0 * np.cumprod(1.0 + moves), index=days)
    fast = pd.DataFrame({n: close.rolling(n).mean() > close.rolling(4 * n).mean() for n in (5, 10)})
    portfolio = vbt.Portfolio.from_signals(close, fast, ~fast, freq="1D")
    found = assess(portfolio, per_year=PER_YEAR)
    assert (found.trials, found.verdict) == (2, found.verdict)
    assert found.timing is not None
    own = portfolio.returns().iloc[:, found.best]
    assert found.sharpe == pytest.approx(own.mean() / own.std() * PER_YEAR**0.5)
    assert found.switches == int(portfolio.position_mask().iloc[:-1, found.best].diff().abs().sum())


def test_mistakes_are_sentences():
    returns, positions, baskets = frames(Terms(years=5))
    with pytest.raises(UserError, match="must be of the 1210 sessions"):
        assess(returns, positions=positions.iloc[1:], baskets=baskets)
    with pytest.raises(UserError, match="'nqp' is no column of baskets"):
        assess(returns, positions=positions, baskets=baskets[["traditional"]])
