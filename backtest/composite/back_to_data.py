"""Back to the data: which indicators moved the index between two dates.

Step 8 of the OECD/JRC Handbook (2008, section 8): the index taken apart again.
"""

import pandas as pd

from backtest.composite.composite import Composite
from backtest.errors import UserError
from backtest.market import Date


def back_to_data(found: Composite, start: Date, end: Date) -> pd.DataFrame:
    """Return what each indicator brought in the move of the index from one date to another.

    Parameters
    ----------
    start, end : date
        The moves counted are those to the sessions after `start`, up to `end`.

    Returns
    -------
    DataFrame, indicator × (pillar, before, after, points)
        Scores on both dates and the points brought, largest first whatever their sign. The points
        sum to the index's move; what entering, leaving and new weights did is linked out of both.

    Raises
    ------
    UserError
        If the dates are not in order or the market ends before the first one.
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    sessions = found.market.sessions
    if first >= last:
        raise UserError(
            "start {first:%Y-%m-%d} is after end {last:%Y-%m-%d}; swap them", first=first, last=last
        )
    if first < sessions[0] or first >= sessions[-1]:
        raise UserError(
            "market {name} has no move after {first:%Y-%m-%d}; it runs from {start:%Y-%m-%d} "
            "to {end:%Y-%m-%d}",
            name=found.market.name,
            first=first,
            start=sessions[0],
            end=sessions[-1],
        )
    pillar = {one.name: one.pillar for one in found.framework.concrete}
    table = pd.DataFrame(
        {
            "pillar": pd.Series(pillar),
            "before": found.scores.loc[:first].iloc[-1],
            "after": found.scores.loc[:last].iloc[-1],
            "points": found.contributions.loc[first:last].iloc[1:].sum()
            if first in sessions
            else found.contributions.loc[first:last].sum(),
        }
    ).rename_axis("indicator")
    order = table["points"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order]
