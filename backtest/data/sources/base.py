"""What every source is: one `fetch`, and the values that go in and come out."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import pandas as pd

from backtest.data.raw import PRICE_COLUMNS

Kind = Literal["instrument", "series"]


@dataclass(frozen=True)
class Wanted:
    """One instrument or series to fetch, from `first` to `last`, both included.

    `form` is the universe's kind of instrument ("index", "etf", "stock"), `currency` what its
    prices must be in; both are "" for a series.
    """

    kind: Kind
    id: str
    first: dt.date
    last: dt.date
    form: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where values came from: the source, its address, when, and how prices are adjusted.

    `adjusted` is "" for series; `note` says what a reader should know, as a second source used.
    """

    source: str
    address: str
    fetched: str
    adjusted: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what a manifest holds."""
        return {key: value for key, value in asdict(self).items() if value}


@dataclass(frozen=True, eq=False)
class Arrival:
    """What a source said about one instrument or series.

    Attributes
    ----------
    frame : DataFrame
        `raw.PRICE_COLUMNS` for an instrument; series, date, value and released for a series, where
        `date` is the last day of the period a value is about and `released` the day the source
        says it came out (NaT where it does not say).
    """

    wanted: Wanted
    frame: pd.DataFrame
    provenance: Provenance


@dataclass(frozen=True)
class Missed:
    """What did not come, and why, in one clause."""

    wanted: Wanted
    reason: str


class DataSource(Protocol):
    """A place prices and series are fetched from.

    Attributes
    ----------
    name : str
        What `--source` calls it.
    has_prices : bool
        Whether it knows any instrument.
    series : mapping
        What it offers, by the series' name here: a sentence each.
    """

    name: str
    has_prices: bool

    @property
    def series(self) -> dict[str, str]:
        """The series it offers, by name, with a title each."""

    def fetch(self, wanted: Iterable[Wanted]) -> Iterator[Arrival | Missed]:
        """Yield one answer for everything wanted, in order, each as soon as it is there.

        Raises
        ------
        NoNetworkError
            If none of its sites can be reached.
        """


def price_frame(dates: Iterable[Any], fields: dict[str, Any], wanted: Wanted) -> pd.DataFrame:
    """Return `raw.PRICE_COLUMNS` within the days wanted, sorted; rows without a close go."""
    table = pd.DataFrame({"date": pd.to_datetime(pd.Series(list(dates))), **fields})
    frame = table.assign(instrument=wanted.id).reindex(columns=list(PRICE_COLUMNS))
    return _within(frame.dropna(subset="close"), wanted)


def series_frame(
    dates: Iterable[Any], values: Any, wanted: Wanted, *, released: Any = None
) -> pd.DataFrame:
    """Return series, date, value and released within the days wanted, sorted."""
    frame = pd.DataFrame(
        {
            "series": wanted.id,
            "date": pd.to_datetime(pd.Series(list(dates))),
            "value": pd.to_numeric(pd.Series(list(values)), errors="coerce"),
        }
    )
    frame["released"] = pd.NaT if released is None else pd.to_datetime(pd.Series(list(released)))
    return _within(frame.dropna(subset="value"), wanted)


def _within(frame: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    dates = frame["date"]
    inside = (dates >= pd.Timestamp(wanted.first)) & (dates <= pd.Timestamp(wanted.last))
    kept = frame[inside].sort_values("date", kind="stable").drop_duplicates("date", keep="last")
    return kept.reset_index(drop=True)


def now() -> str:
    """Return the moment, UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
