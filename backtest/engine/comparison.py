"""Comparison: several backtests on one market and window, as a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from backtest.display import Displayed
from backtest.engine.result import BacktestResult, labels_of
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
