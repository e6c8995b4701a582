"""Synthetic statistics for synthetic markets: made up in code, from fixed seeds.

Nothing here was ever published. Each series is drawn from a seed of its own name, period by
period from 2011 on, so a longer panel begins with a shorter one and leaving an indicator out
changes no other. They are values by period: the delays that place them are the indicators'.
"""

from collections.abc import Iterable
from hashlib import sha256

import numpy as np
import pandas as pd

from backtest.composite.indicator import Indicator

START = "2011-01-01"
PERIODS = {"daily": "B", "weekly": "W-FRI", "monthly": "ME", "quarterly": "QE", "yearly": "YE"}
PER_YEAR = {"daily": 260, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}
LEVEL, TREND, NOISE = 100.0, 0.5, 6.0  # units; units a year; standard deviation around the trend


def macro_panel(indicators: Iterable[Indicator], last: pd.Timestamp) -> dict[str, pd.Series]:
    """Return synthetic values of the indicators' series, by the last day of each period.

    Parameters
    ----------
    last : Timestamp
        No period ends later.

    Examples
    --------
    >>> patents = Indicator("patents", "potential", "patents", "yearly")
    >>> macro_panel([patents], pd.Timestamp("2013-06-30"))["patents"].round(1).tolist()
    [106.1, 109.1]
    """
    return {one.series: _values(one, last) for one in indicators}


def _values(one: Indicator, last: pd.Timestamp) -> pd.Series:
    periods = pd.date_range(START, last, freq=PERIODS[one.frequency])
    seed = int.from_bytes(sha256(f"synthetic {one.series}".encode()).digest()[:8], "big")
    shocks = np.random.Generator(np.random.PCG64(seed)).standard_normal(len(periods))
    per_year = PER_YEAR[one.frequency]
    memory = 0.5 ** (1.0 / per_year)  # half of a deviation is left after a year
    fresh = NOISE * np.sqrt(1.0 - memory * memory)
    deviation = np.empty(len(periods))
    state = 0.0
    for number, shock in enumerate(shocks):
        state = memory * state + fresh * shock
        deviation[number] = state
    trend = TREND * np.arange(1, len(periods) + 1) / per_year
    return pd.Series(LEVEL + trend + deviation, periods, name=one.series)
