"""Observables: what claims are measured by, by name.

Each measures a claim over a window (`observe`) and says what it would have been over every other
window of the same length (`elsewhere`), from which come base rates and placebos. An observable
knows no instrument and no year: sectors come with the claim, instruments with the market.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.evidence import appetite, cohesion, events
from backtest.evidence.baskets import instruments, listed_weights, path, permuted
from backtest.evidence.observation import Array, Observation, Placebo, sampled
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.strategy.claim import Claim

Observe = Callable[[Claim, Market, Window], Observation]
Elsewhere = Callable[[Claim, Market, int], pd.Series]
PlaceboOf = Callable[[Claim, Market, Window, Observation, int, int], Placebo]


@dataclass(frozen=True)
class Observable:
    """How to measure a claim, the same over any window, and the placebos that suit it.

    Where there are several placebos the least favorable one counts.
    `elsewhere` gives, by last session, the value over the window of that many sessions; None where
    the observable has no value over an arbitrary window.
    """

    observe: Observe
    placebos: tuple[PlaceboOf, ...]
    elsewhere: Elsewhere | None = None


def lead(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the return of a basket less that of another, or of all sectors, bought and held."""
    ours, absent = listed_weights(market, claim.basket, window)
    theirs, missing = listed_weights(market, claim.against, window)
    close = market.sector_close
    subject, against = path(close, ours, window), path(close, theirs, window)
    if dict(claim.options).get("against") == "benchmark":
        against = _benchmark(market, window)
    values = pd.DataFrame({"subject": subject, "against": against})
    moves = pd.DataFrame(np.log(values)).diff().iloc[1:]
    logs = moves.to_numpy(dtype=float)

    def statistic(counts: Array) -> Array:
        grown: Array = np.expm1(counts @ logs)
        return grown[:, 0] - grown[:, 1]

    rising = logs[:, 1] > 0
    slope = float(logs[rising, 0].sum() / logs[rising, 1].sum()) if rising.any() else np.nan
    return Observation(
        unit="return",
        instruments=instruments(market, ours.index),
        statistic=statistic,
        moves=moves["subject"],
        parts={
            "subject": float(subject.iloc[-1] / subject.iloc[0] - 1.0),
            "against": float(against.iloc[-1] / against.iloc[0] - 1.0),
            "beta_up": slope,
        },
        absent=absent + missing,
        pair=np.expm1(logs),
    )


def leads_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the lead over every window of `length` sessions, by its last session."""
    gains = market.sector_close.pct_change(length, fill_method=None)
    return _weighted(gains, claim.basket) - _weighted(gains, claim.against)


def sectors_permuted(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how often baskets of sectors drawn by lot lead by as much."""
    close = market.sector_close
    gains = (close.iloc[window.last] / close.iloc[window.base] - 1.0).dropna()
    ours, _ = listed_weights(market, claim.basket, window)
    theirs, _ = listed_weights(market, claim.against, window)
    return permuted(gains, ours, theirs, claim.sign, draws=draws, seed=seed)


