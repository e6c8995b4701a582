"""Texts, dates, numbers and axes as plotly reads them."""

from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

ROUNDING = 1e-12  # a value below this is drawn as 0
TEXT = "%{text}<extra></extra>"  # shown where the pointer is

Trace = dict[str, Any]
Drawn = tuple[list[Trace], Trace, Trace]  # traces, and what the axes across and up differ in


def shown(text: object) -> str:
    """Return a text as plotly shows it literally."""
    return escape(str(text), quote=False)


def scatter(mode: str, x: object, y: object, **rest: object) -> Trace:
    """Return points, or a line through them."""
    return {"type": "scatter", "mode": mode, "x": x, "y": y, **rest}


def named_rows(labels: list[str]) -> Trace:
    """Return an axis of rows with names, the first on top."""
    return {
        "tickvals": list(range(len(labels))),
        "ticktext": [shown(label) for label in labels],
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def dates(days: pd.Index) -> list[str]:
    """Return days as plotly reads them."""
    return list(_dates(days.to_numpy().astype("datetime64[D]").tobytes()))


@lru_cache(maxsize=16)
def _dates(days: bytes) -> tuple[str, ...]:
    """Return days as text; most lines of a page stand over the same ones."""
    return tuple(np.datetime_as_string(np.frombuffer(days, "datetime64[D]")).tolist())


def rounded(values: ArrayLike, digits: int = 6) -> list[float | None]:
    """Return numbers to some significant digits, None where not known; rounding errors are 0."""
    numbers = np.asarray(values, dtype=float)
    known = np.isfinite(numbers)
    numbers = np.where(known & (np.abs(numbers) >= ROUNDING), numbers, 0.0)
    places = digits - 1 - np.floor(np.log10(np.abs(numbers), where=numbers != 0.0, out=numbers * 0))
    up, down = 10.0 ** np.maximum(places, 0.0), 10.0 ** np.maximum(-places, 0.0)  # exact, both
    short = (np.rint(numbers * up / down) * down / up).tolist()
    return [one if there else None for one, there in zip(short, known.tolist(), strict=True)]
