"""Event study: what groups of sectors did after dated or detected events.

Abnormal return over a market model against the equal-weight market, abnormal turnover against its
own past. Events on one session are one. Overlapping windows all count, for as much as they add.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.evidence.chance import Placebo, among, none
from backtest.evidence.event_tests import bmp, clustered, correlation, rank_test
from backtest.evidence.intervals import Interval, around, spread
from backtest.evidence.market_model import Design, abnormal, residuals
from backtest.evidence.observation import Array
from backtest.evidence.windows import CannotTell
from backtest.market import Market
from backtest.notes import Note, Titled
from backtest.strategy.basket import Basket
from backtest.triggers import AbnormalMove
from backtest.triggers.equity import group_moves

Dated = Iterable[tuple[str | pd.Timestamp, str]]
QUIET = 20  # sessions without a detection before the next is a new event


@dataclass(frozen=True, eq=False)
class EventStudy:
    """What followed a set of events.

    Attributes
    ----------
    events : DataFrame
        One row per session and group: the first `session` of the event window, `at` (the position
        of the one before), `group`, cumulative abnormal return `car`, standardized `scar`, and
        `turnover` (traded value over its usual, a ratio).
    interval : Interval or None
        Cluster-robust; None where the events are too few to differ, `reason` says so.
    placebo : Placebo
        How often the same events on every other date, as far apart, are followed by as much.
    figures : mapping
        Statistics and two-sided p-values: `bmp`, `bmp_p`, `rank`, `rank_p`, `turnover`,
        `turnover_p`; `sessions`, how many differ, and `separate`, what they are worth. No ranks
        where the design leaves the usual return out.
    omitted : int
        Events without enough sessions before and after them.
    """

    events: pd.DataFrame
    design: Design
    interval: Interval | None
    placebo: Placebo
    figures: Mapping[str, float]
    omitted: int = 0
    reason: str = ""

    @property
    def car(self) -> float:
        """Mean abnormal return over the horizon, events of one session counted once."""
        return float(self.by_session.mean()) if len(self.events) else math.nan

    @property
    def p(self) -> float:
        """Two-sided p against other dates."""
        return min(1.0, 2.0 * min(self.placebo.p, self.placebo.p_opposite))

    @property
    def by_session(self) -> pd.Series:
        """Mean abnormal return over the groups of each session."""
        return self.events.groupby("session")["car"].mean()

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it; windows in sessions from the first on."""
        bounds, design = self.interval, self.design
        return {
            "car": self.car,
            "estimation_window": [-design.reach - 1, -design.gap - 2],
            "event_window": [0, design.horizon - 1],
            "horizon": design.horizon,
            "count": len(self.events),
            "interval": None if bounds is None else [bounds.low, bounds.high],
            "no_interval": self.reason,
            "p": self.p,
            "omitted": self.omitted,
            "figures": dict(self.figures),
            "events": self.events.drop(columns="at").to_dict("records"),
        }


def study(
    market: Market,
    groups: Mapping[str, Basket],
    dated: Dated,
    *,
    design: Design | None = None,
    sign: int = 1,
) -> EventStudy:
    """Study what groups of sectors did after events.

    Parameters
    ----------
    groups : mapping of name to Basket
        What an event's name stands for.
    dated : iterable of (date, name)
        The event window starts with the first session on or after the date: what became known after
        a close is dated a day later. Events without enough sessions before and after are left out.
    sign : int
        1 where the placebo asks for as high a return, −1 for as low a one.
    """
    plan = design or Design()
    rows, returns, traded, omitted = [], [], [], 0
    for date, name in sorted({(pd.Timestamp(day), name) for day, name in dated}):
        at = int(market.sessions.searchsorted(date)) - 1
        group = _group(market, groups[name])
        car, scar = _car(market, groups[name], plan)
        if not 0 <= at < len(car) or np.isnan(car[at]) or np.isnan(scar[at]):
            omitted += 1
            continue
        logs = group.log_turnover(at, plan)
        rows.append(
            {
                "session": market.sessions[at + 1],
                "at": at,
                "group": name,
                "car": car[at],
                "scar": scar[at],
                "turnover": float(np.exp(logs[-plan.horizon :].mean())) if len(logs) else np.nan,
            }
        )
        returns.append(residuals(group.returns, group.market, at, plan))
        traded.append(logs)
    columns = ["session", "at", "group", "car", "scar", "turnover"]
    table = pd.DataFrame(rows, columns=columns).drop_duplicates(["at", "group"])
    kept = table.index.to_numpy(dtype=int)
    table = table.reset_index(drop=True)
    abnormal_returns = np.array(returns)[kept] if rows else np.empty((0, 1))
    together = correlation(table["at"].drop_duplicates().to_numpy(dtype=int), plan)
    bounds, reason = _bounds(table, together)
    return EventStudy(
        events=table,
        design=plan,
        interval=bounds,
        placebo=_other_dates(market, groups, table, plan, sign),
        figures=_tests(table, abnormal_returns, [traded[row] for row in kept], plan, together),
        omitted=omitted,
        reason=reason,
    )


def detected(market: Market, groups: Mapping[str, Basket]) -> list[tuple[pd.Timestamp, str]]:
    """Return the first session after a group had moved abnormally on abnormal turnover.

    Further such sessions belong to the same event until twenty have passed without one.
    """
    found = []
    for name, basket in groups.items():
        try:
            fires = AbnormalMove(basket.sectors).fires(market)
        except UserError:
            continue
        at = np.flatnonzero(fires.to_numpy())
        new = at[np.diff(at, prepend=-QUIET - 1) > QUIET]
        found += [(market.sessions[k + 1], name) for k in new if k + 1 < len(market.sessions)]
    return sorted(found)


