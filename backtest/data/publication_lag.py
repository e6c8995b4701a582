"""When a fetched value may be used: its release date, or the declared rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

from backtest.market.universe import Universe


@dataclass(frozen=True)
class Delay:
    """A rule of `delays.toml`; see there. Either `months_after` and `day`, or `business_days`."""

    rule: str
    max_age_days: int = 45
    months_after: int | None = None
    day: int = 1
    business_days: int | None = None

    def earliest(self, dates: pd.Series) -> pd.Series:
        """Return the earliest day each value may be used, by the day it is about.

        Examples
        --------
        >>> Delay("", months_after=1, day=15).earliest(pd.Series(pd.to_datetime(["2024-01-31"])))
        0   2024-02-15
        dtype: datetime64[us]
        """
        if self.months_after is None:
            return dates + pd.offsets.BDay(self.business_days or 0)
        start = dates + pd.offsets.MonthEnd(0) - pd.offsets.MonthBegin(1)
        return start + pd.DateOffset(months=self.months_after, days=self.day - 1)


@cache
def delays() -> Mapping[str, Delay]:
    """Return the declared rules, by series or by source.series."""
    text = (files("backtest") / "data" / "publication_lag.toml").read_text(encoding="utf-8")
    return {name: Delay(**entry) for name, entry in tomllib.loads(text).items()}


def delay_of(series: str, source: str = "") -> Delay | None:
    """Return the rule for a series from a source, None where none is declared."""
    return delays().get(f"{source}.{series}") or delays().get(series)


def dated(arrived: pd.DataFrame, series: str, source: str, universe: Universe) -> pd.DataFrame:
    """Add `usable`, the earliest day each value may be used, to what a source sent.

    The day of release where the source says it; else the declared rule. A universe that declares
    the series may put it later, never earlier.
    """
    rule, declared = delay_of(series, source), {spec.id for spec in universe.series}
    days = arrived["date"]
    waits = universe.spec(series).delay_days
    own = days + pd.Timedelta(days=waits)
    by_rule = own if rule is None else rule.earliest(days)
    if rule is not None and series in declared:
        by_rule = by_rule.where(by_rule >= own, own)
    released = arrived["released"]
    return arrived.assign(usable=released.where(released.notna(), by_rule))


def basis(arrived: pd.DataFrame, series: str, source: str, universe: Universe) -> str:
    """Say in words by what a series' days of use are known, for a manifest."""
    rule, stated = delay_of(series, source), int(arrived["released"].notna().sum())
    words = f"{universe.spec(series).delay_days} days after its own (no rule is declared)"
    if rule is not None:
        words = rule.rule
        if series in {spec.id for spec in universe.series}:
            words += f", or {universe.spec(series).delay_days} days after its own if later"
    if stated == len(arrived):
        return "the source's release dates"
    if stated:
        return f"the source's release dates for {stated} of {len(arrived)} values, else {words}"
    return f"rule: {words}"


def max_age_days(series: str, universe: Universe) -> int:
    """Return how many days a value stands: as the universe declares, else as the rule does."""
    if any(spec.id == series for spec in universe.series):
        return universe.spec(series).max_age_days
    rule = delay_of(series)
    return universe.spec(series).max_age_days if rule is None else rule.max_age_days
