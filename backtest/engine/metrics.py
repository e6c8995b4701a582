"""Every performance figure, each defined, named and judged once.

A figure is a function on arrays, registered by `figure` under its own name with its label in
English and Chinese, its unit and which way is better. Its parameters say what it needs of a
`Track`: `returns` (session, or session × portfolio: the answer is then one number, or one a
portfolio), `per_year`, `risk_free`, `benchmark`, `sessions`, or of the trades `traded`, `equity`,
`costs` and `regime`.

Conventions, the same in sweeps and in reports:

- `returns` are simple returns by session; the first one counts from the starting cash.
- `per_year` is the number of sessions a year in the window, so that sessions over `per_year` are
  the years that passed (actual/365.25, see `backtest.market.frequency`).
- `risk_free` is what idle cash earned over the same sessions (zeros without a money rate); Sharpe,
  Sortino, alpha and beta are of returns in excess of it.
- `benchmark` is NaN where its record is not known; those sessions are left out of a comparison.
- Standard deviations divide by n − 1. What cannot be computed is NaN, never 0.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from backtest.engine.registry import (
    LESS,
    METRICS,
    MORE,
    NEITHER,
    Answer,
    Metric,
    Track,
    cut,
    figure,
    figures,
    score,
)

__all__ = ["METRICS", "Metric", "Track", "cut", "figures", "score"]

ROUNDING = 1e-12  # a standard deviation of daily returns below this is none

Array = NDArray[np.float64]


@figure("Total return", "总收益", "{:+.1%}", MORE)
def total_return(returns: ArrayLike) -> Answer:
    """Return the compounded return over the whole period.

    Examples
    --------
    >>> round(total_return([0.1, -0.1]), 6)
    -0.01
    """
    values = _array(returns)
    return _answer(np.prod(1.0 + values, axis=0) - 1.0, known=len(values) > 0)


@figure("CAGR", "年化收益", "{:+.1%}", MORE)
def cagr(returns: ArrayLike, per_year: float) -> Answer:
    """Return the compound annual growth rate: (1 + total)^(per_year / n) − 1; −1 after ruin."""
    values = _array(returns)
    growth = np.maximum(1.0 + np.asarray(total_return(values)), 0.0)
    return _answer(growth ** (per_year / max(len(values), 1)) - 1.0)


@figure("Volatility", "波动率", "{:.1%}", LESS)
def volatility(returns: ArrayLike, per_year: float) -> Answer:
    """Return the annualized standard deviation."""
    return _answer(_std(_array(returns)) * math.sqrt(per_year))


@figure("Sharpe", "夏普比率", "{:.2f}", MORE)
def sharpe(returns: ArrayLike, per_year: float, risk_free: ArrayLike = 0.0) -> Answer:
    """Return the annualized Sharpe ratio of returns in excess of `risk_free` (Sharpe 1994).

    Divergence: vectorbt annualizes with 365 days by default, empyrical with 252.
    """
    excess = _less(returns, risk_free)
    return _ratio(excess, _std(excess), per_year)


@figure("Sortino", "索提诺比率", "{:.2f}", MORE)
def sortino(returns: ArrayLike, per_year: float, risk_free: ArrayLike = 0.0) -> Answer:
    """Return the Sortino ratio: mean excess over the root mean square of negative excess."""
    excess = _less(returns, risk_free)
    below = np.minimum(excess, 0.0) ** 2
    return _ratio(excess, np.sqrt(below.sum(axis=0) / max(len(excess), 1)), per_year)


@figure("Calmar", "卡玛比率", "{:.2f}", MORE)
def calmar(returns: ArrayLike, per_year: float) -> Answer:
    """Return the CAGR over the depth of the deepest drawdown."""
    depth = -np.asarray(max_drawdown(returns))
    return _divided(np.asarray(cagr(returns, per_year)), depth, depth > 0)


@figure("Max drawdown", "最大回撤", "{:.1%}", MORE)
def max_drawdown(returns: ArrayLike) -> Answer:
    """Return the deepest drawdown as a negative fraction."""
    values = _array(returns)
    if not len(values):
        return _answer(np.prod(values, axis=0), known=False)
    level = np.cumprod(1.0 + values, axis=0)
    peak = np.maximum(np.maximum.accumulate(level, axis=0), 1.0)
    return _answer((level / peak - 1.0).min(axis=0))


@figure("Positive months", "月度胜率", "{:.0%}", MORE)
def positive_months(returns: ArrayLike, sessions: pd.DatetimeIndex) -> Answer:
    """Return the fraction of calendar months with a positive return."""
    values = _array(returns)
    if not len(values):
        return _answer(np.prod(values, axis=0), known=False)
    return _answer((_by_month(values, sessions) > 0.0).mean(axis=0))


@figure("Beta", "贝塔", "{:.2f}", NEITHER)
def beta(returns: ArrayLike, benchmark: ArrayLike, risk_free: ArrayLike = 0.0) -> Answer:
    """Return the slope of excess returns on the benchmark's excess returns."""
    ours, theirs = _excess(returns, benchmark, risk_free)
    apart = theirs - theirs.mean() if len(theirs) else theirs
    squares = float(apart @ apart)
    usual = len(theirs) > 1 and squares / (len(theirs) - 1) > ROUNDING**2
    return _answer(apart @ ours / (squares if usual else 1.0), known=usual)