def _other_dates(
    market: Market, groups: Mapping[str, Basket], table: pd.DataFrame, design: Design, sign: int
) -> Placebo:
    """Ask how often the same pattern of events on other dates is followed by as much.

    All events are shifted together, round the record's end, to every date at which all groups have
    an abnormal return, so that they stay as far apart, and as dependent, as they are.
    """
    if table.empty:
        return none("other dates")
    weights = 1.0 / (
        table.groupby("at")["car"].transform("size").to_numpy(dtype=float) * table["at"].nunique()
    )
    everywhere = {name: _car(market, groups[name], design)[0] for name in table["group"].unique()}
    known = np.flatnonzero(np.all([np.isfinite(car) for car in everywhere.values()], axis=0))
    if not len(known):
        return none("other dates")
    first, length = int(known[0]), int(known[-1] - known[0] + 1)
    shifts = np.arange(design.horizon + 1, length - design.horizon)
    total = np.zeros(len(shifts))
    for at, name, weight in zip(table["at"], table["group"], weights, strict=True):
        total += weight * everywhere[name][first + (at - first + shifts) % length]
    value = float(weights @ table["car"].to_numpy(dtype=float))
    total = total[np.isfinite(total)]
    try:
        # Shifted means depend on each other over little more than the horizon: their two windows.
        usual = spread(total, round(1.5 * design.horizon), "the events' window")
    except CannotTell:
        return none("other dates")
    return among("other dates", value, sign, usual)


@dataclass(frozen=True, eq=False)
class _Moves:
    """A group's returns, the market's, and what was traded, by session."""

    returns: Array
    market: Array
    turnover: Array | None

    def log_turnover(self, at: int, design: Design) -> Array:
        """Return log traded value over its mean of the estimation window; empty if unknown."""
        if self.turnover is None:
            return np.empty(0)
        usual = self.turnover[at - design.reach : at - design.gap]
        if np.isnan(usual).all():
            return np.empty(0)
        after = self.turnover[at + 1 : at + 1 + design.horizon]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs: Array = np.log(np.r_[usual, after]) - np.log(np.nanmean(usual))
        return np.where(np.isfinite(logs), logs, 0.0)


def _car(market: Market, basket: Basket, design: Design) -> tuple[Array, Array]:
    """Return the abnormal return after every session, plain and standardized."""
    key, moves = ("abnormal", basket, design), _group(market, basket)
    return market.remember(key, lambda: abnormal(moves.returns, moves.market, design))


def _group(market: Market, basket: Basket) -> _Moves:
    return market.remember(("event group", basket), lambda: _moves(market, basket))


def _moves(market: Market, basket: Basket) -> _Moves:
    names = list(market.sectors_of(basket.sectors))
    if not names:
        title = Titled(basket.title, basket.title_zh)
        raise CannotTell(
            "market {market} has none of the sectors of {basket}", market=market.name, basket=title
        )
    everything = market.equal_weight.pct_change(fill_method=None)
    alike: Array = everything.to_numpy().astype(float)
    try:
        excess, traded = group_moves(market, names)
    except UserError:
        returns = market.sector_close[names].pct_change(fill_method=None).mean(axis=1)
        return _Moves(returns.to_numpy().astype(float), alike, None)
    own: Array = (excess + everything).to_numpy().astype(float)
    return _Moves(own, alike, traded.to_numpy().astype(float))


def _bounds(table: pd.DataFrame, together: Array) -> tuple[Interval | None, str]:
    """Return the cluster-robust interval of the mean, or why there is none."""
    values = table.groupby("at")["car"].mean().to_numpy(dtype=float)
    if len(values) < 2:
        return None, Note("one event does not show how much events differ")
    error, freedom = clustered(values, together)
    if not (freedom >= 1.0 - 1e-9 and error > 0):
        return None, Note("the events' windows coincide")
    return around(float(values.mean()), error, freedom, "events"), ""


def _tests(
    table: pd.DataFrame, returns: Array, turnover: list[Array], design: Design, together: Array
) -> dict[str, float]:
    """Return the figures of a study; several groups on one session count as their mean."""
    at = table["at"].to_numpy(dtype=int)
    scar = table.groupby("at")["scar"].mean().to_numpy(dtype=float)
    statistic, p = bmp(scar, together)
    rank = rank_p = turnover_p = math.nan
    if design.level:
        rank, rank_p = rank_test(_by_session(returns, at), design.horizon, together)
    if turnover and all(map(len, turnover)):
        _, turnover_p = rank_test(_by_session(np.array(turnover), at), design.horizon, together)
    total = float(together.sum())
    return {
        "bmp": statistic,
        "bmp_p": p,
        "rank": rank,
        "rank_p": rank_p,
        "turnover": float(table["turnover"].mean()) if len(table) else math.nan,
        "turnover_p": turnover_p,
        "sessions": float(len(scar)),
        "separate": min(float(len(scar)), len(scar) ** 2 / total) if total > 0 else 0.0,
    }


def _by_session(values: Array, at: Array) -> Array:
    """Return the mean of rows that share a session, in order of session."""
    return pd.DataFrame(values).groupby(at).mean().to_numpy(dtype=float)
