"""How reports write numbers, and what the headline figures are called. Imports pandas."""

from __future__ import annotations

import math

import pandas as pd

NOTHING = "–"
FIGURES = {
    "total_return": ("Total return", "{:+.1%}"),
    "cagr": ("CAGR", "{:+.1%}"),
    "volatility": ("Volatility", "{:.1%}"),
    "sharpe": ("Sharpe", "{:.2f}"),
    "sortino": ("Sortino", "{:.2f}"),
    "calmar": ("Calmar", "{:.2f}"),
    "max_drawdown": ("Max drawdown", "{:.1%}"),
    "hit_rate": ("Months up", "{:.0%}"),
    "beta": ("Beta", "{:.2f}"),
    "alpha": ("Alpha a year", "{:+.1%}"),
    "tracking_error": ("Tracking error", "{:.1%}"),
    "information_ratio": ("Information ratio", "{:.2f}"),
    "up_capture": ("Up capture", "{:.0%}"),
    "down_capture": ("Down capture", "{:.0%}"),
    "turnover": ("Turnover a year", "{:.1f}×"),
    "cost_drag": ("Cost drag a year", "{:.2%}"),
    "costs_paid": ("Costs paid", "{:,.0f}"),
    "switches": ("Switches", "{:.0f}"),
}
SHAPES = {
    "growth": "{:.2f}",
    "percent": "{:.1%}",
    "signed percent": "{:+.1%}",
    "points": "{:+.1f}",
    "ratio": "{:.2f}",
    "number": "{:,.0f}",
}


def figure(key: str, value: object) -> str:
    """Write a headline figure.

    Examples
    --------
    >>> figure("cagr", 0.0381), figure("sharpe", None), figure("turnover", 3.68)
    ('+3.8%', '–', '3.7×')
    """
    return written(value, FIGURES[key][1]) if key in FIGURES else written(value, "{:.4g}")


def written(value: object, shape: str) -> str:
    """Write a number in a shape, or the shape of a unit; what is not known is a dash.

    Examples
    --------
    >>> written(0.123, "percent"), written(float("nan"), "percent"), written(-2.5, "{:+.1f}")
    ('12.3%', '–', '-2.5')
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return NOTHING
    return SHAPES.get(shape, shape if "{" in shape else "{:.4g}").format(value)


def day(value: object) -> str:
    """Write a date as 2024-06-28; none is a dash."""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else NOTHING


def column(values: pd.Series, shape: str) -> list[str]:
    """Write a column of numbers."""
    return [written(value, shape) for value in values.astype(float).tolist()]
