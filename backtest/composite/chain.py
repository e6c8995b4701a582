"""Chaining: one level from baskets that change, without a jump.

Where indicators enter or leave, the move into the session is that of the old basket, of what both
sessions have of it; what is new counts from the next move on. New weights of the same indicators
count at once: linked too, their refits would carry the level away from its scale, month by month.
Links are additive: an index of scores has no zero a growth rate could start from, and points add up
to contributions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.composite.aggregation import SHIFT, aggregate

Groups = Sequence[tuple[list[int], float]]

NEUTRAL = 50.0  # points of what never moved; for "z" the mean of an indicator's own past


@dataclass(frozen=True, eq=False)
class Chained:
    """A chained level, in points.

    Attributes
    ----------
    linked : Series by session
        The level: the unlinked one on its first session, then the sum of the moves.
    unlinked : Series by session
        What the basket of each session says by itself.
    contributions : DataFrame, session × indicator
        Points each indicator brought in the move to the session; they sum to the move. New weights
        bring what they add to its distance from `NEUTRAL`.
    effects : Series by session
        The jump that linking took out: the unlinked move less the linked one.
    """

    linked: pd.Series
    unlinked: pd.Series
    contributions: pd.DataFrame
    effects: pd.Series


def shared_out(within: np.ndarray, groups: Groups) -> np.ndarray:
    """Turn weights within groups into weights of the whole, each row summing to 1.

    Parameters
    ----------
    within : ndarray, row × indicator
        Weights, in any sum; 0 for what is not there.
    groups : sequence of (columns, weight)
        A group without a weight gives its own to the others in proportion.

    Examples
    --------
    >>> shared_out(np.array([[1.0, 3.0, 2.0], [0.0, 1.0, 0.0]]), [([0, 1], 1.0), ([2], 1.0)])
    array([[0.125, 0.375, 0.5  ],
           [0.   , 1.   , 0.   ]])
    """
    weights = np.zeros(within.shape)
    total = np.zeros(len(within))
    for columns, weight in groups:
        part = within[:, columns]
        inside = part.sum(axis=1)
        there = inside > 0.0
        weights[:, columns] = part * (weight / np.where(there, inside, 1.0))[:, None]
        total += weight * there
    return weights / np.where(total > 0.0, total, 1.0)[:, None]


def chain(
    points: pd.DataFrame, within: np.ndarray, groups: Groups, method: str, covered: np.ndarray
) -> Chained:
    """Chain the aggregate of points over baskets that change.

    Parameters
    ----------
    points : DataFrame, session × indicator
        Scores above zero; NaN for what is not in the basket.
    within : ndarray, session × indicator
        Weights within groups in force after each session's close.
    groups : sequence of (columns, weight)
        As `shared_out` takes them.
    method : str
        As `aggregate` takes it.
    covered : ndarray of bool
        The level starts on the first such session.
    """
    values = points.to_numpy(dtype=float)
    there = np.isfinite(values)
    full = shared_out(np.where(there, within, 0.0), groups)
    both = there[1:] & there[:-1]
    same = (there[1:] == there[:-1]).all(axis=1)
    old = shared_out(np.where(both, within[:-1], 0.0), groups)
    new = np.where(same[:, None], full[1:], old)

    def level(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
        masked = pd.DataFrame(np.where(weights > 0.0, rows, np.nan), columns=points.columns)
        found = aggregate(masked, pd.DataFrame(weights, columns=points.columns), method)
        return found.to_numpy(dtype=float)

    before, after = level(values[:-1], old), level(values[1:], new)
    unlinked = level(values, full)
    scale, stretch = values - NEUTRAL, np.ones(len(after))
    if method == "geometric":
        scale = np.log((values + SHIFT) / (NEUTRAL + SHIFT))
        stretch = _logarithmic_mean(after + SHIFT, before + SHIFT)
    contributions = np.zeros(values.shape)
    contributions[1:] = (new * scale[1:] - old * scale[:-1]) * stretch[:, None]
    contributions = np.where(np.isfinite(contributions), contributions, 0.0)
    moves = np.concatenate([[0.0], np.nan_to_num(after - before)])
    first = int(np.argmax(covered)) if covered.any() else len(values)
    moves[: first + 1] = 0.0
    contributions[: first + 1] = 0.0
    linked = np.full(len(values), np.nan)
    if first < len(values):
        linked[first:] = unlinked[first] + np.cumsum(moves[first:])
    jumps = np.zeros(len(values))
    jumps[1:] = np.where(same, 0.0, np.nan_to_num(unlinked[1:] - unlinked[:-1] - moves[1:]))
    jumps[: first + 1] = 0.0
    index = points.index
    return Chained(
        linked=pd.Series(linked, index),
        unlinked=pd.Series(unlinked, index).where(np.arange(len(values)) >= first),
        contributions=pd.DataFrame(contributions, index, points.columns),
        effects=pd.Series(jumps, index),
    )


def _logarithmic_mean(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return (a − b) / ln(a / b), a where they agree: what makes log moves add up to the move."""
    ratio = np.log(one / other)
    apart = np.abs(ratio) > 1e-12
    return np.where(apart, (one - other) / np.where(apart, ratio, 1.0), one)
