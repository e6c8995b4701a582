"""Recording the variants of a sweep in the ledger, chunk by chunk."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache, cached_property, partial

import numpy as np

from backtest.costs import Costs
from backtest.engine.held import held, lineage, price_reach
from backtest.engine.recording import over_sectors, trial_prints, tried
from backtest.market import Market
from backtest.strategy.decisions import rotates
from backtest.trials.ledger import Ledger
from backtest.trials.tables import KEPT
from backtest.trials.tried import Held
from backtest.tuning.sharing import apart
from backtest.tuning.signals import Regimes
from backtest.tuning.space import Variants
from backtest.tuning.trials import RotationTrials, Trials
from backtest.tuning.work_parts import part_of

TOGETHER = 16_384  # variants whose fingerprints are mixed at a time
LOOKED_AT = 24  # variants asked how far prices reach into their signals
SINGLE = 64  # variants of what is no rotation that leave their returns: each is simulated for it


def count(variants: Variants, market: Market, costs: Costs, fill: str, first: int) -> None:
    """Record variants as tried, and no more: a search that goes on will leave the rest."""
    prints = _prints(variants, costs, fill)
    none = np.empty((0, 0), dtype=np.float32)
    one = tried(variants.strategy, prints, market, first, (), 0, none)
    Ledger.at_home().record(lineage(market), one, origin="search")


def _prints(variants: Variants, costs: Costs, fill: str) -> np.ndarray:
    """Return the fingerprints of variants, made of as many at a time as stay near the processor."""
    found = []
    for begin in range(0, len(variants), TOGETHER):
        some = replace(variants, codes=variants.codes[begin : begin + TOGETHER])
        swept = {name: some.column(name) for name in some.names}
        found.append(trial_prints(variants.strategy, costs, fill, swept))
    return np.vstack(found)


class Counted:
    """Records variants in the ledger, chunk by chunk.

    All were made together, or, of a search, `batch` at a time. `fewer`, where figures are computed
    elsewhere, answers for some of them.

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
        fewer: Callable[[Variants], Trials] | None,
    ) -> None:
        self.market, self.fill, self.first, self.origin = market, fill, first, origin
        self.prints = _prints(variants, costs, fill)
        self.kept = self._lowest(KEPT if rotates(variants.strategy) else SINGLE)
        self.variants, self.numbers, self.asked = variants, self.kept, asked
        if fewer is not None and len(self.kept) < len(variants):
            self.variants = part_of(variants, self.kept)
            self.numbers = np.arange(len(self.kept))
            self.asked = cache(partial(fewer, self.variants))
        self.began, self.batch = time.time_ns() // 1000, batch or len(variants)
        self.ledger = Ledger.at_home()

    def record(self, begin: int, end: int) -> None:
        """Record variants as tried, with what they held and earned."""
        some = slice(*np.searchsorted(self.kept, [begin, end]).tolist())
        rows, places = self.numbers[some], self.kept[some] - begin
        asked = self.asked() if len(rows) else None
        month, sketches, own = 0, np.empty((0, 0), dtype=np.float32), []
        if isinstance(asked, RotationTrials):
            from backtest.engine.sketches import sketched

            parts = []
            for number in np.unique(asked.number[rows]):
                these = asked.number[rows] == number
                one, order = self._held(asked, rows[these], places[these], begin, int(number))
                own.append(one)
                if one.codes.size:
                    month, made = sketched(one)
                    parts.append(made[order])  # the first of its kind leads
            sketches = np.vstack(parts) if parts else sketches
        elif asked is not None:
            equity = asked.equity(rows)
            returns = equity[:, 1:] / equity[:, :-1] - 1.0
            returns = np.hstack([np.zeros((len(returns), 1)), returns])
            month, sketches = over_sectors(returns, self.market, self.first)
        prints = self.prints[begin:end]
        left = tried(
            self.variants.strategy, prints, self.market, self.first, tuple(own), month, sketches
        )
        self.ledger.record(lineage(self.market), left, origin=self.origin)

    def _lowest(self, most: int) -> np.ndarray:
        """Return which variants keep their signals."""
        names = self.prints[:, 0].view(np.int64)
        if len(names) <= most:
            return np.arange(len(names))
        return np.flatnonzero(names < np.partition(names, most)[most])

    @cached_property
    def _reach(self) -> int:
        rows = np.unique(np.linspace(0, len(self.variants) - 1, LOOKED_AT).astype(int))
        asked = self.asked()
        assert isinstance(asked, RotationTrials)
        own = asked.regimes

        def named(found: Regimes, rows: np.ndarray) -> np.ndarray:
            answers: np.ndarray = np.array(found.names)[found.codes(rows)]
            return answers

        def shuffled(market: Market) -> np.ndarray:
            return named(own.elsewhere(rows, market), np.arange(len(rows)))

        return price_reach(named(own, rows), shuffled, self.market)

    def _held(
        self, asked: RotationTrials, rows: np.ndarray, places: np.ndarray, begin: int, number: int
    ) -> tuple[Held, np.ndarray]:
        """Return what variants held, and in which order its signals were tried."""
        signals, signal = asked.signals(rows)
        known = asked.regimes.known_from(rows)
        first, which = apart([known, signal], len(rows))
        every = len(first) == len(signals) and bool((np.diff(signal[first]) > 0).all())
        one = held(
            asked.baskets[number],
            asked.regimes.names,
            signals if every else signals[signal[first]],
            self.market,
            fill=self.fill,
            first=self.first,
            rows=places,
            known_from=known[first],
            reach=self._reach,
            made=self.began + (begin + places) // self.batch,
            which=which,
        )
        return one, np.argsort(first)
