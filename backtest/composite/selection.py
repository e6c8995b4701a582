"""Selection: which indicators count, and how old what they say is.

Step 2 of the OECD/JRC Handbook (2008, section 2).
"""

import pandas as pd

from backtest.composite.basket import in_force
from backtest.composite.composite import Composite
from backtest.composite.indicator import FREQUENCIES
from backtest.composite.releases import releases


def selection(found: Composite) -> pd.DataFrame:
    """Return what each indicator rests on, on the last session.

    Returns
    -------
    DataFrame, indicator × (pillar, weight, score, known, age_days, stands_days, in_force)
        `weight` in the whole, 0 for what does not count; `score` in points; `known`, the session
        that brought the last value, NaT where none came; `age_days`, calendar days since; beyond
        `stands_days` a value is too old to count as covered.
    """
    market, framework = found.market, found.framework
    values = releases(market, framework).values
    known = pd.Series(
        {name: values[name].last_valid_index() for name in values}, dtype="datetime64[ns]"
    )
    today = market.sessions[-1]
    names = [one.name for one in framework.concrete]
    weights = found.weights.iloc[-1] if len(found.weights) else pd.Series(0.0, index=names)
    return pd.DataFrame(
        {
            "pillar": [one.pillar for one in framework.concrete],
            "weight": weights.reindex(names, fill_value=0.0).to_numpy(),
            "score": found.scores.iloc[-1].reindex(names).to_numpy(),
            "known": known.reindex(names).to_numpy(),
            "age_days": (today - known.reindex(names)).dt.days.to_numpy(),
            "stands_days": [FREQUENCIES[one.frequency].max_age_days for one in framework.concrete],
            "in_force": in_force(market.sessions[-1:], framework).iloc[0].to_numpy(),
        },
        index=pd.Index(names, name="indicator"),
    )
