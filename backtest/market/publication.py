"""Publication: dated values on the sessions after whose close they were known."""

import numpy as np
import pandas as pd

from backtest.errors import UserError


def as_known(
    values: pd.Series, sessions: pd.DatetimeIndex, *, delay_days: int, max_age_days: int
) -> pd.Series:
    """Place dated values on the sessions after whose close they could be used.

    See `backtest.market.Market.as_known`.

    Examples
    --------
    >>> monthly = pd.Series([50.1], index=pd.to_datetime(["2024-01-31"]))
    >>> sessions = pd.to_datetime(["2024-01-31", "2024-02-01", "2024-02-02"])
    >>> as_known(monthly, sessions, delay_days=1, max_age_days=45).tolist()
    [nan, 50.1, 50.1]
    """
    if delay_days < 0:
        raise UserError(
            "delay_days was {delay_days}; a value cannot be known before its day",
            delay_days=delay_days,
        )
    dated = values.dropna().sort_index()
    published = pd.DatetimeIndex(dated.index) + pd.Timedelta(days=delay_days)
    position = np.asarray(published.searchsorted(sessions, side="right")) - 1
    result = np.full(len(sessions), np.nan)
    seen = position >= 0
    age = sessions[seen] - published[position[seen]]
    fresh = np.asarray(age <= pd.Timedelta(days=max_age_days))
    result[np.flatnonzero(seen)[fresh]] = dated.to_numpy(dtype=float)[position[seen][fresh]]
    return pd.Series(result, index=sessions, name=values.name)


def on_record(
    record: pd.DataFrame | None, name: str, values: pd.Series, *, delay_days: int
) -> pd.DataFrame:
    """Return a market's record of values (`Market.vintages`) with those of one series replaced."""
    dated = values.dropna().sort_index()
    days = pd.DatetimeIndex(dated.index)
    rows = pd.DataFrame(
        {
            "series": name,
            "date": days,
            "value": dated.to_numpy(dtype=float),
            "known": days + pd.Timedelta(days=delay_days),
        }
    )
    others = [] if record is None else [record[record["series"] != name]]
    parts = [part for part in (*others, rows) if len(part)] or [rows]
    joined = pd.concat(parts, ignore_index=True)
    return joined.sort_values(["series", "known", "date"], kind="stable", ignore_index=True)
