"""One thesis per file: claims of a research report as strategies, and what to compare with."""

from strategies.breakthrough_overlay import BreakthroughOverlay
from strategies.buy_and_hold import BuyAndHold
from strategies.calendar_rotation import CalendarRotation
from strategies.confidence_rotation import ConfidenceRotation
from strategies.equal_weight import EqualWeight
from strategies.export_chain_rotation import ExportChainRotation
from strategies.indicator_tilt import IndicatorTilt
from strategies.inverse_volatility import InverseVolatility
from strategies.minimum_variance import MinimumVariance
from strategies.policy_catalyst import PolicyCatalyst
from strategies.prosperity_trend_crowding import ProsperityTrendCrowding
from strategies.quadrant_rotation import QuadrantRotation
from strategies.rate_rotation import RateRotation
from strategies.risk_parity import RiskParity
from strategies.rule_rotation import RuleRotation
from strategies.sector_momentum import SectorMomentum
from strategies.static_blend import StaticBlend
from strategies.thesis_rotation import ThesisRotation
from strategies.two_bull_rotation import TwoBullRotation
from strategies.valuation_elasticity import ValuationElasticity

__all__ = [
    "BreakthroughOverlay",
    "BuyAndHold",
    "CalendarRotation",
    "ConfidenceRotation",
    "EqualWeight",
    "ExportChainRotation",
    "IndicatorTilt",
    "InverseVolatility",
    "MinimumVariance",
    "PolicyCatalyst",
    "ProsperityTrendCrowding",
    "QuadrantRotation",
    "RateRotation",
    "RiskParity",
    "RuleRotation",
    "SectorMomentum",
    "StaticBlend",
    "ThesisRotation",
    "TwoBullRotation",
    "ValuationElasticity",
]
