"""CostModel: what trading costs, by dated and side-dependent rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market.universe import KINDS

COMPONENTS = ("commission", "stamp_duty", "transfer_fee", "slippage")
SIDES = ("buy", "sell", "both")
BPS = 1e-4


@dataclass(frozen=True)
class CostRule:
    """One cost: a fraction of the traded value, for some sides, kinds of instrument and dates.

    `start` is the first day it applies, `end` the first day it no longer does; None is open.
    """

    component: str
    rate: float
    side: str = "both"
    kinds: tuple[str, ...] = KINDS
    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.component not in COMPONENTS:
            raise UserError(
                f"cost component {self.component!r} is not known; "
                f"choose from {', '.join(COMPONENTS)}"
            )
        if not 0 <= self.rate < 1:
            raise UserError(
                f"the {self.component} rate was {self.rate}; give a fraction from 0 to below 1"
            )
        if self.side not in SIDES:
            raise UserError(f"side was {self.side!r}; choose from {', '.join(SIDES)}")

    def covers(self, sessions: pd.DatetimeIndex) -> np.ndarray:
        """Say on which sessions the rule applies."""
        covered = np.ones(len(sessions), dtype=bool)
        if self.start is not None:
            covered &= np.asarray(sessions >= pd.Timestamp(self.start))
        if self.end is not None:
            covered &= np.asarray(sessions < pd.Timestamp(self.end))
        return covered


@dataclass(frozen=True, eq=False)
class Rates:
    """A cost model laid out on a market; every array is session × instrument, in fractions.

    `minimum` is the least commission of an order in currency.
    """

    commission_buy: np.ndarray
    commission_sell: np.ndarray
    other_buy: np.ndarray
    other_sell: np.ndarray
    minimum: float


@dataclass(frozen=True)
class CostModel:
    """What trading costs: proportional rules and a minimum commission per order.

    Examples
    --------
    >>> CostModel.from_bps(commission=2.5, slippage=2.0).rules[0].rate
    0.00025
    """

    name: str = "free"
    rules: tuple[CostRule, ...] = ()
    minimum_commission: float = 0.0

    def __post_init__(self) -> None:
        if not self.minimum_commission >= 0:
            raise UserError(f"minimum_commission was {self.minimum_commission}; give 0 or more")

    @classmethod
    def from_bps(
        cls,
        *,
        commission: float = 0.0,
        slippage: float = 0.0,
        stamp_duty: float = 0.0,
        transfer_fee: float = 0.0,
        minimum_commission: float = 0.0,
        name: str = "custom",
    ) -> CostModel:
        """Build a model of constant costs given in basis points of traded value.

        Commission, slippage and transfer fee are paid on both sides, stamp duty on sells.
        """
        rates = (commission, stamp_duty, transfer_fee, slippage)
        rules = tuple(
            CostRule(component, rate * BPS, "sell" if component == "stamp_duty" else "both")
            for component, rate in zip(COMPONENTS, rates, strict=True)
            if rate != 0
        )
        return cls(name, rules, minimum_commission)

    def rate(
        self, component: str, side: str, sessions: pd.DatetimeIndex, kinds: Sequence[str]
    ) -> np.ndarray:
        """Return one component's rate on one side, session × instrument, as fractions."""
        total = np.zeros((len(sessions), len(kinds)))
        for rule in self.rules:
            if rule.component == component and rule.side in (side, "both"):
                applies = np.array([kind in rule.kinds for kind in kinds], dtype=bool)
                total += rule.rate * np.outer(rule.covers(sessions), applies)
        return total

    def rates(self, sessions: pd.DatetimeIndex, kinds: Sequence[str]) -> Rates:
        """Lay the model out on sessions and instruments of the given kinds."""
        others = [component for component in COMPONENTS if component != "commission"]

        def other(side: str) -> np.ndarray:
            return sum(
                (self.rate(component, side, sessions, kinds) for component in others),
                np.zeros((len(sessions), len(kinds))),
            )

        return Rates(
            commission_buy=self.rate("commission", "buy", sessions, kinds),
            commission_sell=self.rate("commission", "sell", sessions, kinds),
            other_buy=other("buy"),
            other_sell=other("sell"),
            minimum=self.minimum_commission,
        )


FREE = CostModel()

# Commission of 2.5 bp with a ¥5 minimum is a usual retail rate; slippage is half of a tight spread.
ETF_COSTS = CostModel(
    "etf",
    (CostRule("commission", 2.5 * BPS), CostRule("slippage", 2.0 * BPS)),
    minimum_commission=5.0,
)

# Stamp duty on sells was halved on 2023-08-28 (Ministry of Finance and State Taxation
# Administration, announcement 2023 no. 39); the transfer fee on 2022-04-29 (ChinaClear). Funds are
# exempt from both; a sector index stands for the stocks in it.
STOCK_COSTS = CostModel(
    "stock",
    (
        CostRule("commission", 2.5 * BPS),
        CostRule("stamp_duty", 10.0 * BPS, "sell", ("stock", "index"), end=date(2023, 8, 28)),
        CostRule("stamp_duty", 5.0 * BPS, "sell", ("stock", "index"), start=date(2023, 8, 28)),
        CostRule("transfer_fee", 0.2 * BPS, "both", ("stock", "index"), end=date(2022, 4, 29)),
        CostRule("transfer_fee", 0.1 * BPS, "both", ("stock", "index"), start=date(2022, 4, 29)),
        CostRule("slippage", 5.0 * BPS),
    ),
    minimum_commission=5.0,
)

CALLED = {"etf": ETF_COSTS, "stock": STOCK_COSTS, "free": FREE}


def cost_model(costs: CostModel | str) -> CostModel:
    """Return a cost model, or the one called "etf", "stock" or "free".

    Examples
    --------
    >>> cost_model("etf") is ETF_COSTS
    True
    """
    if isinstance(costs, str):
        if costs not in CALLED:
            raise UserError(f"costs was {costs!r}; {suggest(costs, CALLED)}")
        return CALLED[costs]
    if not isinstance(costs, CostModel):
        raise UserError(
            f"costs was {costs!r}; give a CostModel (CostModel.from_bps(commission=2.5)) or one "
            f"of {', '.join(CALLED)}"
        )
    return costs
