"""The page of the rotation map: quadrants in a picture and a table, and what they mean."""

from collections.abc import Mapping

import numpy as np

from backtest.market.relative_strength import QUADRANTS, quadrant_of
from backtest.market.rotation_map import BEFORE, RotationMap
from backtest.market.universe import sectors
from backtest.views.charts import Chart, Key, Paths
from backtest.views.page import Page, Section, Table, table
from backtest.views.palette import COLORS
from backtest.views.sections.headline import WARNING
from backtest.views.words import Words

SHADES = dict(zip(QUADRANTS, (COLORS[2], COLORS[4], COLORS[1], COLORS[0]), strict=True))
TONES = {"leading": "good", "lagging": "bad", "weakening": "unsure", "improving": "unsure"}
FEW, SHORT = 8, 4  # groups whose whole paths are drawn; week-ends drawn of more
CROSS = 100.0  # where neither has changed
NAMED = 8  # points with their names beside them, those farthest from the middle


def map_page(found: RotationMap, say: Words) -> Page:
    """Return the map's page: which groups lead, a picture with weekly paths, and a table."""
    labels, quadrants = _labels(found, say), found.points["quadrant"]
    leading = [labels[str(name)] for name in quadrants.index[quadrants == "leading"]]
    conclusion = say(
        "{leading} of {count} groups lead: {names}.",
        leading=len(leading),
        count=len(labels),
        names=say.listed(leading[:6]) + (" …" if len(leading) > 6 else ""),
    )
    return Page(
        title=say("Rotation map of {market}", market=found.market.name),
        subtitle=f"{found.as_of:%Y-%m-%d}",
        language=say.language,
        conclusion=conclusion if leading else say("No group leads."),
        banners=(say(WARNING),) if found.market.synthetic else (),
        sections=(map_section(found, say),),
    )


def map_section(found: RotationMap, say: Words) -> Section:
    """Draw the map, week by week over the last half-year, and list its points."""
    about = say(
        "Strength is a group's ratio to the {against} over that ratio's mean of {window} sessions; "
        "momentum is strength over what it was {change} sessions ago. Both are 100 where nothing "
        "has changed. The map describes what has happened; whether a rotation that follows it pays "
        "is for 'nqp tune quadrant-rotation' to say.",
        against=say(found.against),
        window=found.window,
        change=found.change,
    )
    return Section(
        id="map",
        title=say("Relative strength and its momentum"),
        charts=(map_chart(found, say),),
        tables=(_table(found, say),),
        notes=(about,),
    )


def _labels(found: RotationMap, say: Words) -> dict[str, str]:
    """Return what each sector or basket is called in a language."""
    known = sectors()
    return {
        name: say.of(known[name], "name") if name in known else say.name(name)
        for name in map(str, found.points.index)
    }


def _table(found: RotationMap, say: Words) -> Table:
    points = found.points
    cells = {
        "strength": [f"{value:.1f}" for value in points["strength"]],
        "momentum": [f"{value:.1f}" for value in points["momentum"]],
        "quadrant": map(say, points["quadrant"]),
    }
    names = _labels(found, say).values()
    return table(say, cells, names, left=("quadrant",), tones=TONES, head="group")


def map_chart(found: RotationMap, say: Words) -> Chart:
    """Return the map as of its day, with what it was at each week-end of the half-year before."""
    labels = _labels(found, say)
    weekly = {}  # of each group the weeks it is known in, and its points
    for name, path in found.history.items():
        known = path.notna().all(axis=1).to_numpy()
        weekly[name] = (np.flatnonzero(known), path.to_numpy()[known])
    first = max(min(weeks[0] for weeks, _ in weekly.values()), len(found.week_ends) - BEFORE)
    drawn = np.concatenate([points[weeks >= first] for weeks, points in weekly.values()])
    across, up = 1.15 * np.abs(drawn - CROSS).max(axis=0)  # with room for names
    panels = {
        f"{end:%Y-%m-%d}": _panel(
            {
                name: points[:seen]
                for name, (weeks, points) in weekly.items()
                if (seen := int(weeks.searchsorted(week, "right")))
            },
            found.weeks,
            (float(across), float(up)),
            labels,
            say,
        )
        for week, end in enumerate(found.week_ends[first:], start=int(first))
    }
    today = next(reversed(panels.values()))
    return Chart(
        id="rotation-map",
        title=say("Relative strength and its momentum"),
        alt=say(
            "A group's path over the last {weeks} week-ends, up to its point.",
            weeks=max(len(path) for path in today.paths.values()),
        ),
        panels=(today,),
        keys=tuple(Key(say(name), shade) for name, shade in SHADES.items()),
        data=_table(found, say).cells,
        frames=panels,
    )


def _panel(
    known: Mapping[str, np.ndarray],
    weeks: int,
    reach: tuple[float, float],
    labels: Mapping[str, str],
    say: Words,
) -> Paths:
    """Return the map as it was known on a week-end, from each group's points up to it."""
    at = np.array([points[-1] for points in known.values()])
    apart = np.abs(at - CROSS)
    far = np.argsort(-(apart / apart.max(axis=0)).sum(axis=1), kind="stable")
    named = [[*known][number] for number in far[:NAMED]]
    many = len(known) > FEW  # all paths would hide each other
    lengths = {name: (SHORT if name in named else 1) if many else weeks for name in known}
    return Paths(
        title="",
        paths={
            labels[name]: tuple(map(tuple, points[-lengths[name] :].tolist()))
            for name, points in known.items()
        },
        colors={
            labels[name]: SHADES[quadrant]
            for name, quadrant in zip(known, quadrant_of(*at.T), strict=True)
        },
        named=tuple(labels[name] for name in named),
        axes=(say("strength"), say("momentum")),
        cross=CROSS,
        corners=tuple(say(name) for name in QUADRANTS),  # type: ignore[arg-type]
        reach=reach,
    )
