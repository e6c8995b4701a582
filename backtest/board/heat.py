"""The two-parameter heat-map: a sweep over a grid of the controls' values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from backtest.board.controls import Control, with_values
from backtest.board.terms import BoardTerms
from backtest.board.view import CASH, USUAL
from backtest.engine.metrics import METRICS
from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy import Strategy
from backtest.tuning.sweep import sweep
from backtest.views.numbers import figure

SCORE = "sharpe"
MOST = 20  # values of a parameter


@dataclass(frozen=True, eq=False)
class Heat:
    """A score by the values of two parameters, all others as in `strategy`.

    Attributes
    ----------
    place_of : str
        As of a `View`: market and terms.
    rows, columns : str
        The parameters; `labels` is what they are called.
    table : DataFrame
        The score, as it is drawn, the greatest of the rows first; NaN where the strategy refuses
        the combination or it never traded.
    trials : int
        Variants of the strategy ever tried on this market, these included.
    """

    strategy: Strategy
    place_of: str
    rows: str
    columns: str
    labels: tuple[str, str]
    table: pd.DataFrame
    trials: int

    @cached_property
    def scores(self) -> np.ndarray:
        """The score of every cell, counted along the rows."""
        return self.table.to_numpy(dtype=float).ravel()

    def cell(self, number: int) -> dict[str, Any]:
        """Return the parameters of a cell; none where there is no cell, or none with a score."""
        if not 0 <= number < len(self.scores) or math.isnan(self.scores[number]):
            return {}
        row, column = divmod(number, len(self.table.columns))
        return {
            self.rows: self.table.index.tolist()[row],
            self.columns: self.table.columns.tolist()[column],
        }

    def place(self, chosen: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the row and column of the cell that parameters are in; None if in none."""
        rows, columns = self.table.index.tolist(), self.table.columns.tolist()
        row, column = chosen.get(self.rows), chosen.get(self.columns)
        if row not in rows or column not in columns:
            return None
        return rows.index(row), columns.index(column)

    def ranked(self, count: int) -> list[int]:
        """Return the numbers of the best cells, the best first."""
        order = np.argsort(-self.scores, kind="stable")[:count].tolist()
        return [number for number in order if not math.isnan(self.scores[number])]

    def spoken(self, number: int) -> str:
        """Say where a cell is and what its score is."""
        row, column = divmod(number, len(self.table.columns))
        at = f"{self.labels[0]} {self.table.index.tolist()[row]:g}"
        at = f"{at}, {self.labels[1]} {self.table.columns.tolist()[column]:g}"
        name = METRICS[SCORE].label
        return f"{at}: {name} {figure(SCORE, float(self.scores[number]))}"

    def fits(self, strategy: Strategy, place_of: str) -> bool:
        """Whether another variant differs from this map's in nothing but the two parameters."""
        if type(strategy) is not type(self.strategy) or place_of != self.place_of:
            return False
        own = {name: getattr(self.strategy, name) for name in (self.rows, self.columns)}
        return with_values(strategy, own) == self.strategy


def heat(
    strategy: Strategy,
    market: Market,
    rows: Control,
    columns: Control,
    *,
    terms: BoardTerms = USUAL,
) -> Heat:
    """Try every combination of two parameters, at most 20 × 20; each counts as a trial.

    Raises
    ------
    UserError
        If the two are the same, or no combination has a score.
    """
    if rows.name == columns.name:
        raise UserError(
            "a heat map needs two different parameters, not {name} twice", name=rows.name
        )

    def possible(parameters: Mapping[str, Any]) -> bool:
        try:
            with_values(strategy, {name: parameters[name] for name in (rows.name, columns.name)})
        except UserError:
            return False
        return True

    space = {control.name: control.some(MOST) for control in (rows, columns)}
    swept = sweep(
        strategy,
        space,
        market,
        score=SCORE,
        costs=terms.model,
        fill=terms.fill,
        start=terms.start,
        cash=CASH,
        constraints=[possible],
        progress=lambda _: None,
    )
    table = swept.trials.pivot(index=rows.name, columns=columns.name, values=SCORE)
    table = table.sort_index(ascending=False)  # as it is drawn
    return Heat(
        strategy=strategy,
        place_of=f"{market.snapshot} {terms}",
        rows=rows.name,
        columns=columns.name,
        labels=(rows.label, columns.label),
        table=table,
        trials=swept.tried,
    )
