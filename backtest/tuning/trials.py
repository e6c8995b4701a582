"""The figures and equity of any variants, by the kernel.

Rotations share baskets, growth tables and signals; any other strategy is asked for its targets,
one variant at a time, and these are carried out by the same kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine import metrics
from backtest.engine.benchmarks import benchmark_returns
from backtest.engine.metrics import Metric
from backtest.engine.plan import orders
from backtest.market import Market
from backtest.strategy import RotationStrategy
from backtest.strategy.decisions import Decisions, rotates
from backtest.strategy.holding import fitted
from backtest.tuning.sharing import different_baskets
from backtest.tuning.space import Variants

if TYPE_CHECKING:
    from backtest.engine.kernel import Growth, Rotation, Stage

PIECE = 16_384  # variants simulated at a time, those of equal signals once
DAILY = 1024  # variants whose equity is held at a time
SINGLES = 16

Progress = Callable[[int], None]
Laid: TypeAlias = "tuple[Rotation, Stage, Growth]"


class Trials(Protocol):
    """What can be asked about the variants of a sweep."""

    def figures(
        self, rows: np.ndarray, progress: Progress, extra: Sequence[Metric] = ()
    ) -> np.ndarray:
        """Return figures, row × kernel.FIGURES and what is asked for beyond them.

        `progress` hears of every few that are done.
        """

    def equity(self, rows: np.ndarray) -> np.ndarray:
        """Return the equity at every close, row × session."""


def trials(
    variants: Variants, market: Market, *, costs: Costs, fill: str, cash: float, first: int
) -> Trials:
    """Return what answers for the variants of a strategy on a market."""
    from backtest.engine import kernel

    on = kernel.stage(market, costs, fill, cash, first)
    if rotates(variants.strategy):
        return RotationTrials(variants, market, on)
    return SingleTrials(variants, market, on)


class RotationTrials:
    """Variants of a rotation, grouped by what they hold and when they restore it."""

    def __init__(self, variants: Variants, market: Market, on: Stage) -> None:
        from backtest.tuning.signals import regimes

        self.variants, self.market, self.on = variants, market, on
        self.regimes = regimes(variants, market)
        self.baskets, number = different_baskets(variants, market)
        variants.variant(0).check_rules(self.baskets[number[0]])  # type: ignore[attr-defined]
        schedule = np.zeros(len(variants), dtype=np.int32)
        if "rebalance" in variants.names:
            schedule = variants.codes[:, variants.names.index("rebalance")]
        kinds, self.group = np.unique(
            number.astype(np.int64) * (int(schedule.max()) + 1) + schedule, return_inverse=True
        )
        self.size = np.bincount(self.group, minlength=len(kinds))
        self.example = np.array([int((self.group == kind).argmax()) for kind in range(len(kinds))])
        self.number = number
        self.prepared: tuple[int, Laid] | None = None
        self.asked: tuple[np.ndarray, tuple[np.ndarray, np.ndarray]] | None = None

    def figures(
        self, rows: np.ndarray, progress: Progress, extra: Sequence[Metric] = ()
    ) -> np.ndarray:
        """Return figures, row × kernel.FIGURES and what is asked for beyond them."""
        from backtest.engine import kernel

        own = len(kernel.FIGURES)
        found = np.empty((len(rows), own + len(extra)))
        for places, laid in self._pieces(rows):
            codes, which = self.signals(rows[places])
            figures = np.empty((len(codes), found.shape[1]))
            figures[:, :own], wrong = kernel.figures(codes, *laid)
            if wrong.any():
                first = int(wrong[which].argmax())
                _complain(self.variants, int(rows[places[first]]), self.market, self.on)
            for start in range(0, len(codes) if extra else 0, DAILY):
                some = slice(start, start + DAILY)
                equity = kernel.equity(codes[some], *laid)
                figures[some, own:] = _from_returns(equity, self.market, self.on, extra)
            found[places] = figures[which]
            progress(len(places))
        return found

    def equity(self, rows: np.ndarray) -> np.ndarray:
        """Return the equity at every close, row × session."""
        from backtest.engine import kernel

        found = np.empty((len(rows), len(self.market.sessions) - self.on.first))
        for places, laid in self._pieces(rows):
            found[places] = kernel.equity(self.regimes.codes(rows[places]), *laid)
        return found

    def signals(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the different regimes of some variants, as codes, and which of them each has.

        They are sorted, so that those next to one another have the most in common.

        The last are kept: what was simulated is recorded next.
        """
        if self.asked is None or not np.array_equal(self.asked[0], rows):
            codes = self.regimes.codes(rows)
            texts = [row.tobytes() for row in codes]
            apart = sorted(set(texts))  # a third of the time of `np.unique`
            place = {text: number for number, text in enumerate(apart)}
            found = np.frombuffer(bytearray().join(apart), codes.dtype).reshape(-1, codes.shape[1])
            self.asked = rows, (found, np.array([place[text] for text in texts]))
        return self.asked[1]

    def _pieces(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, Laid]]:
        """Yield places among `rows` that share a rotation, with it."""
        groups = self.group[rows]
        for group in np.unique(groups):
            here = np.flatnonzero(groups == group)
            laid = self._prepare(int(group))
            for start in range(0, len(here), PIECE):
                yield here[start : start + PIECE], laid

    def _prepare(self, group: int) -> Laid:
        """Lay out a group's baskets, or return the last ones again."""
        from backtest.engine import kernel

        if self.prepared is None or self.prepared[0] != group:
            example = int(self.example[group])
            strategy = self.variants.variant(example)
            assert isinstance(strategy, RotationStrategy)
            baskets = self.baskets[self.number[example]]
            names = self.regimes.names
            laid, on = kernel.rotation(baskets, strategy.rebalance, names, self.market, self.on)
            growth = kernel.growth(laid, int(self.size[group]))
            self.prepared = group, (laid, on, growth)
        return self.prepared[1]


