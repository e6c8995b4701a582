"""When a published value may be used: its release date, or the declared rule."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from backtest.composite.framework import load_framework
from backtest.composite.indicator import FREQUENCIES
from backtest.data.finding import Finding
from backtest.data.raw import with_knowledge
from backtest.market.frequency import frequency_of, is_slower
from backtest.market.universe import Universe
from backtest.market.valuation import is_valuation
from backtest.validation import shipped_toml

FRED = re.compile(r"[A-Z]{4,}")
EARLY_DAYS = 10  # by which a statistic may come before its rule's latest day
_AROUND = re.compile(r"^(中国|china)|(当月同比|当月值|当月|同比增速|同比|年率|月率|月度|报告)+$")


@dataclass(frozen=True)
class Delay:
    """A rule of `publication_lag.toml`; see there.

    Either `months_after` and `day`, or `business_days`, or calendar `days`. `aliases` are other
    names of the series.
    """

    rule: str
    max_age_days: int = 45
    months_after: int | None = None
    day: int = 1
    business_days: int | None = None
    days: int | None = None
    aliases: tuple[str, ...] = ()

    def earliest(self, dates: pd.Series) -> pd.Series:
        """Return the earliest day each value may be used, by the day it is about.

        Examples
        --------
        >>> Delay("", months_after=1, day=15).earliest(pd.Series(pd.to_datetime(["2024-01-31"])))
        0   2024-02-15
        dtype: datetime64[us]
        """
        if self.days is not None:
            return dates + pd.Timedelta(days=self.days)
        if self.months_after is None:
            return dates + pd.offsets.BDay(self.business_days or 0)
        start = dates + pd.offsets.MonthEnd(0) - pd.offsets.MonthBegin(1)
        return start + pd.DateOffset(months=self.months_after, days=self.day - 1)


@cache
def delays() -> Mapping[str, Delay]:
    """Return the declared rules, by series, by another name of it, or by source.series.

    What the built-in composite index says of its indicators stands where no rule is declared.
    """
    read = {
        name: Delay(**entry | {"aliases": tuple(entry.get("aliases", ()))})
        for name, entry in shipped_toml("backtest.data", "publication_lag.toml").items()
    }
    rules = {
        one.series: Delay(
            f"{one.delay_days} days after its own",
            max_age_days=FREQUENCIES[one.frequency].max_age_days,
            days=one.delay_days,
        )
        for one in load_framework("china").concrete
        if not one.observable and one.series != "rate"
    }
    for name, rule in read.items():
        rules |= {_bare(alias): rule for alias in (*rule.aliases, name)}
    return rules | read


def delay_of(series: str, source: str = "") -> Delay | None:
    """Return the rule for a series from a source, None where none is declared.

    Examples
    --------
    >>> delay_of("制造业PMI") is delay_of("pmi"), delay_of("anything")
    (True, None)
    """
    if is_valuation(series):
        return delays()["valuation"]
    return delays().get(f"{source}.{series}") or delays().get(series) or delays().get(_bare(series))


def declared_name(series: str, universe: Universe) -> str:
    """Return the series of the universe that a name is an alias of, else the name itself.

    What FRED calls by capitals is the series of that meaning, declared or not.

    Examples
    --------
    >>> from backtest.market.universe import load_universe
    >>> shenwan = load_universe("shenwan")
    >>> [declared_name(name, shenwan) for name in ("中债国债到期收益率:10年(%)", "HOUST", "CPI")]
    ['cn10y', 'us_housing_starts', 'CPI']
    """
    rule = delay_of(series)
    meant = [spec.id for spec in universe.series if rule and delay_of(spec.id) is rule]
    if not meant and rule and series in rule.aliases and FRED.fullmatch(series):
        meant = [name for name, one in delays().items() if one is rule]
    return meant[-1] if meant else series


def _bare(name: str) -> str:
    """Return a series' name without its country, unit and kind of growth."""
    plain = re.sub(r"[(（\[【].*?[)）\]】]|[\s:：_·-]", "", name.lower())
    return _AROUND.sub("", plain)


def known_by(
    rows: pd.DataFrame, series: str, universe: Universe, delay: int | None, *, file: str = ""
) -> tuple[pd.DataFrame, list[Finding]]:
    """Add when each value of an imported series was published, where it can be told.

    Parameters
    ----------
    rows : DataFrame
        One series' rows, by the last day of the period; days of release where the file has them.
    delay : int or None
        Days after the period, where the user states them.
    file : str
        The name of its file, which may say what the series is where its own name does not.

    Returns
    -------
    rows, findings
        With `released` and `usable` unless the universe's delay alone counts; and an error where
        a monthly or slower series has neither days of release, nor a rule, nor a declaration.
    """
    if "usable" in rows.columns and rows["usable"].notna().any():
        return rows, []
    if delay is not None:
        known = rows["date"] + pd.Timedelta(days=delay)
        return with_knowledge(rows.assign(usable=known)), []
    is_released = "released" in rows.columns
    rule, declared = delay_of(series), series in {spec.id for spec in universe.series}
    if rule is None and not declared:
        rule = delay_of(file)
    found = frequency_of(pd.DatetimeIndex(rows["date"][rows["value"].notna()]))
    slow = is_slower(found, "weekly")
    if is_released and rows["released"][rows["value"].notna()].notna().all():
        return with_knowledge(rows.assign(usable=rows["released"])), []
    if rule is None and slow and not declared:
        return rows, [Finding("no_release_rule", series, details={"found": found})]
    if is_released or (rule is not None and (slow or not declared)):
        placed = dated(with_knowledge(rows), series, "", universe, rule)
        return placed, _ahead(placed, series) if slow else []
    return rows, []


def _ahead(rows: pd.DataFrame, series: str) -> list[Finding]:
    """Say if the last value is of a period that cannot have been published by now."""
    last = rows[rows["value"].notna()].nlargest(1, "date")
    published = last["usable"].max()
    if not published > pd.Timestamp.now() + pd.Timedelta(days=EARLY_DAYS):
        return []
    details = {"about": f"{last['date'].max():%Y-%m}"}
    return [Finding("not_yet_published", series, published.date(), details=details)]


def dated(
    arrived: pd.DataFrame, series: str, source: str, universe: Universe, rule: Delay | None = None
) -> pd.DataFrame:
    """Add `usable`, the earliest day each value may be used, to what a source sent.

    The day of release where the source says it; else the declared rule. A universe that declares
    the series may put it later, never earlier. `rule` takes the place of the declared one.
    """
    rule = rule or delay_of(series, source)
    declared = {spec.id for spec in universe.series}
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


def max_age_days(series: str, universe: Universe, frequency: str = "") -> int:
    """Return how many days a value stands: as the universe declares, else as the rule does.

    Where neither says, a value stands as long as those of its frequency do.
    """
    if any(spec.id == series for spec in universe.series):
        return universe.spec(series).max_age_days
    rule = delay_of(series)
    if rule is not None:
        return rule.max_age_days
    usual = universe.spec(series).max_age_days
    return max(usual, FREQUENCIES[frequency].max_age_days if frequency in FREQUENCIES else 0)
