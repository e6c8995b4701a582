"""Whether stocks and government bonds rise together: the lesser of their returns."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from backtest.evidence.baskets import listed_weights, path
from backtest.evidence.chance import Placebo, among
from backtest.evidence.intervals import apart, short_length, spread
from backtest.evidence.observation import Measurement, Observation
from backtest.evidence.windows import CannotTell, Window, benchmark_path, held_rows
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy.claim import Claim

ALIKE = Note("the equal-weight market")


def two_bulls(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the lesser of the returns of stocks and of government bonds.

    Stocks are the benchmark, or the equal-weight market with the option `stocks` "sectors".
    """
    bond, used = _bond(market, window), market.universe.benchmark
    if dict(claim.options).get("stocks") == "sectors":
        weights, _ = listed_weights(market, None, window)
        stocks, used = path(market.sector_close, weights, window), ALIKE
    else:
        stocks = benchmark_path(market, window)
    held = pd.DataFrame({"stocks": stocks, "bonds": market.close[bond].iloc[held_rows(window)]})
    logs = pd.DataFrame(np.log(held)).diff().iloc[1:]
    moves = logs.to_numpy(dtype=float)
    weeks = pd.DataFrame(np.exp(logs)).groupby(pd.DatetimeIndex(logs.index).to_period("W")).prod()
    both = np.expm1(logs.sum())
    return Observation(
        instruments=(used, bond),
        statistic=lambda counts: np.expm1(counts @ moves).min(axis=1),
        moves=logs["stocks"],
        part=lambda counts: np.expm1(counts @ moves[:, 0]),
        parts={
            "stocks": float(both["stocks"]),
            "bonds": float(both["bonds"]),
            "weeks": float((weeks > 1.0).all(axis=1).mean()),
        },
    )


def two_bulls_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the lesser of both returns over every window of `length` sessions."""
    return _both(claim, market).pct_change(length, fill_method=None).min(axis=1, skipna=False)


def both_rise(at: Measurement) -> Placebo:
    """Return the placebo: windows in which both rise by as many own standard deviations.

    Bonds move far less than stocks: the lesser of both returns could hardly ever be called high.
    """
    claim, market, window = at.claim, at.market, at.window
    length = short_length(len(market.sessions), window)
    gains = _both(claim, market).pct_change(length, fill_method=None).dropna()
    gains = gains.reindex(market.sessions)
    rest = [apart(gains[name], window, length) for name in gains.columns]
    usual = [spread(values.to_numpy(dtype=float), length, window.label) for values in rest]
    now = [at.observed.parts[name] for name in ("stocks", "bonds")]
    times = len(window) / length
    mine = min(usual[k].scaled(times).distance(now[k]) for k in range(2))
    theirs = pd.DataFrame({k: (rest[k] - usual[k].mean) / usual[k].error for k in range(2)}).min(
        axis=1
    )
    spread_of_lesser = spread(theirs.to_numpy(dtype=float), length, window.label)
    return replace(among("other windows", mine, claim.sign, spread_of_lesser), least=math.nan)


def _both(claim: Claim, market: Market) -> pd.DataFrame:
    alike = dict(claim.options).get("stocks") == "sectors"
    stocks = market.equal_weight if alike else market.broad_index
    if not market.bonds:
        raise CannotTell("market {market} has no government bond instrument", market=market.name)
    return pd.concat([stocks, market.close[market.bonds[0]]], axis=1)


def _bond(market: Market, window: Window) -> str:
    for bond in market.bonds:
        if market.close[bond].iloc[held_rows(window)].notna().all():
            return bond
    raise CannotTell(
        "market {market} has no government bond instrument over {label}",
        market=market.name,
        label=window.label,
    )
