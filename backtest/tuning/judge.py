"""Every figure of `Honesty` for one variant of several."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.engine.resampling import block_length
from backtest.errors import UserError
from backtest.trials.ledger import Count
from backtest.tuning.deflated_sharpe import deflation, minimum_years, probabilistic_sharpe
from backtest.tuning.honesty import Honesty
from backtest.tuning.intervals import sharpe_intervals
from backtest.tuning.pbo import FLAT, block_sums, overfitting
from backtest.tuning.return_chunks import Array, Chunks, as_chunks, columns, remembered
from backtest.tuning.spa import active, spa_test
from backtest.tuning.timing_test import TimingTest


def judge(
    returns: pd.DataFrame | Array | Chunks,
    best: int,
    rivals: Mapping[str, pd.Series | Array],
    *,
    per_year: float,
    count: Count,
    timing: TimingTest | None = None,
    break_even: float = math.nan,
    costs: float = math.nan,
    risk_free: pd.Series | Array | None = None,
    switches: int | None = None,
    looks_ahead: str = "",
    checked: bool = True,
    holdout: str = "",
    openings: int = 0,
    missing: tuple[str, ...] = (),
    draws: int = 1000,
    blocks: int = 16,
    seed: int = 0,
) -> Honesty:
    """Return how far one variant of several is to be believed.

    Parameters
    ----------
    returns : frame, array or callable
        Daily simple returns of all variants, session × variant, whole or in pieces
        (`backtest.tuning.return_chunks`).
    best : int
        Number of the variant in question.
    rivals : mapping
        Daily simple returns on the same sessions: of the market's "benchmark", and of the "blend",
        the strategy's baskets held without switching. What is left out is not compared with.
    per_year : float
        Sessions per year.
    count : Count
        Trials ever made on this market, from the ledger.
    timing, break_even, costs, looks_ahead, checked, holdout, openings, missing
        As in `Honesty`.
    risk_free : Series or array, optional
        What cash earned, by session.
    switches : int, optional
        How often the variant switched; leave it out if it is no rotation.

    Raises
    ------
    UserError
        If returns are missing, series differ in length, or there are fewer than two sessions to a
        block.
    """
    chunks = remembered(as_chunks(returns))
    against = {name: np.asarray(rival, float) for name, rival in rivals.items()}
    sessions = len(next(iter(chunks()), next(iter(against.values()), ())))
    cash = np.zeros(sessions) if risk_free is None else np.asarray(risk_free, float)
    for name, series in {**against, "risk_free return": cash}.items():
        if len(series) != sessions or not np.isfinite(series).all():
            raise UserError(
                "the {name} must have a return on each of the {sessions} sessions",
                name=name,
                sessions=sessions,
            )
    sums = _sums(chunks, cash, blocks)
    own = columns(chunks, [best])[:, 0]
    excess = own - cash
    apart = active(own, against.get("blend", own))
    beyond_blend = _sharpes(*_sums_of(apart[:, None]), sessions)
    length = block_length(apart)
    tests = spa_test(chunks, against, block_length=length, draws=draws, seed=seed)
    split = overfitting(sums.totals, sums.squares, sessions // blocks)
    effective = max(count.effective, 1)
    deflated = deflation(excess, per_year, effective)
    beyond = deflation(apart, per_year, effective)
    return Honesty(
        best=best,
        sharpe=float(sums.sharpes[best]) * math.sqrt(per_year),
        variants=len(sums.sharpes),
        trials=max(count.trials, 1),
        unknown_trials=count.unknown,
        effective_trials=effective,
        sessions=sessions,
        per_year=per_year,
        switches=switches,
        timing=timing,
        break_even=break_even,
        costs=costs,
        probabilistic_sharpe=probabilistic_sharpe(excess, per_year),
        deflated_sharpe=deflated.probability,
        expected_max_sharpe=deflated.hurdle,
        active_sharpe=float(beyond_blend[0]) * math.sqrt(per_year),
        deflated_active=beyond.probability,
        expected_max_active=beyond.hurdle,
        overfitting=split.probability,
        overfitting_loss=split.loss,
        blocks=blocks,
        against_benchmark=tests.get("benchmark"),
        against_blend=tests.get("blend"),
        minimum_years=minimum_years(effective),
        intervals=sharpe_intervals(excess, per_year, draws=draws, seed=seed),
        seed=seed,
        looks_ahead=looks_ahead,
        checked=checked,
        holdout=holdout,
        openings=openings,
        missing=missing,
        logits=split.logits,
    )


@dataclass(frozen=True)
class _Sums:
    """What one pass over all returns leaves: block sums and Sharpe ratios."""

    totals: Array  # block × variant, of returns in excess of cash
    squares: Array
    sharpes: Array  # variant, per session


def _sums(chunks: Chunks, cash: Array, blocks: int) -> _Sums:
    totals: list[Array] = []
    squares: list[Array] = []
    sharpes: list[Array] = []
    for piece in chunks():
        if len(piece) != len(cash):
            raise UserError(
                "returns have {count} sessions, cash has {cash}", count=len(piece), cash=len(cash)
            )
        excess = piece - cash[:, None] if cash.any() else piece
        total, square = block_sums(excess, blocks)
        end = excess[len(excess) // blocks * blocks :]
        whole, whole_square = (
            before.sum(axis=0) + after
            for before, after in zip((total, square), _sums_of(end), strict=True)
        )
        if not np.isfinite(whole_square).all():
            missing = int(np.argmin(np.isfinite(whole_square))) + sum(map(len, sharpes))
            raise UserError(
                "variant {missing} has sessions without a return; leave it out", missing=missing
            )
        totals.append(total)
        squares.append(square)
        sharpes.append(_sharpes(whole, whole_square, len(excess)))
    if not sharpes:
        raise UserError("the sweep has no variant; widen its space")
    return _Sums(
        np.concatenate(totals, axis=1), np.concatenate(squares, axis=1), np.concatenate(sharpes)
    )


def _sums_of(returns: Array) -> tuple[Array, Array]:
    return returns.sum(axis=0), np.square(returns).sum(axis=0)


def _sharpes(total: Array, square: Array, count: int) -> Array:
    """Return Sharpe ratios a session from sums; 0 where the returns are constant."""
    mean = total / count
    spread = square - total * mean
    varies = spread > FLAT * square
    error = np.sqrt(np.where(varies, spread, 1.0) / (count - 1))
    return np.where(varies, mean / error, 0.0)
