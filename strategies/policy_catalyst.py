"""PolicyCatalyst: NQP tracks for a while after each policy milestone (P4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import RotationStrategy, at_least
from backtest.strategy.allocation import equal, spread
from strategies.claims import MILESTONES
from strategies.taxonomy import BASKETS


@dataclass(frozen=True)
class PolicyCatalyst(RotationStrategy):
    """Hold a favored basket for `hold` sessions after each policy event, else the market.

    Claim P4 and any events of one's own: `events` is a CSV file with columns `date` (2024-09-24)
    and, optionally, `basket` (a name of the taxonomy; nqp where it is empty). An event is known on
    its date, or on the next session where that is none, and calls for its basket on that session
    and the following ones, `hold` in all. The latest event counts, from its session on; of several
    on one session the one with the latest date, and of those on one date the one furthest down the
    file. An event dated before the market's first session is passed over, since nobody can say how
    many sessions ago it was. While no event counts, all sectors are held alike ("market").

    Refuted if the baskets do no better than the equal-weight market after the events.
    """

    claims: ClassVar[tuple[str, ...]] = ("P4",)
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "market"}
    basket_parameters: ClassVar[tuple[str, ...]] = ("events",)

    hold: int = parameter("for which an event counts", 60, "sessions", least=1)
    events: str | None = parameter("a CSV file of events, or none for the three of P4", None)

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("hold", self.hold, 1)

    def dated(self) -> list[tuple[pd.Timestamp, str]]:
        """Return the events as (date, basket), oldest first, those of a day as in the file."""
        if self.events is None:
            return [(pd.Timestamp(date), basket) for date, basket in MILESTONES]
        return read_events(self.events)

    def regime(self, market: Market) -> pd.Series:
        """Return the basket of the last event, or "market" once it is `hold` sessions old."""
        regime = pd.Series("market", index=market.sessions, dtype=object)
        for date, basket in self.dated():
            if date < market.sessions[0]:
                continue
            known = int(market.sessions.searchsorted(date))
            regime.iloc[known : known + self.hold] = basket
        return regime

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return all sectors equally weighted, and every basket an event names."""
        named = {basket for _, basket in self.dated()}
        return {"market": equal(market)} | {
            name: spread(market, BASKETS[name]) for name in sorted(named)
        }


def read_events(path: str) -> list[tuple[pd.Timestamp, str]]:
    """Read an event file: CSV with a `date` column and optionally a `basket` column."""
    if not Path(path).is_file():
        raise UserError(f"there is no event file {path}; give a CSV with a date column")
    try:
        table = pd.read_csv(path, dtype=str)
        dates = pd.to_datetime(table["date"], format="%Y-%m-%d")
    except (KeyError, ValueError) as error:
        raise UserError(
            f"event file {path} needs a column date with days such as 2024-09-24 ({error})"
        ) from error
    names = ["nqp"] * len(table)
    if "basket" in table.columns:
        names = [str(name) for name in table["basket"].fillna("nqp")]
    for name in names:
        if name not in BASKETS:
            raise UserError(
                f"event file {path}: there is no basket {name!r}; {suggest(name, BASKETS)}"
            )
    return sorted(zip(dates, names, strict=True), key=lambda event: event[0])
