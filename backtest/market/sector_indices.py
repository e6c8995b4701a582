"""Indices made of a market's own prices: of sectors, of the equal-weight market, of idle cash.

`Market` keeps what these return under the names a strategy asks for.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd


def sector_levels(close: pd.DataFrame, by_sector: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return a price index per sector, session × sector.

    A sector with one instrument has its price. One with several moves by the equal-weighted mean of
    their returns, of those that have a price on this session and the one before; it does not move
    where none has. It is NaN while none has a price.

    Examples
    --------
    >>> close = pd.DataFrame({"A": [10.0, 11.0], "B": [50.0, 60.0], "C": [7.0, 8.0]})
    >>> sector_levels(close, {"pair": ("A", "B"), "single": ("C",)}).iloc[-1].round(9).to_dict()
    {'pair': 1.15, 'single': 8.0}
    """
    return _of_sectors(close, by_sector, listed_alike)


def sector_totals(values: pd.DataFrame, by_sector: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return the sum of instruments' values per sector, session × sector; NaN where none has one.

    Examples
    --------
    >>> values = pd.DataFrame({"A": [1.0, float("nan")], "B": [2.0, float("nan")]})
    >>> sector_totals(values, {"pair": ("A", "B")})["pair"].tolist()
    [3.0, nan]
    """
    return _of_sectors(values, by_sector, lambda several: several.sum(axis=1, min_count=1))


def _of_sectors(
    values: pd.DataFrame,
    by_sector: Mapping[str, tuple[str, ...]],
    joined: Callable[[pd.DataFrame], pd.Series],
) -> pd.DataFrame:
    """Return for each sector the values of its only instrument, or those of several joined.

    These come in a fixed order (by identifier), so a market whose columns are shuffled gives the
    same numbers to the last bit.
    """
    place = {name: number for number, name in enumerate(values.columns)}
    columns, found = values.to_numpy(), np.empty((len(values), len(by_sector)), order="F")
    for number, names in enumerate(by_sector.values()):
        one = len(names) == 1
        found[:, number] = columns[:, place[names[0]]] if one else joined(values[sorted(names)])
    return pd.DataFrame(found, values.index, list(by_sector))


def alike(levels: pd.DataFrame) -> pd.Series:
    """Return the index of the equal-weighted mean return of all columns that have a price.

    Of those that have one on a session and the one before; where none has it does not move. It is 1
    on the first session.

    Examples
    --------
    >>> alike(pd.DataFrame({"a": [1.0, 1.1], "b": [2.0, 2.0]})).round(9).tolist()
    [1.0, 1.05]
    """
    moved = mean_move(sorted_columns(levels))
    return (1.0 + moved.fillna(0.0)).cumprod()


def listed_alike(levels: pd.DataFrame) -> pd.Series:
    """Return the index of `alike`, NaN while none of the columns has a price."""
    return alike(levels).where(levels.notna().any(axis=1))


def mean_move(levels: pd.DataFrame) -> pd.Series:
    """Return the mean return of those columns that have one; NaN where none has.

    Examples
    --------
    >>> mean_move(pd.DataFrame({"a": [1.0, 1.5], "b": [float("nan"), 2.0]})).tolist()
    [nan, 0.5]
    """
    values = np.ascontiguousarray(levels.to_numpy(dtype=float).T)
    moves = np.full_like(values, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        moves[:, 1:] = values[:, 1:] / values[:, :-1] - 1.0
        unknown = np.isnan(moves)
        mean = np.where(unknown, 0.0, moves).sum(axis=0) / (~unknown).sum(axis=0)
    return pd.Series(mean, index=levels.index)


def sorted_columns(values: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in the order of its columns' names, for sums that do not depend on another."""
    return values.take(np.argsort(values.columns), axis=1)


def accrued(rate: pd.Series) -> pd.Series:
    """Return growth of 1 at a rate in percent a year, known at the session before (actual/365).

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-05", "2024-01-08"])
    >>> accrued(pd.Series([3.65, 3.65], days)).round(9).tolist()  # three days of 0.01 %
    [1.0, 1.0003]
    """
    days = rate.index.to_series().diff().dt.days
    growth: pd.Series = 1.0 + (rate.shift(1) / 100.0 * days / 365.0).fillna(0.0)
    return growth.cumprod()
