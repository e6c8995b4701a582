"""Distributions a parameter can be drawn from: whole numbers, real ones, choices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtest.errors import UserError, check_least


@dataclass(frozen=True)
class Integer:
    """Whole numbers from `low` to `high`, both included, every `step`; `log` favors small ones."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def __post_init__(self) -> None:
        _bounds(self.low, self.high, self.log)
        check_least(1, step=self.step)

    def values(self) -> list[int]:
        """Return all of them."""
        return list(range(self.low, self.high + 1, self.step))

    def draw(self, random: np.random.Generator) -> int:
        """Return one at random."""
        if self.log:
            drawn = math.exp(random.uniform(math.log(self.low), math.log(self.high + 1)))
            return self.low + (min(int(drawn), self.high) - self.low) // self.step * self.step
        return int(random.choice(self.values()))


@dataclass(frozen=True)
class Real:
    """Any number from `low` to `high`; `log` draws its logarithm evenly."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        _bounds(self.low, self.high, self.log)

    def draw(self, random: np.random.Generator) -> float:
        """Return one at random."""
        if self.log:
            return math.exp(random.uniform(math.log(self.low), math.log(self.high)))
        return float(random.uniform(self.low, self.high))


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    options: tuple[Any, ...]

    def values(self) -> list[Any]:
        """Return all of them."""
        return list(self.options)

    def draw(self, random: np.random.Generator) -> Any:
        """Return one at random."""
        return self.options[int(random.integers(len(self.options)))]


Distribution = Integer | Real | Choice


def _bounds(low: float, high: float, log: bool) -> None:
    """Raise a `UserError` unless a distribution's bounds make sense."""
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise UserError(
            "a distribution goes from {low} to {high}; give finite bounds in order",
            low=low,
            high=high,
        )
    if log and low <= 0:
        raise UserError("a logarithmic distribution starts at {low}; start above 0", low=low)
