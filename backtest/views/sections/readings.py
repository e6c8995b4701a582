"""What other readings of the claims give: each as a dot, where the verdict changes with them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from backtest.evidence.finding import ClaimFinding
from backtest.views.charts import Chart, Key, Whiskers
from backtest.views.words import Words

# What a unit is drawn in: by how much it is multiplied, and the panel's unit.
DRAWN = {"return": (100.0, "points"), "share": (1.0, "percent"), "bp": (1.0, "number")}


def readings(
    findings: Sequence[ClaimFinding], shades: Mapping[str, str], say: Words
) -> Chart | None:
    """Draw the claims whose verdict changes with the reading; None where none does."""
    turning = [item for item in findings if item.turned and item.unit in DRAWN]
    if not turning:
        return None
    panels = []
    for unit, (scale, drawn) in DRAWN.items():
        items = [item for item in turning if item.unit == unit]
        if items:
            panels.append(_panel(items, scale, drawn, shades, say))
    return Chart(
        "alternatives",
        say(
            "Claims whose verdict an alternative definition reverses: every definition, by its "
            "verdict"
        ),
        say("{count} claims are drawn; the large dot is the claim as stated.", count=len(turning)),
        tuple(panels),
        tuple(Key(say(verdict), shade) for verdict, shade in shades.items()),
    )


def _panel(
    items: Sequence[ClaimFinding], scale: float, drawn: str, shades: Mapping[str, str], say: Words
) -> Whiskers:
    """Return a strip a row: dots at every reading, a bar from the lowest to the highest."""
    rows, dots = [], []
    for item in items:
        values = [scale * other.value for other in item.sensitivity]
        own = scale * item.value
        color = shades[item.verdict]
        rows.append(
            {"value": own, "low": min(own, *values), "high": max(own, *values), "color": color}
        )
        dots += [
            {"row": len(rows) - 1, "value": scale * other.value, "color": shades[other.verdict]}
            for other in item.sensitivity
        ]
    frame = pd.DataFrame(rows, index=[item.claim.id for item in items])
    titles = {
        "points": say("returns, in points"),
        "percent": say("shares of the signs"),
        "number": say("basis points"),
    }
    return Whiskers(titles[drawn], frame, drawn, pd.DataFrame(dots))
