"""Colors: those of Okabe and Ito (2008), which color-blind readers can tell apart.

Two-sided scales go from orange to purple (ColorBrewer's PuOr), one-sided ones from white to blue.
"""

from __future__ import annotations

from collections.abc import Iterable

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#F0E442")
DARK, GRAY, PALE, SHADE = "#333333", "#767676", "#C4C9CE", "#FBE5BF"
DIVERGING = ("#B35806", "#F1A340", "#FEE0B6", "#F7F7F7", "#D8DAEB", "#998EC3", "#542788")
SEQUENTIAL = ("#FFFFFF", "#D6E6F2", "#8FBDDC", "#3B8FC2", "#0072B2", "#004B78")
KNOWN = {"cash": PALE, "nqp": COLORS[1], "traditional": COLORS[2], "breakthrough": COLORS[3]}
KNOWN |= {"defensive": COLORS[5]}
OTHER = COLORS[6]  # what is held when the colors are used up
BESIDE = ("solid", "dot", "dash")  # how the lines of benchmarks are drawn


def color(number: int) -> str:
    """Return the color of the series with this number, from 0; they repeat after eight."""
    return COLORS[number % len(COLORS)]


def regime_colors(names: Iterable[str]) -> dict[str, str]:
    """Return a color for each name of what is held, in their order; cash is pale.

    Common names have the same color everywhere; the others take those that are left, and where
    none is, they are all `OTHER`.

    Examples
    --------
    >>> regime_colors(["cash", "traditional", "nqp", "traditional"])
    {'cash': '#C4C9CE', 'traditional': '#009E73', 'nqp': '#D55E00'}
    """
    once = list(dict.fromkeys(names))
    taken = {KNOWN[name] for name in once if name in KNOWN}
    left = iter([shade for shade in COLORS[1:] if shade not in {*taken, OTHER}])
    return {name: KNOWN[name] if name in KNOWN else next(left, OTHER) for name in once}
