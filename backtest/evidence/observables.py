"""Observables: what claims are measured by, by name.

Each measures a claim over a window (`observe`) and says what it would have been over every other
window of the same length (`elsewhere`), from which come base rates and placebos. An observable
knows no instrument and no year: sectors come with the claim, instruments with the market.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backtest.evidence import appetite, cohesion, event_claims
from backtest.evidence.baskets import instruments, listed_weights, path, permuted
from backtest.evidence.chance import Placebo, among
from backtest.evidence.intervals import (
    LONGEST,
    SHORTEST,
    Interval,
    Spread,
    apart,
    around,
    spread,
)
from backtest.evidence.observation import Array, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.strategy.claim import Claim

Observe = Callable[[Claim, Market, Window], Observation]
Elsewhere = Callable[[Claim, Market, int], pd.Series]
IntervalOf = Callable[[Claim, Market, Window, Observation], Interval]
PlaceboOf = Callable[[Claim, Market, Window, Observation, int, int], Placebo]


@dataclass(frozen=True)
class Observable:
    """How to measure a claim, the same over any window, and everything that goes with the measure.

    Attributes
    ----------
    observe, interval : callable
        Measure a claim over a window; say how far the number could be from where it is.
    unit : "return", "bp", "share", "correlation"
    sentence, sentence_zh : str
        What was measured, with {window}, {value} and the observation's parts in their places;
        {ours} and {theirs} are the titles of a claim's basket and of what it is held against. The
        verdict follows.
    placebos : tuple
        The first one counts; the others stand beside it.
    elsewhere : callable or None
        By last session, the value over the window of that many sessions; None where the observable
        has no value over an arbitrary window.
    """

    observe: Observe
    interval: IntervalOf
    unit: str
    sentence: str
    sentence_zh: str
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
    ours, theirs = _sides(claim, market, length)
    return ours - theirs


def _sides(claim: Claim, market: Market, length: int) -> tuple[pd.Series, pd.Series]:
    """Return the returns of a basket and of what it is held against over every window."""
    gains = market.sector_close.pct_change(length, fill_method=None)
    ours = _weighted(gains, claim.basket)
    if dict(claim.options).get("against") == "benchmark":
        return ours, market.broad_index.pct_change(length, fill_method=None)
    return ours, _weighted(gains, claim.against)


def sectors_permuted(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how often baskets of sectors drawn by lot lead by as much of what they usually vary."""
    close = market.sector_close
    gains = (close.iloc[window.last] / close.iloc[window.base] - 1.0).dropna()
    moves = close[list(gains.index)].pct_change(fill_method=None).to_numpy(dtype=float)
    outside = np.r_[moves[1 : window.base + 1], moves[window.last + 1 :]]
    usual = outside if len(outside) > len(gains) else moves[window.rows]
    ours, _ = listed_weights(market, claim.basket, window)
    theirs, _ = listed_weights(market, claim.against, window)
    return permuted(gains, ours, theirs, claim.sign, usual=usual, draws=draws, seed=seed)


def across_windows(low: float, high: float) -> IntervalOf:
    """Return what makes an interval from how a measure varies over other windows as long."""

    def interval(claim: Claim, market: Market, window: Window, observed: Observation) -> Interval:
        usual = whole_windows(claim, market, window)
        return around(observed.value, usual.error, usual.freedom, "windows", (low, high))

    return interval


def across_sums(claim: Claim, market: Market, window: Window, observed: Observation) -> Interval:
    """Return the interval from how the measure's sums vary over the rest of the record."""
    usual = sums(claim, market, window)
    return around(observed.value, usual.error, usual.freedom, "windows")


def lead_interval(claim: Claim, market: Market, window: Window, observed: Observation) -> Interval:
    """Return the interval of a lead: around its log, which adds up, what it is held against kept."""
    usual = _log_leads(claim, market, window)
    base = 1.0 + observed.parts["against"]
    logs = around(_log_lead(observed), usual.error, usual.freedom, "windows")
    low, high = (base * math.expm1(bound) for bound in (logs.low, logs.high))
    return replace(logs, low=low, high=high)


