"""What was known of each indicator after each session, and which values were new.

A market's own record (`Market.vintages`) says when each value came out, so one that repeats the
last is new and one carried over a session is not; values from before the first session are history.
A file gives no days of release: a series the universe does not declare is then placed a day after
its date, which is held back here to the indicator's `delay_days`. Days of release, a rule of the
source and what the universe declares stand as they are, so that nothing waits twice.

Where there is no record a series is taken as known when it stands in the market: a value is new
where it changed or came back after a gap, and for a daily indicator on every session that has one,
since a price that stood still cannot be told from one that was carried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from backtest.composite.framework import Framework
from backtest.composite.indicator import FREQUENCIES, Indicator
from backtest.composite.macro_panel import macro_panel
from backtest.composite.observable import OF_THE_RATE, observe
from backtest.errors import UserError
from backtest.market import Market

SLACK_DAYS = 5  # by which a series may have come sooner than its indicator says, unremarked


@dataclass(frozen=True, eq=False)
class Releases:
    """New values by session.

    Attributes
    ----------
    values : DataFrame, day × indicator
        The value on the session that brought it, in the indicator's unit; NaN on the others. Days
        before the first session hold what the market's record has from then.
    fresh : DataFrame of bool, session × indicator
        Whether the last value is not older than the indicator's frequency lets it be.
    notes : tuple of str
        Sentences on what is missing, synthetic, held back, or known sooner than it should be.
    """

    values: pd.DataFrame
    fresh: pd.DataFrame
    notes: tuple[str, ...]

    @cached_property
    def count(self) -> pd.DataFrame:
        """How many values had come by each day."""
        return self.values.notna().cumsum()


def published(market: Market, framework: Framework, values: Mapping[str, pd.Series]) -> Market:
    """Return the market with series by period, placed by the delays of a framework's indicators.

    Each value is on the market's record from its publication on, and replaces what the record had
    of the series.

    Parameters
    ----------
    values : mapping
        Series by name, each by the last day of the period a value is about.

    Raises
    ------
    UserError
        If a name is the series of none of the framework's indicators.
    """
    delays = {one.series: one for one in reversed(framework.concrete)}
    for name, series in values.items():
        if name not in delays:
            raise UserError(
                "framework {framework} has no indicator of series {name!r}; leave it out or add "
                "the indicator",
                framework=framework.name,
                name=name,
            )
        one = delays[name]
        market = market.with_series(
            name,
            series,
            delay_days=one.delay_days,
            max_age_days=FREQUENCIES[one.frequency].max_age_days,
        )
    return market


def releases(market: Market, framework: Framework) -> Releases:
    """Find what each of a framework's indicators had published by each session of a market.

    Computed once for each market and set of indicators, however they are scored and weighted.
    """
    return market.remember(_key(framework), lambda: _releases(market, framework))


def share_releases(framework: Framework, market: Market, copy: Market) -> None:
    """Let a copy of a market know what had been published in it, without computing it again."""
    copy.remember(_key(framework), lambda: releases(market, framework))


def _key(framework: Framework) -> tuple[Any, ...]:
    return ("releases", framework.name, framework.concrete, framework.tracks)


def _releases(market: Market, framework: Framework) -> Releases:
    notes: list[str] = []
    wanted = {one.series: one for one in framework.concrete if not one.observable}
    lacking = [name for name in wanted if name != "rate" and name not in market.series.columns]
    if market.synthetic and lacking:
        made = macro_panel([wanted[name] for name in lacking], market.sessions[-1])
        market = published(market, framework, made)
        notes.append(
            f"synthetic values stand for {len(lacking)} statistics that the synthetic market "
            f"{market.name} does not have"
        )
    notes += _placed_otherwise(market, [one for n, one in wanted.items() if n not in lacking])
    values, fresh = {}, {}
    missing: dict[bool, list[str]] = {True: [], False: []}  # computed from the market, or not
    for one in framework.concrete:
        new = _new_values(market, framework, one)
        if new.empty:
            missing[one.observable].append(one.name)
        values[one.name] = new
        fresh[one.name] = _fresh(new, market.sessions, FREQUENCIES[one.frequency].max_age_days)
    if missing[True]:
        notes.append(
            f"market {market.name} has too little to compute {', '.join(missing[True])} from"
        )
    if missing[False]:
        notes.append(
            f"market {market.name} has no values of {', '.join(missing[False])}; import them with "
            f"'nqp data import NAME --prices FOLDER --series FILE'"
        )
    came = pd.DataFrame(values)
    return Releases(
        values=came.reindex(market.sessions.union(pd.DatetimeIndex(came.index))),
        fresh=pd.DataFrame(fresh, index=market.sessions),
        notes=tuple(notes),
    )


def _new_values(market: Market, framework: Framework, one: Indicator) -> pd.Series:
    """Return an indicator's values by the session, or the day before all sessions, they came."""
    rests_on = "rate" if one.series in OF_THE_RATE else one.series
    record = _record(market, rests_on)
    if not one.observable and len(record):
        return _on_sessions(_published_on(record, _waits(market, one, record)), market.sessions)
    try:
        known = (
            observe(market, one.series, framework.sectors_of(one))
            if one.observable
            else market.need(one.series)
        )
    except UserError:
        known = pd.Series(np.nan, index=market.sessions)
    new = known.notna()
    if len(record):
        came = _on_sessions(_published_on(record, record["known"]), market.sessions)
        new &= known.index.isin(came.index)
    elif one.frequency != "daily":
        new &= known != known.shift()
    return known[new].astype(float)