@figure("Alpha a year", "年化阿尔法", "{:+.1%}", MORE)
def alpha(
    returns: ArrayLike, benchmark: ArrayLike, per_year: float, risk_free: ArrayLike = 0.0
) -> Answer:
    """Return Jensen's alpha a year: mean excess less beta times the benchmark's, × per_year."""
    ours, theirs = _excess(returns, benchmark, risk_free)
    slope = np.asarray(beta(returns, benchmark, risk_free))
    count = max(len(ours), 1)
    return _answer((ours.sum(axis=0) / count - slope * theirs.sum() / count) * per_year)


@figure("Tracking error", "跟踪误差", "{:.1%}", LESS)
def tracking_error(returns: ArrayLike, benchmark: ArrayLike, per_year: float) -> Answer:
    """Return the annualized standard deviation of returns less the benchmark's."""
    return _answer(_std(_active(returns, benchmark)) * math.sqrt(per_year))


@figure("Information ratio", "信息比率", "{:.2f}", MORE)
def information_ratio(returns: ArrayLike, benchmark: ArrayLike, per_year: float) -> Answer:
    """Return the annualized mean of returns less the benchmark's, over the tracking error."""
    active = _active(returns, benchmark)
    return _ratio(active, _std(active), per_year)


@figure("Up capture", "上行捕获", "{:.0%}", MORE)
def up_capture(returns: ArrayLike, benchmark: ArrayLike, sessions: pd.DatetimeIndex) -> Answer:
    """Return the geometric mean monthly return over the benchmark's, in months it rose."""
    return _capture(returns, benchmark, sessions, 1.0)


@figure("Down capture", "下行捕获", "{:.0%}", LESS)
def down_capture(returns: ArrayLike, benchmark: ArrayLike, sessions: pd.DatetimeIndex) -> Answer:
    """Return the geometric mean monthly return over the benchmark's, in months it fell."""
    return _capture(returns, benchmark, sessions, -1.0)


@figure("Turnover a year", "年换手率", "{:.1f}×", LESS)
def turnover(traded: ArrayLike, per_year: float) -> Answer:
    """Return one-way turnover a year."""
    values = _array(traded)
    return _answer(values.sum(axis=0) / (len(values) / per_year))


@figure("Cost drag a year", "年成本拖累", "{:.2%}", LESS)
def cost_drag(costs: ArrayLike, equity: ArrayLike, per_year: float) -> Answer:
    """Return the costs paid over mean equity, a year."""
    values = _array(equity)
    return _answer(np.asarray(costs) / values.mean(axis=0) / (len(values) / per_year))


@figure("Costs paid", "支付成本", "{:,.0f}", LESS)
def costs_paid(costs: ArrayLike) -> Answer:
    """Return all costs, in currency."""
    return _answer(np.asarray(costs, dtype=float))


@figure("Switches", "切换", "{:.0f}", LESS)
def switches(regime: ArrayLike) -> Answer:
    """Return how often the regime held changed."""
    held = np.asarray(regime)
    return _answer((held[1:] != held[:-1]).sum(axis=0).astype(float))


def drawdown(returns: pd.Series) -> pd.Series:
    """Return the fall from the highest value so far (the start included), 0 or negative."""
    value = (1.0 + returns).cumprod()
    return (value / value.cummax().clip(lower=1.0) - 1.0).rename("drawdown")


