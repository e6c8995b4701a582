"""StaticBlend: both sides of the rotation, never rotated."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import Strategy, restored
from backtest.strategy.allocation import rebalanced, tilt
from backtest.strategy.limits import Limits
from strategies.sides import TwoSides


@dataclass(frozen=True)
class StaticBlend(TwoSides, Limits, Strategy):
    """Hold traditional chains and NQP tracks in fixed parts, restored on a schedule.

    The fraction `nqp` is in NQP tracks, the rest in traditional chains. It orders on the schedule's
    sessions, and where the set of instruments with a weight changes. Encodes no claim: the same
    sectors as the rotation without its timing, so what a rotation earns beyond this it earned by
    switching.
    """

    nqp: float = parameter("what part is in NQP tracks", 0.5, "fraction", least=0, most=1)
    rebalance: str = restored()

    def target_weights(self, market: Market) -> pd.DataFrame:
        """Return the blend's weights on the schedule's sessions."""
        sides = self.baskets(market)
        blend = tilt(sides["traditional"], sides["nqp"], self.nqp)
        return rebalanced(self.limited(market, blend), self.rebalance)
