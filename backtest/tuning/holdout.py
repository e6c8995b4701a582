"""A locked holdout: sessions kept out of a choice, and a record of every look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backtest.engine.held import lineage
from backtest.engine.result import BacktestResult
from backtest.engine.run import run
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.market import timestamp
from backtest.plain import plain
from backtest.trials.fingerprints import canonical
from backtest.trials.ledger import Ledger, Opening
from backtest.tuning.sweep_result import Sweep


@dataclass(frozen=True, eq=False)
class Revealed:
    """What the chosen variant did on the sessions kept out, and who had looked at them before.

    Attributes
    ----------
    result : BacktestResult
        The chosen variant on those sessions.
    openings : tuple of Opening
        Every look at them, this one last.
    """

    result: BacktestResult
    day: str
    openings: tuple[Opening, ...]

    @property
    def sentence(self) -> str:
        """What was found, and how far it is out of sample."""
        figures = self.result.summary()
        found = (
            f"on the sessions from {self.day} on, kept out of the choice, it returned "
            f"{figures['total_return']:+.1%} with a Sharpe ratio of {figures['sharpe']:.2f}"
        )
        variants = len({opening.variant for opening in self.openings})
        if variants == 1:
            return f"Opened for one variant: {found}."
        return (
            f"Opened for {variants} variants, so no longer out of sample: {found}; "
            f"the first look was on {self.openings[0].made[:10]}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        found: dict[str, Any] = plain(
            {
                "from": self.day,
                "openings": [vars(opening) for opening in self.openings],
                "summary": self.result.summary(),
                "sentence": self.sentence,
            }
        )
        return found


def before(market: Market, holdout: Date) -> Market:
    """Return a market without the sessions of a holdout.

    Raises
    ------
    UserError
        If nothing would be left on one side of the day.
    """
    day = timestamp(holdout)
    kept = market.sessions[market.sessions < day]
    if not len(kept) or not (market.sessions >= day).any():
        raise UserError(
            "--holdout was {day:%Y-%m-%d}, but market {market} has sessions from "
            "{first:%Y-%m-%d} to {last:%Y-%m-%d}; give a day between",
            day=day,
            market=market.name,
            first=market.sessions[0],
            last=market.sessions[-1],
        )
    return market.until(kept[-1])


def reveal(swept: Sweep, market: Market, holdout: Date, *, check: bool = True) -> Revealed:
    """Run a sweep's best variant on the sessions kept out of it, and record the look.

    Parameters
    ----------
    market : Market
        The whole market.
    """
    day = f"{timestamp(holdout):%Y-%m-%d}"
    chosen = swept.best.strategy
    Ledger.at_home().opened(
        lineage(market), day, type(chosen).__name__, canonical(plain(chosen.parameters))
    )
    result = run(
        chosen, market, costs=swept.costs, fill=swept.fill, cash=swept.cash, start=day, check=check
    )
    return Revealed(result, day, Ledger.at_home().openings(lineage(market)))
