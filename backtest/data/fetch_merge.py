"""What arrived, joined to what is stored, one instrument or series at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from backtest.data.fetch_plan import Base
from backtest.data.price_history import disagreement, extended, unit_jump
from backtest.data.publication_lag import basis, dated
from backtest.data.raw import with_knowledge
from backtest.data.sources.base import Arrival, Missed, Wanted
from backtest.data.vintages import merged

Key = tuple[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of one instrument or series.

    `status` is "new", "added", "up to date", "revised", "disagrees" (shown, not taken) or
    "missed"; `added` counts new rows, `rows` all that are stored now.
    """

    kind: str
    id: str
    status: str
    rows: int = 0
    added: int = 0
    first: str = ""
    last: str = ""
    reason: str = ""

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        kind: str,
        name: str,
        status: str,
        *,
        added: int = 0,
        reason: str = "",
    ) -> Outcome:
        """Describe the rows of one instrument or series as they are now."""
        days = ("", "")
        if len(rows):
            days = (f"{rows['date'].min():%Y-%m-%d}", f"{rows['date'].max():%Y-%m-%d}")
        return cls(kind, name, status, len(rows), added, *days, reason)


@dataclass
class Merge:
    """A market in the making: the stored tables, and what takes the place of parts of them."""

    base: Base
    source: str
    today: dt.date
    accept: bool
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    again: list[Wanted] = field(default_factory=list)
    parts: dict[Key, pd.DataFrame] = field(default_factory=dict)
    arrivals: dict[Key, tuple[Arrival, str]] = field(default_factory=dict)

    def take(self, answer: Arrival | Missed) -> None:
        """Join one answer to what is stored of it, or say why not."""
        wanted = answer.wanted
        stored = self.base.rows(wanted.kind, wanted.id)
        if isinstance(answer, Missed) or answer.frame.empty:
            self._refuse(wanted, _why_nothing(answer))
        elif wanted.kind == "series":
            self._take_series(answer, stored)
        else:
            self._take_prices(answer, stored)

    def replace_whole(self, answer: Arrival | Missed) -> None:
        """Put a history that was asked for anew in place of the stored one."""
        wanted = answer.wanted
        stored = self.base.rows("instrument", wanted.id)
        if isinstance(answer, Missed) or answer.frame.empty:
            self._refuse(wanted, _why_nothing(answer))
            return
        begins = answer.frame["date"].min()
        if jump := unit_jump(answer.frame):
            self._refuse(wanted, jump)
            return
        if begins > stored["date"].min():
            self._refuse(
                wanted,
                f"its rewritten history begins on {begins:%Y-%m-%d}, the stored one on "
                f"{stored['date'].min():%Y-%m-%d}, which is kept",
            )
            return
        said = self.outcomes[wanted.kind, wanted.id].reason
        self._put(answer, answer.frame, "revised", said, added=len(answer.frame) - len(stored))

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return prices and series as they would be stored."""
        return (
            self._table(self.base.raw.prices, "instrument"),
            self._table(self.base.raw.series, "series"),
        )

    def undo(self, name: str, reason: str) -> bool:
        """Leave out what arrived under a name, and say whether there was anything to leave out."""
        found = [key for key in self.parts if key[1] == name]
        for key in found:
            del self.parts[key]
            arrival, _ = self.arrivals.pop(key)
            self._refuse(arrival.wanted, reason)
        return bool(found)

    def notes(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return what the manifest says of fetched instruments or series, earlier ones too."""
        noted = {name: dict(entry) for name, entry in self.base.noted(kind).items()}
        singular = "instrument" if kind == "instruments" else "series"
        for (what, name), (arrival, known_by) in self.arrivals.items():
            if what != singular:
                continue
            asked = arrival.wanted.first.isoformat()
            earliest = min(asked, noted.get(name, {}).get("asked_from", asked))
            stored = self.base.rows(what, name)
            if len(stored):
                earliest = min(earliest, f"{stored['date'].min():%Y-%m-%d}")
            noted[name] = arrival.provenance.to_json() | {"asked_from": earliest}
            if known_by:
                noted[name]["known_by"] = known_by
        return noted

    def _take_prices(self, answer: Arrival, stored: pd.DataFrame) -> None:
        wanted, arrived = answer.wanted, answer.frame
        if jump := unit_jump(extended(stored, arrived)):
            self._refuse(wanted, jump)
            return
        if stored.empty:
            self._put(answer, arrived, "new", "", added=len(arrived))
            return
        differs = disagreement(stored, arrived)
        if differs is None:
            whole = extended(stored, arrived)
            self._put(answer, whole, "added", "", added=len(whole) - len(stored))
            return
        said = str(differs)
        key = (wanted.kind, wanted.id)
        if self.accept:
            self.outcomes[key] = Outcome.of(stored, *key, "revised", reason=said)
            noted = self.base.noted("instruments").get(wanted.id, {}).get("asked_from")
            first = stored["date"].min().date()
            since = first if noted is None else min(first, dt.date.fromisoformat(noted))
            self.again.append(replace(wanted, first=min(since, wanted.first)))
            return
        reason = f"{said}; --accept-revisions takes the new history"
        self.outcomes[key] = Outcome.of(stored, *key, "disagrees", reason=reason)

    def _take_series(self, answer: Arrival, stored: pd.DataFrame) -> None:
        wanted, universe = answer.wanted, self.base.raw.universe
        arrived = dated(answer.frame, wanted.id, self.source, universe)
        known_by = basis(answer.frame, wanted.id, self.source, universe)
        table, revised = merged(with_knowledge(stored), arrived, self.today)
        if revised.empty:
            added = len(table) - len(stored)
            self._put(answer, table, "added" if len(stored) else "new", "", added, known_by)
            return
        worst = revised["date"].max()
        said = f"{len(revised)} values differ from those stored, the last of {worst:%Y-%m-%d}"
        if self.accept:
            kept = "kept as revisions from today on"
            added = len(table) - len(stored)
            self._put(answer, table, "revised", f"{said}; {kept}", added, known_by)
            return
        rest = table.drop(table.index[-len(revised) :])
        self._put(answer, rest, "disagrees", "", len(rest) - len(stored), known_by)
        key = (wanted.kind, wanted.id)
        self.outcomes[key] = replace(
            self.outcomes[key],
            reason=f"{said}; new periods were added, --accept-revisions keeps the revisions too",
        )

    def _put(
        self,
        answer: Arrival,
        rows: pd.DataFrame,
        status: str,
        reason: str,
        added: int = 0,
        known_by: str = "",
    ) -> None:
        key = (answer.wanted.kind, answer.wanted.id)
        note = "; ".join(text for text in (reason, answer.provenance.note) if text)
        if status == "added" and not added:
            status = "up to date"
        self.parts[key], self.arrivals[key] = rows, (answer, known_by)
        self.outcomes[key] = Outcome.of(rows, *key, status, added=added, reason=note)

    def _refuse(self, wanted: Wanted, reason: str) -> None:
        key = (wanted.kind, wanted.id)
        stored = self.base.rows(*key)
        self.outcomes[key] = Outcome.of(stored, *key, "missed", reason=reason)

    def _table(self, stored: pd.DataFrame, column: str) -> pd.DataFrame:
        mine = {name: rows for (kind, name), rows in self.parts.items() if kind == column}
        if not mine:
            return stored
        kept = stored[~stored[column].isin(list(mine))]
        frames = [frame for frame in (kept, *mine.values()) if len(frame)]
        return pd.concat(frames, ignore_index=True)


def _why_nothing(answer: Arrival | Missed) -> str:
    return answer.reason if isinstance(answer, Missed) else "it has no values on these days"
