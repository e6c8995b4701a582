"""Figures as a script prints them: a row each with its unit, in at most 80 columns."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from backtest.views.numbers import figure
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

WIDTH = 80


def figures_page(compared: pd.DataFrame, say: Words) -> Page:
    """Return the figures of several backtests, a column each."""
    rows = {str(label): dict(row) for label, row in compared.iterrows()}
    section = Section("figures", "", tables=(Table("", _cells(rows, say)),))
    return Page(say("Comparison"), say.language, sections=(section,))


def figures_text(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures of one or several backtests, as many beside each other as there is room.

    Examples
    --------
    >>> print(figures_text({"mine": {"cagr": 0.0381, "sharpe": 0.25}}))
             mine
    CAGR    +3.8%
    Sharpe   0.25
    """
    cells = _cells(columns, Words())
    side = max(map(len, cells.index))
    wide = {label: max(len(label), *map(len, cells[label])) for label in columns}
    blocks: list[list[str]] = [[]]
    for label in columns:
        used = side + sum(2 + wide[known] for known in blocks[-1])
        if blocks[-1] and used + 2 + wide[label] > WIDTH:
            blocks.append([])
        blocks[-1].append(label)
    return "\n\n".join(cells[labels].to_string() for labels in blocks)


def _cells(columns: Mapping[str, Mapping[Any, float]], say: Words) -> pd.DataFrame:
    """Write figures, a row each, of backtests, a column each."""
    names = dict.fromkeys(name for known in columns.values() for name in known)
    cells = {
        label: [figure(name, known.get(name)) for name in names] for label, known in columns.items()
    }
    return pd.DataFrame(cells, [say.figure(name) for name in names])
