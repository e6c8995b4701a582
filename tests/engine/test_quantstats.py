"""The daily returns of a result work in quantstats as they are, and its figures agree with ours."""

import pytest

from backtest import load_market, run
from backtest.costs import FREE
from strategies import SectorMomentum

qs = pytest.importorskip("quantstats")


@pytest.mark.filterwarnings("ignore")
def test_figures_of_quantstats_are_ours():
    result = run(SectorMomentum(), load_market("sample"), costs=FREE, start="2017-01-03")
    ours, returns = result.summary(), result.returns
    market = next(iter(result.benchmarks.values()))
    per_year = result.per_year
    assert qs.stats.comp(returns) == pytest.approx(ours["total_return"])
    assert qs.stats.max_drawdown(returns) == pytest.approx(ours["max_drawdown"])
    assert qs.stats.volatility(returns, periods=per_year) == pytest.approx(ours["volatility"])
    # quantstats subtracts one rate; ours is what idle cash earned, day by day
    above = returns - result.risk_free
    assert qs.stats.sharpe(above, periods=per_year) == pytest.approx(ours["sharpe"])
    assert qs.stats.greeks(returns, market, periods=per_year)["beta"] == pytest.approx(
        ours["beta"], abs=0.01
    )
    assert len(qs.reports.metrics(returns, market, display=False, mode="basic")) > 10
