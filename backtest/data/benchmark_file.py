"""A file of prices to compare with, read as a market's benchmark is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from backtest.data.periods import on_periods
from backtest.data.price_files import Reader
from backtest.market.universe import Universe


def read_levels(path: Path, universe: Universe) -> pd.Series:
    """Return closes by date, named after the file.

    Raises
    ------
    UserError
        If the file cannot be read, or is of several instruments and none is the benchmark.
    """
    placed, _ = on_periods(Reader.of(universe).benchmark(path).frame, universe)
    return placed.set_index("date")["close"].dropna().rename(path.stem)
