"""assess: how far the best of results made elsewhere is to be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.trials.leaders import new_leaders
from backtest.trials.ledger import Count
from backtest.trials.tried import Codes, active_returns, by_month, days_of
from backtest.tuning.honesty import Honesty
from backtest.tuning.judge import judge
from backtest.tuning.shifts import Signals
from backtest.tuning.timing_test import timing_test
from backtest.tuning.verdict import break_even

CASH = "cash"


def assess(
    results: Any,
    *,
    positions: pd.DataFrame | None = None,
    baskets: pd.DataFrame | None = None,
    benchmark: pd.Series | None = None,
    per_year: float = 242.0,
) -> Honesty:
    """Say how far the best of several results is to be believed.

    Parameters
    ----------
    results : DataFrame or vectorbt.Portfolio
        Daily simple returns, session × variant; or a portfolio whose columns are variants of one
        rule on one instrument, which brings its own positions.
    positions : DataFrame, session × variant, optional
        The name of what each variant held during each session: a column of `baskets`, or "cash".
    baskets : DataFrame, session × basket, optional
        Daily simple returns of what could be held.
    benchmark : Series, optional
        Daily simple returns to compare with.
    per_year : float
        Sessions per year.

    Returns
    -------
    Honesty
        As of a sweep, with these variants for all trials there were. Without positions there is no
        timing to test and so no verdict; `missing` says what was left out.

    Raises
    ------
    UserError
        If frames do not cover the same sessions and variants, or a position has no basket.

    Examples
    --------
    >>> days = pd.bdate_range("2015-01-05", periods=800)
    >>> made = np.random.default_rng(0).normal(0.0, 0.01, (800, 3))
    >>> found = assess(pd.DataFrame(made, index=days))
    >>> found.verdict, found.timing is None, found.trials
    ('cannot tell', True, 3)
    """
    if hasattr(results, "position_mask"):
        results, positions, baskets = _of_portfolio(results)
    returns = pd.DataFrame(results).astype(float)
    values = returns.to_numpy()
    spread = values.std(axis=0)
    ratios = np.divide(values.mean(axis=0), spread, out=np.zeros_like(spread), where=spread > 0)
    best = int(ratios.argmax())
    rivals = {} if benchmark is None else {"benchmark": benchmark.reindex(returns.index)}
    missing = [] if rivals else ["no benchmark was given: nothing is compared with one"]
    if positions is None or baskets is None:
        missing.append("no positions were given: timing is not tested, and there is no verdict")
        active = (values - values.mean(axis=1, keepdims=True)).T
        timing, switches, even = None, None, float("nan")
    else:
        codes, earned = _coded(returns, positions, baskets)
        rivals["blend"] = pd.Series(earned.mean(axis=0), returns.index)
        timing = timing_test(codes[best], Signals(codes, earned), per_year=per_year)
        switches = int((codes[best, 1:] != codes[best, :-1]).sum())
        active = active_returns(codes, earned.astype(np.float32))
        # All that is held is sold and bought at a switch.
        even = break_even(float(active[best].sum()), float(switches))
    month, sketches = by_month(days_of(pd.DatetimeIndex(returns.index)), active.astype(np.float32))
    ideas = max(len(new_leaders(sketches, month, ())), 1)
    return judge(
        values,
        best,
        rivals,
        per_year=per_year,
        count=Count(len(returns.columns), ideas, 0),
        timing=timing,
        break_even=even,
        switches=switches,
        missing=tuple(missing),
    )


def _coded(
    returns: pd.DataFrame, positions: pd.DataFrame, baskets: pd.DataFrame
) -> tuple[Codes, np.ndarray]:
    """Return what variants held, variant × session, and what that earned, basket × session."""
    for name, frame in (("positions", positions), ("baskets", baskets)):
        if not returns.index.equals(frame.index):
            raise UserError(
                "{name} must be of the {count} sessions the returns are of",
                name=name,
                count=len(returns),
            )
    if not returns.columns.equals(positions.columns):
        raise UserError("positions must have a column for each variant of the returns")
    names = [*(str(name) for name in baskets.columns), CASH]
    known = {name: code for code, name in reversed(list(enumerate(names)))}
    held = positions.astype(str).to_numpy().T
    strange = sorted(set(np.unique(held)) - set(known))
    if strange:
        raise UserError(
            "position {strange!r} is no column of baskets; give its returns or call it {cash!r}",
            strange=strange[0],
            cash=CASH,
        )
    codes = np.vectorize(known.__getitem__, otypes=[np.int8])(held)
    earned = np.vstack([baskets.to_numpy(float).T, np.zeros(len(returns))])
    return codes, earned


def _of_portfolio(portfolio: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return a vectorbt portfolio's returns, positions, and its instrument's returns."""
    close = pd.DataFrame(portfolio.close)
    if (close.to_numpy() != close.to_numpy()[:, :1]).any():
        raise UserError(
            "the portfolio's columns hold different instruments; assess one instrument's "
            "variants at a time, or give a frame of returns with positions and baskets"
        )
    mask = pd.DataFrame(portfolio.position_mask())
    if portfolio.wrapper.grouper.is_grouped() or mask.shape != close.shape:
        raise UserError(
            "the portfolio's columns are grouped; give returns with positions and baskets"
        )
    returns = pd.DataFrame(portfolio.returns())
    # What was held at a close earns the session after.
    held = mask.shift(fill_value=False).astype(bool)
    positions = pd.DataFrame(
        np.where(held.to_numpy(), "held", CASH), index=returns.index, columns=returns.columns
    )
    moved = close.iloc[:, 0].pct_change(fill_method=None).fillna(0.0)
    return returns, positions, pd.DataFrame({"held": moved})
