"""What is wrong, or merely odd, with prices as they came in.

Every check looks at one instrument's rows in the order of the file and yields findings. Errors are
what no later step could put right; warnings are kept with the market.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.data.align import credible, market_sessions
from backtest.data.finding import Finding
from backtest.data.series_quality import OFF_SESSION, check_series, order
from backtest.data.stated import Stated
from backtest.data.valuation_quality import check_valuations
from backtest.market.calendar import FROM_DATA, known_span, sessions
from backtest.market.frequency import GAPS, frequency_of, is_slower, observed_per_year
from backtest.market.universe import Instrument, Universe

STALE_SESSIONS = 10
# A declared number of sessions a year may differ from the dates by this fraction unsaid.
DECLARED_WELL = 0.02
# Instruments that agree on every close over so many sessions are one file given twice.
ALIKE_SESSIONS = 20


def check(
    prices: pd.DataFrame, series: pd.DataFrame, universe: Universe, stated: Stated | None = None
) -> tuple[Finding, ...]:
    """Return everything there is to say about prices and series.

    Parameters
    ----------
    prices, series : DataFrame
        `raw.PRICE_COLUMNS` and `raw.SERIES_COLUMNS`, in the order of the files.
    universe : Universe
        Says what kind of thing each instrument is, its launch and the exchange's calendar.
    stated : Stated
        What the user vouches for.
    """
    stated = stated or Stated()
    priced = prices.dropna(subset="close")
    dates = pd.DatetimeIndex(priced["date"])
    if dates.empty:
        return (Finding("no_prices"),)
    around = pd.DatetimeIndex([*series["date"], *dates])
    known = known_sessions(priced, universe, around)
    rows = {str(name): quotes for name, quotes in priced.groupby("instrument")}
    findings = [*_calendar(universe, dates)]
    for name, instrument in universe.by_id.items():
        if name in rows:
            quotes = _Quotes(instrument, universe, rows[name], known)
            findings += _instrument(quotes, stated)
    findings += _given_twice(rows, universe)
    findings += _coverage(rows, universe)
    findings += _opens(rows, universe)
    findings += check_valuations(priced, series.dropna(subset="value"))
    inside = pd.DatetimeIndex(priced["date"][priced["instrument"].isin(universe.with_sector)])
    if len(inside):
        findings += _per_year(priced, universe)
        span = inside.min(), inside.max()
        findings += check_series(series, known, universe, market=span, stated=stated)
    return tuple(findings)


def known_sessions(
    prices: pd.DataFrame, universe: Universe, around: pd.DatetimeIndex
) -> pd.DatetimeIndex:
    """Return the sessions of a universe's exchange over all of `around`."""
    seen = pd.DatetimeIndex(prices["date"])
    if universe.calendar == FROM_DATA:
        seen = seen[prices["instrument"].isin(universe.with_sector).to_numpy()]
    return sessions(
        universe.calendar, around.min(), around.max(), seen=seen, frequency=universe.frequency
    )


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

    def say(
        self, kind: str, when: pd.Timestamp, value: float | None = None, **details: object
    ) -> Finding:
        number = None if value is None else float(value)
        return Finding(kind, self.name, when.date(), number, details)


def _instrument(quotes: _Quotes, stated: Stated) -> Iterator[Finding]:
    yield from order(quotes.name, quotes.rows, ["date"])
    yield from _levels(quotes)
    in_order = quotes.rows.sort_values("date", kind="stable").drop_duplicates("date")
    sorted_quotes = _Quotes(quotes.instrument, quotes.universe, in_order, quotes.sessions)
    yield from _sessions(sorted_quotes)
    yield from _jumps(sorted_quotes, stated)
    yield from _stale(sorted_quotes)
    yield from _launch(sorted_quotes)


def _levels(quotes: _Quotes) -> Iterator[Finding]:
    rows = quotes.rows
    for field in ("open", "high", "low", "close"):
        for when, value in _where(rows, rows[field] <= 0, field):
            yield quotes.say("non_positive_price", when, value, field=field)
    for field in ("volume", "amount"):
        for when, value in _where(rows, rows[field] < 0, field):
            yield quotes.say("negative_" + field, when, value)
    for when, value in _where(rows, rows["high"] < rows["low"], "high"):
        yield quotes.say("high_below_low", when, value)
    proper = ~(rows["high"] < rows["low"])
    for field in ("open", "close"):
        outside = proper & ((rows[field] > rows["high"]) | (rows[field] < rows["low"]))
        for when, value in _where(rows, outside, field):
            yield quotes.say("outside_range", when, value, field=field)


def _where(
    rows: pd.DataFrame, wrong: pd.Series, field: str
) -> Iterator[tuple[pd.Timestamp, float]]:
    yield from zip(rows.loc[wrong, "date"], rows.loc[wrong, field].astype(float), strict=True)


def _sessions(quotes: _Quotes) -> Iterator[Finding]:
    dates, universe = pd.DatetimeIndex(quotes.rows["date"]), quotes.universe
    if is_slower(frequency_of(dates), universe.frequency):
        return
    expected = quotes.sessions[(quotes.sessions >= dates[0]) & (quotes.sessions <= dates[-1])]
    closed = dates.difference(expected)
    calendar = "the other prices" if universe.calendar == FROM_DATA else universe.calendar
    if universe.calendar != FROM_DATA and len(closed) > OFF_SESSION * len(dates) > 1:
        yield quotes.say("off_session", closed[0], len(closed), total=len(dates), calendar=calendar)
        return
    for when in expected.difference(dates):
        yield quotes.say("missing_session", when, calendar=calendar)
    for when in closed:
        yield quotes.say("no_session", when, calendar=calendar)