def other_windows(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how often another window of the same length did as well."""
    values = apart(elsewhere(claim, market, len(window)), window).to_numpy(dtype=float)
    return sampled("other windows", values, observed.value, claim.sign, overlap=len(window))


def elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the claim's observable over every window of `length` sessions; empty if it has none.

    Only the claim's own measure: `options` that change a window's start have no meaning elsewhere.
    """
    measure = OBSERVABLES[claim.observable].elsewhere
    return pd.Series(dtype=float) if measure is None else measure(claim, market, length)


def apart(values: pd.Series, window: Window) -> pd.Series:
    """Return the values over windows that share no session with `window`."""
    if values.empty:
        return values
    last = np.arange(len(values))
    separate = (last <= window.base) | (last >= window.last + len(window))
    return values[separate].dropna()


def rate_change(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the change of the ten-year yield from the base to the last session, basis points.

    With the option `smooth`, between means of that many sessions at both ends.
    """
    smooth = int(claim.option("smooth", 1))
    rate = market.need("rate").rolling(smooth).mean()
    inside = rate.iloc[window.base : window.last + 1]
    if pd.isna(inside.iloc[0]) or inside.iloc[1:].isna().all():
        raise CannotTell(
            f"the yield is not known over {window.label}", f"{window.label} 缺少收益率数据"
        )
    changes = 100.0 * inside.ffill().diff().iloc[1:]
    total = changes.cumsum()
    moves = changes.to_numpy(dtype=float)
    return Observation(
        unit="bp",
        instruments=(market.universe.rate or "rate",),
        statistic=lambda counts: counts @ moves,
        moves=claim.sign * changes,
        parts={
            "start": float(inside.iloc[0]),
            "end": float(inside.ffill().iloc[-1]),
            "swing": float((total - total.cummin()).max()),
        },
    )


def rates_elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the yield's change over every window of `length` sessions, basis points."""
    return 100.0 * market.need("rate").diff(length)


def two_bulls(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the lesser of the returns of stocks and of government bonds.

    Stocks are the benchmark, or all sectors alike with the option `stocks` "sectors".
    """
    bond = _bond(market, window)
    if dict(claim.options).get("stocks") == "sectors":
        weights, _ = listed_weights(market, None, window)
        stocks, used = path(market.sector_close, weights, window), "all sectors alike"
    else:
        stocks, used = _benchmark(market, window), market.universe.benchmark
    held = pd.DataFrame({"stocks": stocks, "bonds": market.close[bond].iloc[_all(window)]})
    logs = pd.DataFrame(np.log(held)).diff().iloc[1:]
    moves = logs.to_numpy(dtype=float)
    weeks = pd.DataFrame(np.exp(logs)).groupby(pd.DatetimeIndex(logs.index).to_period("W")).prod()
    both = np.expm1(logs.sum())
    return Observation(
        unit="return",
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
    both = pd.concat([market.broad_index, market.close[market.bonds[0]]], axis=1)
    return both.pct_change(length, fill_method=None).min(axis=1, skipna=False)


def _all(window: Window) -> slice:
    return slice(window.base, window.last + 1)


def _benchmark(market: Market, window: Window) -> pd.Series:
    inside = market.broad_index.iloc[_all(window)]
    if inside.isna().any():
        raise CannotTell(
            f"the benchmark has no prices over all of {window.label}",
            f"基准指数在 {window.label} 内数据不全",
        )
    return inside


def _bond(market: Market, window: Window) -> str:
    for bond in market.bonds:
        if market.close[bond].iloc[_all(window)].notna().all():
            return bond
    raise CannotTell(
        f"market {market.name} has no government bond instrument over {window.label}",
        f"市场 {market.name} 在 {window.label} 内没有国债品种",
    )


def _weighted(gains: pd.DataFrame, basket: object) -> pd.Series:
    """Return the mean gain of a basket's sectors, over those that have one."""
    named = dict(getattr(basket, "weights", ())) or dict.fromkeys(gains.columns, 1.0)
    weights = pd.Series({name: weight for name, weight in named.items() if name in gains.columns})
    part = gains[list(weights.index)]
    return part.mul(weights, axis=1).sum(axis=1, min_count=1) / part.notna().mul(
        weights, axis=1
    ).sum(axis=1).replace(0.0, np.nan)


OBSERVABLES: Mapping[str, Observable] = {
    "lead": Observable(lead, (sectors_permuted, other_windows), leads_elsewhere),
    "rate_change": Observable(rate_change, (other_windows,), rates_elsewhere),
    "two_bulls": Observable(two_bulls, (other_windows,), two_bulls_elsewhere),
    "appetite": Observable(appetite.appetite, (other_windows,), appetite.appetite_elsewhere),
    "recovery": Observable(appetite.recovery, (other_windows,), appetite.recovery_elsewhere),
    "cohesion": Observable(cohesion.cohesion, (cohesion.labels_permuted,)),
    "after_events": Observable(events.after_events, (events.other_dates,)),
}
