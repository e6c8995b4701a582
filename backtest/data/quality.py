"""What is wrong, or merely odd, with prices as they came in.

Every check looks at one instrument's rows in the order of the file and yields findings. Errors are
what no later step could put right; warnings are kept with the market.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.data.series_quality import check_series
from backtest.market.calendar import known_span, sessions
from backtest.market.universe import Instrument, Universe

STALE_SESSIONS = 10


def check(prices: pd.DataFrame, series: pd.DataFrame, universe: Universe) -> tuple[Finding, ...]:
    """Return everything there is to say about prices and series.

    Parameters
    ----------
    prices, series : DataFrame
        `raw.PRICE_COLUMNS` and `raw.SERIES_COLUMNS`, in the order of the files.
    universe : Universe
        Says what kind of thing each instrument is, its launch and the exchange's calendar.
    """
    priced = prices.dropna(subset="close")
    dates = pd.DatetimeIndex(priced["date"])
    if dates.empty:
        return (Finding("error", "no_prices", "", "there is no price in the files"),)
    around = pd.DatetimeIndex(series["date"]).append(dates)
    known = sessions(universe.calendar, around.min(), around.max(), seen=dates)
    rows = {str(name): quotes for name, quotes in priced.groupby("instrument")}
    findings = [*_calendar(universe, dates)]
    for name, instrument in universe.by_id.items():
        if name in rows:
            findings += _instrument(_Quotes(instrument, universe, rows[name], known))
    findings += _coverage(rows, universe)
    findings += _opens(rows, universe)
    with_sector = {name for names in universe.by_sector.values() for name in names}
    ends = [rows[name]["date"].max() for name in rows if name in with_sector]
    if ends:
        findings += check_series(series, known, universe, market_ends=max(ends))
    return tuple(findings)


@dataclass(frozen=True)
class _Quotes:
    """One instrument's rows in the order of the file, and the sessions of its exchange."""

    instrument: Instrument
    universe: Universe
    rows: pd.DataFrame
    sessions: pd.DatetimeIndex

    @property
    def name(self) -> str:
        return self.instrument.id

    def warn(self, kind: str, when: pd.Timestamp, message: str, value: object = None) -> Finding:
        number = None if value is None else float(value)  # type: ignore[arg-type]
        text = f"{self.name} {message}"
        return Finding("warning", kind, self.name, text, when.date(), number)

    def fail(self, kind: str, when: pd.Timestamp, message: str, value: float | None) -> Finding:
        return Finding("error", kind, self.name, f"{self.name} {message}", when.date(), value)


def _instrument(quotes: _Quotes) -> Iterator[Finding]:
    yield from _order(quotes)
    yield from _levels(quotes)
    in_order = quotes.rows.sort_values("date", kind="stable").drop_duplicates("date")
    sorted_quotes = _Quotes(quotes.instrument, quotes.universe, in_order, quotes.sessions)
    yield from _sessions(sorted_quotes)
    yield from _jumps(sorted_quotes)
    yield from _stale(sorted_quotes)
    yield from _launch(sorted_quotes)


def _order(quotes: _Quotes) -> Iterator[Finding]:
    dates = quotes.rows["date"]
    for when in dates[dates.duplicated()].unique():
        day = pd.Timestamp(when)
        yield quotes.fail("duplicate_date", day, f"has {day:%Y-%m-%d} more than once", None)
    backward = np.flatnonzero(dates.diff().dt.days.to_numpy() < 0)
    if len(backward):
        when = dates.iloc[backward[0]]
        message = f"has its dates out of order, first at {when:%Y-%m-%d}; they were sorted"
        yield quotes.warn("unordered_dates", when, message, len(backward))


def _levels(quotes: _Quotes) -> Iterator[Finding]:
    rows = quotes.rows
    for field in ("open", "high", "low", "close"):
        for when, value in _where(rows, rows[field] <= 0, field):
            message = f"has {value:g} for its {field} on {when:%Y-%m-%d}, which is no price"
            yield quotes.fail("non_positive_price", when, message, value)
    for field in ("volume", "amount"):
        for when, value in _where(rows, rows[field] < 0, field):
            message = f"has {value:g} for its {field} on {when:%Y-%m-%d}"
            yield quotes.warn("negative_" + field, when, message, value)
    for when, value in _where(rows, rows["high"] < rows["low"], "high"):
        message = f"has a high of {value:g} below its low on {when:%Y-%m-%d}"
        yield quotes.warn("high_below_low", when, message, value)
    proper = ~(rows["high"] < rows["low"])
    for field in ("open", "close"):
        outside = proper & ((rows[field] > rows["high"]) | (rows[field] < rows["low"]))
        for when, value in _where(rows, outside, field):
            message = f"has its {field} {value:g} outside high and low on {when:%Y-%m-%d}"
            yield quotes.warn("outside_range", when, message, value)


def _where(
    rows: pd.DataFrame, wrong: pd.Series, field: str
) -> Iterator[tuple[pd.Timestamp, float]]:
    yield from zip(rows.loc[wrong, "date"], rows.loc[wrong, field].astype(float), strict=True)


