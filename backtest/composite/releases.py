"""What was known of each indicator after each session, and which values were new. Imports pandas.

Series of a market are already as known (`Market.series`), so no delay is added to them here; what
is computed from prices is known at the close. Only which sessions brought a new value is found
out: all of them for a daily indicator, otherwise those on which the known value changed, came back
after a gap, or was published by the market's own record (`Market.vintages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from backtest.composite.framework import Framework
from backtest.composite.indicator import FREQUENCIES, Indicator
from backtest.composite.macro_panel import macro_panel
from backtest.composite.observable import observe
from backtest.errors import UserError
from backtest.market import Market

SLACK_DAYS = 5  # by which a series may have come sooner than its indicator says, unremarked


@dataclass(frozen=True, eq=False)
class Releases:
    """New values by session.

    Attributes
    ----------
    values : DataFrame, session × indicator
        The value on the session that brought it, in the indicator's unit; NaN on the others.
    fresh : DataFrame of bool, session × indicator
        Whether the last value is not older than the indicator's frequency lets it be.
    notes : tuple of str
        Sentences on what is missing, synthetic, or known sooner than it should be.
    """

    values: pd.DataFrame
    fresh: pd.DataFrame
    notes: tuple[str, ...]

    @cached_property
    def count(self) -> pd.DataFrame:
        """How many values had come by each session."""
        return self.values.notna().cumsum()


def published(market: Market, framework: Framework, values: Mapping[str, pd.Series]) -> Market:
    """Return the market with series by period, placed by the delays of a framework's indicators.

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
                f"framework {framework.name} has no indicator of series {name!r}; "
                f"leave it out or add the indicator"
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
    """Find what each of a framework's indicators had published by each session of a market."""
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
    notes += _too_soon(market, [one for name, one in wanted.items() if name not in lacking])
    values, fresh = {}, {}
    missing: dict[bool, list[str]] = {True: [], False: []}  # computed from the market, or not
    for one in framework.concrete:
        try:
            known = (
                observe(market, one.series, framework.sectors_of(one))
                if one.observable
                else market.need(one.series)
            )
        except UserError:
            known = pd.Series(np.nan, index=market.sessions)
        if known.isna().all():
            missing[one.observable].append(one.name)
        values[one.name], fresh[one.name] = _released(market, one, known.to_numpy(dtype=float))
    if missing[True]:
        notes.append(
            f"market {market.name} has too little to compute {', '.join(missing[True])} from"
        )
    if missing[False]:
        notes.append(
            f"market {market.name} has no values of {', '.join(missing[False])}; import them with "
            f"'nqp data import NAME FOLDER --series FILE'"
        )
    return Releases(
        values=pd.DataFrame(values, index=market.sessions),
        fresh=pd.DataFrame(fresh, index=market.sessions),
        notes=tuple(notes),
    )


def _released(market: Market, one: Indicator, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values on the sessions that brought them, and whether the last one is fresh."""
    here = np.isfinite(known)
    new = here.copy()
    if one.frequency != "daily":
        before = np.concatenate([[np.nan], known[:-1]])
        new &= ~(known == before)
        new[_recorded(market, one.series)] = True
        new &= here
    row = np.arange(len(known))
    last = np.maximum.accumulate(np.where(new, row, -1))
    days = market.sessions.to_numpy().astype("datetime64[D]").astype(np.int64)
    age = days - days[np.maximum(last, 0)]
    fresh = (last >= 0) & (age <= FREQUENCIES[one.frequency].max_age_days)
    return np.where(new, known, np.nan), fresh


def _recorded(market: Market, series: str) -> np.ndarray:
    """Return the sessions on which the record says a value of the latest period came out."""
    record = market.vintages
    if record is None:
        return np.empty(0, dtype=np.int64)
    own = record[record["series"] == series].sort_values(["known", "date"], kind="stable")
    latest = own[own["date"] >= own["date"].cummax()].drop_duplicates("date")
    session = np.asarray(market.sessions.searchsorted(pd.DatetimeIndex(latest["known"])))
    within: np.ndarray = session[session < len(market.sessions)]
    return within


def _too_soon(market: Market, indicators: list[Indicator]) -> list[str]:
    """Say which of a market's series were placed sooner than their indicators are published."""
    sentences = []
    for one in indicators:
        waited = float(market.universe.spec(one.series).delay_days)
        if market.vintages is not None:
            own = market.vintages[market.vintages["series"] == one.series]
            if len(own):
                waited = float((own["known"] - own["date"]).dt.days.median())
        if waited + SLACK_DAYS < one.delay_days:
            sentences.append(
                f"series {one.series!r} is used {waited:.0f} days after its date, but it comes "
                f"out after {one.delay_days}, which is looking ahead if the dates are those "
                f"of periods; date the file by publication, or state delay_days in the universe"
            )
    return sentences
