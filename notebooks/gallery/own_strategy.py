"""
A strategy of your own
======================

A strategy is a frozen dataclass: fields are parameters, ``rules`` says when which basket is held.
The check asks it again on markets that end earlier, so that look-ahead is found before a figure is
believed.
"""

from dataclasses import dataclass

from backtest import TriggerRotation, check, load_market, run
from backtest.strategy.allocation import bonds
from backtest.triggers import Always, Confidence, Latch, MinHold, RateFall


@dataclass(frozen=True)
class EasingIntoTechnology(TriggerRotation):
    """Hold technology once rates have fallen and the market is confident, else bonds."""

    fall_bp: float = 20.0

    def rules(self):
        easing = RateFall(self.fall_bp, window=60) & Confidence(3)
        return {
            "nqp": MinHold(Latch(enter=easing, leave=~Confidence(2)), 20),
            "bonds": Always(),
        }

    def baskets(self, market):
        return {"nqp": ["computer", "electronics", "telecom"], "bonds": bonds(market)}


market = load_market("sample")
print("passes the check:", check(EasingIntoTechnology(), market, dates=2).passes)
result = run(EasingIntoTechnology(), market)
picture = result.plot()