class SingleTrials:
    """Variants of any strategy, each asked for its targets."""

    def __init__(self, variants: Variants, market: Market, on: Stage) -> None:
        self.variants, self.market, self.on = variants, market, on

    def figures(
        self, rows: np.ndarray, progress: Progress, extra: Sequence[Metric] = ()
    ) -> np.ndarray:
        """Return figures, row × kernel.FIGURES and what is asked for beyond them."""
        from backtest.engine import kernel

        own, switches = len(kernel.FIGURES), kernel.FIGURES.index("switches")
        found = np.empty((len(rows), own + len(extra)))
        for place, row in enumerate(rows.tolist()):
            decisions, codes, laid = self._laid(row)
            found[place, :own] = kernel.figures(codes, *laid)[0][0]
            held = decisions.regime.shift().iloc[self.on.first :].fillna("cash")
            found[place, switches] = metrics.switches(held)
            if extra:
                equity = kernel.equity(codes, *laid)
                found[place, own:] = _from_returns(equity, self.market, self.on, extra)[0]
            if place % SINGLES == SINGLES - 1 or place == len(rows) - 1:
                progress(place % SINGLES + 1)
        return found

    def equity(self, rows: np.ndarray) -> np.ndarray:
        """Return the equity at every close, row × session."""
        from backtest.engine import kernel

        found = np.empty((len(rows), len(self.market.sessions) - self.on.first))
        for place, row in enumerate(rows.tolist()):
            _, codes, laid = self._laid(row)
            found[place] = kernel.equity(codes, *laid)[0]
        return found

    def _laid(self, row: int) -> tuple[Decisions, np.ndarray, Laid]:
        """Return a variant's decisions, one code for all sessions, and its targets laid out."""
        decisions = Decisions(self.variants.variant(row), self.market)
        schedule = decisions.strategy.rebalance
        return decisions, *laid_alone(decisions.targets, self.market, self.on, schedule)


def laid_alone(
    targets: pd.DataFrame, market: Market, on: Stage, schedule: str
) -> tuple[np.ndarray, Laid]:
    """Return one code for all sessions, and targets laid out for the kernel.

    Raises
    ------
    UserError
        If the targets make no sense.
    """
    from backtest.engine import kernel

    targets = fitted(targets, market)
    orders(targets, market, on.first, schedule)
    laid, narrow = kernel.single(targets, market, on, schedule)
    codes = np.zeros((1, len(market.sessions)), dtype=np.int8)
    return codes, (laid, narrow, kernel.growth(laid, 1))


def _from_returns(
    equity: np.ndarray, market: Market, on: Stage, wanted: Sequence[Metric]
) -> np.ndarray:
    """Return figures of daily returns that the kernel does not sum up, variant × figure."""
    before = np.hstack([np.full((len(equity), 1), on.cash), equity[:, :-1]])
    track = metrics.Track(
        returns=(equity / before - 1.0).T,
        per_year=on.per_year,
        sessions=market.sessions[on.first :],
        risk_free=on.risk_free[on.first :],
        benchmark=next(iter(benchmark_returns(market, on.first).values())),
    )
    return np.column_stack([metric.of(track) for metric in wanted])


def _complain(variants: Variants, row: int, market: Market, on: Stage) -> None:
    """Raise the `UserError` a single run of a variant would."""
    targets = variants.variant(row).target_weights(market)
    orders(fitted(targets, market), market, on.first)
    raise RuntimeError(
        f"the kernel refused {variants.parameters(row)}, a single run does not; please report this"
    )
