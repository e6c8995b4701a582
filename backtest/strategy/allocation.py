"""Weight functions: from sectors, baskets and a market to weights, session × instrument.

All functions are causal: row t uses rows up to t.
All spread over what is listed; a weight never lands on an instrument without a price.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.market.schedule import due_sessions, ordering_sessions
from backtest.market.universe import sectors
from backtest.notes import Note
from backtest.strategy.basket import Basket


def spread(market: Market, basket: Basket | str | Iterable[str]) -> pd.DataFrame:
    """Return a basket's weights on instruments, session × instrument.

    The basket's weights are shared among its sectors that are listed, and equally among a sector's
    listed instruments. Rows sum to 1, or to 0 while nothing of the basket is listed.

    Parameters
    ----------
    basket : Basket, str, iterable of str or mapping
        A basket, a sector or instrument, several in equal parts, or in parts by name.

    Raises
    ------
    UserError
        If a name is neither a sector nor an instrument, or the market has nothing of the basket.
    """
    groups = _groups(market, basket)
    return market.remember(("spread", groups), lambda: _shared(market, groups)).copy(deep=False)


def _groups(
    market: Market, basket: Basket | str | Iterable[str]
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Return the instruments of each sector of a basket with its part; absent ones are left out."""
    alone: dict[str, tuple[str, ...]] = {name: (name,) for name in market.close.columns}
    if isinstance(basket, Basket):
        basket = basket.on(market.universe.name)
        if not basket.weights:
            raise UserError(
                "basket {basket} has no listed proxy ({note}); hold another",
                basket=basket.name,
                note=basket.note,
            )
        what, parts = Note("basket {name}", name=basket.name), dict(basket.weights)
        own = {name: held for name, held in market.by_sector.items() if name not in sectors()}
        own |= {name: names for name, names in alone.items() if name in parts}
        known = {**own, **market.by_shenwan}
    else:
        given = {basket: 1.0} if isinstance(basket, str) else basket
        if not isinstance(given, Iterable):
            raise UserError(
                "a basket was {given!r}; give a Basket, or names of sectors or instruments",
                given=given,
            )
        parts = dict(given) if isinstance(given, Mapping) else dict.fromkeys(given, 1.0)
        what = Note("a basket of {names}", names=", ".join(map(str, parts)))
        known = {**alone, **market.by_shenwan, **market.by_sector}
    absent = {*sectors(), *market.universe.sectors, *market.universe.by_id}
    for name, part in parts.items():
        if name not in known and name not in absent:
            raise UserError(
                "there is no sector or instrument {name!r} in universe {universe}; {suggestion}",
                name=name,
                universe=market.universe.name,
                suggestion=suggest(str(name), known),
            )
        if not part > 0:
            raise UserError(
                "{what}: the part of {name} was {part}; give one above 0",
                what=what,
                name=name,
                part=part,
            )
    if not parts:
        raise UserError("a basket is empty; name at least one sector or instrument")
    present = {name: part for name, part in parts.items() if name in known}
    if not present and isinstance(basket, Basket) and market.universe.declared:
        raise UserError(
            "{what} needs one of Shenwan's sectors {sectors}, and universe {name} says of none "
            "of its own that it stands for one; add shenwan = [...] to its [sectors]",
            what=what,
            sectors=", ".join(basket.sectors),
            name=market.universe.name,
        )
    if not present:
        raise UserError(
            "{what} has no instrument in universe {name}; use a universe with one of its "
            "sectors ({map})",
            what=what,
            name=market.universe.name,
            map=", ".join(map(str, parts)),
        )
    return tuple((known[name], part) for name, part in sorted(present.items()))


def _shared(market: Market, groups: Iterable[tuple[tuple[str, ...], float]]) -> pd.DataFrame:
    """Share each group's weight equally among its listed instruments, and scale rows to 1."""
    listed = market.close.notna().to_numpy()
    weights = np.zeros(listed.shape)
    total = np.zeros((len(weights), 1))
    for names, weight in groups:
        columns = market.close.columns.get_indexer(pd.Index(names))
        count = listed[:, columns].sum(axis=1, keepdims=True)
        total += weight * (count > 0)
        weights[:, columns] += listed[:, columns] * (weight / np.maximum(count, 1))
    weights /= np.where(total > 0, total, 1.0)
    return pd.DataFrame(weights, index=market.sessions, columns=market.close.columns)


def present(market: Market, baskets: Mapping[str, Basket]) -> dict[str, pd.DataFrame]:
    """Return the weights of those baskets that have an instrument in this market, by name."""
    return {
        name: spread(market, basket)
        for name, basket in baskets.items()
        if any(
            one in market.by_shenwan or one in market.by_sector
            for one in basket.on(market.universe.name).sectors
        )
    }


def equal(market: Market, of: str | Iterable[str] | None = None) -> pd.DataFrame:
    """Return equal weights over the sectors that are listed (of all by default), as `spread`."""
    if of is not None:
        return spread(market, of if isinstance(of, str) else sorted(of))
    alike = [(names, 1.0) for _, names in sorted(market.by_sector.items())]
    return market.remember(("equal",), lambda: _shared(market, alike)).copy(deep=False)


def bonds(market: Market) -> pd.DataFrame:
    """Put everything on a government bond instrument; nothing where none is listed.

    On the first of `Market.bonds` that has a price on the session.
    """
    weights = cash(market)
    free = pd.Series(1.0, index=market.sessions)
    for bond in market.bonds:
        weights[bond] = free.where(market.close[bond].notna(), 0.0)
        free = free - weights[bond]
    return weights


def cash(market: Market) -> pd.DataFrame:
    """Hold nothing: weights of 0, session × instrument."""
    return pd.DataFrame(0.0, index=market.sessions, columns=market.close.columns)


