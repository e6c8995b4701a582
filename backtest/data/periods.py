"""Prices on the periods of their market: labels become the last session; what is too early goes."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.data.raw import PRICE_COLUMNS
from backtest.market.calendar import FROM_DATA, sessions
from backtest.market.frequency import FREQUENCIES, PERIODS, frequency_of, is_slower, periods_of
from backtest.market.universe import Universe

# A month's last label this many days before the last session is of a month that is not over.
NOT_OVER_DAYS = 4
PLACED = ("weekly", "monthly", "quarterly", "yearly")
SUNDAY = 6
# Labels name a month's beginning if most lie within its first days, as holidays may move them.
BEGINNING_DAYS = 8


def on_periods(
    prices: pd.DataFrame, universe: Universe
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Bring every instrument's prices to the frequency of its market.

    Prices that are finer are gathered into periods; a benchmark may be slower and keeps its own
    periods; other slower prices are an error. Labels of periods are moved to the last session of
    the period, and a last month that is not over is left out.

    Parameters
    ----------
    prices : DataFrame
        `raw.PRICE_COLUMNS` in the order of the files.
    """
    parts: list[pd.DataFrame] = []
    findings: list[Finding] = []
    for name, rows in prices.groupby("instrument", sort=False):
        placed, said = _placed(str(name), rows, universe)
        parts.append(placed)
        findings += said
    if not parts:
        return prices, ()
    return pd.concat(parts, ignore_index=True), tuple(findings)


def _placed(
    name: str, rows: pd.DataFrame, universe: Universe
) -> tuple[pd.DataFrame, list[Finding]]:
    found = frequency_of(pd.DatetimeIndex(rows["date"][rows["close"].notna()]))
    declared = universe.frequency
    said = list(_several_a_day(name, rows))
    if said:
        return rows, said
    if not is_slower(found, declared):
        if declared == "daily":
            return rows, []
        if is_slower(declared, found) and found in FREQUENCIES:
            details = {"found": found, "periods": PERIODS[declared]}
            return _gathered(rows, declared, universe), [Finding("gathered", name, details=details)]
        return _labelled(name, rows, declared, universe)
    if name == universe.benchmark and universe.by_id[name].sector is None:
        details = {"found": found, "periods": PERIODS[found]}
        said = [Finding("slower_benchmark", name, details=details)]
        placed, more = _labelled(name, rows, found, universe)
        return placed, [*said, *more]
    details = {"found": found, "declared": declared}
    return rows, [Finding("wrong_frequency", name, details=details)]


def _several_a_day(name: str, rows: pd.DataFrame) -> Iterator[Finding]:
    counts = rows["date"].value_counts()
    if len(counts) > 2 and float((counts > 1).mean()) > 0.5:
        yield Finding("several_a_day", name, counts.index[0].date(), int(counts.iloc[0]))


def _labelled(
    name: str, rows: pd.DataFrame, frequency: str, universe: Universe
) -> tuple[pd.DataFrame, list[Finding]]:
    """Move each label of a period to the period's last session."""
    days = pd.DatetimeIndex(rows["date"])
    if frequency not in PLACED or (
        universe.calendar == FROM_DATA and not _names_beginnings(days, frequency)
    ):
        return rows, []
    said = []
    if frequency == "weekly" and float((days.day_of_week == SUNDAY).mean()) > 0.5:
        begins = _sundays_begin(days, universe)
        details = {"does": "begin" if begins else "end"}
        said.append(Finding("sunday_weeks", name, days[0].date(), details=details))
        days = days + pd.Timedelta(days=int(begins))
    ends = _ends(days, frequency, universe)
    over = np.ones(len(rows), dtype=bool)
    if frequency == "monthly" and not _names_beginnings(days, frequency):
        last = int(np.argmax(days))
        short = (ends[last] - days[last]).days > NOT_OVER_DAYS
        over = ~(short & (days >= days[last])) if len(rows) > 1 else over
    if not over.all():
        what = f"its last period is not over on {days.max():%Y-%m-%d} and was left out"
        said.append(Finding("left_out", name, details={"what": what}))
    moved = rows.assign(date=ends.to_numpy())[over]
    return moved, said


def _sundays_begin(days: pd.DatetimeIndex, universe: Universe) -> bool:
    """Whether Sundays begin the weeks they name, as the weeks without a session tell.

    Where an exchange is shut for a whole week, that week has no price. Sundays end their weeks, as
    in pandas, where that tells nothing.
    """
    week = pd.Timedelta(days=7)
    open_days = sessions(
        universe.calendar, days.min() - week, days.max() + week, seen=days[:0]
    )  # fmt: skip
    traded = periods_of(open_days, "weekly").unique()

    def wrong(labels: pd.DatetimeIndex) -> int:
        named = periods_of(labels, "weekly").unique()
        inside = traded[(traded >= named.min()) & (traded <= named.max())]
        return len(named.symmetric_difference(inside))

    return wrong(days + pd.Timedelta(days=1)) < wrong(days)


def _names_beginnings(days: pd.DatetimeIndex, frequency: str) -> bool:
    return frequency == "monthly" and bool((days.day <= BEGINNING_DAYS).mean() > 0.8)


def _ends(days: pd.DatetimeIndex, frequency: str, universe: Universe) -> pd.DatetimeIndex:
    """Return the last session of the period each day is in; its last day where none is known."""
    periods = periods_of(days, frequency)
    ends = periods.end_time.normalize().astype("datetime64[ns]")
    if universe.calendar == FROM_DATA:
        return pd.DatetimeIndex(ends)
    last = sessions(
        universe.calendar, ends.min() - pd.Timedelta(days=400), ends.max(), seen=days[:0],
        frequency=frequency,
    )  # fmt: skip
    known = dict(zip(periods_of(last, frequency), last, strict=True))
    return pd.DatetimeIndex([known.get(p, end) for p, end in zip(periods, ends, strict=True)])


def _gathered(rows: pd.DataFrame, frequency: str, universe: Universe) -> pd.DataFrame:
    """Return one row a period: first open, highest, lowest, last close, summed volumes."""
    ordered = rows.dropna(subset="close").sort_values("date", kind="stable")
    days = pd.DatetimeIndex(ordered["date"])
    grouped = ordered.groupby(periods_of(days, frequency).to_numpy(), sort=True)
    whole = grouped.agg(
        {
            "instrument": "first",
            "date": "last",
            "open": "first",
            "high": "max",
            "low": "min",
            "close": "last",
        }
    ).join(grouped[["volume", "amount"]].sum(min_count=1))
    if universe.calendar != FROM_DATA:
        whole["date"] = _ends(pd.DatetimeIndex(whole["date"]), frequency, universe)
    return whole.reset_index(drop=True)[list(PRICE_COLUMNS)]


def usable(prices: pd.DataFrame, universe: Universe) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return prices from the day on which each is the index it is now, and what was left out.

    That is its `usable_from`, or the day it was `redefined`: nothing joins two definitions.

    Parameters
    ----------
    prices : DataFrame
        Rows of `instrument`, `date` and prices.
    """
    found = []
    early = pd.Series(False, prices.index)
    for name, dates in prices.groupby("instrument")["date"]:
        one = universe.by_id.get(str(name))
        if one is None:
            continue
        day = max((day for day in (one.usable_from, one.redefined) if day), default=None)
        before = dates[:0] if day is None else dates[dates < pd.Timestamp(day)]
        if len(before):
            found.append(Finding("not_usable", one.id, day, float(len(before))))
            early[before.index] = True
    return prices[~early].reset_index(drop=True), tuple(found)
