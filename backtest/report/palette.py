"""Colors: those of Okabe and Ito (2008), which color-blind readers can tell apart. Imports nothing.

Two-sided scales go from orange to purple (ColorBrewer's PuOr), one-sided ones from white to blue.
"""

from __future__ import annotations

from collections.abc import Iterable

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#F0E442")
DARK, GRAY, PALE, SHADE = "#333333", "#767676", "#C4C9CE", "#FBE5BF"
DIVERGING = ("#B35806", "#F1A340", "#FEE0B6", "#F7F7F7", "#D8DAEB", "#998EC3", "#542788")
SEQUENTIAL = ("#FFFFFF", "#D6E6F2", "#8FBDDC", "#3B8FC2", "#0072B2", "#004B78")
BESIDE = ("solid", "dot", "dash")  # how the lines of benchmarks are drawn


def color(number: int) -> str:
    """Return the color of the series with this number, from 0; they repeat after eight."""
    return COLORS[number % len(COLORS)]


def regime_colors(names: Iterable[str]) -> dict[str, str]:
    """Return a color for each name of what is held, in their order; cash is pale.

    Examples
    --------
    >>> regime_colors(["cash", "nqp", "traditional", "nqp"])
    {'cash': '#C4C9CE', 'nqp': '#D55E00', 'traditional': '#009E73'}
    """
    found: dict[str, str] = {}
    for name in names:
        if name not in found:
            taken = len(found) - ("cash" in found)
            found[name] = PALE if name == "cash" else color(1 + taken)
    return found
