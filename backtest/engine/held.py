"""What a rotation decided, session by session, and what each of its baskets earned after that.

The timing test and the ledger need both on one axis: row t is what was decided after session t and
what that earned, from the fill at session t + 1 to the fill at session t + 2.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from backtest.engine.plan import SAME_CLOSE
from backtest.market import Market
from backtest.strategy import Strategy
from backtest.trials.tried import Codes, Held, Lineage, Single, days_of

CARRIED = -2  # a regime that is no basket orders nothing: what was held goes on
ROUNDED = 1e-9  # a level nearer than this to its own is its own
BLOCKS = 4  # stretches of the record in which prices are shuffled, as long as those between them


def lineage(market: Market) -> Lineage:
    """Return by what the ledger knows a market."""
    return Lineage(market.name, market.universe.name, market.instruments, market.snapshot)


def decisions(market: Market, first: int) -> slice:
    """Return the sessions whose decisions a window from session `first` on fills and ends."""
    return slice(max(first - 1, 0), max(len(market.sessions) - 2, max(first - 1, 0)))


def held(
    baskets: Mapping[str, pd.DataFrame],
    names: Sequence[str],
    codes: Codes,
    market: Market,
    *,
    fill: str,
    first: int,
    rows: np.ndarray,
    known_from: np.ndarray,
    reach: int,
    made: np.ndarray | None = None,
    which: np.ndarray | None = None,
) -> Held:
    """Return what variants held and what their baskets earned.

    Parameters
    ----------
    baskets : mapping
        Weights by name, session × instrument.
    names, codes
        Regimes as `codes` (signal × session of the market) number them.
    rows, which : array
        Which of the variants tried these are, and which signal each has.
    known_from : array, signal
        First session on which all that its triggers ask was known.
    """
    held_names = [*baskets, *(["cash"] if "cash" in names and "cash" not in baskets else [])]
    table = np.array(
        [held_names.index(name) if name in held_names else CARRIED for name in names], np.int8
    )
    sessions = decisions(market, first)
    numbers = _renumbered(codes, table)
    if (table == CARRIED).any():
        numbers = _carried(numbers)
    numbers = np.array(numbers[:, sessions], order="C")
    late = known_from - sessions.start
    for unknown in np.unique(late[late > 0]).tolist():
        numbers[late == unknown, :unknown] = -1
    return Held(
        days=days_of(market.sessions)[sessions],
        names=tuple(held_names),
        returns=_earned(baskets, held_names, market, fill)[:, sessions],
        rows=rows,
        codes=numbers,
        reach=reach,
        made=made,
        which=which,
    )


def known_from(strategy: Strategy, market: Market) -> int:
    """Return the first session on which all that a strategy's triggers ask was known."""
    leaves = [leaf for trigger in strategy.triggers().values() for leaf in trigger.leaves()]
    firsts = [0]
    for leaf in leaves:
        known = leaf.answer(market).notna().to_numpy()
        firsts.append(int(known.argmax()) if known.any() else len(known))
    return max(firsts)


def price_reach(plain: np.ndarray, regimes: Callable[[Market], np.ndarray], market: Market) -> int:
    """Return for how many sessions a price goes on to shape what a rotation holds.

    Found by shuffling the moves of all prices within `BLOCKS` stretches of the record, and looking
    how long after each the regimes still differ: their look-back, and the time a decision is held.
    0 if they are not made of prices.

    Parameters
    ----------
    plain : array
        The regimes on this market, … × session.
    regimes : callable
        Returns them on another market.
    """
    sessions = len(market.sessions)
    edges = np.linspace(0, sessions, 2 * BLOCKS + 1).astype(int)
    other = regimes(market.remember("prices shuffled", partial(_shuffled, market, edges)))
    differ = np.not_equal(np.atleast_2d(plain), np.atleast_2d(other)).any(axis=0)
    reach = 0
    for start, end in zip(edges[1::2], edges[2::2], strict=True):
        reach = max(reach, int(np.flatnonzero(differ[start:end]).max(initial=-1)) + 1)
    return reach


def _shuffled(market: Market, edges: np.ndarray) -> Market:
    """Return a market whose prices move in another order within every other stretch."""
    order = np.arange(len(market.sessions))
    made = np.random.default_rng(0)
    for start, end in zip(edges[:-1:2], edges[1::2], strict=True):
        order[start + 1 : end] = made.permutation(order[start + 1 : end])

    def moved(levels: pd.DataFrame) -> pd.DataFrame:
        moves = 1.0 + levels.pct_change(fill_method=None).fillna(0.0).to_numpy()
        ratio = np.cumprod(moves[order], axis=0) / np.cumprod(moves, axis=0)
        return levels * np.where(np.abs(ratio - 1.0) < ROUNDED, 1.0, ratio)

    close = moved(market.close)
    turnover = market.turnover
    if turnover is not None:
        traded = pd.DataFrame(turnover.to_numpy()[order], turnover.index, turnover.columns)
        turnover = traded.where(turnover.notna())
    return replace(
        market,
        close=close,
        open=None if market.open is None else market.open / market.close * close,
        benchmark=moved(market.benchmark.to_frame()).iloc[:, 0],
        turnover=turnover,
    )


def _earned(
    baskets: Mapping[str, pd.DataFrame], names: Sequence[str], market: Market, fill: str
) -> Single:
    """Return what each basket earned after every decision, basket × session."""
    price = market.open if fill == "open" and market.open is not None else market.close
    price = price.where(price.notna(), market.close)
    lag = 0 if fill == SAME_CLOSE else 1
    moved = _after(price.to_numpy(), lag)
    money = _after(market.money.to_numpy()[:, None], lag)[:, 0]
    found = np.zeros((len(names), len(money)), dtype=np.float32)
    for row, name in enumerate(names):
        if name in baskets:
            weights = baskets[name].reindex(index=market.sessions, columns=market.close.columns)
            share = weights.fillna(0.0).to_numpy()
            found[row] = (share * moved).sum(axis=1) + (1.0 - share.sum(axis=1)) * money
        else:
            found[row] = money
    return found


def _after(levels: np.ndarray, lag: int) -> np.ndarray:
    """Return the move from `lag` sessions on to the one after it; 0 where there is none."""
    moves = np.zeros_like(levels)
    last = len(levels) - 1 - lag
    moves[:last] = levels[lag + 1 :] / levels[lag:-1] - 1.0
    np.nan_to_num(moves, copy=False, nan=0.0)
    return moves


def _renumbered(codes: Codes, table: Codes) -> Codes:
    """Return a table's entry for each code."""
    if codes.itemsize > 1:
        return table[codes]
    text = codes.tobytes().translate(table.tobytes().ljust(256))  # six times as quick
    return np.frombuffer(text, dtype=np.int8).reshape(codes.shape)


def _carried(numbers: Codes) -> Codes:
    """Let what was held go on where nothing is ordered; −1 before the first basket."""
    place = np.where(numbers == CARRIED, -1, np.arange(numbers.shape[1], dtype=np.int32))
    np.maximum.accumulate(place, axis=1, out=place)
    found = np.take_along_axis(numbers, np.maximum(place, 0), axis=1)
    found[place < 0] = -1
    return found
