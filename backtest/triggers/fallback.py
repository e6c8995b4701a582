"""OrElse: another question where a market lacks what the first one reads."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import parameter
from backtest.triggers.algebra import Trigger
from backtest.triggers.reading import Reading


@dataclass(frozen=True)
class OrElse(Trigger):
    """Ask `first`; until it has been known once, and where the market lacks it, `otherwise`.

    After its first known answer only `first` counts, unknown where it is. A run says on how many
    sessions `otherwise` answered.
    """

    first: Trigger = parameter("what is asked")
    otherwise: Trigger = parameter("what is asked where that cannot be")

    @property
    def built_of(self) -> tuple[Trigger, ...]:
        """None: one of the two answers at a time, and which one turns on the market."""
        return ()

    def evaluate(self, market: Market) -> pd.Series:
        """Answer by `first` from its first known answer on, before that by `otherwise`."""
        answer = self._first(market)
        if answer is None:
            return self.otherwise.answer(market)
        return answer.where(~self.falls_back(market), self.otherwise.answer(market))

    def falls_back(self, market: Market) -> pd.Series:
        """Return on which sessions `otherwise` answers."""
        answer = self._first(market)
        known = np.zeros(len(market.sessions), dtype=bool) if answer is None else answer.notna()
        return pd.Series(~np.logical_or.accumulate(np.asarray(known)), index=market.sessions)

    @property
    def label(self) -> str:
        """What is asked first."""
        return self.first.label

    def reading(self, market: Market) -> Reading | None:
        """Return the reading of `first`, or where the market lacks it that of `otherwise`."""
        asked = self.otherwise if self._first(market) is None else self.first
        return asked.reading(market)

    def remarks(self, market: Market) -> tuple[str, ...]:
        """Say on how many sessions `otherwise` answers."""
        count = int(self.falls_back(market).sum())
        said = Note(
            "{first} is not known on {count} of {all} sessions: {otherwise} stands in",
            first=self.first.label,
            count=count,
            all=len(market.sessions),
            otherwise=self.otherwise.label,
        )
        return (said,) if count else ()

    def _first(self, market: Market) -> pd.Series | None:
        try:
            return self.first.answer(market)
        except UserError:
            return None
