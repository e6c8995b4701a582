"""ExportChainRotation: which export chain, by the state of the American cycle (V2a–c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.strategy import TriggerRotation, at_least
from backtest.strategy.allocation import spread
from backtest.triggers import (
    Always,
    Confirmed,
    Never,
    RateBelowAverage,
    SeriesChanged,
    Trigger,
)
from strategies.taxonomy import EXPORT_CAPEX, EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING


@dataclass(frozen=True)
class ExportChainRotation(TriggerRotation):
    """Hold the export chain that the American cycle favors.

    Claims V2a–c, read off a United States yield: while it is below its average of `window` sessions
    housing recovers and the housing chain is held (V2b); while it has risen by `rise_bp` over the
    window, capital spending leads (V2c); otherwise restocking starts with electromechanical exports
    (V2a). With `inventories`, the name of an inventories-to-sales series, a fall of that ratio over
    the window means restocking (V2a) whatever the yield does. Changes count after `confirm`
    sessions.

    Refuted if the chain held does no better than the three equally weighted.
    """

    claims: ClassVar[tuple[str, ...]] = ("V2a", "V2b", "V2c")

    window: int = 120
    rise_bp: float = 50.0
    confirm: int = 10
    rates: str = "us10y"
    inventories: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("window", self.window, 2)
        at_least("confirm", self.confirm, 1)
        at_least("rise_bp", self.rise_bp, 0)

    @property
    def restocking(self) -> Trigger:
        """Whether the inventories-to-sales ratio falls; never, where none is named."""
        if self.inventories is None:
            return Never()
        return Confirmed(SeriesChanged(self.inventories, -1e-9, self.window), self.confirm)

    def rules(self) -> Mapping[str, Trigger]:
        """Return the three chains in the order in which their signs count."""
        housing = Confirmed(RateBelowAverage(self.window, series=self.rates), self.confirm)
        rise = SeriesChanged(self.rates, self.rise_bp / 100.0, self.window)
        return {
            "export_housing": housing & ~self.restocking,
            "export_capex": Confirmed(rise, self.confirm) & ~self.restocking,
            "export_electromechanical": Always(),
        }

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the three export chains."""
        chains = (EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING, EXPORT_CAPEX)
        return {chain.name: spread(market, chain) for chain in chains}
