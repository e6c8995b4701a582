"""Policy events as a page: each with its kind, and how many there are of every kind."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backtest.market.event_file import Event
from backtest.views.page import Page, Section, Table, table
from backtest.views.words import Words

INDENT = "  "


class TitledKind(Protocol):
    """A kind of event, with titles in both languages."""

    @property
    def depth(self) -> int:
        """How far below the top it stands."""


def policy_document(event: Event, say: Words) -> dict[str, Any]:
    """Return an event as `nqp policy --json` prints it."""
    return {
        "date": f"{event.day:%Y-%m-%d}",
        "time_known": event.known,
        "first_day": f"{event.first():%Y-%m-%d}",
        "kind": event.kind,
        "title": say.of(event, "title"),
        "agency": event.agency,
        "tracks": list(event.about),
        "anticipated": event.anticipated,
        "adverse": event.adverse,
        "source": event.source,
        "confidence": event.confidence,
        "checked": event.checked,
    }


def policy_page(events: Sequence[Event], kinds: Mapping[str, TitledKind], say: Words) -> Page:
    """Return the events one by one, then the tree of kinds with their numbers."""
    days = {one.day for one in events}
    shared = len(events) - len(days)
    said = [say("{count} events on {days} days.", count=len(events), days=len(days))]
    if shared:
        said.append(say("Events of one day cannot be told apart by their effect."))
    said.append(
        say(
            "Events and whom they are about were chosen in hindsight: whatever their date, what "
            "follows them is in sample."
        )
    )
    cells = {
        "kind": [one.kind for one in events],
        "title": [say.of(one, "title") for one in events],
        "agency": [one.agency for one in events],
        "how sure": [say(one.confidence) for one in events],
        "doubts": [_doubts(one, say) for one in events],
    }
    dated = [f"{one.day:%Y-%m-%d}" for one in events]
    drop = ("agency", "doubts", "how sure")
    listed = table(say, cells, dated, left=None, drop=drop, head="date")
    return Page(
        title=say("Policy events"),
        language=say.language,
        conclusion=" ".join(said),
        sections=(
            Section("events", "", tables=(listed,) if len(events) else ()),
            Section("kinds", say("Kinds"), tables=(_tree(events, kinds, say),)),
        ),
    )


def _tree(events: Sequence[Event], kinds: Mapping[str, TitledKind], say: Words) -> Table:
    counts = {name: sum(one.of_kind(name) for one in events) for name in kinds}
    shown = {name: kind for name, kind in kinds.items() if counts[name]}
    cells = {
        "what it is": [INDENT * kind.depth + say.of(kind, "title") for kind in shown.values()],
        "events": [str(counts[name]) for name in shown],
    }
    return table(say, cells, shown, left=("what it is",), head="kind")


def _doubts(event: Event, say: Words) -> str:
    told = [say("time unknown")] if event.known == "unknown" else []
    told += [say("anticipated")] if event.anticipated else []
    told += [say("adverse")] if event.adverse else []
    return say.listed(told)
