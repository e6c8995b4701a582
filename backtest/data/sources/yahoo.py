"""Yahoo through yfinance: funds and indices, yields as series.

Prices are adjusted for splits and dividends (`auto_adjust`), so every dividend changes all earlier
ones: a later fetch that overlaps with what is stored shows it. Yahoo is good for funds and US
series; its Chinese indices have holes of years (000300.SS), and it has no Shenwan index.
"""

import datetime as dt
import logging
import re
import warnings
from collections.abc import Iterable, Iterator
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
from backtest.data.sources.site import Site, network_or_error
from backtest.home import home

HOST = "https://query2.finance.yahoo.com"
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
        """Fetch one after the other."""
        from yfinance.data import YfData

        from backtest.data.sources.yahoo_session import YahooSession

        site = Site("Yahoo", self.pace.settings.yahoo or HOST, self.pace)
        session = YahooSession(site)
        # yfinance remembers answers for as long as the process lives; a fetch wants today's.
        YfData.cache_get.cache_clear()
        for one in wanted:
            ticker = _ticker(one)
            if ticker is None:
                yield Missed(one, "Yahoo has no such ticker")
            else:
                yield self._answer(one, ticker, session, site)

    def _answer(self, wanted: Wanted, ticker: str, session: Any, site: Site) -> Arrival | Missed:
        rows = pd.DataFrame()
        if site.given_up is None:
            rows = _rows(_download(ticker, wanted.first, wanted.last, session), ticker)
        if site.given_up is not None:
            network_or_error([site])
            return Missed(wanted, str(site.given_up))
        currency = session.answers.currencies.get(ticker, "")
        if rows.empty:
            none = "Yahoo has no prices on these days"
            return Missed(wanted, session.answers.reasons.get(ticker, none))
        if wanted.currency and currency and currency != wanted.currency:
            said = f"its prices are in {currency}, the universe's in {wanted.currency}"
            return Missed(wanted, said)
        return self._arrival(wanted, ticker, rows)

    def _arrival(self, wanted: Wanted, ticker: str, rows: pd.DataFrame) -> Arrival:
        base = self.pace.settings.yahoo or HOST
        address = f"{base}/v8/finance/chart/{ticker}"
        if wanted.kind == "series":
            frame = series_frame(rows.index, rows["Close"].to_numpy(), wanted)
            return Arrival(wanted, frame, Provenance(self.name, address, now()))
        fields = {ours: rows[theirs].to_numpy(dtype=float) for theirs, ours in FIELDS.items()}
        frame = price_frame(rows.index, fields, wanted)
        adjusted = "splits and dividends"
        return Arrival(wanted, frame, Provenance(self.name, address, now(), adjusted))


def _rows(table: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """Return a ticker's rows, those with a close."""
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


def _download(ticker: str, first: dt.date, last: dt.date, session: Any) -> pd.DataFrame:
    """Return what yfinance makes of a ticker, columns (ticker, field); it may be all NaN."""
    import yfinance

    # yfinance logs what it cannot get as errors; here the session says it in sentences.
    logger = logging.getLogger("yfinance")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yfinance.set_tz_cache_location(str(home() / "cache" / "yfinance"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = yfinance.download(
                [ticker],
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
