"""Returns instead of prices: telling them apart, and making levels of them."""

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.errors import UserError
from backtest.market.calendar import FROM_DATA, sessions
from backtest.market.universe import Universe

BASE = 100.0
# Daily and monthly returns in percent have a median size above this, fractions one below.
SMALLEST_PERCENT = 0.25
# So many numbers, this share of them below 0, and a median size of at most this: no prices.
FEWEST, SHARE_BELOW, LARGEST = 10, 0.2, 25.0
MISSING_CODES = (-99.99, -999.0)


def look_like_returns(rows: pd.DataFrame) -> Finding | None:
    """Return what is to be said where one instrument's closes can be no prices but returns."""
    close = rows["close"].dropna().to_numpy(dtype=float)
    if len(close) < FEWEST or float((close < 0.0).mean()) < SHARE_BELOW:
        return None
    if float(np.median(np.abs(close))) > LARGEST:
        return None
    row = int(np.argmax(rows["close"].to_numpy(dtype=float) < 0.0))
    when, value = rows["date"].iloc[row].date(), float(rows["close"].iloc[row])
    return Finding("looks_like_returns", str(rows["instrument"].iloc[0]), when, value)


def levels(prices: pd.DataFrame, universe: Universe, mode: str) -> pd.DataFrame:
    """Return index levels made of returns: 100 a period before the first, then compounded.

    Parameters
    ----------
    prices : DataFrame
        `raw.PRICE_COLUMNS`, returns in `close`, already on the market's sessions.
    mode : str
        "percent", "fraction" or "recognised": what a return of one percent is written as.

    Raises
    ------
    UserError
        If a return is -100 % or less, or percent and fractions cannot be told apart.
    """
    known = prices.assign(close=prices["close"].where(~prices["close"].isin(MISSING_CODES)))
    parts = [
        _levels(rows.dropna(subset="close"), universe, _unit(known, mode))
        for _, rows in known.groupby("instrument", sort=False)
    ]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _unit(prices: pd.DataFrame, mode: str) -> float:
    if mode in ("percent", "fraction"):
        return 100.0 if mode == "percent" else 1.0
    size = float(np.nanmedian(np.abs(prices["close"].to_numpy(dtype=float))))
    return 100.0 if size > SMALLEST_PERCENT else 1.0


def _levels(rows: pd.DataFrame, universe: Universe, unit: float) -> pd.DataFrame:
    ordered = rows.sort_values("date", kind="stable").reset_index(drop=True)
    if ordered.empty:
        return ordered
    growth = 1.0 + ordered["close"] / unit
    if (growth <= 0.0).any():
        row = int(np.argmax((growth <= 0.0).to_numpy()))
        raise UserError(
            "{instrument} has a return of {value:g} on {day:%Y-%m-%d}, which leaves nothing; "
            "say whether they are in percent or fractions with --returns percent or --returns "
            "fraction",
            instrument=ordered["instrument"].iloc[0],
            value=ordered["close"].iloc[row],
            day=ordered["date"].iloc[row],
        )
    level = ordered.assign(close=BASE * growth.cumprod(), open=np.nan, high=np.nan, low=np.nan)
    base = level.iloc[[0]].assign(
        date=_before(ordered["date"].iloc[0], universe), close=BASE, volume=np.nan, amount=np.nan
    )
    return pd.concat([base, level], ignore_index=True)


def _before(day: pd.Timestamp, universe: Universe) -> pd.Timestamp:
    """Return the session before a day; by the universe's frequency where dates are the sessions."""
    frequency = universe.frequency
    if universe.calendar != FROM_DATA:
        earlier = sessions(
            universe.calendar, day - pd.Timedelta(days=70), day - pd.Timedelta(days=1),
            seen=pd.DatetimeIndex([]), frequency=frequency,
        )  # fmt: skip
        earlier = earlier[earlier < day]
        if len(earlier):
            return earlier[-1]
    if frequency == "monthly":
        return day - pd.offsets.MonthEnd(1)
    return day - (pd.Timedelta(days=7) if frequency == "weekly" else pd.offsets.BDay(1))