def _jumps(quotes: _Quotes, stated: Stated) -> Iterator[Finding]:
    for jump in credible(quotes.name, quotes.rows, quotes.sessions, quotes.universe):
        said = {"over": jump.over, "limit": jump.limit, "sort": quotes.instrument.kind}
        kind = "accepted_jump" if stated.accept_jumps else "broken_history"
        if jump.explained:
            yield quotes.say(kind, jump.date, jump.move, over=jump.over, explained=jump.explained)
        else:
            yield quotes.say("jump", jump.date, jump.move, **said)


def _stale(quotes: _Quotes) -> Iterator[Finding]:
    close = quotes.rows["close"].to_numpy(dtype=float)
    starts = np.flatnonzero(np.diff(close, prepend=np.nan) != 0.0)
    for start, length in zip(starts, np.diff(starts, append=len(close)), strict=True):
        if length >= STALE_SESSIONS:
            when, last = (quotes.rows["date"].iloc[row] for row in (start, start + length - 1))
            yield quotes.say(
                "stale", when, length, close=float(close[start]), last=f"{last:%Y-%m-%d}"
            )


def _launch(quotes: _Quotes) -> Iterator[Finding]:
    launched = quotes.instrument.launched
    if launched is None:
        return
    early = quotes.rows["date"][quotes.rows["date"] < pd.Timestamp(launched)]
    if len(early):
        yield quotes.say("before_launch", early.iloc[0], len(early), launched=str(launched))


def _calendar(universe: Universe, dates: pd.DatetimeIndex) -> Iterator[Finding]:
    since, until = known_span(universe.calendar)
    for side, day, beyond in (
        ("before", since, dates[dates < since]),
        ("after", until, dates[dates > until]),
    ):
        if len(beyond):
            details = {"calendar": universe.calendar, "side": side, "bound": f"{day:%Y-%m-%d}"}
            first = beyond.min().date()
            yield Finding("calendar_end", "", first, beyond.nunique(), details)


def _per_year(prices: pd.DataFrame, universe: Universe) -> Iterator[Finding]:
    days = market_sessions(prices, universe)
    if len(days) < 2:
        return
    declared = universe.sessions_per_year
    observed = observed_per_year(days)
    if abs(observed / declared - 1.0) > DECLARED_WELL:
        details = {"universe": universe.name, "declared": declared}
        yield Finding("sessions_per_year", "", None, observed, details)


def _opens(rows: dict[str, pd.DataFrame], universe: Universe) -> Iterator[Finding]:
    """Say where an open is missing, if the market has opens at all: nothing fills there."""
    named = [name for name in universe.by_id if name in rows and name != universe.benchmark]
    if all(rows[name]["open"].isna().all() for name in named if name in universe.with_sector):
        return
    for name in named:
        blank = rows[name]["date"][rows[name]["open"].isna()]
        if len(blank):
            details = {"total": len(rows[name])}
            yield Finding("no_open", name, blank.iloc[0].date(), len(blank), details)


def _given_twice(rows: dict[str, pd.DataFrame], universe: Universe) -> Iterator[Finding]:
    """Say which instruments have the same close on every date, as one file under two names."""
    first: dict[tuple[bytes, bytes], str] = {}
    for name in (name for name in universe.by_id if name in rows):
        quotes = rows[name].sort_values("date", kind="stable")
        key = quotes["date"].to_numpy().tobytes(), quotes["close"].to_numpy(dtype=float).tobytes()
        other = first.setdefault(key, name)
        if other != name and quotes["close"].nunique() > ALIKE_SESSIONS:
            yield Finding("same_prices", name, value=len(quotes), details={"other": other})


def _coverage(rows: dict[str, pd.DataFrame], universe: Universe) -> Iterator[Finding]:
    """Say who starts late or ends on another day than the sectors do."""
    spans = {name: (rows[name]["date"].min(), rows[name]["date"].max()) for name in rows}
    inside = [spans[name] for name in spans if name in universe.with_sector]
    if not inside:
        return
    opened, ended = min(first for first, _ in inside), max(last for _, last in inside)
    for name in (name for name in universe.by_id if name in spans):
        quotes = _Quotes(universe.by_id[name], universe, rows[name], pd.DatetimeIndex([]))
        first, last = spans[name]
        # A benchmark of weeks or months begins and ends with its own periods.
        slack = pd.Timedelta(0)
        own = frequency_of(pd.DatetimeIndex(rows[name]["date"]))
        if is_slower(own, universe.frequency):
            slack = pd.Timedelta(days=GAPS[own][1])
        if first > opened + slack:
            launched = quotes.instrument.launched
            note = "" if launched is None else f" (launched {launched})"
            yield quotes.say("late_start", first, launched=note, opened=f"{opened:%Y-%m-%d}")
        if last > ended or last < ended - slack:
            rest = "its last price is carried on, untradable"
            if last > ended:
                rest = "the rest is not used"
            elif name == universe.benchmark:
                rest = "there is nothing to compare with after that"
            yield quotes.say("different_end", last, ended=f"{ended:%Y-%m-%d}", rest=rest)
