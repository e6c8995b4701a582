"""Readings: what a trigger measures, what it compares with, how far it is.

A reading says why a trigger answers as it does. `distance` is how far the value must still move:
above 0 while the trigger does not fire, below 0 by how far it is past the threshold once it does.
At exactly 0 it fires if the threshold itself counts ("at least", "at most").
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.arrays import BooleanArray

from backtest.errors import refused
from backtest.market import Market

DIRECTIONS = {
    "above": np.greater,
    "at least": np.greater_equal,
    "below": np.less,
    "at most": np.less_equal,
}
YEAR = 242  # sessions over which a daily move is typical: a year in Shanghai
FEWEST = 20  # daily moves below which none of them is called typical


@dataclass(frozen=True, eq=False)
class Reading:
    """A measured value against its threshold, after every session.

    Attributes
    ----------
    name : str
        What is measured, in a few words.
    value, threshold : Series
        On the market's sessions and in `unit`; NaN while not known, and where no move of the value
        could make the trigger fire any more (a date that is past).
    unit : str
        Of value, threshold and distance, as "bp" or "index points"; "fraction" is 0 to 1.
    direction : str
        The trigger fires while the value is "above", "at least", "below" or "at most" the
        threshold.
    """

    name: str
    value: pd.Series
    threshold: pd.Series
    unit: str
    direction: str

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise refused("direction", self.direction, tuple(DIRECTIONS))

    def __repr__(self) -> str:
        value, threshold = self.value.iloc[-1], self.threshold.iloc[-1]
        return f"<Reading {self.name}: {value:.6g} {self.unit}, {self.direction} {threshold:.6g}>"

    @property
    def upward(self) -> bool:
        """Whether the value has to rise for the trigger to fire."""
        return self.direction in ("above", "at least")

    @property
    def fires(self) -> pd.Series:
        """Whether the value is past the threshold; "boolean" dtype, NA where it is not known."""
        index = self.value.index
        value, threshold = (
            levels.reindex(index).to_numpy(dtype=float, na_value=np.nan)
            for levels in (self.value, self.threshold)
        )
        unknown = np.isnan(value) | np.isnan(threshold)
        yes = DIRECTIONS[self.direction](value, threshold)
        return pd.Series(BooleanArray(yes, unknown), index=index)

    @property
    def distance(self) -> pd.Series:
        """How far the value must still move to fire, in `unit`; below 0 once it is past."""
        gap = self.threshold - self.value
        return (gap if self.upward else -gap).rename("distance")

    @property
    def typical_move(self) -> pd.Series:
        """Median absolute daily change of value less threshold over the last year, in `unit`."""
        moved = (self.value - self.threshold).diff().abs()
        return moved.rolling(YEAR, min_periods=FEWEST).median().rename("typical_move")

    @property
    def moves(self) -> pd.Series:
        """The distance in typical daily moves; NaN where the typical day moves nothing."""
        typical = self.typical_move
        return (self.distance / typical.where(typical > 0)).rename("moves")


def decided(yes: pd.Series, known: pd.Series) -> pd.Series:
    """Turn a bool series into an answer that is NA wherever it is not known.

    Examples
    --------
    >>> decided(pd.Series([True, False, False]), known=pd.Series([True, True, False])).tolist()
    [True, False, <NA>]
    """
    answered = BooleanArray(yes.to_numpy(dtype=bool), ~known.to_numpy(dtype=bool))
    return pd.Series(answered, index=yes.index)


def constant(level: float, market: Market) -> pd.Series:
    """Return a threshold that is the same after every session."""
    return pd.Series(float(level), index=market.sessions)
