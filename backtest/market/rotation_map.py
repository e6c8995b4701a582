"""The rotation map: where every group stands as of a date, with its weekly path behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.display import Displayed
from backtest.errors import UserError, check_least
from backtest.market.market import Date, Market
from backtest.market.relative_strength import group_levels, quadrants, relative_strength

BEFORE = 26  # weeks before the last one that can be looked at


@dataclass(frozen=True, eq=False)
class RotationMap(Displayed):
    """Relative strength and momentum of groups against a level, as known on a date.

    Attributes
    ----------
    as_of : Timestamp
        The last session looked at; nothing later was used.
    against : str
        What strength is measured against.
    window, change : int
        Sessions of the mean, and of the momentum (`backtest.market.relative_strength`).
    points : DataFrame, by group
        strength, momentum and quadrant; the strongest first, groups not known yet left out.
    weeks : int
        How many week-ends a tail has.
    history : mapping of group to DataFrame
        strength and momentum on the last session of each week, oldest first, up to `as_of`: of a
        tail and of the half-year before it.
    """

    market: Market
    as_of: pd.Timestamp
    against: str
    window: int
    change: int
    points: pd.DataFrame
    weeks: int
    history: Mapping[str, pd.DataFrame]

    @property
    def tails(self) -> Mapping[str, pd.DataFrame]:
        """Strength and momentum of each group over the last `weeks` week-ends."""
        first = self.week_ends[-self.weeks :][0]
        return {name: path.loc[first:].dropna() for name, path in self.history.items()}

    @property
    def week_ends(self) -> pd.DatetimeIndex:
        """The days of the history."""
        return pd.DatetimeIndex(next(iter(self.history.values())).index)

    def to_json(self) -> dict[str, Any]:
        """Return what `nqp map --json` prints."""
        rows = []
        for name, point in self.points.iterrows():
            tail = [
                {"date": f"{day:%Y-%m-%d}", "strength": strength, "momentum": momentum}
                for day, strength, momentum in self.tails[str(name)].itertuples()
            ]
            rows.append({"name": str(name), **point.to_dict(), "tail": tail})
        return {
            "as_of": f"{self.as_of:%Y-%m-%d}",
            "market": self.market.name,
            "synthetic": self.market.synthetic,
            "against": self.against,
            "window": self.window,
            "change": self.change,
            "points": rows,
        }


def rotation_map(
    market: Market,
    groups: Mapping[str, Sequence[str]] | None = None,
    *,
    as_of: Date | None = None,
    weeks: int = 12,
    window: int = 60,
    change: int = 10,
) -> RotationMap:
    """Return relative strength against its momentum, as known after the close of `as_of`.

    Parameters
    ----------
    groups : mapping, optional
        Sectors by the name of the group they make; every sector by itself if left out. They are
        set against the equal-weight market, or what the market is compared with, where chosen.
    as_of : date, optional
        The last session looked at by default.
    weeks : int
        How many week-ends the tails have.
    window, change : int
        Sessions; see `backtest.market.relative_strength`.

    Raises
    ------
    UserError
        If a number is too small, or the market too short to know any group's strength.
    """
    check_least(1, weeks=weeks, change=change)
    check_least(2, window=window)
    seen = market if as_of is None else market.until(as_of)
    chosen = groups or {sector: (sector,) for sector in seen.by_sector}
    levels = group_levels(seen, chosen)
    own = seen.compared
    level = seen.equal_weight if own is None else own.ffill()
    strength, momentum = relative_strength(levels, level, window=window, change=change)
    named = quadrants(strength.iloc[-1:], momentum.iloc[-1:]).iloc[-1].dropna()
    if named.empty:
        raise UserError(
            "market {market} has {count} sessions up to {last:%Y-%m-%d}; the map needs {window} "
            "of a group: take a later day or a shorter window",
            market=market.name,
            count=len(seen.sessions),
            last=seen.sessions[-1],
            window=window + change,
        )
    points = pd.DataFrame(
        {"strength": strength.iloc[-1], "momentum": momentum.iloc[-1], "quadrant": named}
    ).loc[named.index]
    ends = _week_ends(seen.sessions)[-weeks - BEFORE :]
    weekly = {"strength": strength.loc[ends], "momentum": momentum.loc[ends]}
    history = {
        str(name): pd.DataFrame({of: found[name] for of, found in weekly.items()})
        for name in points.index
    }
    return RotationMap(
        market=seen,
        as_of=seen.sessions[-1],
        against="equal-weight market" if own is None else str(own.name),
        window=window,
        change=change,
        points=points.sort_values("strength", ascending=False, kind="stable").rename_axis("group"),
        weeks=weeks,
        history=history,
    )


def _week_ends(sessions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the last session of each calendar week; the last week's is the last session so far."""
    weeks = sessions.to_period("W")
    return sessions[[*(weeks[1:] != weeks[:-1]), True]]
