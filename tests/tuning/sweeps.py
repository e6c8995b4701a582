"""Markets of noise, with or without a planted trigger, and a sweep of rotations over them.

Two baskets share a market and differ by their own noise. A signal, known a session before, leads
the difference, or does not lead it at all. Each variant smooths the signal over some window and
holds one basket above a threshold and the other below, so neighbors are alike, as in any grid of
triggers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.trials.ledger import Count
from backtest.tuning.honesty import Honesty
from backtest.tuning.judge import judge
from backtest.tuning.shifts import Signals
from backtest.tuning.timing_test import timing_test

PER_YEAR = 242


@dataclass(frozen=True)
class TriggerSweep:
    """Returns of all variants, of the benchmark and of the baskets held half and half."""

    returns: NDArray[np.float64]  # session × variant
    benchmark: NDArray[np.float64]
    blend: NDArray[np.float64]
    baskets: NDArray[np.float64]  # basket × session
    held: NDArray[np.int8]  # variant × session

    @property
    def switches(self) -> NDArray[np.int64]:
        return (self.held[:, 1:] != self.held[:, :-1]).sum(axis=1)

    @property
    def best(self) -> int:
        return int((self.returns.mean(axis=0) / self.returns.std(axis=0)).argmax())

    def honesty(self, count: Count | None = None, **options: Any) -> Honesty:
        best, variants = self.best, self.returns.shape[1]
        signals = Signals(self.held, self.baskets)
        return judge(
            self.returns,
            best,
            {"benchmark": self.benchmark, "blend": self.blend},
            per_year=PER_YEAR,
            count=count or Count(variants, 9, 0),
            timing=timing_test(self.held[best], signals, per_year=PER_YEAR),
            switches=int(self.switches[best]),
            **options,
        )


def trigger_sweep(seed: int, *, sessions: int, skill: float, variants: int = 60) -> TriggerSweep:
    """Make a market and sweep windows × thresholds over it.

    `skill` is the annual Sharpe ratio, on the difference of the baskets, of knowing the sign of
    the signal.
    """
    made = np.random.default_rng(seed)
    signal = np.zeros(sessions)
    news = made.normal(size=sessions)
    for session in range(1, sessions):
        signal[session] = 0.97 * signal[session - 1] + news[session]
    lean = np.sign(np.roll(signal, 1))
    lean[0] = 0.0
    market = made.normal(0.0, 0.01, sessions)
    gap = made.normal(0.0, 0.01, sessions)
    gap += lean * 0.01 * skill / np.sqrt(PER_YEAR)
    first, second = market + gap / 2, market - gap / 2
    total = np.concatenate([[0.0], np.cumsum(signal)])
    windows = np.unique(np.geomspace(1, 60, variants // 6).astype(int))
    held = []
    for window in windows:
        start = np.maximum(np.arange(1, sessions + 1) - window, 0)
        smooth = (total[1:] - total[start]) / window
        scaled = smooth / smooth.std()
        held += [scaled > threshold for threshold in (-0.75, -0.45, -0.15, 0.15, 0.45, 0.75)]
    position = np.roll(np.array(held).T, 1, axis=0)  # decided after a close, held the next session
    position[0] = False
    return TriggerSweep(
        returns=np.where(position, first[:, None], second[:, None]),
        benchmark=market,
        blend=(first + second) / 2,
        baskets=np.array([second, first]),
        held=np.ascontiguousarray(position.T.astype(np.int8)),
    )
