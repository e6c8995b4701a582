"""What a trial leaves behind: which strategy, on which market, what it held and earned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.trials.fingerprints import Fingerprints

Days = NDArray[np.int32]
"""Sessions as days since 1970."""

Codes = NDArray[np.int8]
Single = NDArray[np.float32]


@dataclass(frozen=True)
class Lineage:
    """A market through time: more sessions, a new fetch and another window of it are the same one.

    Attributes
    ----------
    name, universe : str
        What the market and its universe are called.
    instruments : tuple of str
        What it has prices of.
    content : str
        SHA-256 of this snapshot: the same content under another name is the same market.
    """

    name: str
    universe: str
    instruments: tuple[str, ...]
    content: str


@dataclass(frozen=True, eq=False)
class Held:
    """What some variants of a rotation held, and what each of their baskets earned.

    Attributes
    ----------
    days : array of int32, session
        The sessions decided after.
    names : tuple of str
        The baskets.
    returns : array of float32, basket × session
        What each basket earned from the fill of that decision to the fill of the next.
    rows : array of int
        Which of the variants tried.
    codes : array of int8, signal × session
        Number of the basket held; −1 where nothing had been decided yet.
    reach : int
        Sessions through which a price shapes the signals; 0 if they are not made of prices.
    made : array of int64, row, optional
        When each was tried: microseconds since 1970; those of one number were tried together.
    which : array of int, row, optional
        The signal of each of these variants; by default, every one has its own.
    """

    days: Days
    names: tuple[str, ...]
    returns: Single
    rows: NDArray[np.int64]
    codes: Codes
    reach: int = 0
    made: NDArray[np.int64] | None = None
    which: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class Tried:
    """Some variants of one strategy, tried on one window.

    Attributes
    ----------
    family : str
        The strategy's class name.
    source : str
        What it is known by (`backtest.strategy.source`).
    prints : array of uint64, variant × 2
        What `fingerprints` returns of source, parameters, costs and fill.
    first, last : str
        The window, as YYYY-MM-DD.
    held : tuple of Held
        Empty for what is no rotation.
    sketches : array of float32, some variant × month
        Active return by calendar month.
    month : int
        The first of these months, counted from January 1970.
    """

    family: str
    source: str
    prints: Fingerprints
    first: str
    last: str
    held: tuple[Held, ...] = ()
    month: int = 0
    sketches: Single | None = None


def window_of(sessions: pd.DatetimeIndex) -> tuple[str, str]:
    """Return the first and the last session, as the ledger writes them."""
    return f"{sessions[0]:%Y-%m-%d}", f"{sessions[-1]:%Y-%m-%d}"


def days_of(sessions: pd.DatetimeIndex) -> Days:
    """Return sessions as days since 1970."""
    return sessions.to_numpy(dtype="datetime64[D]").astype(np.int32)


def by_month(days: Days, active: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the first calendar month, and sums by month: row × month.

    Examples
    --------
    >>> days = days_of(pd.DatetimeIndex(["1970-01-30", "1970-02-02", "1970-02-03"]))
    >>> month, sums = by_month(days, np.array([[1.0, 2.0, 4.0]], dtype=np.float32))
    >>> month, sums.tolist()
    (0, [[1.0, 6.0]])
    """
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    sums = np.zeros((len(active), int(months[-1] - months[0]) + 1), dtype=active.dtype)
    sums[:, months[starts] - months[0]] = np.add.reduceat(active, starts, axis=1)
    return int(months[0]), sums


def active_returns(codes: Codes, returns: Single) -> Single:
    """Return each signal's return over its baskets at mean shares, row × session.

    Examples
    --------
    >>> returns = np.array([[0.02, 0.02], [0.0, 0.0]], dtype=np.float32)
    >>> active_returns(np.array([[0, 1]], dtype=np.int8), returns).round(3).tolist()
    [[0.009999999776482582, -0.009999999776482582]]
    """
    known = codes >= 0
    lot = np.maximum(known.sum(axis=1), 1)
    active = np.zeros(codes.shape, dtype=np.float32)
    for basket, earned in enumerate(returns):
        held = (codes == basket).astype(np.float32)
        share = (held.sum(axis=1) / lot).astype(np.float32)
        active += (held - share[:, None] * known) * earned
    return active
