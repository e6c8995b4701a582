"""Every figure of `Honesty` for the best variant of a sweep."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.tuning.chunks import Array, Chunks, as_chunks, columns
from backtest.tuning.deflated_sharpe import deflated_sharpe, minimum_years, probabilistic_sharpe
from backtest.tuning.effective_trials import effective_trials
from backtest.tuning.honesty import Honesty
from backtest.tuning.intervals import sharpe_intervals
from backtest.tuning.pbo import block_sums, overfitting_of_sums
from backtest.tuning.resampling import block_length
from backtest.tuning.spa import superiority

FEW = 10  # variants below which their spread says too little


def assess(
    returns: pd.DataFrame | Array | Chunks,
    best: int,
    benchmark: pd.Series | Array,
    blend: pd.Series | Array,
    *,
    per_year: float,
    trials: int,
    risk_free: pd.Series | Array | None = None,
    switches: int | None = None,
    draws: int = 1000,
    blocks: int = 16,
    seed: int = 0,
) -> Honesty:
    """Return how far the best variant of a sweep is to be believed.

    Parameters
    ----------
    returns : frame, array or callable
        Daily simple returns of all variants, session × variant, whole or in pieces
        (`backtest.tuning.chunks`).
    best : int
        Number of the best variant.
    benchmark, blend : Series or array
        Daily simple returns of the market's benchmark, and of the strategy's baskets held without
        switching, on the same sessions.
    per_year : float
        Sessions per year.
    trials : int
        Variants ever tried on this market and window, from the ledger.
    risk_free : Series or array, optional
        What cash earned, by session.
    switches : int, optional
        How often the best variant switched; leave it out if it is no rotation.

    Raises
    ------
    UserError
        If returns are missing, series differ in length, or there are fewer than two sessions to a
        block.
    """
    chunks = as_chunks(returns)
    rivals = {"benchmark": np.asarray(benchmark, float), "blend": np.asarray(blend, float)}
    cash = np.zeros(len(rivals["blend"])) if risk_free is None else np.asarray(risk_free, float)
    sessions = len(cash)
    for name, series in {**rivals, "risk_free return": cash}.items():
        if len(series) != sessions or not np.isfinite(series).all():
            raise UserError(f"the {name} must have a return on each of the {sessions} sessions")
    sums = _sums(chunks, cash, rivals["blend"], blocks)
    variants = len(sums.sharpes)
    own = columns(chunks, [best])[:, 0]
    excess, active = own - cash, own - rivals["blend"]
    split = overfitting_of_sums(sums.totals, sums.squares, sessions // blocks)
    tests = superiority(
        chunks,
        rivals,
        block_length=block_length(active),
        draws=draws,
        seed=seed,
    )
    tried = max(trials, 1)
    clusters = effective_trials(chunks, sums.mean, variants, seed=seed)
    effective = min(clusters.scaled_to(tried), max(tried, clusters.clusters))
    # A handful of variants says little of how trials differ: take what noise alone would give.
    spread, active_spread = (
        (clusters.spread(ratios) if variants >= FEW else 1.0 / math.sqrt(sessions))
        * math.sqrt(per_year)
        for ratios in (sums.sharpes, sums.active_sharpes)
    )
    deflated = deflated_sharpe(excess, per_year, trials=effective, spread=spread)
    beyond = deflated_sharpe(active, per_year, trials=effective, spread=active_spread)
    return Honesty(
        best=best,
        sharpe=float(sums.sharpes[best]) * math.sqrt(per_year),
        variants=variants,
        trials=trials,
        effective_trials=effective,
        sessions=sessions,
        per_year=per_year,
        switches=switches,
        probabilistic_sharpe=probabilistic_sharpe(excess, per_year),
        deflated_sharpe=deflated.probability,
        deflated_sharpe_all=deflated_sharpe(
            excess, per_year, trials=tried, spread=spread
        ).probability,
        expected_max_sharpe=deflated.hurdle,
        active_sharpe=float(sums.active_sharpes[best]) * math.sqrt(per_year),
        deflated_active=beyond.probability,
        expected_max_active=beyond.hurdle,
        overfitting=split.probability,
        overfitting_loss=split.loss,
        blocks=blocks,
        against_benchmark=tests["benchmark"],
        against_blend=tests["blend"],
        minimum_years=minimum_years(effective),
        minimum_years_all=minimum_years(tried),
        intervals=sharpe_intervals(excess, per_year, draws=draws, seed=seed),
        seed=seed,
        logits=split.logits,
    )


@dataclass(frozen=True)
class _Sums:
    """What one pass over all returns leaves: block sums, the mean variant, Sharpe ratios."""

    totals: Array  # block × variant, of returns in excess of cash
    squares: Array
    mean: Array  # session
    sharpes: Array  # variant, per session
    active_sharpes: Array  # the same, over the blend


def _sums(chunks: Chunks, cash: Array, blend: Array, blocks: int) -> _Sums:
    totals: list[Array] = []
    squares: list[Array] = []
    sharpes: list[Array] = []
    active: list[Array] = []
    mean = np.zeros(len(cash))
    for piece in chunks():
        if len(piece) != len(cash):
            raise UserError(f"returns have {len(piece)} sessions, the blend has {len(cash)}")
        excess = piece - cash[:, None]
        if not np.isfinite(excess).all():
            missing = int(np.argmin(np.isfinite(excess).all(axis=0))) + sum(map(len, sharpes))
            raise UserError(f"variant {missing} has sessions without a return; leave it out")
        total, square = block_sums(excess, blocks)
        totals.append(total)
        squares.append(square)
        sharpes.append(_sharpes(excess))
        active.append(_sharpes(piece - blend[:, None]))
        mean += piece.sum(axis=1)
    if not sharpes:
        raise UserError("the sweep has no variant; widen its space")
    found = np.concatenate(sharpes)
    return _Sums(
        np.concatenate(totals, axis=1),
        np.concatenate(squares, axis=1),
        mean / len(found),
        found,
        np.concatenate(active),
    )


def _sharpes(returns: Array) -> Array:
    error = returns.std(axis=0, ddof=1)
    ratios: Array = np.divide(
        returns.mean(axis=0), error, out=np.zeros_like(error), where=error > 1e-12
    )
    return ratios
