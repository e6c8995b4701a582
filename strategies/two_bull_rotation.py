"""TwoBullRotation: four states of stocks and bonds (R6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.strategy import TriggerRotation, fraction
from backtest.strategy.allocation import bonds, spread, tilt
from backtest.triggers import AnyOf, BondUptrend, Confirmed, IndexAboveAverage, Latch, Trigger
from strategies.taxonomy import NQP, TRADITIONAL


@dataclass(frozen=True)
class TwoBullRotation(TriggerRotation):
    """Hold NQP in the two bulls, cyclicals in a stock bull, bonds where stocks fail.

    Claim R6: where stocks and government bonds both trend up the NQP tracks are held; where only
    stocks do (yields rise with growth), traditional chains; where only bonds do, traditional chains
    with the fraction `sleeve` in bonds; where both fail, bonds alone. Trends are read over `window`
    sessions and believed after `confirm`. Before a bond fund is listed its part is cash.

    Refuted if NQP tracks trail the market while both trend up.
    """

    claims: ClassVar[tuple[str, ...]] = ("R6",)

    window: int = 120
    confirm: int = 5
    sleeve: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        fraction("sleeve", self.sleeve)
        _ = Confirmed(IndexAboveAverage(self.window), self.confirm)

    def rules(self) -> Mapping[str, Trigger]:
        """Return the four states, each in force from its confirmation to another's."""
        stocks = IndexAboveAverage(self.window)
        rates = BondUptrend(self.window)
        states = {
            "two_bulls": stocks & rates,
            "stock_bull": stocks & ~rates,
            "bond_bull": ~stocks & rates,
            "neither": ~stocks & ~rates,
        }
        confirmed = {name: Confirmed(state, self.confirm) for name, state in states.items()}
        return {
            name: Latch(
                enter=state,
                leave=AnyOf(tuple(other for key, other in confirmed.items() if key != name)),
            )
            for name, state in confirmed.items()
        }

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return what each state holds."""
        traditional, refuge = spread(market, TRADITIONAL), bonds(market)
        return {
            "two_bulls": spread(market, NQP),
            "stock_bull": traditional,
            "bond_bull": tilt(traditional, refuge, self.sleeve),
            "neither": refuge,
        }
