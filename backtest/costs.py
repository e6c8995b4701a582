"""What trading costs: `Costs`, and `CostModel`, whose rules are dated and side-dependent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError, check_least, refused
from backtest.market import Market
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
                "cost component {component!r} is not known; choose from {names}",
                component=self.component,
                names=", ".join(COMPONENTS),
            )
        if not 0 <= self.rate < 1:
            raise UserError(
                "the {component} rate was {rate}; give a fraction from 0 to below 1",
                component=self.component,
                rate=self.rate,
            )
        if self.side not in SIDES:
            raise UserError(
                "side was {side!r}; choose from {names}", side=self.side, names=", ".join(SIDES)
            )

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
    """A cost model laid out on a market.

    Attributes
    ----------
    parts : mapping of name to (buy, sell)
        What each part of the costs takes of the traded value on either side, session × instrument,
        as fractions; "commission" is among them.
    minimum : float
        The least commission of an order, in currency.
    """

    parts: Mapping[str, tuple[np.ndarray, np.ndarray]]
    minimum: float = 0.0

    @property
    def commission_buy(self) -> np.ndarray:
        """Commission on buys."""
        return self.parts["commission"][0]

    @property
    def commission_sell(self) -> np.ndarray:
        """Commission on sells."""
        return self.parts["commission"][1]

    @cached_property
    def other_buy(self) -> np.ndarray:
        """All other costs of buys."""
        return self._others(0)

    @cached_property
    def other_sell(self) -> np.ndarray:
        """All other costs of sells."""
        return self._others(1)

    def check(self, market: Market) -> None:
        """Raise a `UserError` for the first rate that is no fraction."""
        for part, pair in self.parts.items():
            for rate in pair:
                wrong = np.argwhere(~((rate >= 0.0) & (rate < 1.0)))
                if len(wrong):
                    session, column = wrong[0]
                    raise UserError(
                        "the {part} of {instrument} was {rate} on {day:%Y-%m-%d}; let the cost "
                        "model give a fraction from 0 to below 1",
                        part=part,
                        instrument=market.instruments[column],
                        rate=rate[session, column],
                        day=market.sessions[session],
                    )

    def _others(self, side: int) -> np.ndarray:
        others = [pair[side] for name, pair in self.parts.items() if name != "commission"]
        return sum(others, np.zeros_like(self.parts["commission"][side]))


class Costs(ABC):
    """What trading costs: a name, and one method that says the rates.

    The rates may differ by session, instrument and side and may be made of anything the market
    knows, its traded value say; each part has a column of its own in the order log.
    """

    name: str

    @abstractmethod
    def rates(self, market: Market, sessions: pd.DatetimeIndex | None = None) -> Rates:
        """Return the rates on all sessions of a market, or on others, such as the next one."""

    @property
    def rules_written(self) -> Any:
        """What a manifest keeps of the model: its class and fields."""
        return f"{type(self).__module__}:{self!r}"


@dataclass(frozen=True)
class CostModel(Costs):
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
        check_least(0, minimum_commission=self.minimum_commission)

    @property
    def rules_written(self) -> list[dict[str, Any]]:
        """What a manifest keeps of the model: its rules, from which it can be built again."""
        return [
            {
                **vars(rule),
                "kinds": list(rule.kinds),
                "start": rule.start and rule.start.isoformat(),
                "end": rule.end and rule.end.isoformat(),
            }
            for rule in self.rules
        ]

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

    def rates(self, market: Market, sessions: pd.DatetimeIndex | None = None) -> Rates:
        """Lay the rules out on sessions and instruments of a market."""
        days = market.sessions if sessions is None else sessions
        kinds = [market.universe.by_id[name].kind for name in market.instruments]
        parts = {
            part: (self.rate(part, "buy", days, kinds), self.rate(part, "sell", days, kinds))
            for part in COMPONENTS
        }
        return Rates(parts, self.minimum_commission)


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


def cost_parts(orders: pd.DataFrame) -> list[str]:
    """Return the columns of an order log that hold costs by part: those before their sum."""
    columns = list(orders.columns)
    return columns[columns.index("value") + 1 : columns.index("cost")]


def cost_model(costs: Costs | str) -> Costs:
    """Return a cost model, or the one called "etf", "stock" or "free".

    Examples
    --------
    >>> cost_model("etf") is ETF_COSTS
    True
    """
    if isinstance(costs, str):
        if costs not in CALLED:
            raise refused("costs", costs, CALLED)
        return CALLED[costs]
    if not isinstance(costs, Costs):
        raise UserError(
            "costs was {costs!r}; give a CostModel (CostModel.from_bps(commission=2.5)) or one "
            "of {names}",
            costs=costs,
            names=", ".join(CALLED),
        )
    return costs
