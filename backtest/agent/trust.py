"""What comes with every figure an agent is given: how many trials there were, and what is left.

An agent that tries a thousand variants finds a good one by chance alone. So no result goes out
without the trials made on its market, its deflated Sharpe ratio among them, and a sentence.
"""

import math
from typing import Any

import pandas as pd

from backtest.engine.result import BacktestResult
from backtest.plain import plain
from backtest.strategy.decisions import Decisions
from backtest.strategy.look import Look
from backtest.trials.ledger import Ledger
from backtest.tuning.deflated_sharpe import deflation, minimum_years
from backtest.tuning.joint import selection


def trust(result: BacktestResult, decisions: Decisions, published: pd.Timestamp) -> dict[str, Any]:
    """Return how far one result is to be believed, among all trials on its market.

    Parameters
    ----------
    published : Timestamp
        When the thesis was; whatever happened up to it may be why it was written.

    Returns
    -------
    dict
        `trials_in_store`, `trials` and `effective_trials` (of this market, in windows that overlap
        this one), `p` and `bound` of the joint timing test, `deflated_sharpe` and the
        `expected_max_sharpe` it is measured against, `years` and the `minimum_years` a record
        should have after so many trials, `in_sample`, `synthetic`, `looks_ahead`, `sentence`, and
        `no_more`: why further trials prove nothing, or None.
    """
    returns = result.returns
    first = len(decisions.market.sessions) - len(returns)
    chosen = selection(decisions, fill=str(result.manifest["fill"]), first=first)
    effective = max(chosen.count.effective, 1)
    excess = (returns - result.risk_free).to_numpy()
    left = deflation(excess, result.per_year, effective)
    years, needed = len(returns) / result.per_year, minimum_years(effective)
    document: dict[str, Any] = plain(
        {
            "trials_in_store": sum(row["count"] for row in Ledger.at_home().overview()),
            **chosen.to_json(),
            "deflated_sharpe": left.probability,
            "expected_max_sharpe": left.hurdle,
            "years": years,
            "minimum_years": needed,
            "in_sample": bool(returns.index[0] <= published) or chosen.count.trials > 1,
            "synthetic": result.synthetic,
            "looks_ahead": Look(str(result.manifest["look_ahead"])).ruled["looks_ahead"],
            "no_more": no_more(effective, years, needed),
        }
    )
    return document


def no_more(effective: int, years: float, needed: float) -> str | None:
    """Say why further trials on a record prove nothing; None while they still may.

    The minimum backtest length of Bailey, Borwein, López de Prado & Zhu (2014): in a shorter
    record a Sharpe ratio of 1 is what the search alone is expected to find.
    """
    if not math.isfinite(needed) or needed <= years:
        return None
    return (
        f"{effective:,} independent ideas have been tried on {years:.1f} years; after so many, "
        f"chance alone is expected to find a Sharpe ratio of 1 unless the record is at least "
        f"{needed:.1f} years long: further trials on it prove nothing, so test what you have on a "
        f"holdout or on sessions still to come"
    )
