"""The embedded market: exact where it is pinned, like the real one where it is drawn."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from backtest.data.sample import LATE, NQP, TRADITIONAL, sample_market
from backtest.market import Market

BOND = "511260.SS"


def calibration(name: str) -> pd.DataFrame:
    path = files("backtest") / "data" / "calibration" / f"{name}.csv"
    return pd.read_csv(str(path), dtype={"code": str})


@pytest.fixture(scope="module")
def market() -> Market:
    return sample_market()


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return calibration("sectors").set_index("code")


@cache
def sector_moves() -> pd.DataFrame:
    """Daily log returns, in which the calibration was measured."""
    return pd.DataFrame(np.log(sample_market().close.drop(columns=BOND)).diff().iloc[1:])


@cache
def factors() -> pd.DataFrame:
    """The equal-weight market, and style net of its market beta, from the sectors' moves."""
    moves, codes = sector_moves(), sample_market().by_sector
    average = moves.mean(axis=1)
    groups = [
        moves[[codes[name][0] for name in names]].mean(axis=1) for names in (NQP, TRADITIONAL)
    ]
    style = groups[0] - groups[1]
    style = style - average * style.cov(average) / average.var()
    return pd.DataFrame({"market": average, "style": style})


def last_of(months: int, index: pd.Index) -> pd.Index:
    """The last session of each period of so many months."""
    days = pd.DatetimeIndex(index)
    period = (days.year * 12 + days.month - 1) // months
    return index[np.append(period[1:] != period[:-1], True)]


def test_it_says_that_it_is_synthetic(market: Market) -> None:
    assert market.name == "sample"
    assert market.synthetic
    assert "synthetic" in repr(market)


def test_sessions_are_those_of_shanghai(market: Market) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import exchange_calendars

        calendar = exchange_calendars.get_calendar("XSHG", start="2015-01-01", end="2025-12-31")
    expected = calendar.sessions_in_range("2015-01-05", "2025-12-31")
    assert market.sessions.equals(expected)
    assert market.sessions.name == "date"


def test_half_year_returns_equal_the_figures(market: Market, figures: pd.DataFrame) -> None:
    wanted = figures.filter(regex=r"^\d{4}H[12]$").T
    levels = market.close.loc[last_of(6, market.sessions), wanted.columns]
    base = pd.DataFrame(1000.0, index=[pd.Timestamp("2014-12-31")], columns=levels.columns)
    growth = pd.concat([base, levels]).pct_change(fill_method=None).iloc[1:]
    labels = [f"{day.year}H{1 if day.month < 7 else 2}" for day in growth.index]
    assert labels == list(wanted.index)
    distance = np.abs(growth.to_numpy() - wanted.to_numpy())
    assert np.isnan(distance).sum() == 4 * 14
    assert np.nanmax(distance) < 1e-12


def test_sectors_of_2021_start_late_at_the_base_level(market: Market) -> None:
    first = market.close.drop(columns=BOND).apply(pd.Series.first_valid_index)
    assert first[list(LATE)].tolist() == [pd.Timestamp(day) for day in LATE.values()]
    assert first.drop(list(LATE)).eq(market.sessions[0]).all()
    for code, day in LATE.items():
        assert market.close.loc[day, code] == 1000.0


def test_everything_listed_can_be_traded(market: Market) -> None:
    listed = market.close.notna()
    assert market.can_buy.equals(listed)
    assert market.can_sell.equals(listed)
    assert market.open is not None
    assert market.turnover is not None
    assert market.open.notna().equals(listed)
    assert market.turnover.notna().equals(listed)
    assert tuple(market.close) == tuple(i for i in market.universe.by_id if i != "000300.SH")


def test_benchmark_and_yields_equal_the_figures_at_quarter_ends(market: Market) -> None:
    quarters = calibration("quarters").iloc[1:]
    last = last_of(3, market.sessions)
    assert market.benchmark[last].tolist() == pytest.approx(quarters["csi300"].tolist(), rel=1e-12)
    assert market.series.loc[last, "cn10y"].tolist() == pytest.approx(quarters["cn10y"].tolist())
    # The American value of a day is known in Shanghai on the next session.
    known = market.series["us10y"].shift(-1)[last[:-1]]
    assert known.tolist() == pytest.approx(quarters["us10y"].tolist()[:-1])
    assert market.series["us10y"].iloc[0] == 2.17
    assert market.series.notna().all(axis=None)


def test_money_earns_the_yield_less_a_spread_with_a_floor(market: Market) -> None:
    expected = (market.series["cn10y"] - 0.6).clip(lower=1.0)
    assert market.series["money_rate"].tolist() == expected.tolist()
    assert expected.min() == 1.0
    assert market.money.iloc[-1] > 1.2