def _record(market: Market, series: str) -> pd.DataFrame:
    """Return what the market's record has of a series; no rows where it has nothing."""
    if market.vintages is None:
        return pd.DataFrame(columns=["date", "value", "known"])
    own = market.vintages[market.vintages["series"] == _identifier(market, series)]
    return own[own["value"].notna()]


def _identifier(market: Market, series: str) -> str:
    return (market.universe.rate or series) if series == "rate" else series


def _waits(market: Market, one: Indicator, record: pd.DataFrame) -> pd.Series:
    """Return the day from which each value of a record counts for an indicator."""
    held = record["date"] + pd.Timedelta(days=one.delay_days)
    return record["known"].where(~_unstated(market, one, record) | (record["known"] >= held), held)


def _unstated(market: Market, one: Indicator, record: pd.DataFrame) -> pd.Series:
    """Say which values were placed by no more than the day every undeclared series waits."""
    series = _identifier(market, one.series)
    if any(spec.id == series for spec in market.universe.series):
        return pd.Series(False, index=record.index)
    usual = pd.Timedelta(days=market.universe.spec(series).delay_days)
    return record["known"] - record["date"] <= usual


def _published_on(record: pd.DataFrame, known: pd.Series) -> pd.Series:
    """Return, by day known, each period's first value and what later revised the latest one."""
    rows = record.assign(known=known).sort_values(["known", "date"], kind="stable")
    rows = rows[rows["date"] >= rows["date"].cummax()]
    again = (rows["date"] == rows["date"].shift()) & (rows["value"] == rows["value"].shift())
    rows = rows[~again].drop_duplicates("known", keep="last")
    return pd.Series(rows["value"].to_numpy(dtype=float), pd.DatetimeIndex(rows["known"]))


def _on_sessions(published: pd.Series, sessions: pd.DatetimeIndex) -> pd.Series:
    """Return values by the session that brought them; what came before all sessions by its day."""
    days = pd.DatetimeIndex(published.index).as_unit(sessions.unit)
    at = sessions.searchsorted(days)
    reached = at < len(sessions)
    days, at = days[reached], at[reached]
    placed = pd.Series(published.to_numpy()[reached], days.where(days < sessions[0], sessions[at]))
    return placed[~placed.index.duplicated(keep="last")]


def _fresh(new: pd.Series, sessions: pd.DatetimeIndex, stands_days: int) -> np.ndarray:
    """Say on which sessions the last value is not older than it may be."""
    if new.empty:
        return np.zeros(len(sessions), dtype=bool)
    came = pd.DatetimeIndex(new.index)
    last = came.searchsorted(sessions, side="right") - 1
    age = sessions - came[np.maximum(last, 0)]
    return (last >= 0) & np.asarray(age <= pd.Timedelta(days=stands_days))


def _placed_otherwise(market: Market, indicators: list[Indicator]) -> list[str]:
    """Say which of a market's series were placed sooner than their indicators are published."""
    sentences = []
    for one in indicators:
        record = _record(market, one.series)
        if record.empty:
            if one.delay_days > SLACK_DAYS:
                sentences.append(
                    f"market {market.name} has no record of when {one.series!r} came out, so it is "
                    f"taken as known when it stands there; that it comes out {one.delay_days} days "
                    f"after its period is left to whoever placed it"
                )
            continue
        if (_waits(market, one, record) > record["known"]).any():
            sentences.append(
                f"series {one.series!r} came without days of release, so its values are held back "
                f"to {one.delay_days} days after their dates, taken as the last days of periods; "
                f"where they are days of publication, state delay_days in the universe"
            )
            continue
        waited = float((record["known"] - record["date"]).dt.days.median())
        if waited + SLACK_DAYS < one.delay_days:
            sentences.append(
                f"series {one.series!r} is used {waited:.0f} days after its date, as its record or "
                f"the universe says, but the framework has it out after {one.delay_days}; mend "
                f"the one that is wrong"
            )
    return sentences
