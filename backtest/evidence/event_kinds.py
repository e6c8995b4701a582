"""Events of a file studied together and by kind."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from backtest.evidence.events import EventStudy, study
from backtest.evidence.market_model import Design
from backtest.evidence.verdict import corrected
from backtest.market import Market
from backtest.market.event_file import FLAGS, Event, EventFile
from backtest.strategy.basket import EventBaskets

UNSORTED = "no kind"


@dataclass(frozen=True, eq=False)
class EventsByKind:
    """What followed the events of a file.

    Attributes
    ----------
    whole : EventStudy
        All of them.
    kinds : DataFrame
        A row per kind, if asked for: `events`, `sessions` (how many differ), `car`, `low`, `high`
        (cluster-robust, 90 %), `p` (two-sided, against other dates), `p_holm` (corrected over the
        kinds), `bmp_p`, `rank_p`, and `car_later`, the same with unknown times taken as after the
        close.
    later : float
        The mean abnormal return of all with unknown times taken as after the close.
    unknown : int
        How many times are unknown.
    flagged, left_out : mapping
        How many events are anticipated or adverse, and how many of these were left out.
    """

    name: str
    whole: EventStudy
    kinds: pd.DataFrame
    later: float
    unknown: int
    flagged: dict[str, int]
    left_out: dict[str, int]
    ignored: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return self.whole.to_json() | {
            "unknown_times": self.unknown,
            "car_unknown_after_close": self.later,
            "flagged": self.flagged,
            "left_out": self.left_out,
            "ignored_columns": list(self.ignored),
            "kinds": self.kinds.reset_index().to_dict("records"),
        }


def study_file(
    market: Market,
    file: EventFile,
    baskets: EventBaskets,
    *,
    by_kind: bool = False,
    leave_out: Collection[str] = (),
    design: Design | None = None,
) -> EventsByKind:
    """Study the events of a file.

    Parameters
    ----------
    leave_out : collection of "anticipated", "adverse"
        Flags of events not to count.
    """
    events = [one for one in file.events if not any(getattr(one, flag) for flag in leave_out)]
    rows = {}
    if by_kind:
        for kind in sorted({one.kind or UNSORTED for one in events}):
            own = [one for one in events if (one.kind or UNSORTED) == kind]
            rows[kind] = _row(market, own, baskets, design)
    kinds = pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")
    if rows:
        kinds.insert(6, "p_holm", corrected(kinds["p"].tolist()))
    return EventsByKind(
        name=file.name,
        whole=_study(market, events, baskets, design),
        kinds=kinds,
        later=_study(market, events, baskets, design, unknown="after_close").car,
        unknown=sum(one.known == "unknown" for one in events),
        flagged={flag: sum(getattr(one, flag) for one in file.events) for flag in FLAGS},
        left_out={
            flag: sum(getattr(one, flag) for one in file.events)
            for flag in FLAGS
            if flag in leave_out
        },
        ignored=file.ignored,
    )


def _row(
    market: Market, events: Sequence[Event], baskets: EventBaskets, design: Design | None
) -> dict[str, float]:
    made = _study(market, events, baskets, design)
    bounds = made.interval
    return {
        "events": len(events),
        "sessions": int(made.figures["sessions"]),
        "car": made.car,
        "low": math.nan if bounds is None else bounds.low,
        "high": math.nan if bounds is None else bounds.high,
        "p": made.p,
        "bmp_p": made.figures["bmp_p"],
        "rank_p": made.figures["rank_p"],
        "car_later": _study(market, events, baskets, design, unknown="after_close").car,
    }


def _study(
    market: Market,
    events: Sequence[Event],
    baskets: EventBaskets,
    design: Design | None,
    *,
    unknown: str = "day",
) -> EventStudy:
    """Study events from the first session on that could know of them."""
    about = {one: baskets.of(one).on(market.universe.name) for one in events}
    groups = {basket.name: basket for basket in about.values()}
    dated = [(one.first(unknown), about[one].name) for one in events]
    inside = [(day, name) for day, name in dated if day <= market.sessions[-1]]
    return study(market, groups, inside, design=design)
