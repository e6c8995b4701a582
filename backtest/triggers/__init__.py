"""Triggers: yes/no questions asked after every session, and the algebra that combines them.

Examples
--------
>>> from backtest.triggers import Confidence, Latch, MinHold, RateFall
>>> rotate = MinHold(Latch(enter=RateFall(10) & Confidence(3), leave=~Confidence(2)), sessions=20)
>>> RateFall(10) & ~RateFall(50)
(RateFall(bp=10, window=60, series='rate') & ~RateFall(bp=50, window=60, series='rate'))
"""

from backtest.triggers.abnormal import AbnormalMove, AbnormalReturn, AbnormalTurnover
from backtest.triggers.algebra import AllOf, Always, AnyOf, KOutOf, Never, Not, Trigger
from backtest.triggers.composite import CompositeAbove, CompositeRising
from backtest.triggers.crowding import Crowding
from backtest.triggers.dates import CalendarHalf, DateWindow
from backtest.triggers.equity import (
    Breadth,
    CalmVolatility,
    Confidence,
    IndexAboveAverage,
    TurnoverExpansion,
    TwoBull,
)
from backtest.triggers.fallback import OrElse
from backtest.triggers.measured import Measured
from backtest.triggers.policy import PolicyIntensity
from backtest.triggers.rates import (
    BondUptrend,
    RateBelowAverage,
    RateFall,
    SeriesAbove,
    SeriesBelow,
    SeriesChanged,
)
from backtest.triggers.reading import Reading
from backtest.triggers.relative_strength import InQuadrant, RelativeMomentum, RelativeStrength
from backtest.triggers.signal import Signal
from backtest.triggers.timing import Confirmed, Latch, MinHold, Recently, in_force
from backtest.triggers.valuation import (
    EquityRiskPremium,
    LowestValuation,
    ValuationGap,
    ValuationPercentile,
)

__all__ = [
    "AbnormalMove",
    "AbnormalReturn",
    "AbnormalTurnover",
    "AllOf",
    "Always",
    "AnyOf",
    "BondUptrend",
    "Breadth",
    "CalendarHalf",
    "CalmVolatility",
    "CompositeAbove",
    "CompositeRising",
    "Confidence",
    "Confirmed",
    "Crowding",
    "DateWindow",
    "EquityRiskPremium",
    "InQuadrant",
    "IndexAboveAverage",
    "KOutOf",
    "Latch",
    "LowestValuation",
    "Measured",
    "MinHold",
    "Never",
    "Not",
    "OrElse",
    "PolicyIntensity",
    "RateBelowAverage",
    "RateFall",
    "Reading",
    "Recently",
    "RelativeMomentum",
    "RelativeStrength",
    "SeriesAbove",
    "SeriesBelow",
    "SeriesChanged",
    "Signal",
    "Trigger",
    "TurnoverExpansion",
    "TwoBull",
    "ValuationGap",
    "ValuationPercentile",
    "in_force",
]
