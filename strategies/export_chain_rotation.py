"""ExportChainRotation: which export chain, by the state of the American cycle (V2a–c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.triggers import (
    Always,
    Confirmed,
    Never,
    OrElse,
    RateBelowAverage,
    SeriesChanged,
    Trigger,
    in_force,
)
from strategies.taxonomy import EXPORT_CAPEX, EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING

LEAST = 1e-9  # of a series' unit: a change


@dataclass(frozen=True)
class ExportChainRotation(TriggerRotation):
    """Hold the export chain that the American cycle favors.

    Claims V2a–c, read off what they are about, as it was known then. Restocking (V2a): the ratio of
    inventories to sales was lower, by 1e-9 or more, than `window` sessions ago in each of `confirm`
    sessions in a row (`Confirmed`). Housing (V2b): starts are higher, by 1e-9 or more, than then.
    Capital spending (V2c): so are orders of capital goods (`SeriesChanged`). The first of the three
    that holds gives the sign for its chain; where none does, it is for electromechanical exports,
    with which restocking starts. Where the market lacks a series, or until it is known, a yield,
    `rates`, stands in (`OrElse`), and the result says so: housing recovers while it is below its
    average of `window` sessions (`RateBelowAverage`), capital spending while it is `rise_bp` or
    more higher than `window` sessions ago; without inventories nothing restocks. Conditions combine
    by Kleene's logic: while one that could still decide it is unknown, so is the sign.

    A sign counts, for entering a chain as for leaving one, once it has stood `confirm` sessions in
    a row, this one included: the chain whose sign was the last to count is held (`in_force`). Until
    one has counted, electromechanical exports are.

    Refuted if the chain held does no better than the three equally weighted.
    """

    claims: ClassVar[tuple[str, ...]] = ("V2a", "V2b", "V2c")
    basket_parameters: ClassVar[tuple[str, ...]] = ()

    window: int = parameter("of the yield's average and of changes", 120, "sessions", least=2)
    rise_bp: float = parameter("how far the yield must have risen", 50.0, "basis points", least=0)
    confirm: int = parameter("for which a sign has to stand", 10, "sessions", least=1)
    rates: str = parameter("the yield's series, in percent", "us10y")
    inventories: str = parameter("the series of inventories to sales", "us_inventories_to_sales")
    housing: str = parameter("the series of housing starts", "us_housing_starts")
    orders: str = parameter("the series of capital-goods orders", "us_capital_goods_orders")

    def rules(self) -> Mapping[str, Trigger]:
        """Return "export_housing", "export_capex", and always "export_electromechanical"."""
        fewer = SeriesChanged(self.inventories, -LEAST, self.window)
        restocking = Confirmed(OrElse(fewer, Never()), self.confirm)
        easing = OrElse(
            SeriesChanged(self.housing, LEAST, self.window),
            RateBelowAverage(self.window, series=self.rates),
        )
        rise = OrElse(
            SeriesChanged(self.orders, LEAST, self.window),
            SeriesChanged(self.rates, self.rise_bp / 100.0, self.window),
        )
        signs = {
            "export_housing": easing & ~restocking,
            "export_capex": rise & ~easing & ~restocking,
            "export_electromechanical": restocking | (~easing & ~rise),
        }
        held = in_force(signs, self.confirm)
        return held | {"export_electromechanical": Always()}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the three export chains."""
        chains = (EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING, EXPORT_CAPEX)
        return {chain.name: spread(market, chain) for chain in chains}
