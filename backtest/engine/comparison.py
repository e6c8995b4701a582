"""Several backtests on one market and window: a table of their figures, and a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backtest.display import Displayed, put_in
from backtest.engine.result import BacktestResult
from backtest.errors import UserError


@dataclass(frozen=True, eq=False)
class Comparison(Displayed):
    """Several backtests on one market and window.

    Attributes
    ----------
    documents : mapping
        Results as `to_json` gives them, by label.
    returns, regimes : DataFrame, session × label
        Daily returns, and the name of what was held.
    benchmarks : mapping
        Daily returns to compare with; none where the market is gone.
    """

    documents: Mapping[str, Mapping[str, Any]]
    returns: pd.DataFrame
    regimes: pd.DataFrame
    benchmarks: Mapping[str, pd.Series] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Sequence[BacktestResult]) -> Comparison:
        """Put results side by side."""
        labeled = dict(zip(labels_of(results), results, strict=True))
        if len(labeled) < len(results):
            raise UserError("two of the strategies are the same, settings included; name each once")
        return cls(
            {label: result.to_json() for label, result in labeled.items()},
            pd.DataFrame({label: result.returns for label, result in labeled.items()}),
            pd.DataFrame({label: result.regime for label, result in labeled.items()}),
            results[0].benchmarks,
        )


class Compared(Displayed, pd.DataFrame):
    """A row per result and a column per figure; printed with units, a column per result."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame  # what is made of it is a plain frame

    def __repr__(self) -> str:
        return str(put_in("figures")({str(name): dict(row) for name, row in self.iterrows()}))


def compare(results: Sequence[BacktestResult]) -> pd.DataFrame:
    """Return one row per result and one column per figure of `summary()`; printed with units.

    Rows are named after the strategies; a name that occurs twice gets its parameters behind it.
    """
    labels = labels_of(results)
    rows = [result.summary() for result in results]
    return Compared(rows, index=pd.Index(labels, name="strategy"))


def labels_of(results: Sequence[BacktestResult]) -> list[str]:
    """Return a label for each result: its name, with its settings where a name stands twice."""
    names = [result.name for result in results]
    return [
        result.name if names.count(result.name) == 1 else f"{result.name} {result.manifest['set']}"
        for result in results
    ]
