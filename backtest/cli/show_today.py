"""What `nqp today` prints on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.cli.show import synthetic_banner
from backtest.costs import COMPONENTS
from backtest.render.terminal import plain_console
from backtest.today import Today, Watched

SIGNS = {"above": ">", "at least": "≥", "below": "<", "at most": "≤"}
SHOWN = 12  # holdings before the rest is summed up


def show_today(found: Today) -> None:
    """Print the answer in a sentence, what the triggers read, what is held, and the orders."""
    console = plain_console()
    synthetic_banner(console, found.market.synthetic)
    console.print(Text(found.sentence, style="bold"))
    console.print(Text(found.outlook))
    if found.watched:
        console.print()
        console.print(_readings(found.watched))
        console.print(Text("moves: how many typical daily moves are still to go", style="dim"))
    console.print()
    console.print(_holdings(found))
    if found.tickets is not None:
        console.print()
        _show_orders(console, found)
    _footer(console, found)


def _readings(watched: tuple[Watched, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Reading", overflow="fold", min_width=16)
    for title in ("Now", "Fires at", "To go", "Moves"):
        table.add_column(title, justify="right", no_wrap=title != "Fires at")
    table.add_column("Fires")
    for item in watched:
        value, threshold, distance = (
            _scaled(number, item.unit) for number in (item.value, item.threshold, item.distance)
        )
        claims = f" [{', '.join(item.claims)}]" if item.claims else ""
        name = Text(f"{item.name}, {_unit(item.unit)}") + Text(claims, style="cyan")
        going = item.distance > 0 or (item.distance == 0 and not item.fires)
        table.add_row(
            name,
            value,
            f"{SIGNS[item.direction]} {threshold}",
            distance if going else "–",
            f"{item.moves:.1f}" if going and item.moves == item.moves else "–",
            {True: "yes", False: "no", None: "not known"}[item.fires],
        )
    return table


def _holdings(found: Today) -> Table:
    changes = found.standing.changes
    table = Table(box=None, pad_edge=False)
    table.add_column("Held", no_wrap=True)
    table.add_column("", overflow="fold")
    table.add_column("Weight", justify="right")
    if changes:
        table.add_column("Next session", justify="right")
    for instrument, row in found.holdings.head(SHOWN).iterrows():
        target = [f"{row['target']:.1%}"] if changes else []
        table.add_row(str(instrument), str(row["name"]), f"{row['weight']:.1%}", *target)
    rest = found.holdings.iloc[SHOWN:]
    if len(rest):
        target = [f"{rest['target'].sum():.1%}"] if changes else []
        table.add_row(f"{len(rest)} more", "", f"{rest['weight'].sum():.1%}", *target)
    idle = [1.0 - float(found.holdings[column].sum()) for column in ("weight", "target")]
    if max(idle) > 0.0005:
        table.add_row("cash", "", *(f"{part:.1%}" for part in idle[: 2 if changes else 1]))
    return table


def _show_orders(console: Console, found: Today) -> None:
    assert found.tickets is not None
    currency, orders = found.market.universe.currency, found.orders
    if orders.empty:
        console.print("Orders: none; the account holds what it should, or is too small to trade.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("Order", no_wrap=True)
    table.add_column("", overflow="fold")
    for title in ("Units", "Price", "Value", "Costs"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in orders.to_dict("records"):
        table.add_row(
            f"{row['side']} {row['instrument']}",
            row["name"],
            f"{row['units']:,.2f}".removesuffix(".00"),
            f"{row['price']:,.3f}" if row["price"] < 100 else f"{row['price']:,.2f}",
            f"{row['value']:,.0f}",
            f"{row['cost']:,.2f}",
        )
    console.print(table)
    paid = [
        f"{part.replace('_', ' ')} {orders[part].sum():,.2f}"
        for part in COMPONENTS
        if orders[part].sum() > 0
    ]
    console.print(
        f"For an account of {found.tickets.value:,.0f} {currency}; costs "
        f"{orders['cost'].sum():,.2f} ({', '.join(paid) or 'none'}); cash left "
        f"{found.tickets.cash:,.0f}"
    )


def _footer(console: Console, found: Today) -> None:
    market = found.market
    age = "" if market.synthetic else f", {found.age} session(s) old"
    console.print(
        Text(
            f"{market.name} to {found.as_of:%Y-%m-%d}{age}; data: {market.snapshot[:12]}",
            style="dim",
        )
    )
    for warning in found.warnings:
        console.print(Text(f"note: {warning}", style="yellow"))


def _unit(unit: str) -> str:
    return f"%{unit.removeprefix('fraction')}" if unit.startswith("fraction") else unit


def _scaled(number: float, unit: str) -> str:
    if number != number:
        return "–"
    shown = 100.0 * number if unit.startswith("fraction") else number
    return f"{shown:,.0f}" if abs(shown) >= 1000 else f"{shown:.4g}"