def _sessions(quotes: _Quotes) -> Iterator[Finding]:
    dates, calendar = pd.DatetimeIndex(quotes.rows["date"]), quotes.universe.calendar
    expected = quotes.sessions[(quotes.sessions >= dates[0]) & (quotes.sessions <= dates[-1])]
    for when in expected.difference(dates):
        message = f"has no price on {when:%Y-%m-%d}, a session of {calendar}"
        yield quotes.warn("missing_session", when, message)
    for when in dates.difference(expected):
        message = (
            f"has a price on {when.day_name()} {when:%Y-%m-%d}, no session of "
            f"{calendar}, and it is left out"
        )
        yield quotes.warn("no_session", when, message)


def _jumps(quotes: _Quotes) -> Iterator[Finding]:
    rows = quotes.rows[quotes.rows["date"].isin(quotes.sessions)]
    close = rows["close"].to_numpy(dtype=float)
    if len(close) < 2 or (close <= 0).any():
        return
    # Over a gap of k sessions k moves of the limit are credible, one after the other.
    passed = np.diff(quotes.sessions.get_indexer(pd.DatetimeIndex(rows["date"])))
    limit, ratio = quotes.universe.price_limit(quotes.name), close[1:] / close[:-1]
    jumped = (ratio > (1.0 + limit) ** passed) | (ratio < (1.0 - limit) ** passed)
    for row in np.flatnonzero(jumped):
        when, move, gap = rows["date"].iloc[row + 1], float(ratio[row]) - 1.0, int(passed[row])
        over = "" if gap == 1 else f" over {gap} sessions"
        message = (
            f"moved {move:+.2%}{over} to {when:%Y-%m-%d}, more than the {limit:.0%} a session "
            f"that is credible for its kind ({quotes.instrument.kind})"
        )
        yield quotes.warn("jump", when, message, move)


def _stale(quotes: _Quotes) -> Iterator[Finding]:
    close = quotes.rows["close"].to_numpy(dtype=float)
    starts = np.flatnonzero(np.diff(close, prepend=np.nan) != 0.0)
    for start, length in zip(starts, np.diff(starts, append=len(close)), strict=True):
        if length >= STALE_SESSIONS:
            when, last = (quotes.rows["date"].iloc[row] for row in (start, start + length - 1))
            message = (
                f"has the same close {close[start]:g} on {length} sessions, "
                f"{when:%Y-%m-%d} … {last:%Y-%m-%d}"
            )
            yield quotes.warn("stale", when, message, length)


def _launch(quotes: _Quotes) -> Iterator[Finding]:
    launched = quotes.instrument.launched
    if launched is None:
        return
    early = quotes.rows["date"][quotes.rows["date"] < pd.Timestamp(launched)]
    if len(early):
        message = f"has {len(early)} prices before its launch on {launched} (back-filled history)"
        yield quotes.warn("before_launch", early.iloc[0], message, len(early))


def _calendar(universe: Universe, dates: pd.DatetimeIndex) -> Iterator[Finding]:
    since, until = known_span(universe.calendar)
    for side, day, beyond in (
        ("before", since, dates[dates < since]),
        ("after", until, dates[dates > until]),
    ):
        if len(beyond):
            message = (
                f"the holidays of {universe.calendar} are not known {side} {day:%Y-%m-%d}; there "
                f"the dates in the data count as sessions"
            )
            first = beyond.min().date()
            yield Finding("warning", "calendar_end", "", message, first, beyond.nunique())


def _opens(rows: dict[str, pd.DataFrame], universe: Universe) -> Iterator[Finding]:
    """Say where an open is missing, if the market has opens at all: nothing fills there."""
    named = [name for name in universe.by_id if name in rows and name != universe.benchmark]
    sectors = {name for names in universe.by_sector.values() for name in names}
    if all(rows[name]["open"].isna().all() for name in named if name in sectors):
        return
    for name in named:
        blank = rows[name]["date"][rows[name]["open"].isna()]
        if len(blank):
            message = (
                f"{name} has no open on {len(blank)} of {len(rows[name])} dates, first on "
                f"{blank.iloc[0]:%Y-%m-%d}; no order fills at the open there"
            )
            when = blank.iloc[0].date()
            yield Finding("warning", "no_open", name, message, when, len(blank))


def _coverage(rows: dict[str, pd.DataFrame], universe: Universe) -> Iterator[Finding]:
    """Say who starts late or ends on another day than the sectors do."""
    spans = {name: (rows[name]["date"].min(), rows[name]["date"].max()) for name in rows}
    inside = [
        spans[name] for names in universe.by_sector.values() for name in names if name in spans
    ]
    if not inside:
        return
    opened, ended = min(first for first, _ in inside), max(last for _, last in inside)
    for name in (name for name in universe.by_id if name in spans):
        quotes = _Quotes(universe.by_id[name], universe, rows[name], pd.DatetimeIndex([]))
        first, last = spans[name]
        if first > opened:
            launched = quotes.instrument.launched
            note = "" if launched is None else f" (launched {launched})"
            message = f"starts on {first:%Y-%m-%d}{note}, the market on {opened:%Y-%m-%d}"
            yield quotes.warn("late_start", first, message)
        if last != ended:
            rest = "its last price is carried on, untradable"
            if last > ended:
                rest = "the rest is not used"
            elif name == universe.benchmark:
                rest = "there is nothing to compare with after that"
            message = f"ends on {last:%Y-%m-%d}, the market on {ended:%Y-%m-%d}; {rest}"
            yield quotes.warn("different_end", last, message)
