"""One window for all that is compared, a benchmark of one's own, and named episodes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest import UserError, load_market, run, run_many, sweep
from backtest.costs import FREE
from backtest.engine.window import CUT, waits
from backtest.strategy.decisions import Decisions
from strategies import BuyAndHold, InverseVolatility, RateRotation, TwoBullRotation
from tests.markets import make_market

NAN = np.nan


def _cut(result):
    return [note for note in result.warnings if getattr(note, "code", "") in CUT]


def test_figures_start_when_the_last_strategy_can_decide_and_end_with_the_first_record():
    market = make_market(sessions=200)
    short = market.benchmark.where(np.arange(200) < 180)
    market = replace(market, benchmark=short)
    waiting, steady = InverseVolatility(window=60), BuyAndHold()
    results = run_many([steady, waiting], market, full_window=False)
    # 60 returns need 61 closes: the first decision is after session 60, the first fill at 61
    days = market.sessions
    for result in results:
        assert result.manifest["window"] == [f"{days[61]:%Y-%m-%d}", f"{days[179]:%Y-%m-%d}"]
        assert all(series.notna().all() for series in result.benchmarks.values())
        (note,) = _cut(result)
        assert f"inverse-volatility has what it needs from {days[61]:%Y-%m-%d} on" in note
        assert f"Benchmark ends on {days[179]:%Y-%m-%d}" in note
    again = run(steady, market.until(days[179]), start=days[61])
    pd.testing.assert_series_equal(results[0].equity, again.equity)


def test_what_is_cut_is_said_only_where_something_is():
    market = make_market(sessions=90)
    assert not _cut(run(BuyAndHold(), market, full_window=False))
    late = replace(market, benchmark=market.benchmark.where(np.arange(90) >= 10))
    begun = run(BuyAndHold(), late, full_window=False)
    assert begun.manifest["window"][0] == f"{market.sessions[11]:%Y-%m-%d}"
    assert "Benchmark begins on" in _cut(begun)[0]
    assert run(BuyAndHold(), late).manifest["window"][0] == f"{market.sessions[0]:%Y-%m-%d}"


def test_a_strategy_that_waits_says_until_when_it_is_in_cash():
    market = make_market(sessions=200)
    waited = run(InverseVolatility(window=60), market)
    assert f"in cash until {market.sessions[61]:%Y-%m-%d}" in "".join(waited.warnings)
    # a rotation that knows its triggers and holds cash has decided on it
    two = TwoBullRotation()
    known = Decisions(two, load_market("sample"))
    assert waits(known, 0)
    assert not waits(known, 130)


def test_a_benchmark_is_an_instrument_a_sector_a_series_or_a_file(tmp_path):
    market = make_market(close={"machinery": [10, 11, 12, 9], "auto": [5, 6, 6, 9]}, opens=False)
    file = tmp_path / "mine.csv"
    levels = pd.Series([100.0, 110.0, 99.0], market.sessions[1:])
    levels.rename_axis("date").rename("close").to_csv(file)
    auto = [0, 0.2, 0, 0.5]
    for asked, name, returns in (
        ("AUTO", "auto", auto),
        ("auto", "auto", auto),
        (levels.rename("L"), "L", [NAN, NAN, 0.1, -0.1]),
        (file, "mine", [NAN, NAN, 0.1, -0.1]),
    ):
        result = run(BuyAndHold(), market, costs=FREE, benchmark=asked)
        found = next(iter(result.benchmarks))
        assert found.lower() == name.lower()
        assert result.manifest["benchmark"] == found
        assert result.benchmarks[found].tolist() == pytest.approx(returns, nan_ok=True)
    with pytest.raises(UserError, match="no instrument or sector 'atuo'"):
        run(BuyAndHold(), market, benchmark="atuo")
    old = pd.Series([1.0, 2.0], pd.to_datetime(["1990-01-02", "1990-01-03"]), name="old")
    with pytest.raises(UserError, match="benchmark old has no prices on the sessions"):
        run(BuyAndHold(), market, benchmark=old)


def test_a_sweep_measures_against_the_same_benchmark_and_window_as_a_run():
    market = make_market(sessions=300)
    terms = {"end": market.sessions[250], "benchmark": "auto"}
    swept = sweep(RateRotation(rate_window=20), {"fall_bp": [5.0, 10.0]}, market, **terms)
    alone = run(swept.strategy(0), market, **terms)
    assert swept.returns(0).index[-1] == alone.equity.index[-1] == market.sessions[250]
    both = np.cov(
        alone.returns, market.until(market.sessions[250]).close["AUTO"].pct_change().fillna(0)
    )
    assert alone.summary()["beta"] == pytest.approx(both[0, 1] / both[1, 1], abs=1e-3)
    shown = sweep(swept.strategy(0), {"fall_bp": [5.0]}, market, score="information_ratio", **terms)
    told = alone.summary()["information_ratio"]
    assert shown.trials["information_ratio"][0] == pytest.approx(told, abs=1e-9)


def test_an_episode_or_a_year_is_a_window():
    market = load_market("sample")
    crash = run(BuyAndHold(), market, window="crash-2015")
    assert crash.manifest["window"] == ["2015-06-15", "2016-01-28"]
    year = run(BuyAndHold(), market, window="2022")
    assert year.manifest["window"] == ["2022-01-04", "2022-12-30"]
    swept = sweep(RateRotation(), {"fall_bp": [5.0]}, market, window="2022")
    assert [f"{swept.sessions[k]:%Y-%m-%d}" for k in (0, -1)] == ["2022-01-04", "2022-12-30"]
    with pytest.raises(UserError, match=r"no window 'crash-2051'.*crash-2015"):
        run(BuyAndHold(), market, window="crash-2051")
    with pytest.raises(UserError, match="its own start and end"):
        run(BuyAndHold(), market, window="2018", start="2018-02-01")
