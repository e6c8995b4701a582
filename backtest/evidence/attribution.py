"""Where a backtest's profit came from: Brinson & Fachler (1985), linked by Carino (1999).

Groups of sectors are held against the equal-weight market, or against the benchmark, whose own
sectors are not known, so that there is only one effect per group. Rows for cash and for costs make
the effects add up to the difference in return exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.evidence.timing import carino, weights_before
from backtest.market import Market
from backtest.market.market import EQUAL_WEIGHT
from backtest.notes import Titled
from backtest.strategy.basket import Basket

CASH, COSTS, BONDS, REST = "cash", "costs", "bonds", "other sectors"
NOTHING = 1e-11  # a weight below this is rounding
NEGLIGIBLE = 1e-10  # an effect below this is rounding


@dataclass(frozen=True, eq=False)
class Attribution:
    """A return less a benchmark's, by where it came from.

    Attributes
    ----------
    against : str
        What it is held against.
    table : DataFrame
        One row per group: mean weights of both sides, and the linked `allocation` (how much of a
        group was held), `selection` (what of it) and `total` effects, fractions that sum to the
        difference. Without `allocation` and `selection` where the other side's groups are unknown.
    portfolio, benchmark : float
        The two returns.
    """

    against: str
    table: pd.DataFrame
    portfolio: float
    benchmark: float
    window: tuple[pd.Timestamp, pd.Timestamp]

    @property
    def active(self) -> float:
        """The difference in return."""
        return self.portfolio - self.benchmark

    @property
    def residual(self) -> float:
        """What the effects leave unexplained: nothing but rounding."""
        return float(self.active - self.table["total"].sum())

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {
            "against": self.against,
            "window": list(self.window),
            "portfolio": self.portfolio,
            "benchmark": self.benchmark,
            "active": self.active,
            "residual": self.residual,
            "groups": self.table.to_dict("index"),
        }


def partition(baskets: Iterable[Basket], market: Market) -> dict[str, tuple[str, ...]]:
    """Give every sector of a market to the first basket that names it; the rest go together.

    Examples
    --------
    >>> from backtest import load_market
    >>> groups = partition([Basket.of("a", ["auto", "steel"]), Basket.of("b", ["auto", "banks"])],
    ...                    load_market("sample"))
    >>> groups["a"], groups["b"], len(groups["other sectors"])
    (('auto', 'steel'), ('banks',), 28)
    """
    left = dict.fromkeys(market.by_sector)
    groups: dict[str, tuple[str, ...]] = {}
    for basket in baskets:
        mine = tuple(one for one in market.sectors_of(basket.sectors) if one in left)
        if mine:
            groups[Titled(basket.title, basket.title_zh)] = mine
            for sector in mine:
                del left[sector]
    return groups | ({REST: tuple(left)} if left else {})


def attributions(
    result: BacktestResult, groups: Mapping[str, tuple[str, ...]]
) -> list[Attribution]:
    """Attribute a backtest's return to groups, cash and costs, against each of its benchmarks.

    The first is over the equal-weight market's; of the others the groups are not known.

    Parameters
    ----------
    groups : mapping of name to sectors
        Each sector in one of them; see `partition`.

    Notes
    -----
    Weights are those of the close before, or, where orders filled at the open, those that were held
    through the session. What a position earned is its profit before costs over equity. What
    the other side does not hold on a day counts as a group that earned nothing there.
    """
    sides = contributed(result, groups)
    others = [name for name in result.benchmarks if name != EQUAL_WEIGHT]
    return [_attributed(result, groups, *sides, name) for name in (None, *others)]


def _attributed(
    result: BacktestResult,
    groups: Mapping[str, tuple[str, ...]],
    weights: pd.DataFrame,
    contributions: pd.DataFrame,
    benchmark: str | None,
) -> Attribution:
    """Attribute the return over that of a benchmark; of the equal-weight market if None."""
    if benchmark is None:
        against = EQUAL_WEIGHT
        other_weights, other = equal_weighted(result.market, groups, result.equity.index)
    else:
        against = benchmark
        other = result.benchmarks[benchmark].to_frame(benchmark)
        other_weights = pd.DataFrame(1.0, index=other.index, columns=other.columns)
    known = other.notna().all(axis=1).to_numpy()
    days = result.equity.index[known]
    names = [*weights.columns, *other.columns.difference(weights.columns)]
    ours, theirs, weight, their_weight = (
        side[known].reindex(columns=names, fill_value=0.0).to_numpy()
        for side in (contributions, other, weights, other_weights)
    )
    means = {"weight": weight.mean(axis=0), "benchmark_weight": their_weight.mean(axis=0)}
    weight, their_weight = (
        np.where(np.abs(side) > NOTHING, side, 0.0) for side in (weight, their_weight)
    )
    earned, whole, active = ours.sum(axis=1), theirs.sum(axis=1), weight - their_weight
    returns = np.divide(theirs, their_weight, out=np.zeros_like(theirs), where=their_weight != 0.0)
    k = carino(earned, whole)
    allocation = k @ (active * (returns - whole[:, None]))
    total = k @ (ours - theirs - active * whole[:, None])
    effects = {"allocation": allocation, "selection": total - allocation, "total": total}
    titles = {name: name for name in groups}  # frames of numbers keep the English only
    called = pd.Index([titles.get(name, name) for name in names], dtype=object)
    table = pd.DataFrame(means | effects, index=called)
    table = table.mask(table.abs() < NEGLIGIBLE, 0.0)
    if benchmark is not None:
        table = table.drop(columns=["allocation", "selection", "benchmark_weight"])
        table = table.drop(index=benchmark)
    return Attribution(
        against=against,
        table=table.rename_axis("group"),
        portfolio=float(np.prod(1.0 + earned) - 1.0),
        benchmark=float(np.prod(1.0 + whole) - 1.0),
        window=(days[0], days[-1]),
    )


def contributed(
    result: BacktestResult, groups: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return weights and contributions to return by session: groups, bonds, cash and costs.

    Weights of a row sum to 1, contributions to the backtest's return of that session.
    """
    before = result.equity / (1.0 + result.returns)
    orders = result.orders
    costs = (
        orders.groupby(["filled", "instrument"])["cost"]
        .sum()
        .unstack(fill_value=0)
        .reindex(index=result.equity.index, columns=result.weights.columns, fill_value=0.0)
    )
    earned = (result.profit + costs).div(before, axis=0).to_numpy()
    opened = result.manifest["fill"] == "open"
    traded = opened & result.equity.index.isin(orders["filled"])
    held = np.where(traded[:, None], result.weights, weights_before(result.weights))
    group_of = {
        name: group
        for group, members in groups.items()
        for sector in members
        for name in result.market.by_sector[sector]
    }
    labels = np.array([group_of.get(name, BONDS) for name in result.weights.columns])
    names = [*groups, *([BONDS] if BONDS in labels else [])]
    weights, contributions = (
        pd.DataFrame({name: side[:, labels == name].sum(axis=1) for name in names}, before.index)
        for side in (held, earned)
    )
    weights[CASH] = 1.0 - weights.sum(axis=1)
    paid = costs.sum(axis=1) / before
    contributions[CASH] = result.returns - contributions.sum(axis=1) + paid
    weights[COSTS], contributions[COSTS] = 0.0, -paid
    return weights, contributions


def equal_weighted(
    market: Market, groups: Mapping[str, tuple[str, ...]], index: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return weights and contributions of the equal-weight market, restored every session."""
    returns = market.sector_close.pct_change(fill_method=None).loc[index]
    known = returns.notna().to_numpy()
    share = known / np.maximum(known.sum(axis=1, keepdims=True), 1)
    part = np.where(known, returns.to_numpy(), 0.0) * share
    places = {name: returns.columns.get_indexer(pd.Index(own)) for name, own in groups.items()}
    weights, earned = (
        pd.DataFrame({name: side[:, own].sum(axis=1) for name, own in places.items()}, index)
        for side in (share, part)
    )
    weights[CASH] = 1.0 - weights.sum(axis=1)
    earned[CASH] = 0.0
    return weights, earned
