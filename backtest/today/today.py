"""today: what a strategy holds, what changes next, what is nearest to firing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.display import Displayed
from backtest.engine.plan import fill_used
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.frequency import PERIODS
from backtest.notes import Note
from backtest.plain import document
from backtest.strategy import Strategy
from backtest.strategy.decisions import Decisions
from backtest.strategy.look import look
from backtest.today.account import Account
from backtest.today.age import age, allowed_age, next_session
from backtest.today.monitor import Monitored, monitored, nearest
from backtest.today.position import Position, position
from backtest.today.tickets import Tickets, near, tickets, weights_now
from backtest.today.warnings import warnings
from backtest.tuning.joint import Selection, selection

CASH = 1_000_000.0  # what the strategy's own portfolio starts with, as in `run`


@dataclass(frozen=True, eq=False)
class Today(Displayed):
    """What a strategy says after a market's last session.

    Attributes
    ----------
    as_of, due : Timestamp
        The last session, and the one after it, at which orders fill.
    age : int
        Sessions since `as_of` whose data are missing (`backtest.today.age`).
    position : Position
        The strategy's own portfolio.
    monitored : tuple of Monitored
        What its triggers read.
    holdings : DataFrame
        By instrument: name, sector, weight held and target for the next session, as fractions.
    tickets : Tickets or None
        The order list of an account, where one was given.
    orders : DataFrame
        The order list; without an account, the changes in weight due at the next session.
    selection : Selection
        What its timing is worth among all trials recorded of this market.
    """

    strategy: Strategy
    market: Market
    as_of: pd.Timestamp
    due: pd.Timestamp | None
    age: int
    position: Position
    monitored: tuple[Monitored, ...]
    holdings: pd.DataFrame
    tickets: Tickets | None
    orders: pd.DataFrame
    selection: Selection
    warnings: tuple[str, ...]

    @property
    def nearest(self) -> Monitored | None:
        """The measurement nearest to firing, in typical daily moves; None where none waits."""
        return nearest(self.monitored)

    @property
    def sentence(self) -> Note:
        """What is held since when, and what the next session changes."""
        now = self.position
        said = {
            "date": f"{self.as_of:%Y-%m-%d}",
            "strategy": self.strategy.name,
            "change": self.change,
            "next": Note("its date is not known yet")
            if self.due is None
            else f"{self.due:%Y-%m-%d}",
        }
        if self.holdings["weight"].sum() == 0:
            return Note(
                "As of {date} {strategy} holds nothing yet; {change} at the next session ({next}).",
                **said,
            )
        return Note(
            "As of {date} {strategy} holds {what} since {since}; {change} at the next session "
            "({next}).",
            **said,
            what=now.regime,
            since=f"{now.since:%Y-%m-%d}",
        )

    @property
    def change(self) -> Note:
        """What the next session changes, in a few words."""
        now = self.position
        if now.waits:
            names = ", ".join(now.waits)
            return Note("an order still waits for {names} and is tried again", names=names)
        if not now.ordered:
            return Note("nothing changes")
        if now.decided != now.regime:
            return Note("it switches to {what}", what=now.decided)
        share = f"{now.turnover:.1%}"
        return Note("it is rebalanced ({share} traded)", share=share)

    @property
    def nearest_sentence(self) -> Note:
        """What is nearest to firing, and how far away it is."""
        found = self.nearest
        if not self.monitored:
            return Note("The strategy uses no trigger.")
        if found is None:
            return Note("No trigger is pending: each fires already, or is not known.")
        if not found.claims:
            return Note("Nearest to firing: {name}, {away} away.", name=found.name, away=found.away)
        return Note(
            "Nearest to firing ({claims}): {name}, {away} away.",
            claims=", ".join(found.claims),
            name=found.name,
            away=found.away,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what `nqp today --json` prints."""
        now, done, found = self.position, self.tickets, self.nearest
        account = None
        if done is not None:
            account = {
                "value": done.value,
                "cash_after": done.cash,
                "cost": float(self.orders["cost"].sum()),
                "waiting": done.waiting,
            }
        return document(
            {
                "as_of": self.as_of,
                "data_age_sessions": self.age,
                "strategy": self.strategy.name,
                "parameters": self.strategy.parameters,
                "market": self.market.name,
                "snapshot": self.market.snapshot,
                "synthetic": self.market.synthetic,
                "currency": self.market.universe.currency,
                "sentence": f"{self.sentence} {self.nearest_sentence}",
                "regime": now.regime,
                "since": now.since,
                "next_session": self.due,
                "tomorrow": {"changes": now.changes, "regime": now.decided, "what": self.change},
                "holdings": self.holdings.reset_index().to_dict("records"),
                "orders": self.orders.to_dict("records"),
                "account": account,
                "triggers": self.monitored,
                "nearest": found,
                "selection": self.selection,
                "warnings": self.warnings,
            }
        )


