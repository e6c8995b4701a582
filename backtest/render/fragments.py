"""How values introduce themselves in notebooks: headings and tables as HTML.

Every text that comes in is escaped, and mathematics in it is left alone: a name is shown, never
obeyed. Text and background take their colors from the page, so light and dark notebooks both read
well; a verdict has a colored dot, and says the same in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from numbers import Integral

import pandas as pd

from backtest.engine.metrics import METRICS
from backtest.views.numbers import NOTHING, shaped

# Okabe and Ito (2008): told apart by color-blind readers, and on white as on black.
TOLD = ("verdict", "outcome")  # columns whose words are verdicts
DOTS = {
    "held": "#009E73",
    "skill": "#009E73",
    "failed": "#D55E00",
    "luck": "#D55E00",
    "cannot tell": "#999999",
}
SHAPES = {key: metric.unit for key, metric in METRICS.items()} | {"rank": "{:.0%}"}
ONE = r"[+<-]?[\d,.]+(e[+-]\d+)?(%|×| bp| points)?"
NUMBER = re.compile(rf"{ONE}( … {ONE})?|–")


def page(*parts: str) -> str:
    """Join pieces of HTML into one that notebooks leave as it is."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(parts)}</div>'


def heading(text: str) -> str:
    """Return a bold line.

    Examples
    --------
    >>> heading("S&P <b>")
    '<p><b>S&amp;P &lt;b&gt;</b></p>'
    """
    return f"<p><b>{escape(text)}</b></p>"


def paragraph(text: str) -> str:
    """Return a line of text."""
    return f"<p>{escape(text)}</p>"


def note(text: str) -> str:
    """Return a line that stands back: costs, fills, where data come from."""
    return f'<p style="opacity:0.7;font-size:smaller">{escape(text)}</p>'


def verdict(word: str, text: str) -> str:
    """Return a bold line that opens with a verdict and its dot."""
    return f"<p>{_dot(word)}<b>{escape(word)}.</b> {escape(text)}</p>"


def folded(summary: str, inside: str) -> str:
    """Return HTML behind a line to click on."""
    return f"<details><summary>{escape(summary)}</summary>{inside}</details>"


def scope(market: str, window: str, *, synthetic: bool, in_sample: bool = False) -> str:
    """Say what a result is about and what it is not.

    Examples
    --------
    >>> scope("sample", "2015 … 2025", synthetic=True, in_sample=True)
    'on sample (synthetic data, 2015 … 2025, in sample)'
    """
    said = ["synthetic data"] * synthetic + [window] + ["in sample"] * in_sample
    return f"on {market} ({', '.join(said)})"


def table(rows: pd.DataFrame) -> str:
    """Return a frame as a table: a line per row, figures shaped by the names of their columns.

    Under the columns `verdict` and `outcome` a verdict gets its dot. An index without a name is
    left out.
    """
    columns = [_column(head, rows.iloc[:, place]) for place, head in enumerate(rows.columns)]
    if rows.index.name is not None:
        columns.insert(0, _column(rows.index.name, rows.index))
    head, *body = (f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


def figure(name: str, value: object) -> str:
    """Write a value as text, a figure of `summary()` in its own shape.

    Examples
    --------
    >>> figure("cagr", 0.0312), figure("sharpe", 0.4567), figure("beta", float("nan"))
    ('+3.1%', '0.46', '–')
    >>> figure("date", pd.Timestamp("2024-09-24")), figure("trials", 12345), figure("open", True)
    ('2024-09-24', '12,345', 'yes')
    """
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    if value is None or value is pd.NaT or value != value:
        return NOTHING
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Integral):
        return f"{value:,}" if int(value) > 9999 else f"{value}"
    if isinstance(value, float):
        return shaped(value, SHAPES.get(name, "{:.3g}"))
    return str(value)


def _column(name: object, values: Iterable[object]) -> list[str]:
    """Return a column's cells, its head first; numbers stand on the right."""
    head = str(name)
    texts = [figure(head, value) for value in values]
    side = "right" if all(map(NUMBER.fullmatch, texts)) else "left"
    cells = ((_dot(text) if head in TOLD else "") + escape(text) for text in texts)
    wrap = ";white-space:nowrap" if side == "right" or head in TOLD else ""
    aligned = f'style="text-align:{side}{wrap}"'
    return [
        f"<th {aligned}>{escape(head)}</th>",
        *(f"<td {aligned}>{cell}</td>" for cell in cells),
    ]


def _dot(word: str) -> str:
    color = DOTS.get(word)
    return "" if color is None else f'<span style="color:{color}">●</span> '
