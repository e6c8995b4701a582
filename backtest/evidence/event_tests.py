"""Tests of event studies whose events may overlap: standardized abnormal returns, ranks, the mean.

Abnormal returns of two events depend on each other as far as their event windows overlap, and
less as one's event window lies in the other's estimation window. Both follow from the windows.
"""

import math

import numpy as np
import pandas as pd

from backtest.evidence.market_model import Design
from backtest.evidence.observation import Array


def bmp(scar: Array, together: Array) -> tuple[float, float]:
    """Test whether standardized abnormal returns have mean 0; returns t and its two-sided p.

    Boehmer, Musumeci & Poulsen (1991, Journal of Financial Economics 30): the cross-section's own
    standard deviation, so that events which raise volatility do not look significant; adjusted for
    events that depend on each other as in Kolari & Pynnönen (2010, Review of Financial Studies 23),
    by the correlation (`together`, event × event) that their windows imply.
    """
    from scipy.special import stdtr

    error, freedom = pooled(scar, together)
    if not error > 0:
        return math.nan, math.nan
    statistic = float(scar.mean()) / error
    return statistic, float(2.0 * stdtr(freedom, -abs(statistic)))


def rank_test(values: Array, horizon: int, together: Array) -> tuple[float, float]:
    """Test by ranks whether the last `horizon` columns differ; returns t and its two-sided p.

    Each event's values are ranked over both of its windows, as Corrado (1989, Journal of Financial
    Economics 23) does; the mean rank of the event days is held against its spread over events as in
    `bmp`, see Kolari & Pynnönen (2011, Journal of Empirical Finance 18).

    Parameters
    ----------
    values : ndarray, event × (estimation + horizon)
    together : ndarray, event × event
    """
    if not len(values):
        return math.nan, math.nan
    ranks = pd.DataFrame(values).rank(axis=1).to_numpy() / (values.shape[1] + 1.0) - 0.5
    return bmp(ranks[:, -horizon:].mean(axis=1), together)


def correlation(at: Array, design: Design) -> Array:
    """Return the correlation of the abnormal returns of events, event × event.

    For independent daily returns: an abnormal return is the sum over the event window less the
    estimation window's mean as often, so two events' correlation is the inner product of these
    weights at their distance.

    Examples
    --------
    >>> correlation(np.array([0, 0, 500]), Design()).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    count, horizon = design.estimation, design.horizon
    usual = -horizon / count if design.level else 0.0
    weights = np.r_[np.full(count, usual), np.zeros(design.gap + 1), np.ones(horizon)]
    by_lag = np.correlate(weights, weights, "full")[len(weights) - 1 :]
    by_lag = np.r_[by_lag / by_lag[0], 0.0]
    distance = np.abs(at[:, None] - at[None, :]).astype(int)
    found: Array = by_lag[np.minimum(distance, len(by_lag) - 1)]
    return found


def clustered(values: Array, together: Array) -> tuple[float, float]:
    """Return the standard error of a mean over dependent events, and its degrees of freedom.

    Cluster-robust: products of events' own deviations, weighted by how far the events overlap
    (`together`, their correlation), so that events apart count as separate and events at one time
    as one. Scaled to be unbiased where the correlation is right; degrees of freedom as
    Satterthwaite (1946) matches them, as Bell & McCaffrey (2002, Survey Methodology 28) do.

    Returns
    -------
    error, freedom : float
        NaN and 0 where the events are too few, or too close together, to differ.
    """
    return _error(values, together, together)


def pooled(values: Array, together: Array) -> tuple[float, float]:
    """Return the same with one variance pooled over the events; exact if normal and equal."""
    return _error(values, together, np.eye(len(values)))


def _error(values: Array, together: Array, weights: Array) -> tuple[float, float]:
    """Return the error of a mean and its freedom, from weighted products of own deviations."""
    count = len(values)
    if count < 2:
        return math.nan, 0.0
    around_mean = np.eye(count) - 1.0 / count
    product = around_mean @ weights @ around_mean @ together
    unbiased = float(np.trace(product))
    if unbiased < 1e-9:
        return math.nan, 0.0
    rest = values - values.mean()
    variance = float(rest @ weights @ rest) / unbiased * together.sum() / count**2
    freedom = unbiased**2 / float(np.trace(product @ product))
    return math.sqrt(max(variance, 0.0)), freedom
