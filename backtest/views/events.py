"""What followed the events of a file, together and by kind."""

import math
from collections.abc import Iterator

from backtest.evidence.event_kinds import EventsByKind
from backtest.views.numbers import shaped
from backtest.views.page import Page, Section, Table, table
from backtest.views.words import Words

POINTS = "{:+.1f}"


def events_page(found: EventsByKind, say: Words) -> Page:
    """Return the page of a study of events."""
    section = events_section(found, say)
    return Page(
        title="",
        language=say.language,
        sections=(section,),
    )


def events_section(found: EventsByKind, say: Words) -> Section:
    """Say what was measured, what followed, and list it by kind."""
    notes = []
    if found.ignored:
        notes.append(say("ignored columns: {names}", names=say.listed(list(found.ignored))))
    return Section(
        id="events",
        title=say("Events: {name}", name=found.name),
        sentences=(_design(found, say), _mean(found, say), *_doubts(found, say)),
        tables=(_kinds(found, say),) if len(found.kinds) else (),
        notes=tuple(notes),
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
    bounds = made.interval
    width = (
        say("no interval: {reason}", reason=say.said(made.reason))
        if bounds is None
        else say(
            "90% interval {low} to {high}",
            low=_points(bounds.low),
            high=_points(bounds.high),
        )
    )
    return say(
        "After {count} event sessions the mean abnormal return was {car} points ({width}); p "
        "{other} against other dates as far apart, {bmp} by BMP, {rank} by ranks.",
        count=int(made.figures["sessions"]),
        car=_points(made.car),
        width=width,
        other=_p(made.p),
        bmp=_p(made.figures["bmp_p"]),
        rank=_p(made.figures["rank_p"]),
    )


def _doubts(found: EventsByKind, say: Words) -> Iterator[str]:
    if found.unknown:
        yield say(
            "{count} events have no known time: taken as known after the close instead of "
            "during the day the mean is {car} points.",
            count=found.unknown,
            car=_points(found.later),
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
        "–" if math.isnan(low) else f"{_points(low)} … {_points(high)}"
        for low, high in zip(kinds["low"], kinds["high"], strict=True)
    ]
    cells = {
        "events": kinds["events"].map(str),
        "mean return, points": map(_points, kinds["car"]),
        "90% interval": bounds,
        "p": map(_p, kinds["p"]),
        "p (Holm)": map(_p, kinds["p_holm"]),
        "BMP": map(_p, kinds["bmp_p"]),
        "ranks": map(_p, kinds["rank_p"]),
        "unknown after close": map(_points, kinds["car_later"]),
    }
    caption = say("By kind; p corrected over the kinds")
    drop = ("unknown after close", "ranks", "BMP")
    return table(say, cells, kinds.index, caption=caption, drop=drop, head="kind")


def _points(value: float) -> str:
    return shaped(100.0 * value, POINTS)


def _p(value: float) -> str:
    return shaped(value, "{:.2f}")
