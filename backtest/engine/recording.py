"""Recording what was tried: a run, a variant on the board, some variants of a sweep."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backtest.costs import Costs
from backtest.engine.held import held, known_from, lineage, price_reach
from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.strategy import Strategy, own_fields
from backtest.strategy.decisions import Decisions, rotates
from backtest.strategy.source import source_identity
from backtest.trials.fingerprints import Fingerprints, fingerprints
from backtest.trials.ledger import Ledger
from backtest.trials.tried import Held, Tried, by_month, days_of, window_of


def record_run(
    decisions: Decisions, returns: pd.Series, *, costs: Costs, fill: str, first: int
) -> list[str]:
    """Record a run among the trials ever made; say if that fails."""
    try:
        one = one_trial(decisions, returns, costs=costs, fill=fill, first=first)
        Ledger.at_home().record(lineage(decisions.market), one, origin="run")
    except UserError as error:
        return [Note("this run is not among the trials counted: {error}", error=str(error))]
    return []


def one_trial(
    decisions: Decisions, returns: pd.Series, *, costs: Costs, fill: str, first: int
) -> Tried:
    """Return what one variant leaves in the ledger."""
    strategy, market = decisions.strategy, decisions.market
    prints = trial_prints(strategy, costs, fill)
    own = (one_held(decisions, fill=fill, first=first),) if rotates(strategy) else ()
    if own and own[0].codes.size:
        from backtest.engine.sketches import sketched

        found = sketched(own[0])
    else:
        found = over_sectors(returns.to_numpy()[None], market, first)
    return tried(strategy, prints, market, first, own, *found)


def one_held(decisions: Decisions, *, fill: str, first: int) -> Held:
    """Return what a rotation held and what its baskets earned."""
    strategy, market = decisions.strategy, decisions.market
    regime = decisions.regime.to_numpy().astype(str)
    names, codes = np.unique(regime, return_inverse=True)

    def shuffled(other: Market) -> np.ndarray:
        return Decisions(strategy, other).regime.to_numpy().astype(str)

    return held(
        decisions.baskets,
        names.tolist(),
        codes[None].astype(np.int8),
        market,
        fill=fill,
        first=first,
        rows=np.zeros(1, dtype=np.int64),
        known_from=np.array([known_from(strategy, market)]),
        reach=price_reach(regime, shuffled, market),
    )


def over_sectors(returns: np.ndarray, market: Market, first: int) -> tuple[int, np.ndarray]:
    """Return the first month, and by month what variants earned over the equal-weight market."""
    alike = market.equal_weight.pct_change(fill_method=None).fillna(0.0).to_numpy()[first:]
    return by_month(days_of(market.sessions[first:]), (returns - alike).astype(np.float32))


def tried(
    strategy: Strategy,
    prints: Fingerprints,
    market: Market,
    first: int,
    own: tuple[Held, ...],
    month: int,
    sketches: np.ndarray,
) -> Tried:
    """Return variants of a strategy as the ledger takes them."""
    begin, end = window_of(market.sessions[first:])
    return Tried(
        family=type(strategy).__name__,
        source=source_identity(type(strategy)),
        prints=prints,
        first=begin,
        last=end,
        held=own,
        month=month,
        sketches=sketches,
    )


def trial_prints(
    strategy: Strategy, costs: Costs, fill: str, swept: Mapping[str, np.ndarray] | None = None
) -> Fingerprints:
    """Return by what the ledger knows a trial: its source, parameters, costs and fill.

    `swept` holds columns of parameters by name, a value for each of several variants.
    """
    source = source_identity(type(strategy))
    own = {**own_fields(strategy), **(swept or {})}
    return fingerprints({**own, "costs ": costs, "fill ": fill, "source ": source})
