"""What to keep in mind when reading what a strategy says today."""

from collections.abc import Iterator

import pandas as pd

from backtest.market import Market
from backtest.notes import Note, listed
from backtest.today.age import allowed_age, published
from backtest.today.monitor import Monitored
from backtest.today.position import Position
from backtest.today.tickets import Tickets


def warnings(
    market: Market,
    day: pd.Timestamp,
    missed: int,
    found: tuple[Monitored, ...],
    now: Position,
    done: Tickets | None,
) -> Iterator[Note]:
    """Say what to keep in mind: how old the data are, what is not known, what an account lacks."""
    if market.synthetic:
        yield Note("synthetic data: an example, not a recommendation")
    elif missed > allowed_age(market.universe.frequency):
        yield Note(
            "the data are {count} sessions old: this was the signal then, not now", count=missed
        )
    if not published(market.universe.calendar, day):
        yield Note(
            "the holidays of {calendar} are not published up to {date}: weekdays count as "
            "sessions there",
            calendar=market.universe.calendar,
            date=f"{day:%Y-%m-%d}",
        )
    unknown = tuple(_unknown(item) for item in found if item.leaf and item.fires is None)
    if unknown:
        yield Note("not known on the last session: {readings}", readings=listed(unknown))
    if done is not None:
        yield from _account_warnings(market, now, done)


def _unknown(item: Monitored) -> Note:
    if item.known is None:
        return Note("{name} (never was)", name=item.name)
    return Note("{name} (last on {date})", name=item.name, date=f"{item.known:%Y-%m-%d}")


def _account_warnings(market: Market, now: Position, done: Tickets) -> Iterator[Note]:
    known = market.universe.by_id
    wanted = now.target > 0
    indices = [name for name in done.orders["instrument"] if known[name].kind == "index"]
    if indices:
        yield Note(
            "{count} of the orders are for indices, which cannot be bought: take them as "
            "weights, or use a market of funds",
            count=len(indices),
        )
    if done.waiting:
        yield Note(
            "{names} could not be traded in the last session (suspended, or locked at the "
            "limit): left alone here",
            names=", ".join(done.waiting),
        )
    small = int((wanted & (done.after == 0)).sum()) - len(done.waiting)
    if small > 0:
        yield Note(
            "the account is too small for {count} of {all} instruments",
            count=small,
            all=int(wanted.sum()),
        )
    if not done.orders.empty:
        yield Note("prices are the last closes; the next open, and so the amounts, will differ")
