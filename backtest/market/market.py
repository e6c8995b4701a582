"""Market: everything that could be known, by the session after whose close it was known.

Nothing is read from disk here: `backtest.data` builds a
Market from files, a store or the embedded sample.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from backtest.display import Displayed
from backtest.errors import UserError
from backtest.market import sector_indices as indices
from backtest.market.frequency import sessions_per_year
from backtest.market.identity import content_hash
from backtest.market.jump import Jump
from backtest.market.publication import as_known, on_record
from backtest.market.universe import Universe
from backtest.notes import Note

T = TypeVar("T")
Date = str | pd.Timestamp

# What has a row for each session.
FRAMES = ("close", "open", "turnover", "can_buy", "can_sell", "benchmark", "series")
EQUAL_WEIGHT = "sector average"  # what the equal-weight index of all sectors is called


@dataclass(frozen=True, eq=False)
class Market(Displayed):
    """Prices and series on the sessions of one exchange.

    Attributes
    ----------
    name : str
        What the market is called in the store, or "sample".
    universe : Universe
        The instruments, their sectors and the market's conventions.
    close, open : DataFrame, session × instrument
        Prices; NaN before an instrument's first price, carried forward while it is suspended
        (`close` only). `open` is None where the source has none.
    can_buy, can_sell : DataFrame of bool, session × instrument
        False while there is no price, the instrument is suspended, or it is locked at its limit.
    benchmark : Series
        Close of the universe's benchmark; NaN where its own record has ended.
    series : DataFrame, session × series
        Values as they were known after each session's close, in each series' own unit.
    turnover : DataFrame or None
        Traded value, session × instrument.
    vintages : DataFrame or None
        series, date (the period a value is about), value and `known`, the first day it could be
        used: every published value and its revisions, where the data came with them.
    compared : Series or None
        Levels of one's own to compare with in place of the benchmark, under their name; no
        strategy is shown them.
    findings : tuple of str
        What the quality checks said when the data came in.
    jumps : tuple of Jump
        Moves of prices that only an unadjusted split or a code used again explains.
    launched_only : bool
        Whether history from before an instrument's launch has been left out (`from_launch`).
    """

    name: str
    universe: Universe
    close: pd.DataFrame
    can_buy: pd.DataFrame
    can_sell: pd.DataFrame
    benchmark: pd.Series
    series: pd.DataFrame
    open: pd.DataFrame | None = None
    turnover: pd.DataFrame | None = None
    synthetic: bool = False
    snapshot: str = ""
    findings: tuple[str, ...] = ()
    launched_only: bool = False
    jumps: tuple[Jump, ...] = ()
    vintages: pd.DataFrame | None = None
    compared: pd.Series | None = None
    _memo: dict[Hashable, Any] = field(init=False, default_factory=dict, repr=False)

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        return (
            f"<Market {self.name}: {kind}{self.universe.title}, {len(self.instruments)} "
            f"instruments, {len(self.sessions)} sessions "
            f"{self.sessions[0]:%Y-%m-%d} … {self.sessions[-1]:%Y-%m-%d}>"
        )

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The trading days, tz-naive, in the exchange's own time zone."""
        return pd.DatetimeIndex(self.close.index)

    @property
    def instruments(self) -> tuple[str, ...]:
        """The instruments that have prices here."""
        return tuple(self.close.columns)

    @cached_property
    def identity(self) -> str:
        """32 hexadecimal digits of all the content: equal for equal markets, in any process.

        Of the universe, prices, tradability, series and what is on record. `snapshot` names the
        stored data a market was made of; what has been changed or added since shows here only.
        """
        facts = repr((self.universe, self.synthetic, self.launched_only))
        return content_hash(facts, {name: getattr(self, name) for name in (*FRAMES, "vintages")})

    @cached_property
    def by_sector(self) -> Mapping[str, tuple[str, ...]]:
        """The instruments that have prices here, by sector."""
        return self._listed(self.universe.by_sector)

    @cached_property
    def by_shenwan(self) -> Mapping[str, tuple[str, ...]]:
        """The instruments that have prices here, by the Shenwan sector they stand for."""
        return self._listed(self.universe.by_shenwan)

    def _listed(self, grouped: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        here = set(self.close.columns)
        kept = {key: tuple(filter(here.__contains__, names)) for key, names in grouped.items()}
        return {key: names for key, names in kept.items() if names}

    def sectors_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return its own sectors with prices that Shenwan's or its own stand for, sorted."""
        own = {one for name in names for one in self.universe.standing_for(name)}
        return tuple(sorted(own & set(self.by_sector)))

    @cached_property
    def bonds(self) -> tuple[str, ...]:
        """The government bond instruments that have prices here, first choice first."""
        return tuple(bond for bond in self.universe.bonds if bond in self.close.columns)

    @cached_property
    def sector_close(self) -> pd.DataFrame:
        """Price index of each sector, session × sector.

        The price of a sector's only instrument; a sector with several moves by the equal-weighted
        mean of their returns. NaN while nothing of it is listed.
        """
        return indices.sector_levels(self.close, self.by_sector)

    @cached_property
    def sector_turnover(self) -> pd.DataFrame:
        """Traded value of each sector, session × sector: the sum of those there are, else NaN."""
        if self.turnover is None:
            raise UserError(
                "market {name} has no traded values; import prices with an amount column",
                name=self.name,
            )
        return indices.sector_totals(self.turnover, self.by_sector)

    @cached_property
    def equal_weight(self) -> pd.Series:
        """Index of the equal-weighted mean return of all listed sectors, rebalanced daily."""
        return indices.alike(self.sector_close).rename(EQUAL_WEIGHT)

    @cached_property
    def money(self) -> pd.Series:
        """Growth of one unit of idle cash, starting at 1.

        The return of the universe's money-market instrument where it has prices, else the
        `money_rate` series known at the session before, accrued over calendar days (actual/365);
        constant 1 where the market has neither.
        """
        name = self.universe.money
        if name is not None and name in self.close.columns:
            growth = indices.alike(self.close[[name]])
        elif "money_rate" in self.series.columns:
            growth = indices.accrued(self.series["money_rate"])
        else:
            growth = pd.Series(1.0, index=self.sessions)
        return growth.rename("money")

    @cached_property
    def broad_index(self) -> pd.Series:
        """The benchmark's close, for triggers that need one.

        Raises
        ------
        UserError
            If the market has no benchmark prices at all.
        """
        if self.benchmark.isna().all():
            raise UserError(
                "market {name} has no prices of its benchmark {benchmark}; import them with "
                "'nqp data import NAME --prices FOLDER --benchmark FILE'",
                name=self.name,
                benchmark=self.universe.benchmark,
            )
        last = self.benchmark.last_valid_index()
        return self.benchmark.ffill().where(self.benchmark.index <= last)

    def per_year(self, first: int = 0) -> float:
        """How many sessions a year there are from session number `first` on, by their dates."""
        return sessions_per_year(self.sessions, self.universe.sessions_per_year, first)

    def need(self, series: str) -> pd.Series:
        """Return a series by name; "rate" is the universe's ten-year yield.

        Raises
        ------
        UserError
            If the market does not have it; the sentence says how to supply it.
        """
        name = (self.universe.rate or series) if series == "rate" else series
        if name not in self.series.columns:
            plain = [column for column in self.series.columns if ":" not in column]
            has = ", ".join(plain) or "no series"
            raise UserError(
                "market {name} has no series {series!r} (it has {has}); import one with 'nqp "
                "data import NAME --prices FOLDER --series FILE', a CSV with a date column and "
                "a column {series!r}, or name another",
                name=self.name,
                series=name,
                has=has,
            )
        return self.series[name]

    def until(self, date: Date) -> Market:
        """Return what was known after the close of `date`: this market cut off there."""
        return self._cut(self.close.index <= timestamp(date), Note("until {date}", date=date))

    def as_of(self, date: Date) -> Market:
        """Return what was known on the evening of `date`: this market, and values as seen then.

        First values count from their release, revisions only from the day they were fetched; in
        `vintages` the last row of a series and period is the value that stood on `date`.
        """
        seen = _known_by(self.vintages, timestamp(date))
        return replace(self.until(date), vintages=seen)

    def between(self, start: Date | None, end: Date | None) -> Market:
        """Return this market's sessions from `start` to `end`, both included."""
        first = self.sessions[0] if start is None else timestamp(start)
        last = self.sessions[-1] if end is None else timestamp(end)
        if first > last:
            raise UserError(
                "start {first:%Y-%m-%d} is after end {last:%Y-%m-%d}; swap them",
                first=first,
                last=last,
            )
        index = self.close.index
        return self._cut(
            (index >= first) & (index <= last),
            Note("between {start} and {end}", start=start, end=end),
        )

    def _cut(self, keep: np.ndarray, asked: Note) -> Market:
        if keep.all():
            return self
        if not keep.any():
            raise UserError(
                "market {name} has no session {asked}; it runs from {start:%Y-%m-%d} to "
                "{end:%Y-%m-%d}",
                name=self.name,
                asked=asked,
                start=self.sessions[0],
                end=self.sessions[-1],
            )
        held = {name: getattr(self, name) for name in (*FRAMES, "compared")}
        kept: dict[str, Any] = {
            name: None if one is None else one.loc[keep] for name, one in held.items()
        }
        return replace(self, vintages=_known_by(self.vintages, self.sessions[keep][-1]), **kept)

    def from_launch(self) -> Market:
        """Return this market with every instrument investable, and known, only from its launch.

        History before an index or fund was launched is back-filled: it was chosen with hindsight.
        Instruments whose launch date is not known stay as they are.
        """
        hidden = {
            name: self.sessions < pd.Timestamp(launched)
            for name in self.close.columns
            if (launched := self.universe.by_id[name].launched) is not None
        }
        before = pd.DataFrame(hidden, index=self.sessions).reindex(
            columns=self.close.columns, fill_value=False
        )
        prices = {name: getattr(self, name) for name in ("close", "open", "turnover")}
        shown: dict[str, Any] = {
            name: None if one is None else one.mask(before) for name, one in prices.items()
        }
        return replace(
            self,
            **shown,
            can_buy=self.can_buy & ~before,
            can_sell=self.can_sell & ~before,
            launched_only=True,
        )

    def as_known(self, values: pd.Series, *, delay_days: int, max_age_days: int = 45) -> pd.Series:
        """Place dated values on the sessions after whose close they could be used.

        Parameters
        ----------
        values : Series
            Values by the day they belong to.
        delay_days : int
            Calendar days between that day and publication; 0 means by the evening of it.
        max_age_days : int
            A value is forgotten (NaN) once it is this many calendar days past its publication.

        Returns
        -------
        Series
            On `sessions`; a value published on a day without a session counts from the next one.
        """
        return as_known(values, self.sessions, delay_days=delay_days, max_age_days=max_age_days)

    def with_series(
        self, name: str, values: pd.Series, *, delay_days: int, max_age_days: int = 45
    ) -> Market:
        """Return this market with one more series, shifted to when it was known, on its record."""
        known = self.as_known(values, delay_days=delay_days, max_age_days=max_age_days)
        record = on_record(self.vintages, name, values, delay_days=delay_days)
        return replace(
            self,
            series=self.series.assign(**{name: known}),
            vintages=_known_by(record, self.sessions[-1]),
        )

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed for `key` on this market before, else compute and keep it."""
        if key not in self._memo:
            self._memo[key] = compute()
        kept: T = self._memo[key]
        return kept


def _known_by(vintages: pd.DataFrame | None, day: pd.Timestamp) -> pd.DataFrame | None:
    return None if vintages is None else vintages[vintages["known"] <= day]


def timestamp(date: Date) -> pd.Timestamp:
    """Return a date as a Timestamp; a `UserError` if it is none."""
    try:
        # pandas alone would take "June" for a day of the year 1
        return pd.Timestamp(datetime.fromisoformat(date) if isinstance(date, str) else date)
    except (ValueError, TypeError) as error:
        raise UserError("{date!r} is not a date; write it as 2024-06-28", date=date) from error
