"""Event study: what a group of sectors did after dated or detected events.

Abnormal return over a market model against all sectors alike, abnormal turnover against its own
past, tests that do not assume normality. Events of a group closer than the horizon are one; events
of several groups whose windows overlap are one observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.evidence.event_tests import Design, abnormal, bmp, rank_test, residuals
from backtest.evidence.observation import Array, Observation, Placebo, none, sampled
from backtest.evidence.windows import CannotTell, Window
from backtest.market import Market
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim
from backtest.triggers import AbnormalMove
from backtest.triggers.equity import group_moves

Dated = Iterable[tuple[str | pd.Timestamp, str]]


@dataclass(frozen=True, eq=False)
class EventStudy:
    """What followed a set of events.

    Attributes
    ----------
    events : DataFrame
        One row per event: session, group, cumulative abnormal return `car`, standardized `scar`,
        `turnover` (traded value over its usual, a ratio) and the `cluster` it belongs to.
    car : float
        Mean abnormal return over the horizon, clusters counted once.
    figures : mapping
        Statistics and two-sided p-values: `bmp`, `bmp_p`, `rank`, `rank_p`, `turnover`,
        `turnover_p`, `clusters`.
    """

    events: pd.DataFrame
    design: Design
    figures: Mapping[str, float]

    @property
    def car(self) -> float:
        """Mean abnormal return over the horizon, clusters counted once."""
        return float(self.by_cluster.mean()) if len(self.events) else float("nan")

    @property
    def by_cluster(self) -> pd.Series:
        """Mean abnormal return of each cluster, by its first session."""
        grouped = self.events.groupby("cluster")
        return pd.Series(grouped["car"].mean().to_numpy(), grouped["session"].min().to_numpy())


def study(
    market: Market,
    groups: Mapping[str, Basket],
    dated: Dated,
    *,
    design: Design | None = None,
) -> EventStudy:
    """Study what groups of sectors did after events.

    Parameters
    ----------
    groups : mapping of name to Basket
        What an event's name stands for.
    dated : iterable of (date, name)
        An event counts from the first session on or after its date. Events without enough sessions
        before and after them are left out.
    """
    plan = design or Design()
    rows, abnormal_returns, log_turnover = [], [], []
    last: dict[str, int] = {}
    for date, name in sorted((pd.Timestamp(day), name) for day, name in dated):
        at = int(market.sessions.searchsorted(date))
        if name in last and at - last[name] <= plan.horizon:
            continue
        group = _group(market, groups[name])
        car, scar = _car(market, groups[name], plan)
        if at >= len(car) or np.isnan(car[at]) or np.isnan(scar[at]):
            continue
        last[name] = at
        traded = group.log_turnover(at, plan)
        rows.append(
            {
                "session": market.sessions[at],
                "at": at,
                "group": name,
                "car": car[at],
                "scar": scar[at],
                "turnover": float(np.exp(traded[-plan.horizon :].mean()))
                if len(traded)
                else np.nan,
            }
        )
        abnormal_returns.append(residuals(group.returns, group.market, at, plan))
        if len(traded):
            log_turnover.append(traded)
    columns = ["session", "at", "group", "car", "scar", "turnover"]
    table = pd.DataFrame(rows, columns=columns)
    table["cluster"] = _clusters(table["at"].to_numpy(dtype=int), plan.horizon)
    return EventStudy(table, plan, _tests(table, abnormal_returns, log_turnover, plan))


def detected(market: Market, groups: Mapping[str, Basket]) -> list[tuple[pd.Timestamp, str]]:
    """Return the sessions after which a group had moved abnormally on abnormal turnover."""
    found = []
    for name, basket in groups.items():
        try:
            fires = AbnormalMove(basket.sectors).fires(market)
        except UserError:
            continue
        found += [(day, name) for day in market.sessions[fires.to_numpy()]]
    return sorted(found)


def after_events(claim: Claim, market: Market, window: Window) -> Observation:
    """Measure the mean abnormal return of groups after a claim's events, or after detected ones."""
    made = _study(claim, market, window)
    if made.events.empty:
        raise CannotTell(f"no event in {window.label}", f"{window.label} 内没有事件")
    cars = made.by_cluster
    values = cars.to_numpy(dtype=float)
    figures = made.figures
    return Observation(
        unit="return",
        instruments=_instruments(claim, market, set(made.events["group"])),
        statistic=lambda counts: counts @ values / counts.sum(axis=1),
        moves=claim.sign * cars,
        parts={"events": float(len(made.events)), "horizon": float(made.design.horizon)}
        | {key: figures[key] for key in ("turnover", "turnover_p", "bmp_p", "rank_p")},
        independent=True,
        additive=False,
        p_values={"bmp": figures["bmp_p"], "rank": figures["rank_p"]},
    )


