"""Tests of event studies whose events may overlap: standardized abnormal returns, and ranks."""

from __future__ import annotations

import math

import pandas as pd

from backtest.evidence.observation import Array
from backtest.evidence.overlap import pooled


def bmp(scar: Array, together: Array) -> tuple[float, float]:
    """Test whether standardized abnormal returns have mean 0; returns t and its two-sided p.

    Boehmer, Musumeci & Poulsen (1991, Journal of Financial Economics 30): the cross-section's own
    standard deviation, so that events which raise volatility do not look significant; adjusted for
    events that depend on each other as in Kolari & Pynnönen (2010, Review of Financial Studies 23),
    by the correlation (`together`, event × event) that their windows imply.
    """
    return _ratio(scar, together)


def rank_test(values: Array, horizon: int, together: Array) -> tuple[float, float]:
    """Test by ranks whether the last `horizon` columns differ; returns t and its two-sided p.

    Each event's values are ranked over both of its windows, as Corrado (1989, Journal of Financial
    Economics 23) does; the mean rank of the event days is held against its spread over events, as
    in Kolari & Pynnönen (2011, Journal of Empirical Finance 18), with their dependence allowed for.

    Parameters
    ----------
    values : ndarray, event × (estimation + horizon)
    together : ndarray, event × event
    """
    if not len(values):
        return math.nan, math.nan
    ranks = pd.DataFrame(values).rank(axis=1).to_numpy() / (values.shape[1] + 1.0) - 0.5
    return _ratio(ranks[:, -horizon:].mean(axis=1), together)


def _ratio(values: Array, together: Array) -> tuple[float, float]:
    """Return the mean over its pooled standard error, and the two-sided p."""
    from scipy.special import stdtr

    error, freedom = pooled(values, together)
    if not error > 0:
        return math.nan, math.nan
    statistic = float(values.mean()) / error
    return statistic, float(2.0 * stdtr(freedom, -abs(statistic)))
