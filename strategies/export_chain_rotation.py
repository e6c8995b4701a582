"""ExportChainRotation: which export chain, by the state of the American cycle (V2a–c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.allocation import spread
from backtest.market import Market
from backtest.strategy import RotationStrategy, at_least, choose
from backtest.triggers import Confirmed, RateBelowAverage, SeriesChanged
from strategies.taxonomy import EXPORT_CAPEX, EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING


@dataclass(frozen=True)
class ExportChainRotation(RotationStrategy):
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

    def regime(self, market: Market) -> pd.Series:
        """Return the name of the export chain held."""
        rising = SeriesChanged(self.rates, self.rise_bp / 100.0, self.window)
        housing = RateBelowAverage(self.window, series=self.rates)
        regime = choose(
            Confirmed(rising, self.confirm).fires(market),
            "export_capex",
            "export_electromechanical",
        )
        regime = regime.mask(Confirmed(housing, self.confirm).fires(market), "export_housing")
        if self.inventories is not None:
            fall = SeriesChanged(self.inventories, -1e-9, self.window)
            restocking = Confirmed(fall, self.confirm).fires(market)
            regime = regime.mask(restocking, "export_electromechanical")
        return regime

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the three export chains."""
        chains = (EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING, EXPORT_CAPEX)
        return {chain.name: spread(market, chain) for chain in chains}
