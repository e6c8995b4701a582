"""Indices made of a market's own prices: of sectors, of the equal-weight market, of idle cash.

`Market` keeps what these return under the names a strategy asks for.
"""

from collections.abc import Mapping

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
    # Sums are over a fixed order (by identifier), so a market whose columns are shuffled gives the
    # same numbers to the last bit.
    alone = {sector: names[0] for sector, names in by_sector.items() if len(names) == 1}
    levels = close[list(alone.values())].set_axis(list(alone), axis=1)
    for sector, names in by_sector.items():
        if sector not in alone:
            prices = close[sorted(names)]
            moved = prices.pct_change(fill_method=None).mean(axis=1)
            listed = prices.notna().any(axis=1)
            levels[sector] = (1.0 + moved.fillna(0.0)).cumprod().where(listed)
    return levels[list(by_sector)]


def sector_totals(values: pd.DataFrame, by_sector: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return the sum of instruments' values per sector, session × sector; NaN where none has one.

    Examples
    --------
    >>> values = pd.DataFrame({"A": [1.0, float("nan")], "B": [2.0, float("nan")]})
    >>> sector_totals(values, {"pair": ("A", "B")})["pair"].tolist()
    [3.0, nan]
    """
    sector_of = {name: sector for sector, names in by_sector.items() for name in names}
    ordered = values[sorted(sector_of)]
    totals = ordered.T.groupby(ordered.columns.map(sector_of)).sum(min_count=1).T
    return totals[list(by_sector)]


def alike(levels: pd.DataFrame) -> pd.Series:
    """Return the index of the equal-weighted mean return of all columns that have a price.

    Of those that have one on a session and the one before; where none has it does not move. It is 1
    on the first session.

    Examples
    --------
    >>> alike(pd.DataFrame({"a": [1.0, 1.1], "b": [2.0, 2.0]})).round(9).tolist()
    [1.0, 1.05]
    """
    moved = levels[sorted(levels.columns)].pct_change(fill_method=None).mean(axis=1)
    return (1.0 + moved.fillna(0.0)).cumprod()


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
