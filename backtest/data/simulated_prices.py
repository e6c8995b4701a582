"""Synthetic paths: clustered shocks, and levels led through given figures.

Random numbers are uniforms, and only additions, multiplications, divisions and square roots
follow: IEEE 754 fixes each of these to the last bit, so every machine gets the same bytes. (The
generator's own normal draws, `exp`, `log`, powers and matrix products promise no such thing.)
Rows are sessions, columns are paths.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Positions = NDArray[np.int64]


def fat_tailed(draw: np.random.Generator, rows: int, columns: int) -> Array:
    """Draw independent shocks: sums of twelve uniforms less six, times a scale of 0.4 … 1.6.

    The sum is all but normal; the random scale gives an excess kurtosis of 1.1.
    """
    total = np.zeros((rows, columns))
    for _ in range(12):
        total += draw.random((rows, columns))
    return (total - 6.0) * (0.4 + 1.2 * draw.random((rows, columns)))


def clustered(
    shocks: Array, *, memory: float = 0.86, reaction: float = 0.08, lean: float = 0.5
) -> Array:
    """Give independent shocks a volatility that clusters and rises after falls.

    The variance follows h' = w + h · (memory + reaction · (z − lean)²), the NGARCH of Engle & Ng
    (1993). The result has mean 0 and variance 1 in each column. With the defaults the
    variance of a shock fades to half in 17 rows.
    """
    unit = standardized(shocks)
    constant = 1.0 - memory - reaction * (1.0 + lean * lean)
    news = memory + reaction * np.square(unit - lean)
    variance = np.ones_like(unit)
    for row in range(1, len(unit)):
        variance[row] = constant + variance[row - 1] * news[row - 1]
    return standardized(unit * np.sqrt(variance))


def standardized(values: Array) -> Array:
    """Shift and scale each column to mean 0 and variance 1."""
    centered = values - values.mean(axis=0)
    result: Array = centered / np.sqrt(np.square(centered).mean(axis=0))
    return result


def without(values: Array, factor: Array) -> Array:
    """Take from each column what is proportional to `factor`, a column (least squares)."""
    loading = (values * factor).sum(axis=0) / np.square(factor).sum(axis=0)
    result: Array = values - factor * loading
    return result


def neutral(values: Array, legs: Array, listed: NDArray[np.bool_]) -> Array:
    """Take from each row its mean over the listed columns, and what lies along `legs`.

    `legs` are long and short weights by column that sum to 0, of columns that are always listed.
    """
    mean = (values * listed).sum(axis=1) / listed.sum(axis=1)
    centered = (values - mean[:, None]) * listed
    along = (centered * legs).sum(axis=1) / np.square(legs).sum()
    result: Array = centered - along[:, None] * legs
    return result


def straight(knots: Array, ends: Positions) -> Array:
    """Connect knots by straight lines.

    The first knot lies before the first row, the others on the rows `ends`; one row per session
    is returned, the last of them at the last knot.

    Examples
    --------
    >>> straight(np.array([[0.0], [2.0], [5.0]]), np.array([1, 4]))[:, 0].tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0]
    """
    lengths = np.diff(ends, prepend=-1)
    share = np.concatenate([np.arange(1, length + 1) / length for length in lengths])
    rise = np.repeat(np.diff(knots, axis=0), lengths, axis=0)
    result: Array = np.repeat(knots[:-1], lengths, axis=0) + rise * share[:, None]
    return result


def led(moves: Array, ends: Positions, growth: Array) -> Array:
    """Return levels, 1 before the first row, that grow by `growth` from end to end.

    The free path of `moves` (returns) is multiplied by a factor that runs straight from one end to
    the next, so no row takes the whole correction. A NaN in `growth` leaves that stretch alone.

    Examples
    --------
    >>> led(np.array([[0.1], [0.0]]), np.array([1]), np.array([[1.21]]))[:, 0].round(3).tolist()
    [1.155, 1.21]
    """
    free = np.cumprod(1.0 + moves, axis=0)
    start = np.ones_like(free[:1])
    at_ends = np.concatenate([start, free[ends]])
    factors = np.nan_to_num(growth / (at_ends[1:] / at_ends[:-1]), nan=1.0)
    return free * straight(np.concatenate([start, np.cumprod(factors, axis=0)]), ends)


def bridged(changes: Array, ends: Positions, figures: Array) -> Array:
    """Return values that start at `figures[0]` and pass through the others on `ends`.

    What the free path of `changes` lacks is added along straight lines.
    """
    free = np.cumsum(changes, axis=0)
    at_ends = np.concatenate([np.zeros_like(free[:1]), free[ends]])
    return free + straight(figures - at_ends, ends)


def moves_of(levels: Array) -> Array:
    """Return the returns of levels that stood at 1 before the first row."""
    before = np.concatenate([np.ones_like(levels[:1]), levels[:-1]])
    result: Array = levels / before - 1.0
    return result
