"""Play any regime path through a rotation's own baskets, by the sweep kernel.

A placebo, a rung of foresight or a delay is a row of regime codes; all of them trade like the
strategy itself, with its costs, fills and rebalancing, thousands in a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.costs import ETF_COSTS, Costs
from backtest.engine.plan import fill_used
from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy import Strategy
from backtest.strategy.decisions import rotates

if TYPE_CHECKING:
    from backtest.engine.kernel import Growth, Rotation, Stage

Codes = NDArray[np.int8]
CASH = 1_000_000.0  # what it starts with
PIECE = 512  # paths played at a time
PLAYED = 4_000  # paths that placebos play through one rotation: growth tables pay


@dataclass(frozen=True, eq=False)
class RegimeReplay:
    """A rotation laid out so that other regime paths can be played through it.

    Attributes
    ----------
    names : tuple of str
        Regimes by code; those without a basket order nothing.
    path : ndarray, session
        The strategy's own regime codes.
    first : int
        Position of the first session played.
    """

    market: Market
    baskets: Mapping[str, pd.DataFrame]
    names: tuple[str, ...]
    path: Codes
    first: int
    _on: Stage
    _laid: tuple[Rotation, Stage, Growth]

    @property
    def choices(self) -> Codes:
        """The codes that stand for a basket."""
        return np.array(
            [code for code, name in enumerate(self.names) if name in self.baskets], dtype=np.int8
        )

    @property
    def free(self) -> slice:
        """The sessions after which a decision matters: the last is never filled."""
        return slice(max(self.first - 1, 0), len(self.path) - 1)

    def figures(self, paths: Codes) -> pd.DataFrame:
        """Return the figures of regime paths, one row each."""
        from backtest.engine import kernel

        found = [
            kernel.figures(paths[start : start + PIECE], *self._laid)[0]
            for start in range(0, len(paths), PIECE)
        ]
        return pd.DataFrame(np.vstack(found), columns=list(kernel.FIGURES))

    def dealt(self, orders: NDArray[np.intp]) -> pd.DataFrame:
        """Return the path's own figures with instruments exchanged for others.

        Parameters
        ----------
        orders : ndarray, deal × instrument
            Positions in the market's columns: which instrument stands in for each. The ones
            exchanged have a price on every session from the first on.
        """
        from backtest.engine import kernel

        laid = self._laid[0]
        held = np.arange(len(laid.row))[:, None] == self.path[None]
        laid = laid._replace(row=np.where(held, laid.row, -1))  # nothing else is ever asked for
        used = np.flatnonzero(self._wanted().any(axis=0))
        wanted = np.logical_or.accumulate(self._wanted()[:, used], axis=0)
        before = np.vstack([np.zeros((1, len(used)), dtype=bool), wanted[:-1]])
        whole = np.r_[True, (laid.weights[laid.row].sum(axis=2) <= 1.0 + 1e-13).all(axis=0)[:-1]]
        found, on = [], self._on
        shut = ~(on.can_buy & on.can_sell)
        for order in orders:
            weights = np.zeros((len(laid.weights), len(order)))
            weights[:, order[used]] = laid.weights
            tradable = ~(before & shut[:, order[used]]).any(axis=1)
            other = laid._replace(weights=weights, plain=tradable & whole)
            tables = kernel.growth(other, 1)
            found.append(kernel.figures(self.path[None], other, on, tables)[0][0])
        return pd.DataFrame(np.array(found), columns=list(kernel.FIGURES))

    def _wanted(self) -> NDArray[np.bool_]:
        """Say what any basket has a weight on, session × instrument."""
        columns = self.market.close.columns
        held = [
            weights.reindex(index=self.market.sessions, columns=columns).gt(0.0).to_numpy()
            for weights in self.baskets.values()
        ]
        any_of_them: NDArray[np.bool_] = np.any(held, axis=0)
        return any_of_them


def regime_replay(
    strategy: Strategy,
    market: Market,
    *,
    costs: Costs = ETF_COSTS,
    fill: str = "open",
    first: int = 0,
) -> RegimeReplay:
    """Lay a rotation out.

    Raises
    ------
    UserError
        If the strategy is no rotation between baskets.
    """
    if not rotates(strategy):
        raise UserError(
            "{strategy} does not rotate between baskets, so there are no switches to test; "
            "choose a rotation such as thesis-rotation",
            strategy=strategy.name,
        )
    from backtest.engine import kernel

    regime = strategy.named(market)
    baskets = strategy.weighed(market)
    names = tuple(dict.fromkeys([*(str(name) for name in regime), *baskets]))
    numbers = {name: code for code, name in enumerate(names)}
    on = kernel.stage(market, costs, fill_used(market, fill), CASH, first)
    laid, narrowed = kernel.rotation(baskets, strategy.rebalance, list(names), market, on)
    return RegimeReplay(
        market=market,
        baskets=baskets,
        names=names,
        path=regime.astype(str).map(numbers).to_numpy().astype(np.int8),
        first=first,
        _on=on,
        _laid=(laid, narrowed, kernel.growth(laid, PLAYED)),
    )


def stretches(path: Codes) -> tuple[NDArray[np.intp], Codes]:
    """Return where each stretch of one regime starts, and its code.

    Examples
    --------
    >>> starts, codes = stretches(np.array([1, 1, 0, 2, 2], dtype=np.int8))
    >>> starts.tolist(), codes.tolist()
    ([0, 2, 3], [1, 0, 2])
    """
    starts = np.flatnonzero(np.r_[True, path[1:] != path[:-1]])
    return starts, path[starts]


def late(path: Codes, sessions: int, first: int = 0) -> Codes:
    """Return a path that decides everything so many sessions later.

    What was decided before session `first` stays in force until then.
    """
    delayed = path.copy()
    start = max(first - 1, 0)
    sessions = min(sessions, len(path) - start)
    delayed[start + sessions :] = path[start : len(path) - sessions]
    delayed[start : start + sessions] = path[start]
    return delayed
