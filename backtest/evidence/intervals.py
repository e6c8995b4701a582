"""Intervals: how far a number could be from where it is, by how much its measure varies.

Three sources. *windows*: the same measure over the record's other windows. *blocks*: the window
itself without one block at a time (the delete-block jackknife). *events*: from event to event,
overlapping windows counted as far as they overlap. Each comes with the degrees of freedom that its
estimate of the spread is worth, so that a short record has a wide interval, not a wrong one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.evidence.observation import Array, Observation
from backtest.evidence.windows import CannotTell, Window
from backtest.notes import Note

LEVEL = 0.90
FEWEST = 3.0  # separate windows without which there is no telling how much a measure varies
SHORTEST, LONGEST = 20, 60  # sessions: sums over longer windows vary as those over these do
BLOCK = 20  # sessions left out at a time, at least
BLOCKS = 20  # and into how many blocks a long window is divided


@dataclass(frozen=True)
class Interval:
    """An interval around a number.

    Attributes
    ----------
    low, high : float
    level : float
        How often such intervals hold the truth, 0.9.
    error : float
        The standard error it is made from.
    freedom : float
        Degrees of freedom of Student's distribution.
    source : "windows", "blocks" or "events"
    """

    low: float
    high: float
    level: float
    error: float
    freedom: float
    source: str


@dataclass(frozen=True)
class Spread:
    """How a measure varies over the windows of a record that share no session with a claim's.

    Attributes
    ----------
    mean, error : float
        Mean and standard deviation over windows of the claim's length.
    freedom : float
        Degrees of freedom of the standard deviation.
    windows : int
        How many windows there are, overlapping ones counted.
    separate : float
        How many of them do not overlap.
    """

    mean: float
    error: float
    freedom: float
    windows: int
    separate: float

    def scaled(self, times: float) -> Spread:
        """Return the spread of sums of `times` as many independent sessions."""
        return Spread(
            self.mean * times,
            self.error * math.sqrt(times),
            self.freedom,
            self.windows,
            self.separate,
        )

    def distance(self, value: float) -> float:
        """Return how many standard errors of prediction a new window lies above the mean."""
        return (value - self.mean) / (self.error * math.sqrt(1.0 + 1.0 / self.separate))


def short_length(sessions: int, window: Window) -> int:
    """Return how long sums are that show how those over a window vary: a tenth of the rest."""
    rest = sessions - len(window)
    return min(len(window), max(SHORTEST, min(LONGEST, rest // 10)))


def apart(values: pd.Series, window: Window, length: int) -> pd.Series:
    """Return the values over windows of `length` sessions that share none with `window`."""
    if values.empty:
        return values
    last = np.arange(len(values))
    separate = (last <= window.base) | (last >= window.last + length)
    return values[separate].dropna()


def spread(values: Array, length: int, label: str) -> Spread:
    """Return the spread of a measure from its values over every window of `length` sessions.

    Overlapping windows are worth 3/2 degrees of freedom for each separate one, as a Bartlett
    window's estimate at frequency zero is (Priestley 1981, Spectral Analysis and Time Series, 6.2).

    Raises
    ------
    CannotTell
        If fewer than three windows are separate, or the measure never varies.
    """
    separate = len(values) / length
    if separate < FEWEST:
        many = Note("{count} other windows", count=int(separate))
        raise CannotTell(
            "the record has {windows} as long as {label}, it takes {fewest:.0f} to see how much "
            "the measure varies",
            windows=Note("1 other window") if int(separate) == 1 else many,
            label=label,
            fewest=FEWEST,
        )
    error = float(values.std()) * math.sqrt(separate / (separate - 1.0))
    if not error > 0:
        raise CannotTell(
            "the measure is the same in every window of the length of {label}", label=label
        )
    return Spread(float(values.mean()), error, 1.5 * separate - 1.0, len(values), separate)


def around(
    value: float,
    error: float,
    freedom: float,
    source: str,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    level: float = LEVEL,
) -> Interval:
    """Return the interval of Student's distribution around a number, inside `bounds`."""
    from scipy.special import stdtrit

    half = float(stdtrit(freedom, (1.0 + level) / 2.0)) * error
    low, high = max(value - half, bounds[0]), min(value + half, bounds[1])
    return Interval(low, high, level, error, freedom, source)


def by_blocks(
    observed: Observation, label: str, *, block_length: int = BLOCK, level: float = LEVEL
) -> Interval:
    """Return the interval of the delete-block jackknife (Künsch 1989, Annals of Statistics 17).

    Of a correlation, or a difference of correlations: it lies from −1 to 1.

    Raises
    ------
    CannotTell
        If there are fewer than six blocks of `block_length` sessions.
    """
    rows = len(observed.moves)
    count = min(BLOCKS, rows // block_length)
    if count < 6:
        raise CannotTell(
            "{label} has {rows} sessions, an interval takes {fewest}",
            label=label,
            rows=rows,
            fewest=6 * block_length,
        )
    block = np.arange(rows) * count // rows
    kept = (block[None, :] != np.arange(count)[:, None]).astype(float)
    values = observed.statistic(kept)
    error = math.sqrt((count - 1.0) * float(values.var()))
    return around(observed.value, error, count - 1.0, "blocks", (-1.0, 1.0), level)