def today(
    strategy: Strategy,
    market: Market,
    *,
    now: date | pd.Timestamp,
    account: Account | None = None,
    costs: Costs | str = ETF_COSTS,
    allow_stale: bool = False,
    check: bool = True,
) -> Today:
    """Say what a strategy holds after a market's last session and what it does next.

    Parameters
    ----------
    now : date
        The day it is, to tell how old the data are; nothing after the last session is known.
    account : Account, optional
        What a person has. The orders then bring it to what the strategy wants at the next session,
        in lots and at the last closes; an account that holds it already is left alone until the
        strategy orders. Without one, the orders are the strategy's own changes in weight.
    allow_stale : bool
        Whether data more than `STALE_AFTER` sessions (or one week or month) old will do.
        Synthetic data have no today and are never stale.
    check : bool
        Whether to look for look-ahead in a strategy that did not come with the package.

    Raises
    ------
    UserError
        If the data are stale, or the account does not fit the market.
    """
    costs = cost_model(costs)
    last, calendar = market.sessions[-1], market.universe.calendar
    day = pd.Timestamp(now).normalize().tz_localize(None)
    frequency = market.universe.frequency
    missed, allowed = age(calendar, last, day, frequency), allowed_age(frequency)
    if missed > allowed and not (allow_stale or market.synthetic):
        what = "sessions" if frequency == "daily" else PERIODS[frequency]
        raise UserError(
            "the data of market {market} end {last:%Y-%m-%d}, {missed} {what} ago (more than "
            "{allowed}); fetch or import newer ones, or look at that day with --allow-stale",
            market=market.name,
            last=last,
            missed=missed,
            what=Note(what),
            allowed=allowed,
        )
    due = next_session(calendar, last)
    held = position(strategy, market, costs, CASH)
    found = monitored(strategy, market)
    done = None if account is None else _trade(held, account, market, costs, due)
    shown = _holdings(held, market)
    chosen = selection(Decisions(strategy, market), fill=fill_used(market, "open"))
    notes = [*warnings(market, day, missed, found, held, done)]
    notes += [chosen.sentence] * (chosen.count.trials > 1)
    return Today(
        strategy=strategy,
        market=market,
        as_of=last,
        due=due,
        age=missed,
        position=held,
        monitored=found,
        holdings=shown,
        tickets=done,
        orders=_changes(shown, held) if done is None else done.orders,
        selection=chosen,
        warnings=(*look(strategy, market, check=check).notes, *notes),
    )


def _trade(
    now: Position, account: Account, market: Market, costs: Costs, due: pd.Timestamp | None
) -> Tickets:
    """List an account's orders; none where it holds already what the strategy goes on holding."""
    due = market.sessions[-1] + pd.Timedelta(days=1) if due is None else due
    shares = account.shares(market)
    held = weights_now(shares, account.cash, market)
    stays = not now.changes and near(now.weights, shares, account.cash, market)
    target = held if stays else now.target
    return tickets(target, shares, account.cash, market, costs, due)


def _holdings(now: Position, market: Market) -> pd.DataFrame:
    """Return what is held and wanted, the largest weights first."""
    known = market.universe.by_id
    table = pd.DataFrame(
        {
            "name": [known[name].name for name in market.instruments],
            "sector": [known[name].sector for name in market.instruments],
            "weight": now.weights,
            "target": now.target,
        },
        index=pd.Index(market.instruments, name="instrument"),
    )
    kept = table[(table["weight"] > 0) | (table["target"] > 0)]
    return kept.sort_index().sort_values("weight", ascending=False, kind="stable")


def _changes(holdings: pd.DataFrame, now: Position) -> pd.DataFrame:
    """Return the changes in weight due at the next session, sales first."""
    moved = (holdings["target"] - holdings["weight"]).rename("change")
    table = holdings[["name", "weight", "target"]].assign(change=moved)
    table.insert(1, "side", np.where(moved > 0, "buy", "sell"))
    kept = table[(moved.abs() > 1e-6) & now.changes]
    return kept.sort_values(["side", "weight"], ascending=False, kind="stable").reset_index()