def test_loadings_and_residuals_are_the_given_ones(figures: pd.DataFrame) -> None:
    for code, moves in sector_moves().items():
        listed = moves.notna()
        constant = factors()[listed].assign(constant=1.0).to_numpy()
        loadings, *_ = np.linalg.lstsq(constant, moves[listed].to_numpy(), rcond=None)
        residual = moves[listed] - constant @ loadings
        given = figures.loc[str(code)]
        assert loadings[0] == pytest.approx(given["beta_market"], abs=0.03), code
        assert loadings[1] == pytest.approx(given["beta_style"], abs=0.03), code
        assert residual.std() * 242**0.5 == pytest.approx(given["residual_vol"], rel=0.02), code


def test_the_style_choice_follows_the_signs_of_the_loadings(
    market: Market, figures: pd.DataFrame
) -> None:
    loading = figures["beta_style"]
    assert all(loading[market.by_sector[name][0]] > 0 for name in NQP)
    assert all(loading[market.by_sector[name][0]] < 0 for name in TRADITIONAL)


def test_factors_move_like_the_real_ones() -> None:
    annual = factors().std() * 242**0.5
    assert annual["market"] == pytest.approx(0.228, rel=0.03)
    assert annual["style"] == pytest.approx(0.142, rel=0.03)
    assert factors()["market"].kurt() == pytest.approx(6.7, abs=0.7)
    assert factors()["style"].kurt() > 1.0
    size = factors()["market"].abs()
    assert size.autocorr(5) > 0.15


def test_the_market_has_real_drawdowns_and_no_impossible_day(market: Market) -> None:
    path = market.equal_weight
    assert -0.65 < (path / path.cummax() - 1.0).min() < -0.35
    assert np.exp(sector_moves().abs()).max(axis=None) < 1.11
    assert market.close.pct_change(fill_method=None).abs().max(axis=None) < 0.10


def test_leading_to_the_figures_leaves_no_jump() -> None:
    moves = sector_moves()
    after = moves.index.get_indexer(last_of(6, moves.index)[:-1]) + 1
    around = moves.iloc[np.concatenate([after - 1, after])]
    assert (around.stack() ** 2).mean() < 1.5 * (moves.stack() ** 2).mean()


def test_benchmark_follows_the_market(market: Market) -> None:
    moves = np.log(market.benchmark).diff().iloc[1:]
    average = factors()["market"]
    assert moves.cov(average) / average.var() == pytest.approx(0.84, abs=0.03)
    assert "000300.SH" not in market.instruments


def test_yields_change_by_the_given_amounts(market: Market) -> None:
    change = market.series[["cn10y", "us10y"]].diff().std()
    assert change["cn10y"] == pytest.approx(0.024, rel=0.02)
    assert change["us10y"] == pytest.approx(0.054, rel=0.02)
    assert market.series["us10y"].min() > 0


def test_the_bond_fund_earns_its_yield_and_fears_its_rise(market: Market) -> None:
    price = market.close[BOND]
    assert price.first_valid_index() == pd.Timestamp("2017-08-24")
    assert price["2017-08-24"] == 100.0
    rate = market.series["cn10y"]
    day, before = "2024-09-30", "2024-09-27"
    carry = rate[before] * 3 / 365
    expected = (carry - 8.0 * (rate[day] - rate[before])) / 100
    assert price[day] / price[before] - 1.0 == pytest.approx(expected)


def test_opens_lie_near_the_close_before(market: Market) -> None:
    assert market.open is not None
    gap = market.open / market.close.shift(1) - 1.0
    assert gap.abs().max(axis=None) < 0.05
    spread = gap.drop(columns=BOND).std()
    assert spread.min() > 0.003
    assert spread.max() < 0.012
    assert (market.open.iloc[0].dropna() / 1000.0 - 1.0).abs().max() < 0.10


def test_turnover_rises_with_large_moves_and_with_the_market(market: Market) -> None:
    assert market.turnover is not None
    assert market.turnover.min(axis=None) > 0
    size = market.close.pct_change(fill_method=None).abs()
    assert market.turnover.corrwith(size).min() > 0.3
    path = market.equal_weight
    trend = path / path.rolling(121, min_periods=1).mean()
    assert market.sector_turnover.sum(axis=1).corr(trend) > 0.5


def test_it_is_the_same_everywhere_and_light() -> None:
    script = """
import sys
from backtest.data.sample import sample_market
print(sample_market().snapshot)
print(*{"vectorbt", "scipy", "matplotlib", "numba", "exchange_calendars"} & set(sys.modules))
"""
    # Another process, and as on an old processor without wide vector instructions.
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"}
    command = [sys.executable, "-W", "ignore", "-c", script]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert output.stdout.splitlines() == [sample_market().snapshot, ""]


def test_it_is_frozen() -> None:
    # Numbers in the README and in saved results are of this market: change it only on purpose, and
    # say so in the changelog.
    assert sample_market().snapshot.startswith("dfd820a7e42b")
