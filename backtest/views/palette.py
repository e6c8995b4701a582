"""Colors: those of Okabe and Ito (2008), which color-blind readers can tell apart.

Two-sided scales go from orange to purple (ColorBrewer's PuOr), one-sided ones from white to blue.
"""

from collections.abc import Iterable
from zlib import crc32

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#F0E442")
DARK, GRAY, PALE, SHADE = "#333333", "#767676", "#C4C9CE", "#FBE5BF"
INK, SOFT, RULE, BANNER = "#1D2125", "#5A6169", "#E3E6E9", "#FDF5E2"  # as in page.css
GRID, READ, HEAD = "#E6E8EB", "#3A4046", "#555B61"  # of interactive charts: lines, value, heads
COUNTS = COLORS[5]
DIVERGING = ("#B35806", "#F1A340", "#FEE0B6", "#F7F7F7", "#D8DAEB", "#998EC3", "#542788")
SEQUENTIAL = ("#FFFFFF", "#D6E6F2", "#8FBDDC", "#3B8FC2", "#0072B2", "#004B78")
KNOWN = {
    **{"cash": PALE, "nqp": COLORS[1], "traditional": COLORS[2], "defensive": COLORS[5]},
    **{"technology": "#882255", "manufacturing": COLORS[3], "medicine": COLORS[4]},
    **{"export_electromechanical": "#332288", "export_housing": "#44AA99"},
    **{"export_capex": "#DDCC77", "two_bulls": COLORS[0], "stock_bull": COLORS[7]},
    **{"bond_bull": "#117733", "neither": "#AA4499", "market": "#88CCEE"},
}
# Of all other baskets: three of the above and Tol's muted scheme (2021) with three darker ones.
BASKETS = (
    *(COLORS[3], COLORS[4], COLORS[7], "#882255", "#44AA99", "#332288", "#DDCC77", "#117733"),
    *("#AA4499", "#88CCEE", "#661100", "#6699CC", "#225522", "#994455"),
)
TONES = {"good": COLORS[2], "bad": COLORS[1], "unsure": COLORS[6]}  # of verdicts
VERDICTS = {"held": "good", "failed": "bad", "cannot tell": "unsure"}  # what news a verdict is
MARK = COLORS[1]  # of what is pointed at
OTHER = COLORS[6]  # what is held when the colors are used up
BESIDE = ("solid", "dot", "dash")  # how the lines of benchmarks are drawn


def color(number: int) -> str:
    """Return the color of the series with this number, from 0; they repeat after eight."""
    return COLORS[number % len(COLORS)]


def regime_colors(names: Iterable[str]) -> dict[str, str]:
    """Return a color for each name of what is held; cash is pale.

    A name has the same color everywhere, unless two of a picture would share it: then the later
    one takes the next, and where none is left, `OTHER`. What has an overlay ("nqp+medicine") has
    its base's, lighter.

    Examples
    --------
    >>> regime_colors(["cash", "traditional", "nqp", "traditional"])
    {'cash': '#C4C9CE', 'traditional': '#009E73', 'nqp': '#D55E00'}
    >>> regime_colors(["nqp+medicine"])
    {'nqp+medicine': '#EAAE7F'}
    >>> regime_colors(["mine", "yours"])["yours"] == regime_colors(["yours"])["yours"]
    True
    """
    given = list(dict.fromkeys(names))
    bases = dict.fromkeys(name.partition("+")[0] for name in given)
    shades = {name: KNOWN[name] for name in bases if name in KNOWN}
    for name in (name for name in bases if name not in KNOWN):
        place = crc32(name.encode()) % len(BASKETS)
        wanted = [*BASKETS[place:], *BASKETS[:place]]
        free = [shade for shade in wanted if shade not in shades.values()]
        shades[name] = free[0] if free else OTHER
    return {
        name: lighter(shades[base]) if added else shades[base]
        for name in given
        for base, _, added in [name.partition("+")]
    }


def lighter(shade: str) -> str:
    """Return a color half way to white.

    Examples
    --------
    >>> lighter("#000000")
    '#7F7F7F'
    """
    return "#" + "".join(f"{(int(shade[at : at + 2], 16) + 255) // 2:02X}" for at in (1, 3, 5))
