"""Figures as a script prints them: a row each with its unit, in at most 80 columns."""

from collections.abc import Mapping

import pandas as pd

from backtest.views.numbers import figure
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

WIDTH = 80


def figures_page(compared: pd.DataFrame, say: Words) -> Page:
    """Return the figures of several backtests, a column each."""
    cells = {
        str(label): [figure(str(name), value) for name, value in row.items()]
        for label, row in compared.iterrows()
    }
    listed = Table("", pd.DataFrame(cells, [say.figure(str(name)) for name in compared]))
    return Page(
        say("Comparison"), say.language, sections=(Section("figures", "", tables=(listed,)),)
    )


def figures_text(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures of one or several backtests, as many beside each other as there is room.

    Examples
    --------
    >>> print(figures_text({"mine": {"cagr": 0.0381, "sharpe": 0.25}}))
             mine
    CAGR    +3.8%
    Sharpe   0.25
    """
    names = dict.fromkeys(name for known in columns.values() for name in known)
    heads = {name: Words().figure(name) for name in names}
    side = max(map(len, heads.values()))
    cells = {
        label: [figure(name, known.get(name)) for name in names] for label, known in columns.items()
    }
    wide = {label: max(len(label), *map(len, told)) for label, told in cells.items()}
    blocks: list[list[str]] = [[]]
    for label in cells:
        used = side + sum(2 + wide[known] for known in blocks[-1])
        if blocks[-1] and used + 2 + wide[label] > WIDTH:
            blocks.append([])
        blocks[-1].append(label)
    return "\n\n".join(
        pd.DataFrame({label: cells[label] for label in labels}, list(heads.values())).to_string()
        for labels in blocks
    )
