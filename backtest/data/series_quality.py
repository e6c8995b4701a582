"""What is odd about published series as they came in."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.data.publication_lag import delay_of, max_age_days
from backtest.data.stated import Stated
from backtest.data.units import check_units
from backtest.market.calendar import FROM_DATA, known_span
from backtest.market.frequency import PERIODS, frequency_of, periods_of
from backtest.market.universe import Universe
from backtest.market.valuation import is_valuation

# A larger share of dates on closed days comes of another calendar, or of dates a day off.
OFF_SESSION = 0.1
# A series that starts later than this after the market is said to.
LATE_DAYS = 31


def check_series(
    series: pd.DataFrame,
    sessions: pd.DatetimeIndex,
    universe: Universe,
    *,
    market: tuple[pd.Timestamp, pd.Timestamp],
    stated: Stated,
) -> Iterator[Finding]:
    """Yield everything there is to say about series.

    Parameters
    ----------
    series : DataFrame
        `raw.SERIES_COLUMNS`, in the order of the files.
    sessions : DatetimeIndex
        The exchange's sessions over all dates of the series.
    universe : Universe
        Declares series, how late they are published and how old a value may get.
    market : Timestamp, Timestamp
        The market's first and last session.
    stated : Stated
        What the user vouches for.
    """
    declared = {spec.id for spec in universe.series}
    for name, rows in series.dropna(subset="value").groupby("series", sort=False):
        if name not in declared and _is_file(rows) and not is_valuation(str(name)):
            details = {"universe": universe.name, "used": _used(str(name), rows, stated)}
            yield Finding("undeclared_series", str(name), details=details)
        # A value that was fetched again and differed stands beside the first one.
        told_apart = [key for key in ("date", "fetched") if key in rows.columns]
        yield from order(str(name), rows, told_apart)
        ordered = rows.sort_values("date", kind="stable")
        yield from check_units(str(name), ordered, universe, stated=str(name) in stated.units)
        dates = pd.DatetimeIndex(rows["date"].drop_duplicates().sort_values())
        frequency = frequency_of(dates)
        if frequency == "daily":
            yield from _daily(str(name), dates, sessions, universe)
        elif frequency in ("weekly", "monthly", "quarterly", "yearly"):
            yield from _holes(str(name), dates, frequency)
        yield from _span(str(name), rows, dates, universe, frequency, market)


def _span(
    name: str,
    rows: pd.DataFrame,
    dates: pd.DatetimeIndex,
    universe: Universe,
    frequency: str,
    market: tuple[pd.Timestamp, pd.Timestamp],
) -> Iterator[Finding]:
    """Say over which part of the market's sessions a series is unknown."""
    opened, ended = market
    usable = rows["usable"].dropna() if "usable" in rows.columns else dates[:0]
    if usable.empty:
        usable = dates + pd.Timedelta(days=universe.spec(name).delay_days)
    since, published = usable.min(), usable.max()
    if since > opened + pd.Timedelta(days=LATE_DAYS):
        details = {"opened": f"{opened:%Y-%m-%d}"}
        yield Finding("series_start", name, since.date(), details=details)
    forgotten = published + pd.Timedelta(days=max_age_days(name, universe, frequency))
    if forgotten < ended:
        details = {"ends": f"{ended:%Y-%m-%d}", "forgotten": f"{forgotten:%Y-%m-%d}"}
        yield Finding("series_end", name, dates[-1].date(), details=details)


def _is_file(rows: pd.DataFrame) -> bool:
    """Whether a series came from a file: what was fetched says by itself when it was known."""
    return "fetched" not in rows.columns or bool(rows["fetched"].isna().all())


def _used(name: str, rows: pd.DataFrame, stated: Stated) -> str:
    """Say how the days on which a series could first be used are known."""
    rule = delay_of(name)
    if name in stated.delays:
        return f"{stated.delays[name]} days after their own"
    if "released" in rows.columns and rows["released"].notna().all():
        return "from their days of release"
    if rule is not None:
        return f"as such series are published: {rule.rule}"
    if "usable" in rows.columns and rows["usable"].notna().any():
        return "as series of their file's name are published"
    return "from the day after their own"


def order(name: str, rows: pd.DataFrame, told_apart: list[str]) -> Iterator[Finding]:
    """Yield dates that stand twice, and the first that does not follow the one before.

    Parameters
    ----------
    told_apart : list of str
        The columns that tell rows apart.
    """
    dates = rows["date"]
    for when in dates[rows.duplicated(told_apart)].unique():
        yield Finding("duplicate_date", name, pd.Timestamp(when).date())
    backward = np.flatnonzero(dates.diff().dt.days.to_numpy() < 0)
    # A file with the latest row on top is in order, only the other way round.
    if len(backward) and len(backward) < len(dates) - 1:
        when = dates.iloc[backward[0]]
        yield Finding("unordered_dates", name, when.date(), float(len(backward)))


def _daily(
    name: str, dates: pd.DatetimeIndex, sessions: pd.DatetimeIndex, universe: Universe
) -> Iterator[Finding]:
    """Say on which days a daily series and the exchange disagree about being at work."""
    if universe.calendar == FROM_DATA or universe.frequency != "daily":
        return
    since, until = known_span(universe.calendar)
    inside = dates[(dates >= since) & (dates <= until)]
    closed = inside.difference(sessions)
    weekend = closed.day_of_week >= 5
    shut: dict[str, object] = {"calendar": universe.calendar}
    covered = sessions[(sessions >= dates[0]) & (sessions <= dates[-1])]
    holes = covered.difference(dates)
    if min(len(closed), len(holes)) > OFF_SESSION * len(dates) > 1:
        details = {"total": len(dates), **shut}
        yield Finding("off_session", name, closed[0].date(), len(closed), details)
        return
    for when in closed[weekend]:
        yield Finding("make_up_day", name, when.date(), details=shut)
    holidays = closed[~weekend]
    if len(holidays):
        first = holidays[0].date()
        yield Finding("exchange_holiday", name, first, len(holidays), shut)
    if len(holes):
        details = {"total": len(covered), "periods": "sessions"}
        yield Finding("holes", name, holes[0].date(), len(holes), details)


def _holes(name: str, dates: pd.DatetimeIndex, frequency: str) -> Iterator[Finding]:
    """Say which weeks, months, quarters or years lack a value.

    January's is often published with February's; where February has one, January's is no hole.
    """
    there = periods_of(dates, frequency).unique()
    every = pd.period_range(there.min(), there.max(), freq=there.freq)
    lacking = every.difference(there)
    if frequency == "monthly":
        joint = (lacking.month == 1) & (lacking + 1).isin(there)
        lacking = lacking[~joint]
    if frequency == "weekly":
        # Weeks without a working day have none: only two in a row are a hole.
        lacking = lacking[(lacking + 1).isin(lacking) | (lacking - 1).isin(lacking)]
    if len(lacking):
        first = lacking[0].end_time.date()
        details = {"total": len(every), "periods": PERIODS[frequency]}
        yield Finding("holes", name, first, len(lacking), details)
