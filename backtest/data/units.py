"""Units of series: what a file says of them, and whether values look like the declared one."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from backtest.data.finding import Finding
from backtest.errors import UserError
from backtest.market.universe import SeriesSpec, Universe

# How many percent one of each is.
IN_PERCENT = {"percent": 1.0, "decimal": 100.0, "bp": 0.01}
NAMES = {
    **dict.fromkeys(("percent", "%", "pct", "％", "percent per year", "% p.a."), "percent"),
    **dict.fromkeys(("decimal", "fraction", "小数"), "decimal"),
    **dict.fromkeys(("bp", "bps", "basis points", "基点"), "bp"),
}
# A yield in percent lies between these on most days; below the first it is a fraction.
LOWEST_PERCENT, HIGHEST_PERCENT = 0.2, 30.0
# One step cannot multiply a level by this where steps are small as a rule.
UNIT_STEP, USUAL_STEP = 30.0, 1.5

_BRACKETED = re.compile(r"[(（\[【]([^()（）]*)[)）\]】]\s*$|[:：]([^:：]+)$")


def unit_of(header: str, label: str) -> str:
    """Return the unit a file states above or in a header, "" where it states none that matters."""
    found = _BRACKETED.search(header.strip())
    bracketed = (found[1] or found[2]) if found else ""
    for text in (label, bracketed):
        if text and text.strip().lower() in NAMES:
            return NAMES[text.strip().lower()]
    return ""


def stated_unit(text: str) -> str:
    """Return a unit as the command line names it.

    Raises
    ------
    UserError
        If there is no such unit.
    """
    if text.strip().lower() not in NAMES:
        raise UserError("there is no unit {text!r}; choose percent, decimal or bp", text=text)
    return NAMES[text.strip().lower()]


def converted(values: np.ndarray, unit: str, spec: SeriesSpec) -> tuple[np.ndarray, list[Finding]]:
    """Return values in the declared unit, and what is to be said of it."""
    if not unit or unit == "percent" or spec.unit not in ("percent", ""):
        return values, []
    details = {"unit": unit, "declared": "percent"}
    factor = IN_PERCENT[unit]
    # 2.7836 percent from 278.36: a division gives back the digits that a product does not.
    turned = values / (1.0 / factor) if factor < 1.0 else values * factor
    return np.round(turned, 10), [Finding("converted_unit", spec.id, details=details)]


def check_units(
    name: str, rows: pd.DataFrame, universe: Universe, *, stated: bool
) -> Iterator[Finding]:
    """Compare a series' level with its declared unit and with its own past.

    Parameters
    ----------
    rows : DataFrame
        One series' rows by date, without blanks.
    stated : bool
        Whether the user stated the unit, which settles it.
    """
    spec, values = universe.spec(name), rows["value"].to_numpy(dtype=float)
    if stated or not len(values):
        return
    level = float(np.median(np.abs(values)))
    if spec.unit == "percent" and _is_yield(spec, universe) and (values > 0.0).all():
        looks = "decimal" if values.max() < LOWEST_PERCENT else ""
        looks = "bp" if level > HIGHEST_PERCENT else looks
        if looks:
            details = {"declared": "percent", "looks": looks}
            yield Finding("wrong_unit", name, value=level, details=details)
            return
    if len(values) < 3 or not ((values > 0.0).all() or (values < 0.0).all()):
        return
    steps = np.abs(np.diff(np.log(np.abs(values))))
    if np.median(steps) > np.log(USUAL_STEP) or steps.max() < np.log(UNIT_STEP):
        return
    row = int(np.argmax(steps))
    when = pd.Timestamp(rows["date"].iloc[row + 1]).date()
    known = {"before": float(values[row]), "declared": spec.unit or "percent"}
    yield Finding("unit_changes", name, when, float(values[row + 1]), known)


def without_zeros(name: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Take 0 amid values far from it for none, and say so.

    A value may be 0; but not where both neighbours are many usual steps away from it.
    """
    values = rows["value"].to_numpy(dtype=float)
    zero = values == 0.0
    others = values[~zero & np.isfinite(values)]
    if not zero.any() or len(others) < 3:
        return rows, []
    level, step = float(np.median(np.abs(others))), float(np.median(np.abs(np.diff(others))))
    if np.abs(others).min() < max(10.0 * step, 0.2 * level):
        return rows, []
    first = pd.Timestamp(rows["date"][zero].iloc[0]).date()
    found = Finding("zero_values", name, first, int(zero.sum()), {"level": level})
    return rows[~zero], [found]


def _is_yield(spec: SeriesSpec, universe: Universe) -> bool:
    title = f"{spec.title} {spec.id}".lower()
    return spec.id in (universe.rate, "money_rate") or "yield" in title or "收益率" in title
