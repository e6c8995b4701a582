"""RawMarket: prices and series as they came in, in one canonical shape; its bytes in a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from backtest.market.universe import Universe, parse_universe

FILES = ("prices.parquet", "series.parquet", "universe.toml")
PRICE_FIELDS = ("open", "high", "low", "close", "volume", "amount")
PRICE_COLUMNS = ("instrument", "date", *PRICE_FIELDS)
SERIES_COLUMNS = ("series", "date", "value")
# Further columns of a series table that was fetched; `vintages` says what they mean.
KNOWLEDGE_COLUMNS = ("released", "usable", "fetched")


@dataclass(frozen=True, eq=False)
class RawMarket:
    """What a source said, before it is placed on an exchange's sessions.

    Attributes
    ----------
    universe_text : str
        The universe's TOML, verbatim.
    prices : DataFrame
        `PRICE_COLUMNS`, one row per instrument and date with a close, sorted by both. Fields the
        source does not have are NaN; volumes and amounts are in the source's own units.
    series : DataFrame
        `SERIES_COLUMNS`, one row per value, dated by the day it belongs to and sorted by series
        and date. Fetched tables have `KNOWLEDGE_COLUMNS` too, and further rows for a date where a
        value was revised; other columns are kept as they are.
    """

    universe_text: str
    prices: pd.DataFrame
    series: pd.DataFrame

    @cached_property
    def universe(self) -> Universe:
        """The universe the text declares."""
        return parse_universe(self.universe_text)


def raw_market(universe_text: str, prices: pd.DataFrame, series: pd.DataFrame) -> RawMarket:
    """Bring tidy frames into canonical order and types; rows without a close or value go."""
    return RawMarket(
        universe_text,
        _canonical(prices.dropna(subset="close"), PRICE_COLUMNS),
        _canonical(series.dropna(subset="value"), SERIES_COLUMNS),
    )


def with_knowledge(series: pd.DataFrame) -> pd.DataFrame:
    """Return a series table that has `KNOWLEDGE_COLUMNS`, empty where it had none."""
    full = series.reindex(
        columns=[*series.columns, *(n for n in KNOWLEDGE_COLUMNS if n not in series.columns)]
    )
    return full.astype(dict.fromkeys(KNOWLEDGE_COLUMNS, "datetime64[ns]"))


def empty_prices() -> pd.DataFrame:
    """Return a tidy price frame without a row."""
    return _canonical(pd.DataFrame(), PRICE_COLUMNS)


def empty_series() -> pd.DataFrame:
    """Return a tidy series frame without a row."""
    return _canonical(pd.DataFrame(), SERIES_COLUMNS)


def _canonical(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    further = [name for name in frame.columns if name not in columns]
    ordered = frame.reindex(columns=[*columns, *further])
    types = {columns[0]: "str", "date": "datetime64[ns]"} | dict.fromkeys(columns[2:], "float64")
    types |= {name: "datetime64[ns]" for name in further if name in KNOWLEDGE_COLUMNS}
    typed = ordered.astype(types)
    return typed.sort_values([*columns[:2], *further], kind="stable", ignore_index=True)


def encode(raw: RawMarket) -> tuple[str, dict[str, bytes]]:
    """Return the snapshot's name and its files; equal content gives equal bytes."""
    files = {
        "prices.parquet": _parquet(raw.prices),
        "series.parquet": _parquet(raw.series),
        "universe.toml": raw.universe_text.encode(),
    }
    return identity_of(files), files


def decode(files: Mapping[str, bytes]) -> RawMarket:
    """Return what the files of a snapshot hold."""
    prices, series = (pq.read_table(pa.BufferReader(files[name])).to_pandas() for name in FILES[:2])
    return RawMarket(files["universe.toml"].decode(), prices, series)


def identity_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 that names a snapshot."""
    digests = "".join(sha256(files[name]).hexdigest() for name in FILES)
    return sha256(digests.encode()).hexdigest()


def _parquet(frame: Any) -> bytes:
    # The bytes hold the content and no library's notes about it.
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