def other_leads(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how probably the basket leads by as much, in logs, in another window."""
    found = among(
        "other windows", _log_lead(observed), claim.sign, _log_leads(claim, market, window)
    )
    return replace(found, least=(1.0 + observed.parts["against"]) * math.expm1(found.least))


def _log_lead(observed: Observation) -> float:
    return math.log((1.0 + observed.parts["subject"]) / (1.0 + observed.parts["against"]))


def _log_leads(claim: Claim, market: Market, window: Window) -> Spread:
    """Return how log leads vary over the rest of the record."""
    length = _short(market, window)
    ours, theirs = _sides(claim, market, length)
    logs = apart(np.log1p(ours) - np.log1p(theirs), window, length)
    return spread(logs.to_numpy(dtype=float), length, window.label).scaled(len(window) / length)


def other_windows(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how probably another window of the same length does as well."""
    return among("other windows", observed.value, claim.sign, whole_windows(claim, market, window))


def other_sums(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask the same of a measure that adds up over sessions."""
    return among("other windows", observed.value, claim.sign, sums(claim, market, window))


def whole_windows(claim: Claim, market: Market, window: Window) -> Spread:
    """Return how the measure varies over the other windows of the same length."""
    length = len(window)
    values = apart(elsewhere(claim, market, length), window, length)
    return spread(values.to_numpy(dtype=float), length, window.label)


def sums(claim: Claim, market: Market, window: Window) -> Spread:
    """Return how a measure that adds up over sessions varies: over shorter windows, scaled."""
    length = _short(market, window)
    values = apart(elsewhere(claim, market, length), window, length)
    short = spread(values.to_numpy(dtype=float), length, window.label)
    return short.scaled(len(window) / length)


def _short(market: Market, window: Window) -> int:
    """Return how long sums are that show how those over a window vary: a tenth of the rest."""
    rest = len(market.sessions) - len(window)
    return min(len(window), max(SHORTEST, min(LONGEST, rest // 10)))


def elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
    """Return the claim's observable over every window of `length` sessions; empty if it has none.

    Only the claim's own measure: `options` that change a window's start have no meaning elsewhere.
    """
    measure = OBSERVABLES[claim.observable].elsewhere
    return pd.Series(dtype=float) if measure is None else measure(claim, market, length)


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
    smooth = int(claim.option("smooth", 1))
    return 100.0 * market.need("rate").rolling(smooth).mean().diff(length)


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


def both_rise(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how probably both rise by as many of their own standard deviations elsewhere.

    Bonds move far less than stocks: the lesser of both returns could hardly ever be called high.
    """
    length = _short(market, window)
    gains = _both(claim, market).pct_change(length, fill_method=None).dropna()
    gains = gains.reindex(market.sessions)
    rest = [apart(gains[name], window, length) for name in gains.columns]
    usual = [spread(values.to_numpy(dtype=float), length, window.label) for values in rest]
    now = [observed.parts[name] for name in ("stocks", "bonds")]
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
        raise CannotTell(
            f"market {market.name} has no government bond instrument",
            f"市场 {market.name} 没有国债品种",
        )
    return pd.concat([stocks, market.close[market.bonds[0]]], axis=1)


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
    "lead": Observable(
        lead,
        lead_interval,
        "return",
        "{ours} {subject:+.1%} in {window}, {theirs} {against:+.1%}: {value}",
        "{window}{ours}{subject:+.1%}，{theirs}{against:+.1%}，相差{value}",
        (other_leads, sectors_permuted),
        leads_elsewhere,
    ),
    "rate_change": Observable(
        rate_change,
        across_sums,
        "bp",
        "The ten-year yield went from {start:.2f}% to {end:.2f}% in {window} ({value}), with a "
        "rebound of {swing:.0f} bp on the way",
        "{window}十年期收益率由{start:.2f}%变为{end:.2f}%（{value}），期间最大反弹{swing:.0f}个基点",
        (other_sums,),
        rates_elsewhere,
    ),
    "two_bulls": Observable(
        two_bulls,
        across_sums,
        "return",
        "Stocks {stocks:+.1%} and government bonds {bonds:+.1%} in {window}, both up in "
        "{weeks:.0%} of weeks",
        "{window}股票{stocks:+.1%}，国债{bonds:+.1%}，{weeks:.0%}的周同涨",
        (both_rise,),
        two_bulls_elsewhere,
    ),
    "appetite": Observable(
        appetite.appetite,
        across_windows(0.0, 1.0),
        "share",
        "On average {value} of the signs of risk appetite showed in {window}; the index was in an "
        "up-trend with rising breadth on {uptrend_rising_breadth:.0%} of sessions",
        "{window}平均{value}的风险偏好信号出现；指数上行且广度上升的交易日占"
        "{uptrend_rising_breadth:.0%}",
        (other_windows,),
        appetite.appetite_elsewhere,
    ),
    "recovery": Observable(
        appetite.recovery,
        across_windows(-1.0, 1.0),
        "share",
        "Signs of risk appetite went from {start:.0%} before {window} to {end:.0%} at its end",
        "风险偏好信号由{window}之前的{start:.0%}变为期末的{end:.0%}",
        (other_windows,),
        appetite.recovery_elsewhere,
    ),
    "cohesion": Observable(
        cohesion.cohesion,
        cohesion.interval,
        "correlation",
        "Sectors of a track correlate {value} more with each other than with the rest",
        "组内与组外相关系数之差为{value}",
        (cohesion.labels_permuted,),
    ),
    "after_events": Observable(
        event_claims.after_events,
        event_claims.interval,
        "return",
        "In the {horizon:.0f} sessions after {events:.0f} events ({window}) the mean abnormal "
        "return was {value}, turnover {turnover:.2f} times the usual",
        "{window}内{events:.0f}次事件后{horizon:.0f}个交易日平均超额{value}，成交额为平时的"
        "{turnover:.2f}倍",
        (event_claims.other_dates,),
    ),
}
