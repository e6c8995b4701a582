"""Every performance figure, each defined once: free functions on a returns series.

Conventions, the same in sweeps and in reports:

- `returns` are simple returns by session; the first one counts from the starting cash.
- `per_year` is the number of sessions a year in the window, so that sessions over `per_year` are
  the years that passed (actual/365.25, see `backtest.market.elapsed`).
- `risk_free` is what idle cash earned over the same sessions (zeros without a money rate); Sharpe,
  Sortino, alpha and beta are of returns in excess of it.
- Standard deviations divide by n − 1. What cannot be computed is NaN, never 0.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

ROUNDING = 1e-12  # a standard deviation of daily returns below this is none


def total_return(returns: pd.Series) -> float:
    """Return the compounded return over the whole period.

    Examples
    --------
    >>> round(total_return(pd.Series([0.1, -0.1])), 6)
    -0.01
    """
    return float(np.prod(1.0 + returns.to_numpy())) - 1.0 if len(returns) else math.nan


def cagr(returns: pd.Series, per_year: float) -> float:
    """Return the compound annual growth rate: (1 + total)^(per_year / n) − 1."""
    if returns.empty:
        return math.nan
    growth = 1.0 + total_return(returns)
    return float(growth ** (per_year / len(returns)) - 1.0) if growth > 0 else -1.0


def volatility(returns: pd.Series, per_year: float) -> float:
    """Return the annualized standard deviation."""
    return _std(returns.to_numpy()) * math.sqrt(per_year)


def sharpe(returns: pd.Series, per_year: float, risk_free: pd.Series | float = 0.0) -> float:
    """Return the annualized Sharpe ratio of returns in excess of `risk_free` (Sharpe 1994).

    Divergence: vectorbt annualizes with 365 days by default, empyrical with 252.
    """
    excess = (returns - risk_free).to_numpy()
    return _ratio(excess, _std(excess), per_year)


def sortino(returns: pd.Series, per_year: float, risk_free: pd.Series | float = 0.0) -> float:
    """Return the Sortino ratio: mean excess over the root mean square of negative excess."""
    excess = (returns - risk_free).to_numpy()
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2))) if len(excess) else 0.0
    return _ratio(excess, downside, per_year)


def drawdown(returns: pd.Series) -> pd.Series:
    """Return the fall from the highest value so far (the start included), 0 or negative."""
    value = (1.0 + returns).cumprod()
    return (value / value.cummax().clip(lower=1.0) - 1.0).rename("drawdown")


def max_drawdown(returns: pd.Series) -> float:
    """Return the deepest drawdown as a negative fraction."""
    return float(drawdown(returns).min()) if len(returns) else math.nan


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
    return (
        peaks[-1] if len(peaks) else None,
        trough,
        recovered[0] if len(recovered) else None,
    )


def calmar(returns: pd.Series, per_year: float) -> float:
    """Return the CAGR over the depth of the deepest drawdown."""
    depth = max_drawdown(returns)
    return cagr(returns, per_year) / -depth if depth < 0 else math.nan


def monthly_returns(returns: pd.Series) -> pd.Series:
    """Return compounded returns by calendar month."""
    return _compounded(returns, "M")


def positive_months(returns: pd.Series) -> float:
    """Return the fraction of calendar months with a positive return."""
    months = monthly_returns(returns)
    return float((months > 0).mean()) if len(months) else math.nan


def half_returns(returns: pd.Series) -> pd.Series:
    """Return compounded returns by calendar half, labelled 2024H1.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-06-28", "2024-07-01", "2024-07-02"])
    >>> half_returns(pd.Series([0.1, 0.2, -0.5], index=days)).round(6).to_dict()
    {'2024H1': 0.1, '2024H2': -0.4}
    """
    sessions = pd.DatetimeIndex(returns.index)
    halves = [f"{day.year}H{1 if day.month <= 6 else 2}" for day in sessions]
    return (1.0 + returns).groupby(halves).prod(skipna=False) - 1.0


def beta(returns: pd.Series, benchmark: pd.Series, risk_free: pd.Series | float = 0.0) -> float:
    """Return the slope of excess returns on the benchmark's excess returns."""
    ours, theirs = _paired(returns - risk_free, benchmark - risk_free)
    variance = _std(theirs) ** 2
    if not variance > ROUNDING**2:
        return math.nan
    return float(np.cov(ours, theirs, ddof=1)[0, 1] / variance)


def alpha(
    returns: pd.Series,
    benchmark: pd.Series,
    per_year: float,
    risk_free: pd.Series | float = 0.0,
) -> float:
    """Return Jensen's alpha a year: mean excess less beta times the benchmark's, × per_year."""
    ours, theirs = _paired(returns - risk_free, benchmark - risk_free)
    if len(ours) < 2:
        return math.nan
    slope = beta(returns, benchmark, risk_free)
    return float((ours.mean() - slope * theirs.mean()) * per_year)


def tracking_error(returns: pd.Series, benchmark: pd.Series, per_year: float) -> float:
    """Return the annualized standard deviation of returns less the benchmark's."""
    ours, theirs = _paired(returns, benchmark)
    return _std(ours - theirs) * math.sqrt(per_year)


def information_ratio(returns: pd.Series, benchmark: pd.Series, per_year: float) -> float:
    """Return the annualized mean of returns less the benchmark's, over the tracking error."""
    ours, theirs = _paired(returns, benchmark)
    return _ratio(ours - theirs, _std(ours - theirs), per_year)


def up_capture(returns: pd.Series, benchmark: pd.Series) -> float:
    """Return the geometric mean monthly return over the benchmark's, in months it rose."""
    return _capture(returns, benchmark, rising=True)


def down_capture(returns: pd.Series, benchmark: pd.Series) -> float:
    """Return the geometric mean monthly return over the benchmark's, in months it fell."""
    return _capture(returns, benchmark, rising=False)


def _capture(returns: pd.Series, benchmark: pd.Series, *, rising: bool) -> float:
    both = _side_by_side(returns, benchmark)
    months = (1.0 + both).groupby(pd.DatetimeIndex(both.index).to_period("M")).prod()
    picked = months[(months.iloc[:, 1] > 1.0) if rising else (months.iloc[:, 1] < 1.0)]
    if picked.empty:
        return math.nan
    means = np.exp(np.log(picked.clip(lower=1e-12)).mean()) - 1.0
    return float(means.iloc[0] / means.iloc[1])


def _compounded(returns: pd.Series, period: str) -> pd.Series:
    periods = pd.DatetimeIndex(returns.index).to_period(period)
    return (1.0 + returns).groupby(periods).prod(min_count=1) - 1.0


def _paired(returns: pd.Series, benchmark: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    both = _side_by_side(returns, benchmark).to_numpy(dtype=float)
    return both[:, 0], both[:, 1]


def _side_by_side(returns: pd.Series, benchmark: pd.Series) -> pd.DataFrame:
    """Return both on the sessions on which both are known."""
    ours, theirs = returns.align(benchmark, join="inner")
    return pd.DataFrame({"ours": ours, "theirs": theirs}).dropna()


def _ratio(values: np.ndarray, spread: float, per_year: float) -> float:
    """Return mean over spread, annualized; NaN where the spread is nothing but rounding."""
    return float(values.mean() / spread * math.sqrt(per_year)) if spread > ROUNDING else math.nan


def _std(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan
