"""The page of the rotation map: quadrants in a picture and a table, and what they mean."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

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
NAMED = 8  # points with their names beside them, those farthest from the middle


def map_page(found: RotationMap, say: Words) -> Page:
    """Return the map's page: which groups lead, a picture with weekly paths, and a table."""
    labels = {str(name): group_name(str(name), say) for name in found.points.index}
    by_quadrant = {
        quadrant: [labels[str(name)] for name in found.points.index[rows]]
        for quadrant in QUADRANTS
        for rows in [(found.points["quadrant"] == quadrant).to_numpy()]
    }
    leading = by_quadrant["leading"]
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
    labels = {str(name): group_name(str(name), say) for name in found.points.index}
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
        tables=(_table(found, labels, say),),
        notes=(about,),
    )


def group_name(name: str, say: Words) -> str:
    """Return what a sector or basket is called in a language."""
    known = sectors().get(name)
    return say.name(name) if known is None else say.of(known, "name")


def _table(found: RotationMap, labels: Mapping[str, str], say: Words) -> Table:
    points = found.points
    cells = {
        "strength": [f"{value:.1f}" for value in points["strength"]],
        "momentum": [f"{value:.1f}" for value in points["momentum"]],
        "quadrant": map(say, points["quadrant"]),
    }
    names = [labels[str(name)] for name in points.index]
    return table(say, cells, names, left=("quadrant",), tones=TONES, head="group")


def map_chart(found: RotationMap, say: Words) -> Chart:
    """Return the map as of its day, with what it was at each week-end of the half-year before."""
    labels = {str(name): group_name(str(name), say) for name in found.points.index}
    weekly = [(name, path.dropna()) for name, path in found.history.items()]
    first = min(path.index[0] for _, path in weekly)
    ends = [end for end in found.week_ends[-BEFORE:] if end >= first]
    drawn = pd.concat([path.loc[ends[0] :] for _, path in weekly])
    panels = {f"{end:%Y-%m-%d}": _panel(found, weekly, end, labels, drawn, say) for end in ends}
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
        data=_table(found, labels, say).cells,
        frames=panels,
    )


def _panel(
    found: RotationMap,
    weekly: Sequence[tuple[str, pd.DataFrame]],
    end: pd.Timestamp,
    labels: Mapping[str, str],
    within: pd.DataFrame,
    say: Words,
) -> Paths:
    """Return the map as it was known on a week-end."""
    seen = {name: int(path.index.searchsorted(end, "right")) for name, path in weekly}
    known = {name: path for name, path in weekly if seen[name]}
    at = np.array([path.to_numpy()[seen[name] - 1] for name, path in known.items()])
    apart = np.abs(at - 100.0)
    far = np.argsort(-(apart / apart.max(axis=0)).sum(axis=1), kind="stable")
    named = [[*known][number] for number in far[:NAMED]]
    if len(known) > FEW:  # all paths would hide each other
        lengths = {name: SHORT if name in named else 1 for name in known}
    else:
        lengths = dict.fromkeys(known, found.weeks)
    where = dict(zip(known, quadrant_of(*at.T), strict=True))
    return Paths(
        title="",
        paths={
            labels[name]: path.iloc[max(seen[name] - lengths[name], 0) : seen[name]]
            for name, path in known.items()
        },
        colors={labels[str(name)]: SHADES[quadrant] for name, quadrant in where.items()},
        named=tuple(labels[name] for name in named),
        axes=(say("strength"), say("momentum")),
        cross=100.0,
        corners=tuple(say(name) for name in QUADRANTS),  # type: ignore[arg-type]
        within=within,
    )
