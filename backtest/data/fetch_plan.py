"""What a fetch has to ask for: what is missing, and some days that are not."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from backtest.data.raw import RawMarket, empty_prices, empty_series, raw_market
from backtest.data.sources.base import DataSource, Kind, Wanted
from backtest.data.store import Manifest, market_names, read_manifest, read_snapshot
from backtest.errors import UserError, suggest
from backtest.market.calendar import known_span, sessions
from backtest.market.frequency import frequency_of
from backtest.market.universe import BUILT_IN, Universe, parse_universe, universe_text
from backtest.market.valuation import MEASURES, is_valuation, series_name

DEFAULT_START = dt.date(2010, 1, 4)
# Stored sessions that are asked for again, to see whether the source still says the same.
OVERLAP_SESSIONS = 10
OVERLAP_DAYS = 45
# Everything is final by then, local time of the exchange.
FINAL_HOUR = 20
ZONES = {"XNYS": "America/New_York", "XNAS": "America/New_York"}


@dataclass(frozen=True)
class Base:
    """The market a fetch adds to; `manifest` is None where there is none yet."""

    raw: RawMarket
    manifest: Manifest | None

    def noted(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what the manifest says of fetched instruments or series, by name."""
        sources = {} if self.manifest is None else self.manifest.sources
        entries: Mapping[str, Mapping[str, Any]] = sources.get("fetched", {}).get(kind, {})
        return entries

    def rows(self, kind: str, name: str) -> pd.DataFrame:
        """Return the stored rows of one instrument or series."""
        frame, key = (
            (self.raw.prices, "instrument") if kind == "instrument" else (self.raw.series, "series")
        )
        return frame[frame[key] == name]


def base_of(name: str, universe: str | None, *, prices_come: bool) -> Base:
    """Return the stored market to continue, or an empty one of a universe.

    Raises
    ------
    UserError
        If it is damaged, of another universe, or there is nothing to begin with.
    """
    if name in market_names():
        manifest = read_manifest(name)
        base = Base(read_snapshot(manifest), manifest)
        if universe is not None:
            asked = parse_universe(universe_text(universe), source=universe).name
            if asked != base.raw.universe.name:
                raise UserError(
                    "market {name} is of universe {universe}, not {asked}; choose another name "
                    "for it",
                    name=name,
                    universe=base.raw.universe.name,
                    asked=asked,
                )
        return base
    if not prices_come:
        raise UserError(
            "there is no market {name!r} to add series to; fetch or import its prices first",
            name=name,
        )
    if universe is None:
        raise UserError(
            "say which universe to fetch: --universe {built_in} or a file",
            built_in=", ".join(BUILT_IN),
        )
    text = universe_text(universe)
    parse_universe(text, source=universe)
    return Base(raw_market(text, empty_prices(), empty_series()), None)


def last_day(universe: Universe, end: dt.date | None, now: dt.datetime) -> dt.date:
    """Return the last session that is over and not after `end`."""
    local = now.astimezone(ZoneInfo(ZONES.get(universe.calendar, "Asia/Shanghai")))
    over = local.date() if local.hour >= FINAL_HOUR else local.date() - dt.timedelta(days=1)
    last = pd.Timestamp(over if end is None else min(over, end))
    _, until = known_span(universe.calendar)
    if last > until:
        return last.date()
    found = sessions(
        universe.calendar, last - pd.Timedelta(days=30), last, seen=pd.DatetimeIndex([])
    )
    return found[-1].date() if len(found) else last.date()


def chosen_series(
    source: DataSource, universe: Universe, asked: Sequence[str] | None
) -> tuple[str, ...]:
    """Return the series to fetch: those asked for, else what the universe declares and it has.

    A valuation, as pe, stands for that of every instrument the source has it of.

    Raises
    ------
    UserError
        If the source does not offer one.
    """
    offered = source.series
    if asked is None:
        return tuple(spec.id for spec in universe.series if spec.id in offered)
    if list(asked) == ["all"]:
        return tuple(name for name in offered if not is_valuation(name))
    names = list[str]()
    for name in asked:
        own = [series_name(name, one) for one in universe.by_id if name in MEASURES]
        names += [series for series in own if series in offered] or [name]
    for name in names:
        if name not in offered:
            raise UserError(
                "{source} has no series {name!r}; {suggestion}",
                source=source.name,
                name=name,
                suggestion=suggest(name, offered),
            )
    return tuple(dict.fromkeys(names))


def wanted(
    base: Base, kind: Kind, name: str, start: dt.date | None, last: dt.date
) -> Wanted | None:
    """Return what to ask for an instrument or a series, None where nothing is missing.

    A series that is not daily is asked for whole, for it may be revised.
    """
    stored = base.rows(kind, name)
    noted = _asked_from(base, kind, name, stored)
    first = min(noted or start or DEFAULT_START, start or dt.date.max)
    whole = Wanted(kind, name, first, last)
    if kind == "instrument":
        universe = base.raw.universe
        whole = replace(whole, form=universe.by_id[name].kind, currency=universe.currency)
    if stored.empty or noted is None or first < noted:
        return whole if first <= last else None
    dates = stored["date"].drop_duplicates()
    if kind == "series" and frequency_of(pd.DatetimeIndex(dates)) != "daily":
        return whole
    if dates.iloc[-1].date() >= last:
        return None
    overlap = dates.iloc[-1] - pd.Timedelta(days=OVERLAP_DAYS)
    if kind == "instrument":
        overlap = dates.iloc[-OVERLAP_SESSIONS:].iloc[0]
    return replace(whole, first=max(first, overlap.date()))


def _asked_from(base: Base, kind: Kind, name: str, stored: pd.DataFrame) -> dt.date | None:
    """Return since when a source has been asked for this, or since when it is stored."""
    fetched = base.noted("instruments" if kind == "instrument" else "series")
    noted = fetched.get(name, {}).get("asked_from")
    if noted is not None:
        return dt.date.fromisoformat(noted)
    return None if stored.empty else stored["date"].min().date()
