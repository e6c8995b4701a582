"""Which rows of a file are data: turned upright, one table of several, footers dropped."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backtest.data.dates import looks_dated
from backtest.data.grid import Cells
from backtest.data.numerals import cell_text, numbers
from backtest.errors import UserError

SIDEWAYS_ROWS = 10
# Rows below the data that sum them up, whatever numbers they hold.
SUMMARIES = frozenset(
    [
        *("合计", "总计", "平均", "平均值", "均值", "最大", "最大值", "最小", "最小值"),
        *("average", "mean", "total", "sum", "max", "min"),
    ]
)


def upright(grid: Cells) -> Cells:
    """Turn a table whose dates stand side by side above the data, as statistics offices write."""
    if grid.heads or looks_dated(grid.cells.iloc[:SIDEWAYS_ROWS, 0]).sum() > 1:
        return grid
    for row in range(min(len(grid.cells), SIDEWAYS_ROWS)):
        cells = grid.cells.iloc[row]
        across = looks_dated(cells.reset_index(drop=True))
        if across.sum() >= 3 and across[1:].sum() >= len(across) - 2:
            below = grid.cells.iloc[row:]
            filled = below.map(lambda cell: cell_text(cell) != "").sum(axis=1) > 1
            turned = below[filled].T.reset_index(drop=True)
            turned = turned.set_axis(range(turned.shape[1]), axis=1)
            return Cells(turned.astype(object), kind=f"{grid.kind}, dates side by side")
    return grid


def first_table(
    body: pd.DataFrame, dated: np.ndarray, place: int
) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
    """Cut off further tables: below rows of text the dates begin anew."""
    texts = [cell_text(cell) for cell in body[place]]
    seen: set[str] = set()
    for row, text in enumerate(texts):
        if dated[row]:
            if text in seen and row and not dated[row - 1]:
                end = row - 1
                while end and not dated[end - 1]:
                    end -= 1
                return body.iloc[:end], dated[:end], ("only its first table was read",)
            seen.add(text)
    return body, dated, ()


def data_rows(
    body: pd.DataFrame, dated: np.ndarray, place: int, heads: list[list[str]], path: Path
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return which rows are data, and those that are none and were dropped, as they stand."""
    dropped: list[str] = []
    for row in np.flatnonzero(~dated):
        texts = [cell_text(cell) for cell in body.iloc[row]]
        filled = [text for at, text in enumerate(texts) if text and at != place]
        if not texts[place] and not filled:
            continue
        is_sum = texts[place].strip("：:").lower() in SUMMARIES
        written, _ = numbers(pd.Series(filled, dtype=object), percent=True, words=True)
        if is_sum or texts in heads or not np.isfinite(written).any():
            dropped.append(" ".join(text for text in texts if text)[:80])
            continue
        raise no_date(path, int(row), body[place].iloc[row])
    return dated, tuple(dropped)


def no_date(path: Path, row: int, cell: Any) -> UserError:
    """Return the mistake of a row without a date."""
    return UserError(
        "{path}: row {row} has {cell!r} for its date, which is none; write dates as 2024-06-28",
        path=path,
        row=row + 1,
        cell=cell_text(cell),
    )


def refuse_ragged(body: pd.DataFrame, heads: list[list[str]], path: Path) -> None:
    """Raise a `UserError` where a row has cells to the right of all headers."""
    if not heads:
        return
    headed = max(at for row in heads for at, text in enumerate(row) if text)
    for position in range(headed + 1, body.shape[1]):
        over = [row for row, cell in enumerate(body[position]) if cell_text(cell)]
        if over:
            raise UserError(
                "{path}: row {over} has more cells than the header; give every row the same "
                "columns",
                path=path,
                over=over[0] + 1,
            )
