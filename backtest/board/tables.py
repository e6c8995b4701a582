"""Headline figures, pinned variants and switch dates as tables of text, and text as Markdown.

Names of markets, sectors, baskets and strategies are anybody's. Streamlit reads labels as Markdown,
so what comes in is escaped.
"""

import re
from collections.abc import Mapping

import pandas as pd

from backtest.board.view import View
from backtest.engine.metrics import METRICS
from backtest.views.numbers import figure, written

HEADLINE = {
    "total_return": "Return over the whole window, after costs.",
    "cagr": "Compound annual growth rate, after costs.",
    "sharpe": "Annual mean return above cash over its standard deviation.",
    "max_drawdown": "Largest fall from the highest value so far.",
    "turnover": "Traded value over equity, one way, annual.",
    "switches": "How often the position changed basket.",
}
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
COMPARED = ("total_return", "cagr", "volatility", "sharpe", "max_drawdown", "turnover", "switches")


def headline(view: View, made: int) -> list[tuple[str, str, str]]:
    """Return what each headline figure is called, its value, and what it means.

    `made` is how many trials the board has made since it was opened.
    """
    figures = [
        (METRICS[key].label, figure(key, view.figures[key]), meaning)
        for key, meaning in HEADLINE.items()
    ]
    rotates = view.luck.ruling.switches is not None
    beside = "the static blend of its baskets" if rotates else "the equal-weight market"
    return [
        *figures,
        (
            "Deflated Sharpe",
            deflated(view),
            "Probability that the true Sharpe ratio exceeds the expected maximum of as many trials "
            f"without skill: {view.luck.hurdle:.2f}.",
        ),
        (
            "Deflated, over the blend" if rotates else "Deflated, over the market",
            deflated(view, active=True),
            f"The same of the return over {beside}.",
        ),
        (
            "Trials",
            f"{view.luck.ruling.count.trials:,}",
            "Variants ever tried on this market, on this board, by shell, script or notebook. "
            f"They amount to {view.luck.ruling.count.effective:,} independent trials. "
            f"{made:,} new ones were made on this board since it was opened.",
        ),
    ]


def compared(views: Mapping[str, View]) -> pd.DataFrame:
    """Return a row of figures per variant, deflated Sharpe ratios last."""
    rows = {
        label: {
            **{METRICS[key].label: figure(key, view.figures[key]) for key in COMPARED},
            "Deflated": deflated(view),
            "Deflated, over the blend": deflated(view, active=True),
        }
        for label, view in views.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def deflated(view: View, *, active: bool = False) -> str:
    """Write a deflated Sharpe ratio, or that the sample is too small for one."""
    found = view.luck.deflated_active if active else view.luck.deflated
    return "inconclusive" if view.luck.ruling.too_small else written(found, "{:.0%}")


def switch_dates(view: View) -> pd.DataFrame:
    """Return a row per switch, the latest first."""
    dated = view.switches
    return dated.assign(date=dated["date"].dt.strftime("%Y-%m-%d")).rename(columns=str.capitalize)


def markdown_text(text: str) -> str:
    r"""Return Markdown that shows `text` as it stands, on one line.

    Examples
    --------
    >>> print(markdown_text("[a](b) *c*"))
    \[a\]\(b\) \*c\*
    """
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
