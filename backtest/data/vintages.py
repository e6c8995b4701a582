"""Series whose values were published, and at times revised.

A series table from a fetch holds, beside series, date (the last day of the period) and value:
`released`, the day the source says it came out; `usable`, the earliest day it may be used; and
`fetched`, the day it was first seen here. A revision is a further row for the same date, usable
from the day it was fetched. Tables from files have none of these columns.
"""

import datetime as dt

import numpy as np
import pandas as pd

from backtest.market.universe import Universe

TOLERANCE = 1e-9


def merged(
    stored: pd.DataFrame, arrived: pd.DataFrame, fetched: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add what arrived of one series to what is stored of it.

    Parameters
    ----------
    stored : DataFrame
        Rows of this series only, with `KNOWLEDGE_COLUMNS`.
    arrived : DataFrame
        series, date, value, released and usable; one row per date.

    Returns
    -------
    table, revised
        All rows, and those of them that give a stored date another value than the last one seen.
    """
    last = stored.sort_values(["date", "fetched"], na_position="first").drop_duplicates(
        "date", keep="last"
    )
    known = last.set_index("date")["value"].reindex(arrived["date"]).to_numpy(dtype=float)
    value = arrived["value"].to_numpy(dtype=float)
    is_new = np.isnan(known)
    same = np.isclose(value, known, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    stamped = arrived.assign(fetched=pd.Timestamp(fetched))
    revised = stamped[~is_new & ~same]
    # A revision is usable from the day it was seen, whatever day the source puts it on.
    revised = revised.assign(released=pd.NaT, usable=pd.Timestamp(fetched))
    added = [part for part in (stamped[is_new], revised) if len(part)]
    return pd.concat([stored, *added], ignore_index=True), revised


def known_days(rows: pd.DataFrame, delay_days: int) -> pd.Series:
    """Return, for the rows of one series, the first day each value could be used.

    The first value seen of a date counts from its release, a later one from its fetch.
    """
    known = rows["date"] + pd.Timedelta(days=delay_days)
    if "usable" not in rows.columns:
        return known
    known = rows["usable"].where(rows["usable"].notna(), known)
    fetched = rows["fetched"].fillna(pd.Timestamp(0))
    first = fetched.groupby(rows["date"]).transform("min")
    late = (fetched > first) & (fetched > known)
    return known.where(~late, fetched)


def vintages(series: pd.DataFrame, universe: Universe) -> pd.DataFrame:
    """Return series, date, value and `known`, the first day each value could be used."""
    parts = [
        rows[["series", "date", "value"]].assign(
            known=known_days(rows, universe.spec(str(name)).delay_days)
        )
        for name, rows in series.groupby("series")
    ]
    if not parts:
        return series[["series", "date", "value"]].assign(known=series["date"])
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(["series", "known", "date"], kind="stable", ignore_index=True)


def latest_known(rows: pd.DataFrame) -> pd.Series:
    """Return, by day known, the value of the latest period known by then.

    Parameters
    ----------
    rows : DataFrame
        One series of `vintages`. What revises an older period than the latest is passed over.
    """
    ordered = rows.sort_values(["known", "date"], kind="stable")
    current = ordered[ordered["date"] >= ordered["date"].cummax()]
    by_day = current.drop_duplicates("known", keep="last")
    return pd.Series(by_day["value"].to_numpy(), index=pd.DatetimeIndex(by_day["known"]))
