"""Strategies: what to hold, as weights; what a new thesis is written with."""

from backtest.strategy.strategy import (
    RotationStrategy,
    Strategy,
    TriggerRotation,
    field_names,
    kebab,
    own_fields,
    restored,
)

__all__ = [
    "RotationStrategy",
    "Strategy",
    "TriggerRotation",
    "field_names",
    "kebab",
    "own_fields",
    "restored",
]