def other_dates(
    claim: Claim, market: Market, window: Window, observed: Observation, draws: int, seed: int
) -> Placebo:
    """Ask how often the same pattern of events on other dates is followed by as much.

    All events are shifted together, round the record's end, so that they stay as close to each
    other as they are.
    """
    made = _study(claim, market, window)
    table = made.events
    size = table.groupby("cluster")["car"].transform("size").to_numpy(dtype=float)
    weights = 1.0 / (size * table["cluster"].nunique())
    groups = _named(claim)
    everywhere = {name: _car(market, groups[name], made.design)[0] for name in groups}
    known = np.flatnonzero(np.all([np.isfinite(car) for car in everywhere.values()], axis=0))
    if not len(known):
        return none("other dates")
    first, length = int(known[0]), int(known[-1] - known[0] + 1)
    shifts = np.arange(1, length)
    total = np.zeros(len(shifts))
    for at, name, weight in zip(table["at"], table["group"], weights, strict=True):
        total += weight * everywhere[name][first + (at - first + shifts) % length]
    span = int(table["at"].max() - table["at"].min()) + made.design.horizon
    return sampled("other dates", total, observed.value, claim.sign, overlap=span)


def _study(claim: Claim, market: Market, window: Window) -> EventStudy:
    groups = _named(claim)
    dated: Dated = claim.events or detected(market, groups)
    inside = [
        (pd.Timestamp(day), name)
        for day, name in dated
        if market.sessions[window.base] < pd.Timestamp(day) <= window.end
    ]
    horizon = int(claim.option("horizon", Design().horizon))
    return study(market, groups, inside, design=Design(horizon=horizon))


def _instruments(claim: Claim, market: Market, groups: set[str]) -> tuple[str, ...]:
    """Return what stands for the groups that had events, each once."""
    sectors = [name for group in claim.groups if group.name in groups for name in group.sectors]
    found = [name for sector in sectors for name in market.by_sector.get(sector, ())]
    return tuple(dict.fromkeys(found))


def _named(claim: Claim) -> dict[str, Basket]:
    return {basket.name: basket for basket in claim.groups}


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
        after = self.turnover[at + 1 : at + 1 + design.horizon]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs: Array = np.log(np.r_[usual, after]) - np.log(np.nanmean(usual))
        return np.where(np.isfinite(logs), logs, 0.0)


def _car(market: Market, basket: Basket, design: Design) -> tuple[Array, Array]:
    """Return the abnormal return after every session, plain and standardized."""
    moves = _group(market, basket)
    return market.remember(
        ("abnormal", basket, design), lambda: abnormal(moves.returns, moves.market, design)
    )


def _group(market: Market, basket: Basket) -> _Moves:
    return market.remember(("event group", basket), lambda: _moves(market, basket))


def _moves(market: Market, basket: Basket) -> _Moves:
    names = sorted(name for name in basket.sectors if name in market.by_sector)
    if not names:
        raise CannotTell(
            f"market {market.name} has none of the sectors of {basket.title}",
            f"市场 {market.name} 没有{basket.title_zh or basket.title}的行业",
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


def _clusters(at: Array, horizon: int) -> Array:
    """Return a number for each event, in order of session; overlapping windows share one."""
    number = np.zeros(len(at), dtype=int)
    for event in range(1, len(at)):
        number[event] = number[event - 1] + (at[event] - at[event - 1] > horizon)
    return number


def _tests(
    table: pd.DataFrame, returns: list[Array], turnover: list[Array], design: Design
) -> dict[str, float]:
    scar = table.groupby("cluster")["scar"].mean().to_numpy(dtype=float)
    statistic, p = bmp(scar)
    rank, rank_p = rank_test(np.array(returns), design.horizon)
    _, turnover_p = rank_test(np.array(turnover), design.horizon)
    ratio = float(table["turnover"].mean()) if len(table) else float("nan")
    return {
        "bmp": statistic,
        "bmp_p": p,
        "rank": rank,
        "rank_p": rank_p,
        "turnover": ratio,
        "turnover_p": turnover_p,
        "clusters": float(len(scar)),
    }
