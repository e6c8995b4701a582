"""Whether the earnings behind a PE were known when it says: look-ahead in valuations."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.market.valuation import series_name

LEAP = 2.5  # times the usual: steps of earnings that come with the end of a quarter
FEWEST_ENDS = 8  # months of a kind, below which their steps say nothing


def check_valuations(prices: pd.DataFrame, series: pd.DataFrame) -> Iterator[Finding]:
    """Yield the instruments whose implied earnings, price over PE, step before they were filed.

    Parameters
    ----------
    prices, series : DataFrame
        `raw.PRICE_COLUMNS` and `raw.SERIES_COLUMNS`.
    """
    close = {str(name): rows for name, rows in prices.groupby("instrument")}
    pe = {str(name): rows for name, rows in series.groupby("series")}
    for name, quotes in close.items():
        if (rows := pe.get(series_name("pe", name))) is None:
            continue
        price, ratio = (
            frame.drop_duplicates("date").set_index("date")[column].sort_index()
            for frame, column in ((quotes, "close"), (rows, "value"))
        )
        both = pd.concat([price[price > 0], ratio[ratio > 0]], axis=1, join="inner").dropna()
        steps = early_steps(np.log(both["close"]) - np.log(both["value"]))
        if steps is not None:
            details = {"ends": 100.0 * steps[0], "deadlines": 100.0 * steps[1]}
            yield Finding("early_earnings", name, details=details)


def early_steps(earnings: pd.Series) -> tuple[float, float] | None:
    """Return how far implied earnings step at the ends of quarters, and at filing deadlines.

    None unless the step at quarters' ends is more than `LEAP` times that at the ends of other
    months, and larger than at the ends of April, August and October, by which Chinese companies
    must have filed. A step is the median absolute change from the session before the month's last
    to the one after it.

    Parameters
    ----------
    earnings : Series
        Log of price over PE, by day.

    Examples
    --------
    >>> days = pd.bdate_range("2015-01-01", "2023-12-31")
    >>> noise = np.arange(len(days)) % 2 * 1e-3
    >>> early_steps(pd.Series((days.quarter + 4 * days.year) * 0.05 + noise, days)) is None
    False
    >>> filed = (days.month > 4).astype(int) + (days.month > 8) + (days.month > 10) + 3 * days.year
    >>> early_steps(pd.Series(filed * 0.05 + noise, days)) is None
    True
    """
    days = pd.DatetimeIndex(earnings.index)
    values = earnings.to_numpy(dtype=float)
    last = np.flatnonzero(days.month[1:] != days.month[:-1])
    last = last[(last > 0) & (last + 1 < len(days))]
    near = (days[last + 1] - days[last - 1]).days <= 20
    last = last[near]
    steps, months = np.abs(values[last + 1] - values[last - 1]), days.month[last]
    ends = steps[np.isin(months, (3, 6, 9, 12))]
    filed = steps[np.isin(months, (4, 8, 10))]
    others = steps[np.isin(months, (1, 2, 5, 7, 11))]
    if min(len(ends), len(filed), len(others)) < FEWEST_ENDS:
        return None
    at_ends, at_deadlines, usual = (float(np.median(part)) for part in (ends, filed, others))
    early = at_ends > LEAP * usual and at_ends > at_deadlines
    return (at_ends, at_deadlines) if early else None
