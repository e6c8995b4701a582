"""What the board shows of one variant, in the time of a slider's move.

The variant's targets are carried out by the kernel, a few milliseconds where vectorbt needs a tenth
of a second and more; every trigger's answer is remembered by the market. Each variant shown counts
as a trial in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from backtest.board.terms import BoardTerms
from backtest.engine.benchmarks import benchmark_levels, level_returns
from backtest.engine.held import lineage
from backtest.engine.plan import fill_used
from backtest.engine.recording import one_trial
from backtest.engine.window import first_session
from backtest.market import Market
from backtest.market.schedule import ON_CHANGE
from backtest.strategy import RotationStrategy, Strategy
from backtest.strategy.decisions import Decisions
from backtest.strategy.look import look
from backtest.trials.ledger import Count, Ledger
from backtest.trials.tried import Held
from backtest.tuning.blend import blend_targets
from backtest.tuning.deflated_sharpe import deflation
from backtest.tuning.joint import timed, trials_on
from backtest.tuning.return_chunks import Array
from backtest.tuning.spa import active
from backtest.tuning.trials import laid_alone
from backtest.tuning.verdict import Verdict

CASH = 1_000_000.0
USUAL = BoardTerms()


@dataclass(frozen=True, eq=False)
class View:
    """One variant on one market, as `run` would have it on the same terms.

    Attributes
    ----------
    first : int
        Number of the session the window begins with.
    equity, returns : Series
        As in `BacktestResult`.
    regime : Series
        What is held at each close.
    figures : mapping
        As in `Sweep.trials`, and named so.
    risk_free, blend : array
        Daily returns of cash, and of the strategy's baskets held without switching.
    count : Count
        Trials ever made on this market, by the ledger.
    held : Held or None
        What a rotation held, and what its baskets earned.
    counted : int
        1 if the ledger had not seen this variant before, else 0.
    """

    strategy: Strategy
    market: Market
    terms: BoardTerms
    first: int
    fill: str
    equity: pd.Series
    returns: pd.Series
    regime: pd.Series
    figures: Mapping[str, float]
    risk_free: np.ndarray
    blend: np.ndarray
    count: Count
    held: Held | None
    counted: int

    @cached_property
    def luck(self) -> Luck:
        """How far to believe it."""
        rotates = isinstance(self.strategy, RotationStrategy)
        ruling = Verdict(
            count=self.count,
            years=len(self.returns) / self.market.per_year(self.first),
            switches=int(self.figures["switches"]) if rotates else None,
            **timed(self.held, self.market, self.first, self.figures),
            **look(self.strategy, self.market).ruled,
        )
        per_year = self.market.per_year(self.first)
        return luck(ruling, self.returns.to_numpy(), self.risk_free, self.blend, per_year)

    @property
    def place(self) -> str:
        """What other variants must share to be compared with this one."""
        return f"{self.market.snapshot} {self.terms}"

    @property
    def trials(self) -> int:
        """Trials ever made on this market, by the ledger."""
        return self.count.trials

    def now(self) -> View:
        """Return the same among all the trials made since."""
        count = trials_on(self.market, self.first)
        return self if count == self.count else replace(self, count=count)

    @property
    def switches(self) -> pd.DataFrame:
        """Sessions on which what is held changed: date, from, to; the latest first."""
        held = self.regime.to_numpy()
        changed = np.flatnonzero(held[1:] != held[:-1]) + 1
        rows = {"date": self.regime.index[changed], "from": held[changed - 1], "to": held[changed]}
        return pd.DataFrame(rows).iloc[::-1].reset_index(drop=True)


def view(strategy: Strategy, market: Market, terms: BoardTerms = USUAL) -> View:
    """Simulate a variant with a million, and count it.

    Parameters
    ----------
    market : Market
        As `BoardTerms.market` returns it.

    Raises
    ------
    UserError
        If the market, the parameters or the strategy's weights make no sense.
    """
    fill, first = fill_used(market, terms.fill), first_session(market, terms.start)
    decisions = Decisions(strategy, market)
    on = (market, terms, fill, first)
    equity, found = _simulated(decisions.targets, *on, strategy.rebalance)
    held = decisions.regime.shift().fillna("cash").astype(str).rename("regime").iloc[first:]
    names = held.to_numpy()
    switches = int((names[1:] != names[:-1]).sum())
    returns = pd.Series(_returns(equity), held.index, name=strategy.name)
    tried = one_trial(decisions, returns, costs=terms.model, fill=fill, first=first)
    ledger, here = Ledger.at_home(), lineage(market)
    counted = int(not ledger.known(here, tried).all())
    ledger.record(here, tried, origin="board")
    return View(
        strategy=strategy,
        market=market,
        terms=terms,
        first=first,
        fill=fill,
        equity=pd.Series(equity, held.index, name=strategy.name),
        returns=returns,
        regime=held,
        figures={**found, "switches": float(switches)},
        risk_free=level_returns(market.money, first).to_numpy(),
        blend=_returns(_simulated(blend_targets(strategy, market), *on, ON_CHANGE)[0]),
        count=trials_on(market, first),
        held=next(iter(tried.held), None),
        counted=counted,
    )


def benchmarks(market: Market, first: int = 0) -> dict[str, pd.Series]:
    """Return growth of 1 to compare with: the benchmark, where it has prices, and all sectors."""
    return {
        name: level / level.dropna().iloc[0]
        for name, level in ((k, v.iloc[first:]) for k, v in benchmark_levels(market).items())
        if level.any()
    }


def _simulated(
    targets: pd.DataFrame, market: Market, terms: BoardTerms, fill: str, first: int, rebalance: str
) -> tuple[np.ndarray, dict[str, float]]:
    """Return the equity at every close, and the figures, of targets carried out."""
    from backtest.engine import kernel

    on = market.remember(
        ("stage", fill, terms.costs, first),
        lambda: kernel.stage(market, terms.model, fill, CASH, first),
    )
    codes, laid = laid_alone(targets, market, on, rebalance)
    figures, _ = kernel.figures(codes, *laid)
    equity = kernel.equity(codes, *laid)[0]
    return equity, dict(zip(kernel.FIGURES, figures[0].tolist(), strict=True))


def _returns(equity: np.ndarray) -> np.ndarray:
    return equity / np.concatenate(([CASH], equity[:-1])) - 1.0


@dataclass(frozen=True)
class Luck:
    """The verdict on one variant among all trials made, and its deflated Sharpe ratios.

    Attributes
    ----------
    ruling : Verdict
        The verdict, and what it rests on; of what is no rotation the blend is all sectors in equal
        parts.
    deflated, hurdle : float
        Chance that the true Sharpe ratio exceeds `hurdle`, the best of all trials without skill.
    deflated_active : float
        The same of the return over the strategy's baskets held without switching.
    """

    ruling: Verdict
    deflated: float
    hurdle: float
    deflated_active: float


def luck(ruling: Verdict, returns: Array, risk_free: Array, blend: Array, per_year: float) -> Luck:
    """Return how far a variant is to be believed.

    Parameters
    ----------
    returns, risk_free, blend : array
        Daily simple returns of the variant, of cash, and of its baskets held without switching.
    per_year : float
        Sessions per year.
    """
    effective = max(ruling.count.effective, 1)
    whole = deflation(returns - risk_free, per_year, effective)
    return Luck(
        ruling=ruling,
        deflated=whole.probability,
        hurdle=whole.hurdle,
        deflated_active=deflation(active(returns, blend), per_year, effective).probability,
    )
