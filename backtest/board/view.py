"""What the board shows of one variant, in the time of a slider's move.

The variant's targets are carried out by the kernel, a few milliseconds where vectorbt needs a tenth
of a second and more; every trigger's answer is remembered by the market. Each variant shown counts
as a trial in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from backtest.board.luck import Luck, luck
from backtest.costs import ETF_COSTS
from backtest.engine.benchmarks import benchmark_levels, level_returns
from backtest.engine.plan import fill_used, fitted, orders
from backtest.market import Market
from backtest.strategy import RotationStrategy, Strategy
from backtest.strategy.decisions import Decisions
from backtest.tuning.blend import blend_targets
from backtest.tuning.counting import Counted
from backtest.tuning.space import Variants

CASH = 1_000_000.0
COSTS = ETF_COSTS


@dataclass(frozen=True, eq=False)
class View:
    """One variant on one market, as `run` would have it with its own defaults.

    Attributes
    ----------
    equity, returns : Series
        As in `BacktestResult`.
    regime : Series
        What is held at each close.
    figures : mapping
        As in `Sweep.trials`, and named so.
    risk_free, blend : array
        Daily returns of cash, and of the strategy's baskets held without switching.
    trials : int
        Variants of the strategy ever tried on this market, by the ledger.
    counted : int
        1 if the ledger had not seen this variant before, else 0.
    """

    strategy: Strategy
    market: Market
    fill: str
    equity: pd.Series
    returns: pd.Series
    regime: pd.Series
    figures: Mapping[str, float]
    risk_free: np.ndarray
    blend: np.ndarray
    trials: int
    counted: int

    @cached_property
    def luck(self) -> Luck:
        """How far to believe it."""
        rotates = isinstance(self.strategy, RotationStrategy)
        return luck(
            self.returns.to_numpy(),
            self.risk_free,
            self.blend,
            per_year=self.market.per_year(),
            trials=self.trials,
            switches=int(self.figures["switches"]) if rotates else None,
        )

    def now(self) -> View:
        """Return the same among all the trials made since."""
        trials = _counted(self.strategy, self.market, self.fill)[1]
        return self if trials == self.trials else replace(self, trials=trials)

    @property
    def switches(self) -> pd.DataFrame:
        """Sessions on which what is held changed: date, from, to; the latest first."""
        held = self.regime.to_numpy()
        changed = np.flatnonzero(held[1:] != held[:-1]) + 1
        rows = {"date": self.regime.index[changed], "from": held[changed - 1], "to": held[changed]}
        return pd.DataFrame(rows).iloc[::-1].reset_index(drop=True)


def view(strategy: Strategy, market: Market) -> View:
    """Simulate a variant at ETF costs with a million, and count it.

    Raises
    ------
    UserError
        If the market, the parameters or the strategy's weights make no sense.
    """
    fill = fill_used(market, "open")
    decisions = Decisions(strategy, market)
    equity, found = _simulated(decisions.targets, market, fill)
    held = decisions.regime.shift().fillna("cash").astype(str).rename("regime")
    names = held.to_numpy()
    switches = int((names[1:] != names[:-1]).sum())
    counted, trials = _counted(strategy, market, fill)
    return View(
        strategy=strategy,
        market=market,
        fill=fill,
        equity=pd.Series(equity, market.sessions, name=strategy.name),
        returns=pd.Series(_returns(equity), market.sessions, name=strategy.name),
        regime=held,
        figures={**found, "switches": float(switches)},
        risk_free=level_returns(market.money, 0).to_numpy(),
        blend=_returns(_simulated(blend_targets(strategy, market), market, fill)[0]),
        trials=trials,
        counted=counted,
    )


def benchmarks(market: Market) -> dict[str, pd.Series]:
    """Return growth of 1 to compare with: the benchmark, where it has prices, and all sectors."""
    return {
        name: level / level.dropna().iloc[0]
        for name, level in benchmark_levels(market).items()
        if level.any()
    }


def _simulated(
    targets: pd.DataFrame, market: Market, fill: str
) -> tuple[np.ndarray, dict[str, float]]:
    """Return the equity at every close, and the figures, of targets carried out."""
    from backtest.engine import kernel

    targets = fitted(targets, market)
    orders(targets, market)
    on = market.remember(("stage", fill), lambda: kernel.stage(market, COSTS, fill, CASH, 0))
    laid, narrow = kernel.single(targets, market, on)
    codes = np.zeros((1, len(market.sessions)), dtype=np.int8)
    with _one_thread():
        tables = kernel.growth(laid, narrow, 1)
        figures, _ = kernel.figures(codes, laid, narrow, tables)
        equity = kernel.equity(codes, laid, narrow, tables)[0]
    return equity, dict(zip(kernel.FIGURES, figures[0].tolist(), strict=True))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let Numba use one thread here: a variant is done before a second one has woken."""
    from numba import get_num_threads, set_num_threads

    before = get_num_threads()
    set_num_threads(1)
    try:
        yield
    finally:
        set_num_threads(before)


def _returns(equity: np.ndarray) -> np.ndarray:
    return equity / np.concatenate(([CASH], equity[:-1])) - 1.0


def _counted(strategy: Strategy, market: Market, fill: str) -> tuple[int, int]:
    """Count a variant in the ledger; return whether it is new there, and all trials so far."""
    alone = Variants(strategy, (), (), np.zeros((1, 0), dtype=np.int32))
    counted = Counted(alone, market, COSTS, fill, 0)
    scope = counted.family, counted.snapshot, counted.window
    new = counted.ledger.record(*scope, counted.prints)
    return new, counted.ledger.count(*scope)
