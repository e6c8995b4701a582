"""Named episodes of the Chinese market, as windows."""

import re
from typing import NamedTuple

from backtest.errors import UserError, suggest
from backtest.market.market import Date


class Episode(NamedTuple):
    """First and last day of an episode, and what happened."""

    first: str
    last: str
    title: str


EPISODES = {
    "crash-2015": Episode(
        "2015-06-15", "2016-01-28", "the crash of 2015, from the peak to the low"
    ),
    "2018": Episode("2018-01-02", "2018-12-28", "deleveraging and the trade dispute"),
    "2020": Episode("2020-01-02", "2020-12-31", "the pandemic and the rebound"),
    "feb-2024": Episode("2024-01-02", "2024-02-29", "the small-cap sell-off of early 2024"),
    "sep-2024": Episode("2024-09-24", "2024-12-31", "the policy turn of 24 September 2024"),
}


def episode(name: str) -> Episode:
    """Return an episode by its name; four digits are a calendar year.

    Examples
    --------
    >>> episode("crash-2015")[:2], episode("2022")[:2]
    (('2015-06-15', '2016-01-28'), ('2022-01-01', '2022-12-31'))
    """
    if name in EPISODES:
        return EPISODES[name]
    if re.fullmatch(r"(19|20)\d\d", name):
        return Episode(f"{name}-01-01", f"{name}-12-31", name)
    raise UserError(
        "there is no window {name!r}; {suggestion}, or a year as 2022",
        name=name,
        suggestion=suggest(name, EPISODES),
    )


def bounds(
    start: Date | None, end: Date | None, window: str | None
) -> tuple[Date | None, Date | None]:
    """Return the first and the last day asked for; a window is an episode's name or a year."""
    if window is None:
        return start, end
    if start is not None or end is not None:
        raise UserError("a window has its own start and end; give the window or these, not both")
    return episode(window)[:2]
