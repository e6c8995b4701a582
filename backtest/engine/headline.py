"""The headline figures: what each is called and how it is written."""

from __future__ import annotations

import math
import re

NOTHING = "–"
FIGURES = {
    "total_return": ("Total return", "{:+.1%}"),
    "cagr": ("CAGR", "{:+.1%}"),
    "volatility": ("Volatility", "{:.1%}"),
    "sharpe": ("Sharpe", "{:.2f}"),
    "sortino": ("Sortino", "{:.2f}"),
    "calmar": ("Calmar", "{:.2f}"),
    "max_drawdown": ("Max drawdown", "{:.1%}"),
    "positive_months": ("Positive months", "{:.0%}"),
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


def figure(key: str, value: object) -> str:
    """Write a headline figure; what is not known is a dash.

    Examples
    --------
    >>> figure("cagr", 0.0381), figure("sharpe", None), figure("turnover", 3.68)
    ('+3.8%', '–', '3.7×')
    """
    return shaped(value, FIGURES[key][1] if key in FIGURES else "{:.4g}")


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
