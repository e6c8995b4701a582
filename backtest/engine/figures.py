"""Headline figures as values that print themselves: with units, rounded for display only."""

from __future__ import annotations

from html import escape

import pandas as pd

from backtest.display import put_in


class Figures(dict[str, float]):
    """Headline figures by name: fractions, and rates a year; printed with their units."""

    def __repr__(self) -> str:
        return str(put_in("figures")({"": self}))


class Compared(pd.DataFrame):
    """A row per result and a column per figure; printed with units, a column per result."""

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame  # what is made of it is a plain frame

    def __repr__(self) -> str:
        return str(put_in("figures")({str(name): dict(row) for name, row in self.iterrows()}))

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"
