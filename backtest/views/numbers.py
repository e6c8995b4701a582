"""How reports write numbers and dates."""

import math
import re

import pandas as pd

from backtest.engine.metrics import METRICS

NOTHING = "–"

SHAPES = {
    "growth": "{:.2f}",
    "percent": "{:.1%}",
    "signed percent": "{:+.1%}",
    "points": "{:+.1f}",
    "ratio": "{:.2f}",
    "number": "{:,.0f}",
}


def written(value: object, shape: str) -> str:
    """Write a number in a shape, or the shape of a unit; what is not known is a dash.

    What rounds to zero has no sign.

    Examples
    --------
    >>> written(0.123, "percent"), written(float("nan"), "percent"), written(-2.5, "{:+.1f}")
    ('12.3%', '–', '-2.5')
    >>> written(-1e-13, "points"), written(1e-13, "signed percent"), written(-0.0, "growth")
    ('0.0', '0.0%', '0.00')
    """
    return shaped(value, SHAPES.get(shape, shape if "{" in shape else "{:.4g}"))


def day(value: object) -> str:
    """Write a date as 2024-06-28; none is a dash."""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else NOTHING


def column(values: pd.Series, shape: str) -> list[str]:
    """Write a column of numbers."""
    return [written(value, shape) for value in values.astype(float).tolist()]


def digest(table: pd.DataFrame, shape: str) -> pd.DataFrame:
    """Write a table of numbers."""
    rows = table.astype(float).to_numpy().tolist()
    cells = [[written(value, shape) for value in row] for row in rows]
    return pd.DataFrame(cells, table.index, table.columns)


def figure(key: str, value: object) -> str:
    """Write a headline figure; what is not known is a dash.

    Examples
    --------
    >>> figure("cagr", 0.0381), figure("sharpe", None), figure("turnover", 3.68)
    ('+3.8%', '–', '3.7×')
    """
    return shaped(value, METRICS[key].unit if key in METRICS else "{:.4g}")


def shaped(value: object, shape: str) -> str:
    """Write a number by a format; what is not known is a dash, what rounds to zero has no sign.

    Examples
    --------
    >>> shaped(-2.5, "{:+.1f}"), shaped(-1e-13, "{:+.1f}"), shaped(float("nan"), "{:.2f}")
    ('-2.5', '0.0', '–')
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return NOTHING
    text = shape.format(value)
    return text if re.search("[1-9]", text) else text.lstrip("+-")