def drawdown_dates(
    returns: pd.Series,
) -> tuple[pd.Timestamp | None, pd.Timestamp | None, pd.Timestamp | None]:
    """Return the deepest drawdown's peak, trough and recovery; None where there is none.

    The peak is None if the value never exceeded the start before the trough.
    """
    depth = drawdown(returns)
    if depth.empty or depth.min() == 0:
        return None, None, None
    sessions = pd.DatetimeIndex(depth.index)
    trough = sessions[int(depth.to_numpy().argmin())]
    before = depth.loc[:trough]
    peaks = sessions[: len(before)][before == 0]
    after = depth.loc[trough:]
    recovered = sessions[len(before) - 1 :][after == 0]
    return (peaks[-1] if len(peaks) else None, trough, recovered[0] if len(recovered) else None)


def monthly_returns(returns: pd.Series) -> pd.Series:
    """Return compounded returns by calendar month."""
    periods = pd.DatetimeIndex(returns.index).to_period("M")
    return (1.0 + returns).groupby(periods).prod(min_count=1) - 1.0


def half_returns(returns: pd.Series) -> pd.Series:
    """Return compounded returns by calendar half, labelled 2024H1.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-06-28", "2024-07-01", "2024-07-02"])
    >>> half_returns(pd.Series([0.1, 0.2, -0.5], index=days)).round(6).to_dict()
    {'2024H1': 0.1, '2024H2': -0.4}
    """
    return (1.0 + returns).groupby(half_labels(returns.index)).prod(skipna=False) - 1.0


def half_labels(sessions: pd.Index) -> list[str]:
    """Return the calendar half of each session, as 2024H1."""
    days = pd.DatetimeIndex(sessions)
    halves = zip(days.year.tolist(), (days.month > 6).tolist(), strict=True)
    return [f"{year}H{1 + late}" for year, late in halves]


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=float)


def _answer(values: Array, *, known: bool = True) -> Answer:
    """Return a float for one portfolio, an array for several; NaN where it is not known."""
    found = values if known else np.full(np.shape(values), np.nan)
    return float(found) if np.ndim(found) == 0 else found


def _less(returns: ArrayLike, other: ArrayLike) -> Array:
    """Return returns less a value by session, or one for all."""
    values, column = _array(returns), _array(other)
    return values - (column[:, None] if column.ndim == 1 and values.ndim == 2 else column)


def _active(returns: ArrayLike, benchmark: ArrayLike) -> Array:
    """Return returns less the benchmark's, on the sessions on which that is known."""
    return _less(returns, benchmark)[np.isfinite(_array(benchmark))]


def _excess(returns: ArrayLike, benchmark: ArrayLike, risk_free: ArrayLike) -> tuple[Array, Array]:
    """Return both in excess of cash, on the sessions on which the benchmark is known."""
    theirs = _array(benchmark) - _array(risk_free)
    known = np.isfinite(theirs)
    return _less(returns, risk_free)[known], theirs[known]


def _by_month(returns: Array, sessions: pd.DatetimeIndex) -> Array:
    """Return compounded returns by calendar month."""
    months = np.asarray(sessions.year * 12 + sessions.month)
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    return np.multiply.reduceat(1.0 + returns, starts, axis=0) - 1.0


def _capture(
    returns: ArrayLike, benchmark: ArrayLike, sessions: pd.DatetimeIndex, sign: float
) -> Answer:
    values, theirs = _array(returns), _array(benchmark)
    known = np.isfinite(theirs)
    if not known.any():
        return _answer(np.prod(values, axis=0), known=False)
    months = _by_month(theirs[known], sessions[known])
    picked = sign * months > 0.0
    if not picked.any():
        return _answer(np.prod(values, axis=0), known=False)
    ours = _by_month(values[known], sessions[known])[picked]
    return _answer(_geometric_mean(ours) / _geometric_mean(months[picked]))


def _geometric_mean(returns: Array) -> Array:
    mean: Array = np.exp(np.log(np.maximum(1.0 + returns, 1e-12)).mean(axis=0)) - 1.0
    return mean


def _ratio(values: Array, spread: Array, per_year: float) -> Answer:
    """Return mean over spread, annualized; NaN where the spread is within rounding error."""
    mean = values.sum(axis=0) / max(len(values), 1)
    return _divided(mean * math.sqrt(per_year), spread, spread > ROUNDING)


def _divided(above: Array, below: Array, usual: Any) -> Answer:
    blank = np.full(np.shape(above), np.nan)
    return _answer(np.divide(above, below, out=blank, where=usual))


def _std(values: Array) -> Array:
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    spread: Array = values.std(axis=0, ddof=1)
    return spread
