"""Triggers on policy: how much of it there was recently (claims P1 to P3)."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.market.policy import policy_intensity
from backtest.parameter import parameter
from backtest.triggers.measured import Leaf


@dataclass(frozen=True)
class PolicyIntensity(Leaf):
    """The policy events of the last `window` sessions weigh `at_least` so much together.

    Events of the register that ships, of `kinds` and of those below them (P1 has P1.2), from the
    first session on which each was known: the day after, if its time is unknown or after the
    close. Each counts for the weight of the most specific kind it is of (1 where `weights` is
    empty), less than nothing if it was adverse. Unknown where the window reaches beyond the
    register's first and last event.
    """

    what, against = "policy events ({kinds}) in {window} sessions", "at_least"
    unit = "events"

    at_least: float = parameter("how much there has to be", 5.0, "events")
    window: int = parameter("in which events count", 60, "sessions", least=1)
    kinds: tuple[str, ...] = parameter("which events count", ("P0", "P1", "P2", "P3"))
    weights: tuple[float, ...] = parameter("of each kind; alike where empty", (), "events")

    def __post_init__(self) -> None:
        if not self.kinds or (self.weights and len(self.weights) != len(self.kinds)):
            raise UserError(
                "weights had {count} values for {kinds} kinds; give one for each kind, or none",
                count=len(self.weights),
                kinds=len(self.kinds),
            )

    @property
    def words(self) -> dict[str, Any]:
        """What stands in the places of the label."""
        return {"kinds": ", ".join(self.kinds), "window": self.window}

    def value(self, market: Market) -> pd.Series:
        """Return the weights of the events."""
        weights = self.weights or (1.0,) * len(self.kinds)
        return policy_intensity(market, dict(zip(self.kinds, weights, strict=True)), self.window)
