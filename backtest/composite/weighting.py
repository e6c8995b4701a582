"""Weighting: how much each indicator counts.

Step 6 of the OECD/JRC Handbook (2008, section 6). Entropy weights are Shannon's (Zeleny 1982),
CRITIC is Diakoulaki, Mavrotas & Papayannakis (1995); "pca" is Nicoletti, Scarpetta & Boylaud
(2000) as the Handbook works it out for its own example.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from backtest.errors import UserError, unknown

METHODS = ("equal", "expert", "entropy", "critic", "std", "pca")
FEWEST = 3  # rows from which data can weigh
SAME = 1e-12  # of the largest score: a column that moved by less has not moved
EPSILON = 1e-6
WORTH_KEEPING = 0.10  # of all variance; the Handbook's rule for a component
ENOUGH = 0.60  # of all variance, by the components kept together
ROTATED, ROUNDS, HALVINGS = 1e-7, 501, 11  # the gradient at which varimax stops; its most steps


def weigh(
    scores: pd.DataFrame, method: str, *, expert: Mapping[str, float] | None = None
) -> pd.Series:
    """Return each indicator's weight from the scores known so far.

    Parameters
    ----------
    scores : DataFrame, row × indicator
        Normalized scores, as far as they were known on the day the weights are for.
    method : str
        "equal"; "expert", the numbers given; "entropy", more for an indicator whose scores differ
        more from row to row; "critic", more for one that varies and that the others do not repeat;
        "std", in proportion to standard deviations; "pca", by squared varimax loadings.
    expert : mapping
        Numbers by indicator, in any sum; only "expert" needs them.

    Returns
    -------
    Series by indicator
        Not negative, sums to 1.

    Notes
    -----
    Data weigh by the rows in which every indicator has a score; an indicator that never had one,
    or whose score never moved, tells nothing and gets 0. Weights are equal where there are fewer
    than three such rows, where fewer than two indicators moved, or where a method finds nothing
    to tell them apart.

    Entropy needs shares of a positive total. Where any score is zero or less, each column is
    scaled to 0 … 1 and raised by `EPSILON`: p ln p goes to 0 with p, so this is entropy with
    0 ln 0 = 0 (Shannon 1948), to about that precision. PCA weights are blind to the sign of a
    loading: an indicator that runs against the others counts as much as one that runs with them.

    Examples
    --------
    >>> scores = pd.DataFrame({"a": [0.0, 0.5, 1.0], "b": [0.4, 0.5, 0.6]})
    >>> weigh(scores, "std").round(3).to_dict()
    {'a': 0.833, 'b': 0.167}
    """
    if method not in METHODS:
        raise unknown("weighting", method, METHODS)
    if method == "expert":
        return _expert(scores.columns, expert)
    found = weights_from(scores.to_numpy(dtype=float), method)
    return pd.Series(found, scores.columns, name="weight")


def weights_from(values: np.ndarray, method: str) -> np.ndarray:
    """Return the weights of `weigh` as an array, for every method but "expert"."""
    width = values.shape[1]
    equal: np.ndarray = np.full(width, 1.0 / max(1, width))
    if method == "equal":
        return equal
    known = ~np.isnan(values)
    seen = known.any(axis=0)
    complete = values[known[:, seen].all(axis=1)]
    if len(complete) < FEWEST:
        return equal
    largest, smallest = complete.max(axis=0), complete.min(axis=0)
    moved = seen & (largest - smallest > SAME * np.maximum(np.abs(largest), np.abs(smallest)))
    if moved.sum() < 2:
        return equal
    informative = complete[:, moved]
    found = _found(method, informative.tobytes(), informative.shape[1])
    total = found.sum()
    if not np.isfinite(total) or total <= SAME:
        return equal
    weights = np.zeros(width)
    weights[moved] = found / total
    return weights


@lru_cache(maxsize=8192)  # variants of a framework weigh the same scores again and again
def _found(method: str, scores: bytes, columns: int) -> np.ndarray:
    weights = OBJECTIVE[method](np.frombuffer(scores).reshape(-1, columns))
    clipped: np.ndarray = np.clip(weights, 0.0, None)
    clipped.setflags(write=False)
    return clipped


def _expert(names: pd.Index, expert: Mapping[str, float] | None) -> pd.Series:
    given = expert or {}
    for name in names:
        if name not in given:
            raise UserError(
                "indicator {name!r} has no expert weight; give it one, 0 leaves it out", name=name
            )
        if not 0.0 <= given[name] < float("inf"):
            raise UserError(
                "the weight of {name!r} is {given}; give a number from 0 up",
                name=name,
                given=given[name],
            )
    weights = pd.Series([float(given[name]) for name in names], names, name="weight")
    if not weights.sum() > 0.0:
        raise UserError("all expert weights are 0; give at least one indicator a weight")
    return weights / weights.sum()


def _entropy(scores: np.ndarray) -> np.ndarray:
    if (scores <= 0.0).any():
        low = scores.min(axis=0)
        scores = (scores - low) / (scores.max(axis=0) - low) + EPSILON
    share = scores / scores.sum(axis=0)
    apart: np.ndarray = 1.0 + (share * np.log(share)).sum(axis=0) / np.log(len(share))
    return apart


def _critic(scores: np.ndarray) -> np.ndarray:
    same = np.corrcoef(scores, rowvar=False)
    if np.all(np.abs(same - 1.0) < SAME):
        return np.zeros(scores.shape[1])
    told: np.ndarray = (scores / np.ptp(scores, axis=0)).std(axis=0) * (1.0 - same).sum(axis=0)
    return told


def _std(scores: np.ndarray) -> np.ndarray:
    deviations: np.ndarray = scores.std(axis=0)
    return deviations


def _pca(scores: np.ndarray) -> np.ndarray:
    """Weigh each indicator by the share of its variance that its own rotated factor explains.

    Components that explain over a tenth of the variance each are kept, and as many more as it
    takes to explain three fifths together; they are rotated by varimax. The Handbook scales an
    indicator's squared loading by its factor's variance and weighs the factor by the same, which
    leaves the squared loading.
    """
    values, vectors = np.linalg.eigh(np.corrcoef(scores, rowvar=False))
    values, vectors = np.clip(values[::-1], 0.0, None), vectors[:, ::-1]
    explained = values / len(values)
    enough = int(np.searchsorted(np.cumsum(explained), ENOUGH)) + 1
    kept = max(int((explained > WORTH_KEEPING).sum()), min(enough, len(explained)))
    loadings = (vectors * np.sqrt(values))[:, :kept]
    weights: np.ndarray = (varimax(loadings) ** 2).max(axis=1)
    return weights


def varimax(loadings: np.ndarray) -> np.ndarray:
    """Rotate factors so that each has few large loadings, indicator × factor (Kaiser 1958).

    By Jennrich's gradient projection (2001, Psychometrika 66), as in Bernaards & Jennrich (2005).
    """
    count, kept = loadings.shape
    center = np.eye(count) - np.ones((count, count)) / count

    def criterion(turn: np.ndarray) -> tuple[float, np.ndarray]:
        rotated = loadings.dot(turn)
        squares = rotated**2
        apart = center.dot(squares)
        return -np.sum(squares * apart) / 4.0, loadings.T.dot(-rotated * apart)

    turn, step = np.eye(kept), 1.0
    least, gradient = criterion(turn)
    for _ in range(ROUNDS):
        along = turn.T.dot(gradient)
        gradient = gradient - turn.dot((along + along.T) / 2.0)
        size = float(np.linalg.norm(gradient, "fro"))
        if size < ROTATED:
            break
        step *= 2.0
        for _ in range(HALVINGS):
            left, _, right = np.linalg.svd(turn - step * gradient, full_matrices=False)
            tried = left.dot(right)
            value, slope = criterion(tried)
            if value < least - 0.5 * size**2 * step:
                break
            step /= 2.0
        turn, least, gradient = tried, value, slope
    rotated: np.ndarray = loadings.dot(turn)
    return rotated


OBJECTIVE: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "entropy": _entropy,
    "critic": _critic,
    "std": _std,
    "pca": _pca,
}
