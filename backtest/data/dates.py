"""Dates as files write them, as days of an exchange: their forms, offsets, and labels of periods.

A form is chosen for a whole column, never cell by cell: what 20220104, 44565 or 03/04/2022 mean is
said by the column they stand in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.data.date_forms import FORMS, NUMBERS, SLASHED, Form, stamp
from backtest.data.numerals import cell_text
from backtest.errors import UserError
from backtest.market.calendar import sessions, zone_of

# The share of dates that must fall on sessions more in one reading than in another to decide.
CLEARLY = 0.02
MARKET_HOURS = (8, 18)

Sessions = Callable[[pd.DatetimeIndex], pd.DatetimeIndex]


@dataclass(frozen=True)
class Exchange:
    """Where dates are counted: a time zone, None where it is not known, and the sessions.

    `sessions` returns those around given days.
    """

    zone: str | None
    sessions: Sessions

    @classmethod
    def of(cls, calendar: str) -> Exchange:
        """Return the exchange of a calendar; one whose sessions are the data's has no zone."""

        def around(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
            return sessions(calendar, days.min(), days.max(), seen=days[:0])

        return cls(zone_of(calendar), around)

    def share(self, days: pd.DatetimeIndex) -> float:
        """Return the share of days that are sessions."""
        known = days.dropna().unique()
        if len(known) and self.zone is None:
            return float((known.day_of_week < 5).mean())
        return float(known.isin(self.sessions(known)).mean()) if len(known) else 0.0


@dataclass(frozen=True, eq=False)
class Dates:
    """A column of dates.

    Attributes
    ----------
    days : Series
        Tz-naive days on the exchange, the last of the period where labels name periods; NaT where
        a cell is no date.
    form : str
        How they are written, in words.
    period : str
        "M", "Q" or "Y" where labels name months, quarters or years, else "".
    note : str
        What had to be concluded about offsets, "" where nothing had.
    """

    days: pd.Series
    form: str
    period: str = ""
    note: str = ""


def looks_dated(cells: pd.Series, *, numbers: bool = False) -> np.ndarray:
    """Whether each cell is a date in some form; bare numbers count only with `numbers`."""
    if cells.dtype.kind == "M" or isinstance(cells.dtype, pd.DatetimeTZDtype):
        return np.asarray(cells.notna())
    texts = _texts(cells)
    forms = [form for form in FORMS if numbers or form.name not in NUMBERS]
    known = {
        text: any(form.pattern.fullmatch(text) and stamp(form, text) for form in forms)
        for text in texts.unique().tolist()
    }
    return texts.map(known).to_numpy(dtype=bool)


def read_dates(cells: pd.Series, exchange: Exchange, *, form: str = "") -> Dates:
    """Read a column of dates.

    Parameters
    ----------
    form : str
        A pattern of `strptime`, as "%d.%m.%Y"; chosen from the cells where it is not given.

    Raises
    ------
    UserError
        If the order of day and month, or the day an offset leads to, cannot be told; the sentence
        begins with what the cells have.
    """
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        utc, wall = cells.dt.tz_convert("UTC").dt.tz_localize(None), cells.dt.tz_localize(None)
        offsets = (wall - utc).dt.total_seconds() / 60.0
        return _on_exchange(utc, offsets, exchange, "time stamps")
    if cells.dtype.kind == "M":
        none = pd.Series(np.nan, index=cells.index)
        return _on_exchange(cells.astype("datetime64[ns]"), none, exchange, "days")
    texts = _texts(cells)
    if form:
        read = pd.to_datetime(texts, format=form, errors="coerce")
        if isinstance(read.dtype, pd.DatetimeTZDtype):
            return read_dates(read, exchange)
        return Dates(_days(read), f"{form} as stated")
    unique = [text for text in texts.unique().tolist() if text]
    chosen = _chosen(unique, exchange)
    if chosen is None:
        return Dates(pd.Series(pd.NaT, index=cells.index, dtype="datetime64[ns]"), "")
    parsed = {text: stamp(chosen, text) for text in unique}
    known = {text: stamp for text, stamp in parsed.items() if stamp is not None}
    stamps = _days(texts.map({text: stamp for text, (stamp, _) in known.items()}), time=True)
    if chosen.period:
        return Dates(stamps, f"{chosen.name}s", chosen.period)
    offsets = texts.map({text: offset for text, (_, offset) in known.items()}).astype(float)
    utc = stamps - pd.to_timedelta(offsets.fillna(0.0), unit="m")
    return _on_exchange(utc, offsets, exchange, chosen.name)


def _on_exchange(utc: pd.Series, offsets: pd.Series, exchange: Exchange, form: str) -> Dates:
    """Turn moments into days of the exchange.

    Parameters
    ----------
    utc : Series
        Moments in UTC where an offset is known, else as written.
    offsets : Series
        Minutes ahead of UTC as written, NaN where none was.
    """
    utc = utc.astype("datetime64[ns]")
    written = utc + pd.to_timedelta(offsets.fillna(0.0), unit="m")
    plain = pd.Series(written.dt.normalize(), index=utc.index)
    there = utc.notna()
    midnight = bool((written[there] == plain[there]).all())
    if not there.any() or (offsets.isna().all() and midnight):
        return Dates(plain, form)
    if exchange.zone is None:
        if not midnight and (offsets[there] == 0.0).any():
            raise UserError(
                "has times in UTC ({text:%Y-%m-%d %H:%M}), and the universe names no exchange "
                "whose time zone says on which day they fall; write plain dates",
                text=written[there].iloc[0],
            )
        return Dates(plain, form)
    local = utc.dt.tz_localize("UTC").dt.tz_convert(exchange.zone).dt.tz_localize(None)
    moved = pd.Series(local.dt.normalize(), index=utc.index)
    if moved[there].equals(plain[there]):
        return Dates(plain, form)
    shares = [exchange.share(pd.DatetimeIndex(days[there])) for days in (moved, plain)]
    stated = bool(offsets[there].notna().all())
    if stated:
        use = _by_offset(local[there], midnight, shares)
    else:
        # Without a stated offset times are local, unless the sessions plainly say UTC.
        use = "moved" if shares[0] > shares[1] + 10 * CLEARLY else "plain"
    example = f"{written[there].iloc[0]:%Y-%m-%d %H:%M}"
    if use == "moved":
        note = f"times such as {example} were taken as UTC and moved to {exchange.zone}"
        if stated:
            note = ""
        return Dates(moved, f"{form}, moved to {exchange.zone}", note=note)
    if use == "plain":
        return Dates(plain, f"{form}, the days as written")
    raise UserError(
        "has times with an offset from UTC ({example}) that may mean that day or {day:%Y-%m-%d} "
        "in {zone}; write plain dates",
        example=example,
        day=moved[there].iloc[0],
        zone=exchange.zone,
    )


def _by_offset(local: pd.Series, midnight: bool, shares: list[float]) -> str:
    """Choose between the exchange's day and the day as written, "" where it cannot be told."""
    if shares[0] > shares[1] + CLEARLY:
        return "moved"
    if shares[1] > shares[0] + CLEARLY:
        return "plain" if midnight else ""
    hours = local.dt.hour + local.dt.minute / 60.0
    if (hours == 0.0).all() or hours.between(*MARKET_HOURS).all():
        return "moved"
    return "" if not midnight or max(shares) == 0.0 else "plain"


def _chosen(texts: list[str], exchange: Exchange) -> Form | None:
    """Return the format that fits most cells, the first in a tie; day-month order must be clear."""
    counts: list[int] = []
    for form in FORMS:
        counts.append(sum(stamp(form, text) is not None for text in texts))
        if texts and counts[-1] == len(texts) and form.name not in SLASHED:
            return form
    best = max(counts, default=0)
    if not best:
        return None
    form = FORMS[counts.index(best)]
    fitting = [
        other for other, count in zip(FORMS, counts, strict=True)
        if count == best and other.name in SLASHED
    ]  # fmt: skip
    if form.name not in SLASHED or len(fitting) < 2:
        return form
    shares = []
    for other in fitting:
        stamps = [found[0] for text in texts if (found := stamp(other, text)) is not None]
        shares.append(exchange.share(pd.DatetimeIndex(stamps)))
    if abs(shares[0] - shares[1]) <= CLEARLY:
        raise UserError(
            "has {text!r} for its date, whose day and month cannot be told apart; write dates "
            "as 2024-06-28 or say --date-format %d/%m/%Y",
            text=texts[0],
        )
    return fitting[int(shares[1] > shares[0])]


def _texts(cells: pd.Series) -> pd.Series:
    unique = {cell: cell_text(cell).strip("'\"").strip() for cell in cells.unique().tolist()}
    return cells.map(unique, na_action="ignore").fillna("").astype(object)


def _days(stamps: pd.Series, *, time: bool = False) -> pd.Series:
    read = pd.Series(pd.to_datetime(stamps), index=stamps.index).astype("datetime64[ns]")
    return read if time else pd.Series(read.dt.normalize(), index=stamps.index)
