"""What followed the events of a file, together and by kind."""

import math
from collections.abc import Iterator

from backtest.evidence.event_kinds import EventsByKind
from backtest.evidence.events import EventStudy
from backtest.views.numbers import written
from backtest.views.page import Page, Section, Table, table
from backtest.views.words import Words


def events_page(found: EventsByKind, say: Words) -> Page:
    """Return the page of a study of events."""
    return Page("", say.language, sections=(events_section(found, say),))


def events_section(found: EventsByKind, say: Words) -> Section:
    """Say what was measured, what followed, and list it by kind."""
    ignored = say("ignored columns: {names}", names=say.listed(list(found.ignored)))
    return Section(
        id="events",
        title=say("Events: {name}", name=found.name),
        sentences=(_design(found, say), _mean(found, say), *_doubts(found, say)),
        tables=(_kinds(found, say),) if len(found.kinds) else (),
        notes=(ignored,) if found.ignored else (),
    )


def _design(found: EventsByKind, say: Words) -> str:
    design = found.whole.design
    return say(
        "Abnormal returns over {horizon} sessions, 0 to {last} from the first that could know of "
        "the event, by a market model of sessions {start} to {end}; events of one session are one.",
        horizon=design.horizon,
        last=design.horizon - 1,
        start=-design.reach - 1,
        end=-design.gap - 2,
    )


def _mean(found: EventsByKind, say: Words) -> str:
    made = found.whole
    if not len(made.events):
        return say("No event has enough sessions before and after it.")
    return say(
        "After {count} event sessions the mean abnormal return was {car} points ({width}); p "
        "{other} against other dates as far apart, {bmp} by BMP, {rank} by ranks.",
        count=int(made.figures["sessions"]),
        car=points(made.car),
        width=width(made, say),
        other=p_value(made.p),
        bmp=p_value(made.figures["bmp_p"]),
        rank=p_value(made.figures["rank_p"]),
    )


def _doubts(found: EventsByKind, say: Words) -> Iterator[str]:
    if found.unknown:
        yield say(
            "{count} events have no known time: taken as known after the close instead of "
            "during the day the mean is {car} points.",
            count=found.unknown,
            car=points(found.later),
        )
    if any(found.flagged.values()):
        yield say(
            "{anticipated} events were anticipated and {adverse} adverse; left out: {names}.",
            **found.flagged,
            names=say.listed([say(flag) for flag in found.left_out]) or say("none"),
        )
    if found.whole.omitted:
        yield say(
            "{count} events lack sessions before or after them and do not count.",
            count=found.whole.omitted,
        )


def _kinds(found: EventsByKind, say: Words) -> Table:
    kinds = found.kinds
    bounds = [
        "–" if math.isnan(low) else f"{points(low)} … {points(high)}"
        for low, high in zip(kinds["low"], kinds["high"], strict=True)
    ]
    cells = {
        "events": kinds["events"].map(str),
        "mean return, points": map(points, kinds["car"]),
        "90% interval": bounds,
        "p": map(p_value, kinds["p"]),
        "p (Holm)": map(p_value, kinds["p_holm"]),
        "BMP": map(p_value, kinds["bmp_p"]),
        "ranks": map(p_value, kinds["rank_p"]),
        "unknown after close": map(points, kinds["car_later"]),
    }
    caption = say("By kind; p corrected over the kinds")
    drop = ("unknown after close", "ranks", "BMP")
    return table(say, cells, kinds.index, caption=caption, drop=drop, head="kind")


def width(made: EventStudy, say: Words) -> str:
    """Say how far the mean return could be from where it is, or why that cannot be said."""
    bounds = made.interval
    if bounds is None:
        return say("no interval: {reason}", reason=say.said(made.reason))
    return say("90% interval {low} to {high}", low=points(bounds.low), high=points(bounds.high))


def points(value: float) -> str:
    """Write a return in percentage points."""
    return written(100.0 * value, "points")


def p_value(value: float) -> str:
    """Write a p-value."""
    return written(value, "ratio")
