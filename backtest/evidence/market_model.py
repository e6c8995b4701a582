"""Abnormal returns by the market model, plain and standardized.

Notation: an event at
session e, estimated over the `estimation` sessions that end `gap` sessions before it, measured over
the `horizon` sessions after it (e + 1 … e + horizon).
"""

from dataclasses import dataclass

import numpy as np

from backtest.evidence.observation import Array

ESTIMATION, GAP, HORIZON = 120, 5, 20


@dataclass(frozen=True)
class Design:
    """How long to estimate, to wait and to measure, in sessions.

    An event is the last close before it could be traded on: the estimation window ends `gap`
    sessions before that, the event window is the `horizon` sessions after it. With `level` the
    usual return is estimated too; without, it counts as nothing: events found by how far returns
    rose above what they had been follow, if anything, a time of low ones, whose mean would flatter
    what comes after.
    """

    estimation: int = ESTIMATION
    gap: int = GAP
    horizon: int = HORIZON
    level: bool = True

    @property
    def reach(self) -> int:
        """Sessions an event needs before it."""
        return self.estimation + self.gap


def abnormal(returns: Array, market: Array, design: Design) -> tuple[Array, Array]:
    """Return the cumulative abnormal return after every session, plain and standardized.

    The market model of MacKinlay (1997, Journal of Economic Literature 35): r = a + b m + e by
    least squares over the estimation window. The standard error is that of a prediction: it grows
    with the horizon and with how unusual the market's own move was.

    Parameters
    ----------
    returns, market : ndarray
        Simple returns by session; NaN makes the events around it NaN.

    Returns
    -------
    car, scar : ndarray, session
        NaN where a window does not fit.
    """
    count, horizon = design.estimation, design.horizon
    car, scar = np.full(len(returns), np.nan), np.full(len(returns), np.nan)
    first, last = design.reach, len(returns) - horizon - 1
    if last < first:
        return car, scar
    at = np.arange(first, last + 1)
    usual_r = np.lib.stride_tricks.sliding_window_view(returns, count)[at - design.reach]
    usual_m = np.lib.stride_tricks.sliding_window_view(market, count)[at - design.reach]
    after_r = np.lib.stride_tricks.sliding_window_view(returns, horizon)[at + 1].sum(axis=1)
    after_m = np.lib.stride_tricks.sliding_window_view(market, horizon)[at + 1].sum(axis=1)
    mean_r, mean_m = usual_r.mean(axis=1), usual_m.mean(axis=1)
    spread = usual_m - mean_m[:, None]
    squares = (spread**2).sum(axis=1)
    slope = (spread * usual_r).sum(axis=1) / squares
    rest = usual_r - mean_r[:, None] - slope[:, None] * spread
    variance = (rest**2).sum(axis=1) / (count - 2)
    surprise = after_m - horizon * mean_m
    car[at] = after_r - horizon * mean_r - slope * surprise
    estimated = horizon**2 / count
    if not design.level:
        surprise, estimated = after_m, 0.0
        car[at] = after_r - slope * after_m
    error = np.sqrt(variance * (horizon + estimated + surprise**2 / squares))
    scar[at] = car[at] / np.where(error > 0, error, np.nan)
    return car, scar


def residuals(returns: Array, market: Array, event: int, design: Design) -> Array:
    """Return abnormal returns of an event: its estimation window, then its event window."""
    usual = slice(event - design.reach, event - design.gap)
    after = slice(event + 1, event + 1 + design.horizon)
    slope, level = np.polyfit(market[usual], returns[usual], 1)
    rest = returns - level - slope * market
    both: Array = np.r_[rest[usual], rest[after]]
    return both
