"""The registry of figures: how each is computed, called and written, and which way is better.

`backtest.engine.metrics` fills it. Summaries, sweeps' scores, tables and halves read it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from backtest.display import put_in
from backtest.errors import unknown

Answer = Any
"""A float for one series of returns, an array for several."""


@dataclass(frozen=True, eq=False)
class Track:
    """Portfolios over the same sessions, and what their figures hold them against.

    Attributes
    ----------
    returns : session, or session × portfolio
    risk_free, benchmark : session
        Returns of idle cash and of the benchmark, NaN where that is not known.
    traded : as `returns`
        One-way turnover by session: half the traded value over the equity at the close.
    equity : as `returns`
        Value at each close, in currency.
    costs : number, or one a portfolio
        All costs paid, in currency.
    regime : as `returns`
        Name or code of what is held at each close.
    """

    returns: ArrayLike
    per_year: float
    sessions: pd.DatetimeIndex
    risk_free: ArrayLike = 0.0
    benchmark: ArrayLike | None = None
    traded: ArrayLike | None = None
    equity: ArrayLike | None = None
    costs: ArrayLike | None = None
    regime: ArrayLike | None = None


def cut(track: Track, rows: np.ndarray) -> Track:
    """Return some sessions of returns and of what they are held against."""
    return Track(
        returns=np.asarray(track.returns)[rows],
        per_year=track.per_year,
        sessions=track.sessions[rows],
        risk_free=np.asarray(track.risk_free)[rows],
        benchmark=None if track.benchmark is None else np.asarray(track.benchmark)[rows],
    )


@dataclass(frozen=True)
class Metric:
    """A figure: how it is computed, called and written, and which direction is better.

    Attributes
    ----------
    unit : str
        How it is written, as a format of Python's.
    better : int
        1 where more is better, −1 where less is, 0 where neither: then it is no score.
    needs : tuple of str
        The attributes of a `Track` it is computed from.
    """

    name: str
    label: str
    label_zh: str
    unit: str
    better: int
    needs: tuple[str, ...]
    function: Callable[..., Answer]

    @property
    def tunable(self) -> bool:
        """Whether variants can be ranked by it."""
        return self.better != 0

    def of(self, track: Track) -> Answer:
        """Compute it: a number, or one a portfolio."""
        return self.function(**{name: getattr(track, name) for name in self.needs})


METRICS: dict[str, Metric] = {}
"""All figures by name, in the order in which tables show them."""

MORE, LESS, NEITHER = 1, -1, 0


def figure(
    label: str, label_zh: str, unit: str, better: int
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register a function under its own name; see `Metric`."""

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        name, needs = function.__name__, tuple(signature(function).parameters)
        assert set(needs) <= {spec.name for spec in fields(Track)}, name
        METRICS[name] = Metric(name, label, label_zh, unit, better, needs, function)
        return function

    return register


class Figures(dict[str, float]):
    """Headline figures by name: fractions, and rates a year; printed with their units."""

    def __repr__(self) -> str:
        return str(put_in("figures")({"": self}))


def figures(track: Track, names: Iterable[str] | None = None) -> dict[str, Answer]:
    """Return the figures named, else all that a track has what is needed for."""
    there = {spec.name for spec in fields(Track) if getattr(track, spec.name) is not None}
    chosen = METRICS if names is None else names
    return {
        name: METRICS[name].of(track) for name in chosen if there.issuperset(METRICS[name].needs)
    }


def score(asked: str | Callable[[pd.Series], float], needs: Iterable[str] | None = None) -> Metric:
    """Return what variants are to be ranked by: a registered figure, or one's own function.

    Parameters
    ----------
    asked : str or callable
        A name in `METRICS`, or a function of a Series of daily returns; more is better.
    needs : iterable of str, optional
        What there is to compute it from, where that is not all of a `Track`.

    Raises
    ------
    UserError
        If there is no such figure, it has no better direction, or cannot be computed there.
    """
    if callable(asked):
        return _own(asked)
    there = None if needs is None else set(needs)
    known = {
        name: metric
        for name, metric in METRICS.items()
        if metric.tunable and (there is None or there.issuperset(metric.needs))
    }
    if asked not in known:
        raise unknown("score", str(asked), known)
    return known[asked]


def _own(function: Callable[[pd.Series], float]) -> Metric:
    """Wrap a user's function of a Series of returns."""
    name = getattr(function, "__name__", type(function).__name__)
    if not name.isidentifier() or name in METRICS:
        name = "own score"

    def each(returns: ArrayLike, sessions: pd.DatetimeIndex) -> Answer:
        table = np.asarray(returns, dtype=float)
        if table.ndim == 1:
            return float(function(pd.Series(table, sessions)))
        return np.array([float(function(pd.Series(column, sessions))) for column in table.T])

    return Metric(name, name, name, "{:.4g}", MORE, ("returns", "sessions"), each)
