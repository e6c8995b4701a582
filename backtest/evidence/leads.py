"""Leads: a basket's return less another's, the equal-weight market's, or the benchmark's."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from backtest.evidence.baskets import instruments, listed_weights, path, permuted
from backtest.evidence.chance import Placebo, among
from backtest.evidence.intervals import Interval, Spread, apart, around, short_length, spread
from backtest.evidence.observation import Array, Measurement, Observation
from backtest.evidence.windows import Window, benchmark_path
from backtest.market import Market
from backtest.strategy.claim import Claim

Sides = Callable[[Claim, Market, int], tuple[pd.Series, pd.Series]]


def lead(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the return of a basket less that of another, or of all sectors, bought and held."""
    ours, absent = listed_weights(market, claim.basket, window)
    theirs, missing = listed_weights(market, claim.against, window)
    close = market.sector_close
    subject, against = path(close, ours, window), path(close, theirs, window)
    if dict(claim.options).get("against") == "benchmark":
        against = benchmark_path(market, window)
    values = pd.DataFrame({"subject": subject, "against": against})
    moves = pd.DataFrame(np.log(values)).diff().iloc[1:]
    logs = moves.to_numpy(dtype=float)
    rising = logs[:, 1] > 0
    slope = float(logs[rising, 0].sum() / logs[rising, 1].sum()) if rising.any() else np.nan
    return Observation(
        instruments=instruments(market, ours.index),
        statistic=partial(gap, logs),
        moves=moves["subject"],
        parts={
            "subject": float(subject.iloc[-1] / subject.iloc[0] - 1.0),
            "against": float(against.iloc[-1] / against.iloc[0] - 1.0),
            "beta_up": slope,
        },
        absent=absent + missing,
        pair=np.expm1(logs),
    )


def gap(logs: Array, counts: Array) -> Array:
    """Return what two sides' log returns, session × side, add up to, the first less the second."""
    grown: Array = np.expm1(counts @ logs)
    return grown[:, 0] - grown[:, 1]


def sides(claim: Claim, market: Market, length: int) -> tuple[pd.Series, pd.Series]:
    """Return the returns of a basket and of what it is held against over every window."""
    gains = market.sector_close.pct_change(length, fill_method=None)
    ours = _weighted(gains, claim.basket)
    if dict(claim.options).get("against") == "benchmark":
        return ours, market.broad_index.pct_change(length, fill_method=None)
    return ours, _weighted(gains, claim.against)


def sectors_permuted(at: Measurement) -> Placebo:
    """Ask how often baskets of sectors drawn by lot lead by as much of what they usually vary."""
    claim, market, window = at.claim, at.market, at.window
    close = market.sector_close
    gains = (close.iloc[window.last] / close.iloc[window.base] - 1.0).dropna()
    moves = close[list(gains.index)].pct_change(fill_method=None).to_numpy(dtype=float)
    outside = np.r_[moves[1 : window.base + 1], moves[window.last + 1 :]]
    usual = outside if len(outside) > len(gains) else moves[window.rows]
    ours, _ = listed_weights(market, claim.basket, window)
    theirs, _ = listed_weights(market, claim.against, window)
    return permuted(gains, ours, theirs, claim.sign, usual=usual, draws=at.draws, seed=at.seed)


def interval_by(sides: Sides) -> Callable[[Measurement], Interval]:
    """Return what puts an interval around a lead: around its log, which adds up over sessions."""

    def interval(at: Measurement) -> Interval:
        usual, base = _log_leads(sides, at), 1.0 + at.observed.parts["against"]
        logs = around(_log_lead(at.observed), usual.error, usual.freedom, "windows")
        low, high = (base * math.expm1(bound) for bound in (logs.low, logs.high))
        return replace(logs, low=low, high=high)

    return interval


def placebo_by(sides: Sides) -> Callable[[Measurement], Placebo]:
    """Return what asks how probably the lead is as large, in logs, in another window."""

    def placebo(at: Measurement) -> Placebo:
        usual = _log_leads(sides, at)
        found = among("other windows", _log_lead(at.observed), at.claim.sign, usual)
        return replace(found, least=(1.0 + at.observed.parts["against"]) * math.expm1(found.least))

    return placebo


def elsewhere_by(sides: Sides) -> Callable[[Claim, Market, int], pd.Series]:
    """Return what gives the lead over every window of as many sessions, by its last session."""

    def elsewhere(claim: Claim, market: Market, length: int) -> pd.Series:
        ours, theirs = sides(claim, market, length)
        return ours - theirs

    return elsewhere


def _log_lead(observed: Observation) -> float:
    return math.log((1.0 + observed.parts["subject"]) / (1.0 + observed.parts["against"]))


def _log_leads(sides: Sides, at: Measurement) -> Spread:
    """Return how log leads vary over the rest of the record."""
    window = at.window
    length = short_length(len(at.market.sessions), window)
    ours, theirs = sides(at.claim, at.market, length)
    logs = apart(pd.Series(np.log1p(ours) - np.log1p(theirs)), window, length)
    return spread(logs.to_numpy(dtype=float), length, window.label).scaled(len(window) / length)


def _weighted(gains: pd.DataFrame, basket: object) -> pd.Series:
    """Return the mean gain of a basket's sectors, over those that have one."""
    named = dict(getattr(basket, "weights", ())) or dict.fromkeys(gains.columns, 1.0)
    weights = pd.Series({name: weight for name, weight in named.items() if name in gains.columns})
    part = gains[list(weights.index)]
    return part.mul(weights, axis=1).sum(axis=1, min_count=1) / part.notna().mul(
        weights, axis=1
    ).sum(axis=1).replace(0.0, np.nan)
