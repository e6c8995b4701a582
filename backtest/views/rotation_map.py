"""The page of the rotation map: quadrants in a picture and a table, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from backtest.market.relative_strength import QUADRANTS
from backtest.market.rotation_map import RotationMap
from backtest.market.universe import sectors
from backtest.views.charts import Chart, Key, Paths
from backtest.views.page import Page, Section, Table
from backtest.views.palette import COLORS
from backtest.views.sections.headline import WARNING
from backtest.views.words import Words

SHADES = dict(zip(QUADRANTS, (COLORS[2], COLORS[4], COLORS[1], COLORS[0]), strict=True))
TONES = {"leading": "good", "lagging": "bad", "weakening": "unsure", "improving": "unsure"}
FEW, SHORT = 8, 4  # groups whose whole paths are drawn; week-ends drawn of more
NAMED = 12  # points with their names beside them, those farthest from the middle


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
    about = say(
        "Strength is a group's ratio to the {against} over that ratio's mean of {window} sessions; "
        "momentum is strength over what it was {change} sessions ago. Both are 100 where nothing "
        "has changed. The map describes what has happened; whether a rotation that follows it pays "
        "is for 'nqp tune quadrant-rotation' to say.",
        against=say(found.against),
        window=found.window,
        change=found.change,
    )
    section = Section(
        id="map",
        title=say("Relative strength and its momentum"),
        charts=(_chart(found, labels, say),),
        tables=(_table(found, labels, say),),
        notes=(about,),
    )
    return Page(
        title=say("Rotation map of {market}", market=found.market.name),
        subtitle=f"{found.as_of:%Y-%m-%d}",
        language=say.language,
        conclusion=conclusion if leading else say("No group leads."),
        banners=(say(WARNING),) if found.market.synthetic else (),
        sections=(section,),
    )


def group_name(name: str, say: Words) -> str:
    """Return what a sector or basket is called in a language."""
    known = sectors().get(name)
    if known is None:
        return say.name(name)
    return known.name_zh if say.chinese else known.name


def _table(found: RotationMap, labels: Mapping[str, str], say: Words) -> Table:
    points = found.points
    cells = pd.DataFrame(
        {
            say("strength"): [f"{value:.1f}" for value in points["strength"]],
            say("momentum"): [f"{value:.1f}" for value in points["momentum"]],
            say("quadrant"): [say(name) for name in points["quadrant"]],
        },
        index=[labels[str(name)] for name in points.index],
    )
    tones = {say(name): tone for name, tone in TONES.items()}
    return Table("", cells, (say("quadrant"),), (), tones, say("group"))


def _chart(found: RotationMap, labels: Mapping[str, str], say: Words) -> Chart:
    points = found.points
    distance = (points["strength"] - 100.0).abs() / (points["strength"] - 100.0).abs().max()
    distance += (points["momentum"] - 100.0).abs() / (points["momentum"] - 100.0).abs().max()
    far = distance.sort_values(ascending=False, kind="stable").index[:NAMED]
    weeks = {name: len(tail) for name, tail in found.tails.items()}
    if len(points) > FEW:  # all paths would hide each other
        weeks = {name: min(count, SHORT if name in far else 1) for name, count in weeks.items()}
    panel = Paths(
        title="",
        paths={labels[name]: found.tails[name].iloc[-count:] for name, count in weeks.items()},
        colors={labels[str(name)]: SHADES[where] for name, where in points["quadrant"].items()},
        named=tuple(labels[str(name)] for name in far),
        axes=(say("strength"), say("momentum")),
        cross=100.0,
        corners=tuple(say(name) for name in QUADRANTS),  # type: ignore[arg-type]
    )
    return Chart(
        id="rotation-map",
        title=say("Relative strength and its momentum"),
        alt=say(
            "A group's path over the last {weeks} week-ends, up to its point.",
            weeks=max(weeks.values()),
        ),
        panels=(panel,),
        keys=tuple(Key(say(name), shade) for name, shade in SHADES.items()),
        data=_table(found, labels, say).cells,
    )
