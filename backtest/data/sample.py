"""The embedded sample market: synthetic daily paths through real half-year returns.

No price here ever traded. What is real are the figures in `calibration/`: every sector's
half-year return, its loadings and residual volatility, the quarter-end yields and CSI 300 levels,
and the exchange's weekday holidays. Between them the paths are drawn from a fixed seed:

- A sector moves by its loadings times a *market* and a *style* factor, plus a residual. All are
  shocks whose volatility clusters, which makes the tails fat (`paths.clustered`).
- Style is the new-quality-productivity sectors minus the traditional ones (`NQP` minus
  `TRADITIONAL`), net of their market beta. On daily log returns of the real indices this choice
  gives back the calibration's loadings to 0.004, and its 14.2 % volatility.
- Free paths are led through the figures without visible jumps (`paths.led`). The factors are led
  first (the market in the quarterly shape of the CSI 300), so sectors need little correction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np
import pandas as pd

from backtest.data.simulated_prices import (
    Array,
    Positions,
    bridged,
    clustered,
    fat_tailed,
    led,
    moves_of,
    neutral,
    standardized,
    without,
)
from backtest.market import Market
from backtest.market.publication import as_known
from backtest.market.universe import Universe, load_universe

NQP = (
    *("computer", "electronics", "telecom"),
    *("power_equipment", "machinery", "defense", "auto"),
    "pharma_biotech",
)
TRADITIONAL = (
    *("construction", "building_materials", "real_estate", "steel"),
    *("basic_chemicals", "nonferrous_metals"),
)
# First session of the sectors the 2021 revision created.
LATE = {"801950": "2021-12-14"} | dict.fromkeys(("801960", "801970", "801980"), "2021-12-13")

FIRST, LAST = "2015-01-05", "2025-12-31"
BASE_DAY = pd.Timestamp("2014-12-31").as_unit("ns")
SECTOR_BASE, BOND_BASE = 1000.0, 100.0
# The first of 1, 2, 3 … with yields that stay positive and a market whose excess kurtosis lies
# within a tenth of the real 6.7. No strategy was looked at.
SEED = 11

# Annual volatilities, daily standard deviations of yields in percentage points, and the loading of
# the CSI 300: measured on the real series 2015 … 2025, like the calibration files.
MARKET_VOLATILITY, STYLE_VOLATILITY = 0.228, 0.142
BENCHMARK_LOADING, BENCHMARK_RESIDUAL = 0.84, 0.093
YIELD_CHANGES = {"cn10y": 0.024, "us10y": 0.054}
BOND_DURATION = 8.0
MONEY_SPREAD, MONEY_FLOOR = 0.6, 1.0
# Members of an index may move 10 %; the path is led to its figures after this cut.
LARGEST_MOVE = 0.092
# Traded value of a usual day in CNY, and the sessions its trend looks back on.
SECTOR_TURNOVER, BOND_TURNOVER, TREND_SESSIONS = 2e10, 2e8, 121


@cache
def sample_market() -> Market:
    """Return the embedded market: 31 sector indices and a bond fund, 2015 … 2025, all synthetic.

    Every sector's half-year price return equals the calibration figure, from the last session of
    one half to the last session of the next (the first from a base of 1000 on 2014-12-31); the
    benchmark and the yields equal theirs on the last session of each quarter. The bond fund earns
    its yield and moves by eight times the yield's change. Money earns the ten-year yield less
    0.6 points, at least 1 %. Turnover is in CNY. `snapshot` is the SHA-256 of the content.

    Examples
    --------
    >>> market = sample_market()
    >>> market
    <Market sample: synthetic 31 Shenwan level-1 sector indices, 32 instruments, 2674 sessions
    2015-01-05 … 2025-12-31>
    >>> banks = market.close["801780"]
    >>> round(float(banks["2024-06-28"] / banks["2023-12-29"] - 1.0), 12)
    0.1702
    """
    facts = _Facts.read()
    universe, sessions = facts.universe, facts.sessions
    draw = np.random.Generator(np.random.PCG64(SEED))
    shocks = clustered(fat_tailed(draw, len(sessions), 5 + len(facts.sectors)))

    market, style = _factors(shocks[:, :2], facts)
    benchmark = _benchmark(market, shocks[:, 2:3], facts)
    yields = _yields(shocks[:, 3:5], facts)
    close = _sectors(market, style, shocks[:, 5:], facts)
    for bond in universe.bonds:
        close[bond] = _bond(yields["cn10y"], str(universe.by_id[bond].launched))
    close = close[[name for name in universe.by_id if name in close]]

    listed = close.notna()
    moves = close.pct_change(fill_method=None).fillna(0.0).to_numpy()
    usual = np.sqrt(np.square(moves).sum(axis=0) / listed.to_numpy().sum(axis=0))
    overnight = 0.2 * moves + 0.6 * usual * (2.0 * draw.random(moves.shape) - 1.0)
    opens = close / (1.0 + moves) * (1.0 + overnight)
    activity = (0.7 + 0.3 * np.abs(moves) / usual) * (0.8 + 0.4 * draw.random(moves.shape))
    traded = np.where(close.columns.isin(universe.bonds), BOND_TURNOVER, SECTOR_TURNOVER)
    trend = _trend(market)
    turnover = listed.astype(float).where(listed) * (traded * activity * trend * trend * trend)
    series = _series(yields, facts)
    return Market(
        name="sample",
        universe=universe,
        close=close,
        open=opens,
        turnover=turnover,
        can_buy=listed,
        can_sell=listed.copy(),
        benchmark=benchmark,
        series=series,
        synthetic=True,
        snapshot=_digest(close, opens, turnover, benchmark.to_frame(), series),
    )


@dataclass(frozen=True)
class _Facts:
    """What is real about the sample: its universe, its sessions and the calibration figures."""

    universe: Universe
    sessions: pd.DatetimeIndex
    sectors: pd.DataFrame
    quarters: pd.DataFrame

    @classmethod
    def read(cls) -> _Facts:
        holidays = pd.DatetimeIndex(_read("holidays")["date"].astype("datetime64[ns]"))
        weekdays = pd.bdate_range(FIRST, LAST).as_unit("ns")
        return cls(
            universe=load_universe("shenwan"),
            sessions=weekdays.difference(holidays).rename("date"),
            sectors=_read("sectors").set_index("code"),
            quarters=_read("quarters"),
        )

    @property
    def halves(self) -> pd.DataFrame:
        """Growth of each sector (rows) over each half (columns); NaN before it existed."""
        return 1.0 + self.sectors.filter(regex=r"^\d{4}H[12]$")

    @property
    def index_growth(self) -> Array:
        """Growth of the CSI 300 over each quarter, a column."""
        levels = self.quarters[["csi300"]].to_numpy(dtype=float)
        growth: Array = levels[1:] / levels[:-1]
        return growth

    def ends(self, *, months: int) -> Positions:
        """Positions of the last session of each period of so many months."""
        period = np.asarray((self.sessions.year * 12 + self.sessions.month - 1) // months)
        return np.flatnonzero(np.diff(period, append=period[-1] + 1))

    def daily(self, annual: Array | float) -> Array:
        """Volatility of one session."""
        return np.asarray(annual) / math.sqrt(self.universe.sessions_per_year)

    def members(self, names: tuple[str, ...]) -> list[str]:
        """Codes of the named sectors."""
        return [code for name in names for code in self.universe.by_sector[name]]


def _read(name: str) -> pd.DataFrame:
    path = files("backtest") / "data" / "calibration" / f"{name}.csv"
    with path.open(encoding="utf-8") as lines:
        return pd.read_csv(lines, dtype={"code": str})


def _factors(shocks: Array, facts: _Facts) -> tuple[Array, Array]:
    """Return the daily returns of the market and of style, a column each.

    Over a half the market grows by the sectors' mean, in the quarters' proportion of the CSI 300;
    style grows by the ratio of the two groups' means. The further the market goes in a quarter, the
    more restless it is on the way.
    """
    halves, ends = facts.halves, facts.ends(months=3)
    first, second = facts.index_growth.reshape(-1, 2).T
    mean = np.nanmean(halves.to_numpy(), axis=0)
    growth = np.column_stack([np.sqrt(mean * first / second), np.sqrt(mean * second / first)])
    size = np.abs(growth - 1.0).ravel()
    restless = np.repeat(0.5 + 0.5 * size / size.mean(), np.diff(ends, prepend=-1))
    market = standardized(shocks[:, :1] * restless[:, None])
    style = without(shocks[:, 1:], market) * facts.daily(STYLE_VOLATILITY)
    market = market * facts.daily(MARKET_VOLATILITY)
    new, old = (halves.loc[facts.members(names)].to_numpy() for names in (NQP, TRADITIONAL))
    ratio = new.mean(axis=0) / old.mean(axis=0)
    return (
        moves_of(led(market, ends, growth.reshape(-1, 1))),
        moves_of(led(style, facts.ends(months=6), ratio[:, None])),
    )


def _benchmark(market: Array, shocks: Array, facts: _Facts) -> pd.Series:
    moves = BENCHMARK_LOADING * market + shocks * facts.daily(BENCHMARK_RESIDUAL)
    levels = led(moves, facts.ends(months=3), facts.index_growth)[:, 0]
    base = float(facts.quarters["csi300"].iloc[0])
    return pd.Series(base * levels, index=facts.sessions, name=facts.universe.benchmark)


def _yields(shocks: Array, facts: _Facts) -> pd.DataFrame:
    """Return yields in percent by the day they belong to, from the base day on."""
    figures = facts.quarters[list(YIELD_CHANGES)].to_numpy()
    changes = shocks * np.array(list(YIELD_CHANGES.values()))
    values = np.concatenate([figures[:1], bridged(changes, facts.ends(months=3), figures)])
    return pd.DataFrame(values, facts.sessions.insert(0, BASE_DAY), list(YIELD_CHANGES))


def _series(yields: pd.DataFrame, facts: _Facts) -> pd.DataFrame:
    """Place yields and the money rate on the sessions after whose close they were known."""
    known = {}
    money = (yields["cn10y"] - MONEY_SPREAD).clip(lower=MONEY_FLOOR)
    for name, values in yields.assign(money_rate=money).items():
        spec = facts.universe.spec(str(name))
        known[str(name)] = as_known(
            values, facts.sessions, delay_days=spec.delay_days, max_age_days=spec.max_age_days
        )
    return pd.DataFrame(known)


def _sectors(market: Array, style: Array, shocks: Array, facts: _Facts) -> pd.DataFrame:
    """Return the closes of the sector indices; a late one starts at the base level."""
    codes = list(facts.sectors.index)
    starts = [int(facts.sessions.searchsorted(LATE.get(code, BASE_DAY))) for code in codes]
    row = np.arange(len(facts.sessions))[:, None]
    listed = row >= starts

    scale = facts.daily(facts.sectors["residual_vol"].to_numpy())
    own = shocks * scale * listed
    for factor in (market, style):
        own = without(own, factor * listed)
    legs = np.zeros(len(codes))
    for names, side in ((NQP, 1.0), (TRADITIONAL, -1.0)):
        legs[facts.sectors.index.isin(facts.members(names))] = side / len(names)
    own = neutral(own, legs, listed)
    own = own * (scale / np.sqrt(np.square(own).sum(axis=0) / listed.sum(axis=0)))

    to_market, to_style = facts.sectors[["beta_market", "beta_style"]].to_numpy().T
    moves = (market * to_market + style * to_style + own).clip(-LARGEST_MOVE, LARGEST_MOVE)
    moves = np.where(listed & ((row > starts) | (row == 0)), moves, 0.0)
    levels = SECTOR_BASE * led(moves, facts.ends(months=6), facts.halves.to_numpy().T)
    return pd.DataFrame(np.where(listed, levels, np.nan), facts.sessions, codes)


def _bond(yields: pd.Series, launched: str) -> pd.Series:
    """Return a total-return price: carry at the yield of the day before, less duration × change."""
    percent, sessions = yields.to_numpy(), pd.DatetimeIndex(yields.index[1:])
    days = np.diff(yields.index.to_numpy()) / np.timedelta64(1, "D")
    moves = (percent[:-1] * days / 365.0 - BOND_DURATION * np.diff(percent)) / 100.0
    start = int(sessions.searchsorted(pd.Timestamp(launched)))
    price = BOND_BASE * np.cumprod(1.0 + np.where(np.arange(len(moves)) > start, moves, 0.0))
    return pd.Series(price, sessions).where(sessions >= sessions[start])


def _trend(market: Array) -> Array:
    """Return the market's level as a multiple of its mean over the last half-year, a column."""
    path = np.cumprod(1.0 + market[:, 0])
    total = np.concatenate([np.zeros(1), np.cumsum(path)])
    row = np.arange(1, len(path) + 1)
    window = np.minimum(row, TREND_SESSIONS)
    trend: Array = path / ((total[row] - total[row - window]) / window)
    return trend[:, None]


def _digest(*frames: pd.DataFrame) -> str:
    """Hash each frame's sessions, column names and values (little-endian 8-byte numbers)."""
    content = sha256()
    for frame in frames:
        days = pd.DatetimeIndex(frame.index).to_numpy().astype("datetime64[D]").astype("<i8")
        content.update(days.tobytes())
        content.update("\n".join(map(str, frame.columns)).encode())
        content.update(np.ascontiguousarray(frame.to_numpy(), dtype="<f8").tobytes())
    return content.hexdigest()
