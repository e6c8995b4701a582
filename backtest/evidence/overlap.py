"""The mean over events whose windows overlap: its standard error and degrees of freedom.

Abnormal returns of two events depend on each other as far as their event windows overlap, and
less as one's event window lies in the other's estimation window. Both follow from the windows.
"""

from __future__ import annotations

import math

import numpy as np

from backtest.evidence.market_model import Design
from backtest.evidence.observation import Array


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
    rest, freedom, unbiased = _deviations(values, together, together)
    if not unbiased > 0:
        return math.nan, 0.0
    variance = float(rest @ together @ rest) / unbiased * together.sum() / len(values) ** 2
    return math.sqrt(max(variance, 0.0)), freedom


def pooled(values: Array, together: Array) -> tuple[float, float]:
    """Return the same from the events' common variance; exact where it is and they are normal."""
    rest, freedom, unbiased = _deviations(values, together, np.eye(len(values)))
    if not unbiased > 0:
        return math.nan, 0.0
    variance = float(rest @ rest) / unbiased * together.sum() / len(values) ** 2
    return math.sqrt(max(variance, 0.0)), freedom


def _deviations(values: Array, together: Array, weights: Array) -> tuple[Array, float, float]:
    """Return deviations from the mean; freedom and expectation of their weighted products."""
    count = len(values)
    if count < 2:
        return values, 0.0, 0.0
    around_mean = np.eye(count) - 1.0 / count
    product = around_mean @ weights @ around_mean @ together
    unbiased = float(np.trace(product))
    if unbiased < 1e-9:
        return values - values.mean(), 0.0, 0.0
    return values - values.mean(), unbiased**2 / float(np.trace(product @ product)), unbiased
