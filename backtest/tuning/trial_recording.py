"""Recording the variants of a sweep in the ledger, chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

import numpy as np

from backtest.costs import Costs
from backtest.engine.held import held, lineage, price_reach
from backtest.engine.recording import over_sectors, trial_prints, tried
from backtest.market import Market
from backtest.trials.ledger import Ledger
from backtest.trials.tables import KEPT
from backtest.trials.tried import Held
from backtest.tuning.signals import Regimes, regimes
from backtest.tuning.space import Variants
from backtest.tuning.trials import RotationTrials, Trials
from backtest.tuning.work_parts import part_of

LOOKED_AT = 24  # variants asked how far prices reach into their signals
SINGLE = 64  # variants of what is no rotation that leave their returns: each is simulated for it


def count(variants: Variants, market: Market, costs: Costs, fill: str, first: int) -> None:
    """Record variants as tried, and no more: a search that goes on will leave the rest."""
    swept = {name: variants.column(name) for name in variants.names}
    prints = trial_prints(variants.strategy, costs, fill, swept)
    none = np.empty((0, 0), dtype=np.float32)
    one = tried(variants.strategy, prints, market, first, (), 0, none)
    Ledger.at_home().record(lineage(market), one, origin="search")


class Counted:
    """Records variants in the ledger, chunk by chunk.

    All were made together, or, of a search, `batch` at a time.

    All count. Of a sweep of more than the ledger keeps of a market, those with the lowest
    fingerprints leave their signals and returns.
    """

    def __init__(
        self,
        variants: Variants,
        market: Market,
        costs: Costs,
        fill: str,
        first: int,
        asked: Callable[[], Trials],
        origin: str,
        batch: int | None,
    ) -> None:
        swept = {name: variants.column(name) for name in variants.names}
        self.variants, self.market, self.fill, self.first = variants, market, fill, first
        self.prints = trial_prints(variants.strategy, costs, fill, swept)
        self.asked, self.origin = asked, origin
        self.began, self.batch = time.time_ns() // 1000, batch or len(variants)
        self.ledger = Ledger.at_home()
        self._bar: np.int64 | None = None

    def record(self, rows: np.ndarray) -> None:
        """Record variants as tried, with what they held and earned."""
        prints = self.prints[rows] if len(self.prints) > 1 else self.prints
        asked = self.asked()
        rotates = isinstance(asked, RotationTrials)
        low = self._lowest(prints, KEPT if rotates else SINGLE)
        month, sketches, own = 0, np.empty((0, 0), dtype=np.float32), []
        if isinstance(asked, RotationTrials):
            from backtest.engine.sketches import sketched

            parts = []
            for number in np.unique(asked.number[rows[low]]):
                places = low[asked.number[rows[low]] == number]
                own.append(self._held(asked, rows, places, int(number)))
                if own[-1].codes.size:
                    month, made = sketched(own[-1])
                    parts.append(made)
            sketches = np.vstack(parts) if parts else sketches
        elif len(low):
            equity = asked.equity(rows[low])
            returns = equity[:, 1:] / equity[:, :-1] - 1.0
            returns = np.hstack([np.zeros((len(returns), 1)), returns])
            month, sketches = over_sectors(returns, self.market, self.first)
        one = tried(
            self.variants.strategy, prints, self.market, self.first, tuple(own), month, sketches
        )
        self.ledger.record(lineage(self.market), one, origin=self.origin)

    def _lowest(self, prints: np.ndarray, most: int) -> np.ndarray:
        """Return which variants of a chunk keep their signals."""
        if len(self.prints) <= most:
            return np.arange(len(prints))
        names = self.prints[:, 0].view(np.int64)
        bar = np.partition(names, most)[most] if self._bar is None else self._bar
        self._bar = bar
        return np.flatnonzero(prints[:, 0].view(np.int64) < bar)

    @cached_property
    def _reach(self) -> int:
        rows = np.unique(np.linspace(0, len(self.variants) - 1, LOOKED_AT).astype(int))
        few = part_of(self.variants, rows)
        asked = self.asked()
        assert isinstance(asked, RotationTrials)

        def named(found: Regimes, rows: np.ndarray) -> np.ndarray:
            answers: np.ndarray = np.array(found.names)[found.codes(rows)]
            return answers

        def shuffled(market: Market) -> np.ndarray:
            return named(regimes(few, market), np.arange(len(few)))

        return price_reach(named(asked.regimes, rows), shuffled, self.market)

    def _held(
        self, asked: RotationTrials, rows: np.ndarray, places: np.ndarray, number: int
    ) -> Held:
        signals, signal = asked.signals(rows[places])
        known = asked.regimes.known_from(rows[places])
        _, first, which = np.unique(
            known * len(signals) + signal, return_index=True, return_inverse=True
        )
        order = np.argsort(first)  # as they were tried: the first of its kind leads
        return held(
            asked.baskets[number],
            asked.regimes.names,
            signals[signal[first[order]]],
            self.market,
            fill=self.fill,
            first=self.first,
            rows=places,
            known_from=known[first[order]],
            reach=self._reach,
            made=self.began + rows[places] // self.batch,
            which=np.argsort(order)[which],
        )
