"""Cells as text and numbers: blanks, thousands, percent signs, words for ten thousand."""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

BLANK = frozenset(
    [
        *("", "-", "--", "---", "—", "——", ".", "/", "na", "n/a", "#n/a", "nan", "nat", "null"),
        *("none", "<na>", "\\n", "#value!", "#ref!", "#div/0!", "无", "暂无", "停牌"),
    ]
)
WORDS = {
    **{"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12},
    **{"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12},
}

# Signs of currencies, quotes, a spreadsheet's ="…", and blanks between digits.
_AROUND = re.compile(r"[\s\u00a0\u202f]|^=?[\"']|[\"']$|^[$¥￥€£]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_WORDED = re.compile(r"([+-]?[\d.]+)\s*(K|M|B|T|万亿|千万|百万|千|万|亿)", re.IGNORECASE)


def cell_text(cell: Any) -> str:
    """Return a cell as text, "" where it is blank."""
    if cell is None or cell is pd.NaT or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def is_blank(cell: Any) -> bool:
    """Whether a cell says there is no value."""
    return cell is None or cell is pd.NA or cell != cell or str(cell).strip().lower() in BLANK


def numbers(
    column: pd.Series, *, percent: bool = False, words: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers; blanks are NaN.

    Parameters
    ----------
    percent : bool
        Whether "2.5%" is the number 2.5.
    words : bool
        Whether "1.5M" and "1.5亿" are numbers, as sites print volumes.

    Returns
    -------
    values, wrong
        Values, NaN where there is none, and where text or infinity stands for a number.

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "", "1,234.5", "n/a", "x"]))[0].tolist()
    [1.5, nan, 1234.5, nan, nan]
    >>> numbers(pd.Series(["1.5M", "2万"]), words=True)[0].tolist()
    [1500000.0, 20000.0]
    """
    if column.dtype.kind in "iuf":
        values, wrong = column.to_numpy(dtype=float, na_value=np.nan), np.zeros(len(column), bool)
    else:
        cells = column.to_numpy(dtype=object)
        try:
            # Python's float is exact to the last bit; pandas' own parsers are not.
            values, wrong = cells.astype(float), np.zeros(len(column), bool)
        except (TypeError, ValueError):
            comma = _decimal_comma(cells)
            read = [_number(cell, comma, percent, words) for cell in cells]
            values = np.array([value for value, _ in read], dtype=float)
            wrong = np.array([failed for _, failed in read], dtype=bool)
    wrong = wrong | np.isinf(values)
    return np.where(wrong, np.nan, values), wrong


def _decimal_comma(cells: NDArray[Any]) -> bool:
    """Whether a column writes 3.541,49: some comma is no separator of thousands, all fit."""
    texts = {str(cell).strip() for cell in cells if not is_blank(cell)}
    commas = [text for text in texts if "," in text]
    if not commas or all(_THOUSANDS.fullmatch(text) for text in commas):
        return False
    return all(_COMMA.fullmatch(text) for text in commas)


def _number(cell: Any, comma: bool, percent: bool, words: bool) -> tuple[float, bool]:
    if is_blank(cell):
        return np.nan, False
    text, factor = _AROUND.sub("", str(cell)), 1.0
    if percent:
        text = text.removesuffix("%").strip()
    if comma:
        text = text.replace(".", "").replace(",", ".")
    if words and (found := _WORDED.fullmatch(text.replace(",", ""))):
        text, factor = found[1], WORDS[found[2].lower()]
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        return float(text) * factor, False
    except ValueError:
        return np.nan, True
