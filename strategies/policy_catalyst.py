"""PolicyCatalyst: NQP tracks for a while after each policy milestone (P4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.market.event_file import Event, events_named
from backtest.parameter import parameter
from backtest.strategy import RotationStrategy
from backtest.strategy.allocation import equal, spread
from backtest.strategy.basket import Basket
from strategies.claims import MILESTONES
from strategies.taxonomy import BASKETS, EVENT_BASKETS


@dataclass(frozen=True)
class PolicyCatalyst(RotationStrategy):
    """Hold a favored basket for `hold` sessions after each policy event, else the market.

    Claim P4 by default. `events` is "policy", the register that ships, a CSV file, or both
    ("policy+FILE"). A file has columns `date` (2024-09-24) and, optionally, `basket` or `tracks`
    (names of the taxonomy, of which it holds all sectors; nqp where they are empty), `kind`,
    `time_known` and `adverse`. Only events of `kind` count, and of the kinds below it (P1 has
    P1.2), and none that is adverse. An event is known on its date, on the day after where
    `time_known` is after_close or unknown, and on the next session where that is none. It calls for
    its basket on that session and the following ones, `hold` in all. The latest event counts, from
    its session on; of several on one session the one known on the latest day, of those the one with
    the latest date, and of those on one date the one furthest down the file. An event known before
    the market's first session is passed over, since nobody can say how many sessions ago it was.
    While no event counts, all sectors are held at equal weight ("market").

    Refuted if the baskets do no better than the equal-weight market after the events.
    """

    claims: ClassVar[tuple[str, ...]] = ("P4",)
    must_lead: ClassVar[Mapping[str, str]] = {"nqp": "market"}
    basket_parameters: ClassVar[tuple[str, ...]] = ("events", "kind")

    hold: int = parameter("for which an event counts", 60, "sessions", least=1)
    events: str | None = parameter(
        'events: a CSV file, "policy" for the register, or none for the three of P4', None
    )
    kind: str = parameter("of which kind events count, as P1 or P1.2; all where it is empty", "")

    def __post_init__(self) -> None:
        if self.kind and self.events is None:
            raise UserError(
                "kind was {kind!r}; the three events of P4 have none, give events", kind=self.kind
            )

    def dated(self) -> list[tuple[pd.Timestamp, Basket]]:
        """Return the events as (first day known, basket), oldest first."""
        if self.events is None:
            return [(pd.Timestamp(date), BASKETS[basket]) for date, basket in MILESTONES]
        found = events_named(self.events, EVENT_BASKETS.names).events
        counted = [one for one in found if one.of_kind(self.kind) and not one.adverse]
        if not counted:
            raise UserError(
                "{events} has no event of kind {kind!r} that is not adverse; {suggestion}",
                events=self.events,
                kind=self.kind,
                suggestion=suggest(self.kind, sorted({one.kind for one in found})),
            )
        return [(one.first(), EVENT_BASKETS.of(one)) for one in sorted(counted, key=Event.first)]

    def regime(self, market: Market) -> pd.Series:
        """Return the basket of the last event, or "market" once it is `hold` sessions old."""
        regime = pd.Series("market", index=market.sessions, dtype=object)
        for date, basket in self.dated():
            if date < market.sessions[0]:
                continue
            known = int(market.sessions.searchsorted(date))
            regime.iloc[known : known + self.hold] = basket.name
        return regime

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return all sectors equally weighted, and every basket an event names."""
        named = {basket.name: basket for _, basket in self.dated()}
        return {"market": equal(market)} | {
            name: spread(market, basket) for name, basket in sorted(named.items())
        }
