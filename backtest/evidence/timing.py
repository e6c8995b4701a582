"""A rotation's return split into what was held and when, and its switches one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backtest.engine import metrics
from backtest.engine.result import BacktestResult
from backtest.market import Market
from backtest.strategy.holding import CASH

DEEPEST = 5  # drawdowns shown


@dataclass(frozen=True)
class ReturnSplit:
    """A return over that of the equal-weight market, in four parts that add up.

    Attributes
    ----------
    selection : float
        From what was held: the mean weights, held throughout, over the equal-weight market.
    timing : float
        From when: the weights held over their mean. The mean is taken with hindsight.
    costs, filling : float
        Costs, and what came of orders filling at the next open, or close, instead of at the close
        they were decided after.
    """

    selection: float
    timing: float
    costs: float
    filling: float
    active: float

    @property
    def residual(self) -> float:
        """What the parts leave unexplained: nothing but rounding."""
        return self.active - (self.selection + self.timing + self.costs + self.filling)

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {**vars(self), "residual": self.residual}


def split(result: BacktestResult) -> ReturnSplit:
    """Split a return into selection, timing, costs and filling, linked by Carino's coefficients.

    An instrument without a price yet counts with the return of the equal-weight market.
    """
    index, market = result.equity.index, result.market
    alike = market.equal_weight.pct_change(fill_method=None).fillna(0.0).loc[index].to_numpy()
    moved = market.close[result.weights.columns].pct_change(fill_method=None).loc[index].to_numpy()
    moved = np.where(np.isnan(moved), alike[:, None], moved)
    before = weights_before(result.weights)
    mean = before.mean(axis=0)
    kept = moved @ mean + (1.0 - mean.sum()) * result.risk_free
    held = (moved * before).sum(axis=1) + (1.0 - before.sum(axis=1)) * result.risk_free
    equity = result.equity / (1.0 + result.returns)
    paid = result.orders.groupby("filled")["cost"].sum().reindex(index, fill_value=0.0) / equity
    parts = pd.DataFrame(
        {
            "selection": kept - alike,
            "timing": held - kept,
            "costs": -paid,
            "filling": result.returns + paid - held,
        }
    )
    linked = parts.mul(carino(result.returns.to_numpy(), alike), axis=0).sum()
    active = metrics.total_return(result.returns) - metrics.total_return(alike)
    return ReturnSplit(
        selection=float(linked["selection"]),
        timing=float(linked["timing"]),
        costs=float(linked["costs"]),
        filling=float(linked["filling"]),
        active=active,
    )


def carino(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return what to multiply each session's effects with so that they add up over time.

    Carino (1999, Journal of Performance Measurement 3): the ratio of log to simple differences, by
    session over that of the whole period.

    Examples
    --------
    >>> ours, theirs = np.array([0.10, 0.20]), np.array([0.05, 0.10])
    >>> round(float((carino(ours, theirs) * (ours - theirs)).sum()), 12)  # 1.32 − 1.155
    0.165
    """

    def slope(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        gap = (a - b) / (1.0 + b)
        with np.errstate(divide="ignore", invalid="ignore"):
            smooth: np.ndarray = np.where(np.abs(gap) > 1e-12, np.log1p(gap) / gap, 1.0) / (1.0 + b)
        return smooth

    whole = slope(np.array([np.prod(1.0 + ours) - 1.0]), np.array([np.prod(1.0 + theirs) - 1.0]))
    linked: np.ndarray = slope(ours, theirs) / whole[0]
    return linked


def switches(result: BacktestResult) -> pd.DataFrame:
    """Return what each switch brought: the basket entered less the one left, until the next switch.

    Both held as they are, without costs; columns `entered`, `left`, `sessions`, `gain` (of the one
    over the other) and `contribution` (log returns, which add up over switches).
    """
    held = result.regime
    if result.manifest["fill"] == "close":
        held = held.shift().fillna(held.iloc[0])
    names = held.to_numpy()
    growth = basket_returns(result.baskets, result.market).reindex(held.index)
    logs = dict(zip(growth.columns, np.log1p(growth.to_numpy()).T, strict=True))
    at = np.flatnonzero(np.r_[False, names[1:] != names[:-1]])
    ends = np.r_[at[1:], len(names)]
    rows = []
    for start, end in zip(at.tolist(), ends.tolist(), strict=True):
        new, old = names[start], names[start - 1]
        bought = old == CASH and not (names[:start] != CASH).any()  # the first purchase
        if new in logs and old in logs and not bought:
            gained = float(np.nansum(logs[new][start:end]) - np.nansum(logs[old][start:end]))
            rows.append((held.index[start], old, new, end - start, np.expm1(gained), gained))
    columns = ["date", "left", "entered", "sessions", "gain", "contribution"]
    return pd.DataFrame(rows, columns=columns).set_index("date")


def basket_returns(baskets: Mapping[str, pd.DataFrame], market: Market) -> pd.DataFrame:
    """Return each basket's daily return at the weights of the close before; cash earns its rate."""
    moved = market.close.pct_change(fill_method=None).fillna(0.0).to_numpy()
    money = market.money.pct_change(fill_method=None).fillna(0.0).to_numpy()
    found = {}
    for name, weights in baskets.items():
        before = weights_before(weights.reindex(columns=market.close.columns, fill_value=0.0))
        found[name] = (moved * before).sum(axis=1) + (1.0 - before.sum(axis=1)) * money
    return pd.DataFrame(found, index=market.sessions)


def weights_before(weights: pd.DataFrame) -> np.ndarray:
    """Return the weights of the close before, 0 where there were none."""
    laid = weights.to_numpy(dtype=float)
    before: np.ndarray = np.nan_to_num(np.vstack([np.zeros_like(laid[:1]), laid[:-1]]))
    return before


def drawdowns(result: BacktestResult) -> pd.DataFrame:
    """Return the deepest falls: peak, trough, recovery, depth, what was held, benchmarks' moves."""
    depth = result.drawdown
    under = (depth < 0).to_numpy()
    starts = np.flatnonzero(under & ~np.r_[False, under[:-1]])
    ends = np.flatnonzero(under & ~np.r_[under[1:], False])
    troughs = [
        start + int(depth.iloc[start : end + 1].to_numpy().argmin())
        for start, end in zip(starts, ends, strict=True)
    ]
    rows = []
    for place in np.argsort(depth.to_numpy()[troughs], kind="stable")[:DEEPEST].tolist():
        start, trough, end = int(starts[place]), troughs[place], int(ends[place])
        fall = slice(start, trough + 1)
        held = result.regime.iloc[fall].value_counts(normalize=True)
        rows.append(
            {
                "peak": depth.index[max(start - 1, 0)],
                "trough": depth.index[trough],
                "recovery": depth.index[end + 1] if end + 1 < len(depth) else pd.NaT,
                "depth": float(depth.iloc[trough]),
                "mostly_held": f"{held.index[0]} {held.iloc[0]:.0%}",
                **{
                    name: metrics.total_return(returns.iloc[fall].dropna())
                    for name, returns in result.benchmarks.items()
                },
            }
        )
    return pd.DataFrame(rows)


def around(result: BacktestResult, published: pd.Timestamp) -> pd.DataFrame:
    """Return returns up to a day and after it: the strategy's and each benchmark's."""
    early = result.returns.index <= published
    rows = {}
    for label, inside in (("in sample", early), ("out of sample", ~early)):
        if inside.sum() < 2:
            continue
        returns = result.returns[inside]
        rows[label] = {
            "sessions": int(inside.sum()),
            "total_return": metrics.total_return(returns),
            "sharpe": metrics.sharpe(returns, result.per_year, result.risk_free[inside]),
            **{
                name: metrics.total_return(series[inside].dropna())
                for name, series in result.benchmarks.items()
            },
        }
    return pd.DataFrame.from_dict(rows, orient="index")