def sector_weights(market: Market, weights: pd.DataFrame) -> pd.DataFrame:
    """Turn weights by sector (session × sector) into weights by instrument.

    A sector's weight is shared equally among its listed instruments; the weight of a sector with
    nothing listed is left in cash. A row that is NaN for every sector is NaN for every instrument.
    """
    listed = market.close.notna()
    spread_out = cash(market)
    for sector in weights.columns:
        names = list(market.by_sector[sector])
        count = listed[names].sum(axis=1)
        share = (weights[sector] / count.where(count > 0)).fillna(0.0)
        spread_out[names] = listed[names].mul(share, axis=0)
    return spread_out.where(weights.notna().any(axis=1), np.nan)


def inverse_volatility(market: Market, *, window: int = 60) -> pd.DataFrame:
    """Weight each sector by the inverse of its volatility over `window` sessions.

    Volatility is the sample standard deviation (n − 1) of the last `window` daily returns. Rows are
    NaN until one sector has a full window; sectors without one, or that did not move, get nothing.
    """
    close = market.sector_close[sorted(market.sector_close.columns)]
    volatility = close.pct_change(fill_method=None).rolling(window).std()
    inverse = 1.0 / volatility.where(volatility > 0)
    weights = inverse.div(inverse.sum(axis=1, min_count=1), axis=0)
    return sector_weights(market, weights.where(weights.isna().all(axis=1), weights.fillna(0.0)))


def risk_parity(market: Market, *, window: int = 120, schedule: str = "monthly") -> pd.DataFrame:
    """Give every sector the same share of the portfolio's variance, on the schedule's sessions.

    Equal risk contribution (Maillard, Roncalli and Teïletche 2010), solved by `equal_risk`, on
    what `_of_returns` says.
    """

    def weigh(moves: np.ndarray) -> np.ndarray:
        return equal_risk(np.atleast_2d(np.cov(moves, rowvar=False)))

    return _of_returns(market, weigh, window, schedule)


def minimum_variance(
    market: Market, *, window: int = 120, schedule: str = "monthly"
) -> pd.DataFrame:
    """Give sectors the weights, none negative, of least variance, on the schedule's sessions.

    With the sample covariance of what `_of_returns` says. The weights are those of the non-negative
    least squares of the centered returns beside a row of ones against 0 and 1 (scipy, the method of
    Lawson and Hanson), scaled to sum to 1: for any scale the direction of least variance is one.
    """
    from scipy.optimize import nnls

    def weigh(moves: np.ndarray) -> np.ndarray:
        apart = moves - moves.mean(axis=0)
        rows = np.vstack([apart / np.sqrt((apart**2).sum(axis=0).mean()), np.ones(moves.shape[1])])
        weights: np.ndarray = nnls(rows, np.r_[np.zeros(len(moves)), 1.0])[0]
        weights /= weights.sum()
        return weights

    return _of_returns(market, weigh, window, schedule)


def _of_returns(
    market: Market, weigh: Callable[[np.ndarray], np.ndarray], window: int, schedule: str
) -> pd.DataFrame:
    """Return weights made of the last `window` daily returns of the sectors that have them all.

    A sector that lacks one of them, or did not move, gets nothing. The first session on which a
    sector has a weight orders too; all other rows off the schedule are NaN.
    """
    close = market.sector_close[sorted(market.sector_close.columns)]
    returns = close.pct_change(fill_method=None)
    moves = returns.to_numpy(dtype=float)
    weights = np.full(moves.shape, np.nan)
    recent = returns.rolling(window)
    full = recent.max() > recent.min()
    for row in ordering_sessions(full.any(axis=1), schedule):
        held = full.iloc[row].to_numpy()
        weights[row] = 0.0
        weights[row, held] = weigh(moves[row + 1 - window : row + 1, held])
    frame = pd.DataFrame(weights, index=close.index, columns=close.columns)
    return sector_weights(market, frame)


def equal_risk(covariance: np.ndarray, *, tolerance: float = 1e-12) -> np.ndarray:
    """Return the long-only weights whose risk contributions are all equal.

    Cyclical coordinate descent on Spinu's (2013) convex form, after Griveau-Billion, Richard and
    Roncalli (2013).

    Parameters
    ----------
    covariance : ndarray, n × n
        Positive variances on the diagonal.

    Examples
    --------
    >>> equal_risk(np.diag([0.04, 0.01])).round(6).tolist()
    [0.333333, 0.666667]
    """
    count = len(covariance)
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    shares = np.full(count, 1.0 / np.sqrt(correlation.sum()))
    for _ in range(1000):
        before = shares.copy()
        for k in range(count):
            others = correlation[k] @ shares - shares[k]
            shares[k] = (np.sqrt(others * others + 4.0 / count) - others) / 2.0
        if np.abs(shares - before).max() < tolerance:
            break
    weights: np.ndarray = shares / scale / (shares / scale).sum()
    return weights


def tilt(base: pd.DataFrame, toward: pd.DataFrame, strength: float) -> pd.DataFrame:
    """Move the fraction `strength` of a portfolio from `base` toward another."""
    return base * (1.0 - strength) + toward * strength


def rebalanced(weights: pd.DataFrame, schedule: str = "monthly") -> pd.DataFrame:
    """Keep the rows that order on a schedule, or where what is held has to change; NaN elsewhere.

    The schedule's sessions are those of `due_sessions`: the last one of a period is only known on
    the session after. A row is also kept where the set of instruments with a weight above 0 is
    another than in the row before (before the first row it is empty), as when one is listed.
    """
    held = weights.gt(0.0)
    changed = held.ne(held.shift(fill_value=False)).any(axis=1)
    due = due_sessions(pd.DatetimeIndex(weights.index), schedule)
    return weights.where(due | changed, np.nan)
