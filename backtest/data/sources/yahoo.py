"""Yahoo through yfinance: funds and indices in batches, yields as series.

Prices are adjusted for splits and dividends (`auto_adjust`), so every dividend changes all earlier
ones: a later fetch that overlaps with what is stored shows it. Yahoo is good for funds and US
series; its Chinese indices have holes of years (000300.SS), and it has no Shenwan index.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from backtest.data.sources.base import (
    Arrival,
    Missed,
    Provenance,
    Wanted,
    now,
    price_frame,
    series_frame,
)
from backtest.data.sources.pacing import Pace
from backtest.home import home

BATCH = 5
TICKER = re.compile(r"[A-Za-z0-9^][A-Za-z0-9.^=_-]{0,31}")
SERIES = {
    "us10y": ("^TNX", "United States 10-year Treasury yield, percent"),
    "us5y": ("^FVX", "United States 5-year Treasury yield, percent"),
    "us30y": ("^TYX", "United States 30-year Treasury yield, percent"),
    "us3m": ("^IRX", "United States 13-week Treasury bill rate, percent"),
    "vix": ("^VIX", "Cboe volatility index, percent"),
}
FIELDS = {"Open": "open", "High": "high", "Low": "low", "Close": "close", "Volume": "volume"}


class Yahoo:
    """Prices and yields of Yahoo Finance."""

    name = "yahoo"
    has_prices = True

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    @property
    def series(self) -> dict[str, str]:
        """The series offered, by name."""
        return {name: title for name, (_, title) in SERIES.items()}

    def fetch(self, wanted: Iterable[Wanted]) -> Iterator[Arrival | Missed]:
        """Fetch in batches of neighbors that want the same days."""
        from yfinance.data import YfData

        from backtest.data.sources.yahoo_session import YahooSession

        session = YahooSession(self.pace)
        # yfinance remembers answers for as long as the process lives; a fetch wants today's.
        YfData.cache_get.cache_clear()
        for batch in _batches(list(wanted)):
            yield from self._batch(batch, session)

    def _batch(self, batch: Sequence[Wanted], session: Any) -> Iterator[Arrival | Missed]:
        journal = session.journal
        tickers = {one: ticker for one in batch if (ticker := _ticker(one)) is not None}
        table = pd.DataFrame()
        if tickers and not journal.stopped:
            table = _download(list(tickers.values()), batch[0].first, batch[0].last, session)
        for one in batch:
            ticker = tickers.get(one)
            if ticker is None:
                yield Missed(one, "Yahoo has no such ticker")
                continue
            rows = _rows(table, ticker)
            currency = journal.currencies.get(ticker, "")
            if journal.stopped:
                yield Missed(one, journal.stopped)
            elif rows.empty:
                yield Missed(one, journal.reasons.get(ticker, "Yahoo has no prices on these days"))
            elif one.currency and currency and currency != one.currency:
                yield Missed(one, f"its prices are in {currency}, the universe's in {one.currency}")
            else:
                yield self._arrival(one, ticker, rows)

    def _arrival(self, wanted: Wanted, ticker: str, rows: pd.DataFrame) -> Arrival:
        base = self.pace.settings.yahoo or "https://query2.finance.yahoo.com"
        address = f"{base}/v8/finance/chart/{ticker}"
        if wanted.kind == "series":
            frame = series_frame(wanted.id, rows.index, rows["Close"].to_numpy(), wanted)
            return Arrival(wanted, frame, Provenance(self.name, address, now()))
        fields = {ours: rows[theirs].to_numpy(dtype=float) for theirs, ours in FIELDS.items()}
        frame = price_frame(wanted.id, rows.index, fields, wanted)
        adjusted = "splits and dividends"
        return Arrival(wanted, frame, Provenance(self.name, address, now(), adjusted))


def _rows(table: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """Return a ticker's rows of a batch, those with a close."""
    if (ticker, "Close") not in table.columns:
        return pd.DataFrame()
    rows = pd.DataFrame(table[ticker])
    return rows[rows["Close"].notna()]


def _ticker(wanted: Wanted) -> str | None:
    """Return Yahoo's name, None where there is none; .SH is .SS there."""
    if wanted.kind == "series":
        return SERIES[wanted.id][0] if wanted.id in SERIES else None
    name = wanted.id.upper()
    name = f"{name[:-3]}.SS" if name.endswith(".SH") else name
    shenwan = wanted.form == "index" and re.fullmatch(r"801\d{3}", name)
    return name if TICKER.fullmatch(name) and not shenwan else None


def _batches(wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    batch: list[Wanted] = []
    for one in wanted:
        days = (one.first, one.last)
        if batch and (len(batch) == BATCH or days != (batch[0].first, batch[0].last)):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _download(tickers: list[str], first: dt.date, last: dt.date, session: Any) -> pd.DataFrame:
    """Return what yfinance makes of a batch, columns (ticker, field); a ticker may be all NaN."""
    import yfinance

    # yfinance logs what it cannot get as errors; here the session's journal says it in sentences.
    logger = logging.getLogger("yfinance")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yfinance.set_tz_cache_location(str(home() / "cache" / "yfinance"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = yfinance.download(
                tickers,
                start=f"{first:%Y-%m-%d}",
                end=f"{last + dt.timedelta(days=1):%Y-%m-%d}",
                auto_adjust=True,
                multi_level_index=True,
                group_by="ticker",
                actions=False,
                threads=False,
                progress=False,
                session=session,
            )
    finally:
        logger.setLevel(level)
    return pd.DataFrame() if found is None else found
