"""The page of today: what is held, what the triggers read, what changes next, and the orders."""

from backtest.costs import cost_parts
from backtest.today import Monitored, Today
from backtest.views.numbers import written
from backtest.views.page import Page, Section, table
from backtest.views.sections.headline import WARNING, noted, urgent
from backtest.views.words import Words

SIGNS = {"above": ">", "at least": "≥", "below": "<", "at most": "≤"}
ANSWERS = {True: "yes", False: "no", None: "not known"}
HEADS = ("weight", "next session")
SHOWN = 12  # holdings before the rest is summed up


def today_page(found: Today, say: Words) -> Page:
    """Return the answer in a sentence, what the triggers read, what is held, and the orders."""
    market = found.market
    about = {"market": market.name, "date": f"{found.as_of:%Y-%m-%d}", "data": market.snapshot[:12]}
    if market.synthetic:
        footer = say("{market} to {date}; data: {data}", **about)
    else:
        footer = say(
            "{market} to {date}, {age} session(s) old; data: {data}", **about, age=found.age
        )
    sections = [_readings(found.monitored, say)] if found.monitored else []
    sections.append(_holdings(found, say))
    if found.tickets is not None:
        sections.append(_orders(found, say))
    return Page(
        title=say.note(found.sentence),
        language=say.language,
        conclusion=say.note(found.nearest_sentence),
        banners=(*urgent(found.warnings, say), *([say(WARNING)] if market.synthetic else [])),
        sections=tuple(sections),
        notes=noted(found.warnings, say),
        footer=(footer,),
    )


def _readings(monitored: tuple[Monitored, ...], say: Words) -> Section:
    rows = []
    for item in monitored:
        value, threshold, distance = (
            _scaled(number, item.unit) for number in (item.value, item.threshold, item.distance)
        )
        going = item.distance > 0 or (item.distance == 0 and not item.fires)
        rows.append(
            {
                "now": value,
                "fires at": f"{SIGNS[item.direction]} {threshold}",
                "distance": distance if going else "–",
                "daily moves": written(item.moves if going else None, "{:.1f}"),
                "fires": say(ANSWERS[item.fires]),
            }
        )
    names = [
        say("{name}, {unit}", name=say.note(item.name), unit=_unit(item.unit, say))
        + (f" [{', '.join(item.claims)}]" if item.claims else "")
        for item in monitored
    ]
    read = table(say, rows, names, left=("fires",), drop=("daily moves",), head="reading")
    note = say("daily moves: the distance in typical daily moves")
    return Section("readings", say("Triggers"), tables=(read,), notes=(note,))


def _holdings(found: Today, say: Words) -> Section:
    held, changes = found.holdings, found.position.changes
    columns = ["weight", "target"] if changes else ["weight"]
    rest = held.iloc[SHOWN:]
    rows = {
        str(instrument): (_name(found, instrument, say), *(row[key] for key in columns))
        for instrument, row in held.head(SHOWN).iterrows()
    }
    if len(rest):
        rows[say("{count} more", count=len(rest))] = ("", *(rest[key].sum() for key in columns))
    idle = [1.0 - float(held[key].sum()) for key in ("weight", "target")]
    if max(idle) > 0.0005:
        rows[say.name("cash")] = ("", *idle[: len(columns)])
    cells = [
        {"name": name}
        | {head: written(part, "percent") for head, part in zip(HEADS, parts, strict=False)}
        for name, *parts in rows.values()
    ]
    listed = table(say, cells, rows, left=("name",), drop=("name",), head="instrument")
    return Section("holdings", say("Current position"), tables=(listed,))


def _orders(found: Today, say: Words) -> Section:
    assert found.tickets is not None
    currency, orders = found.market.universe.currency, found.orders
    if orders.empty:
        none = say("None: the account is on target, or too small to trade.")
        return Section("orders", say("Orders"), (none,))
    listed = orders.to_dict("records")
    rows = [
        {
            "name": _name(found, row["instrument"], say),
            "units": f"{row['units']:,.2f}".removesuffix(".00"),
            "price": written(row["price"], "{:,.3f}" if row["price"] < 100 else "{:,.2f}"),
            "value": written(row["value"], "number"),
            "costs": written(row["cost"], "{:,.2f}"),
        }
        for row in listed
    ]
    sides = [f"{say(row['side'])} {row['instrument']}" for row in listed]
    paid = [
        f"{say(part.replace('_', ' '))} {orders[part].sum():,.2f}"
        for part in cost_parts(orders)
        if orders[part].sum() > 0
    ]
    sentence = say(
        "For an account of {value} {currency}; costs {cost} ({parts}); cash left {cash}",
        value=f"{found.tickets.value:,.0f}",
        currency=currency,
        cost=f"{orders['cost'].sum():,.2f}",
        parts=say.listed(paid) or say("none"),
        cash=f"{found.tickets.cash:,.0f}",
    )
    tickets = table(say, rows, sides, left=("name",), drop=("name", "costs"), head="order")
    return Section("orders", say("Orders"), tables=(tickets,), notes=(sentence,))


def _name(found: Today, instrument: object, say: Words) -> str:
    return say.of(found.market.universe.by_id[str(instrument)], "name")


def _unit(unit: str, say: Words) -> str:
    if unit == "fraction of sectors":
        return say("% of sectors")
    return say.name(unit.replace("fraction", "%", 1) if unit.startswith("fraction") else unit)


def _scaled(number: float, unit: str) -> str:
    shown = 100.0 * number if unit.startswith("fraction") else number
    return written(shown, "{:,.0f}" if abs(shown) >= 1000 else "{:.4g}")
