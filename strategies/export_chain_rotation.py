"""ExportChainRotation: which export chain, by the state of the American cycle (V2a–c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation, at_least
from backtest.strategy.allocation import spread
from backtest.triggers import (
    Always,
    Confirmed,
    Never,
    RateBelowAverage,
    SeriesChanged,
    Trigger,
    in_force,
)
from strategies.taxonomy import EXPORT_CAPEX, EXPORT_ELECTROMECHANICAL, EXPORT_HOUSING


@dataclass(frozen=True)
class ExportChainRotation(TriggerRotation):
    """Hold the export chain that the American cycle favors.

    Claims V2a–c, read off a United States yield, `rates`. After every session there is a sign for
    one chain: for the housing chain (V2b) while the yield is below its average of `window` sessions
    (`RateBelowAverage`), as housing then recovers; else for the capital spending chain (V2c) while
    the yield is `rise_bp` or more higher than `window` sessions ago (`SeriesChanged`); else for
    electromechanical exports (V2a), with which restocking starts. With `inventories`, the name of
    an inventories-to-sales series, the sign is for electromechanical exports whatever the yield
    does while that ratio was lower, by 1e-9 or more, than `window` sessions ago in each of
    `confirm` sessions in a row (`Confirmed`). Conditions combine by Kleene's logic: while one that
    could still decide it is unknown, so is the sign.

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
    inventories: str | None = parameter("an inventories-to-sales series, or none", None)

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
        """Return "export_housing", "export_capex", and always "export_electromechanical"."""
        easing = RateBelowAverage(self.window, series=self.rates)
        rise = SeriesChanged(self.rates, self.rise_bp / 100.0, self.window)
        restocking = self.restocking
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
