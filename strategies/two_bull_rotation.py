"""TwoBullRotation: four states of stocks and bonds (R6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import bonds, tilt
from backtest.triggers import BondUptrend, IndexAboveAverage, Trigger, in_force
from strategies.sides import SIDES, TwoSides


@dataclass(frozen=True)
class TwoBullRotation(TwoSides, TriggerRotation):
    """Hold NQP in the two bulls, cyclicals in a stock bull, bonds where stocks fail.

    Claim R6: where stocks and government bonds both trend up the NQP tracks are held; where only
    stocks do (yields rise with growth), traditional chains; where only bonds do, traditional chains
    with the fraction `sleeve` in bonds; where both fail, bonds alone. Stocks trend up where
    `IndexAboveAverage` says so, bonds where `BondUptrend` does, both over `window` sessions. One of
    the four states is in force once it has stood `confirm` sessions in a row, this one included,
    until another has (`in_force`); before the first, the regime is "cash" and nothing is ordered.
    Before a bond fund is listed its part is cash.

    Refuted if NQP tracks trail the market while both trend up.
    """

    claims: ClassVar[tuple[str, ...]] = ("R6",)
    basket_parameters: ClassVar[tuple[str, ...]] = (*SIDES, "sleeve")

    window: int = parameter("of the averages that tell a trend", 120, "sessions", least=1)
    confirm: int = parameter("for which a state has to stand", 5, "sessions", least=1)
    sleeve: float = parameter(
        "what part is in bonds where only bonds trend up", 0.5, "fraction", least=0, most=1
    )

    def rules(self) -> Mapping[str, Trigger]:
        """Return "two_bulls", "stock_bull", "bond_bull" and "neither", each while in force."""
        stocks = IndexAboveAverage(self.window)
        rates = BondUptrend(self.window)
        states = {
            "two_bulls": stocks & rates,
            "stock_bull": stocks & ~rates,
            "bond_bull": ~stocks & rates,
            "neither": ~stocks & ~rates,
        }
        return in_force(states, self.confirm)

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return what each state holds."""
        sides, refuge = super().baskets(market), bonds(market)
        traditional = sides["traditional"]
        return {
            "two_bulls": sides["nqp"],
            "stock_bull": traditional,
            "bond_bull": tilt(traditional, refuge, self.sleeve),
            "neither": refuge,
        }
