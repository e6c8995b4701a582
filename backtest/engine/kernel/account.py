"""One variant from its regime codes to its figures, and all variants in parallel.

A variant's money is either *settled*, `value` in the proportions of a basket's row since a fill,
or, where `value` is 0, plain shares and cash (`backtest.engine.plan` again). Days of a settled
stretch come from the growth tables.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from backtest.engine.kernel.figures import (
    BEFORE,
    COSTS,
    PEAK,
    RUNNING,
    TRADED,
    day,
    stretch,
    summarize,
)
from backtest.engine.kernel.growth import GROWTH, LOWEST, Growth, unit
from backtest.engine.kernel.layout import Rotation
from backtest.engine.kernel.trading import (
    ABOVE,
    BELOW,
    BOUGHT,
    INLINE,
    LOST,
    MOVE,
    SLOPE,
    SLOTS,
    SOLD,
    SUMS,
    UNIT,
    draw,
    settle,
)
from backtest.engine.rebalance import GOAL, HELD, INNER, LEAN, SHARES, trade
from backtest.engine.stage import Stage
from backtest.market.schedule import ROUNDING

SPREAD = 0x9E3779B97F4A7C15 >> 1  # scatters the numbers of moves over the slots

# Entries of a state behind its running sums: the order that comes next, the session up to which
# days are counted; the basket filled, when, and its value, and the cash beside plain shares; the
# last row ordered, and whether all of them can be meant; the order tried, at which session it is,
# and whether a turnover cuts it, −1 before that is known. Shares and the goal cut follow.
NEXT, TODAY, BASKET, FILLED, VALUE, SPARE, ROW, MEANT, TRIED, AT, CUT, STATE = range(
    RUNNING, RUNNING + 12
)


@njit(cache=True, nogil=True, **LEAN)
def account(  # type: ignore[no-untyped-def]
    codes,
    shared,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
    figures,
    wrong,
    equity,
    states,
    scratch,
    marks,
    moves,
):
    """Carry out every row of regime codes and write its figures and its equity.

    A row goes on from the last state it has in common with the row before: sorted ones, the most.

    Parameters
    ----------
    shared : int, variant
        How many sessions the row before begins with that are the same.
    figures : float, variant × COUNT
    wrong : bool, variant
        Whether the variant orders a row that cannot be meant.
    equity : float, variant × session from the first on
        Without sessions where it is not asked for, which is quicker.
    states : float, sessions + 2 × STATE + 2 · instrument
        Room for how a variant stood before each of its orders; the last row is how it stands.
    scratch, marks
        Room for one variant: SCRATCH × instrument, 2 × instrument.
    moves : float, SLOTS × ENTRIES
        Zeros, or moves made before.
    """
    first, state = stage.first, states[len(states) - 1]
    for entry in range(len(state)):
        states[0, entry] = 0.0
    states[0, BEFORE] = states[0, PEAK] = stage.cash
    states[0, LOWEST] = states[0, MEANT] = 1.0
    states[0, TODAY], states[0, ROW] = first, -1.0
    states[0, SPARE] = stage.cash / stage.money[max(first - 1, 0)]
    at = 0
    for variant in range(len(codes)):
        own, daily = codes[variant], equity[variant]
        while at > 0 and states[at, NEXT] >= shared[variant]:
            at -= 1
        for entry in range(len(state)):
            state[entry] = states[at, entry]
        for session in range(min(len(daily), int(state[TODAY]) - first)):
            daily[session] = equity[variant - 1, session]
        at = _follow(own, rotation, stage, growth, daily, states, at, scratch, marks, moves)
        wrong[variant] = state[MEANT] == 0.0
        summarize(state, own, rotation, stage, figures[variant])


@njit(inline="always")  # else all of it would be optimized twice
def _follow(  # type: ignore[no-untyped-def]
    codes,
    rotation: Rotation,
    stage: Stage,
    growth: Growth,
    daily,
    states,
    at,
    scratch,
    marks,
    moves,
):
    """Carry out a variant's orders from state number `at` on; return that of the last order."""
    sessions, first, count = len(codes), stage.first, len(stage.lot)
    state = states[len(states) - 1]
    live, waits = marks[0], marks[1]
    limited = rotation.band > 0.0 or rotation.turnover < np.inf
    for k in range(count):
        scratch[SHARES, k], scratch[GOAL, k] = state[STATE + k], state[STATE + count + k]
    order, at = _next_order(codes, rotation, int(state[NEXT])), max(at - 1, 0)
    while order < sessions:
        at += 1
        state[NEXT] = order
        for entry in range(STATE):
            states[at, entry] = state[entry]
        if limited or state[VALUE] == 0.0:
            for k in range(count):
                states[at, STATE + k] = scratch[SHARES, k]
                states[at, STATE + count + k] = scratch[GOAL, k]
        following = _next_order(codes, rotation, order + 1)
        row, before = rotation.row[codes[order], order], int(state[ROW])
        state[ROW] = row
        if rotation.wrong[codes[order], order]:
            state[MEANT] = 0.0
        if order < first and following < first:
            order = following
            continue
        kept = before >= 0 and rotation.support[row] == rotation.support[before]
        if not (
            rotation.band > 0.0
            and kept
            and order >= first
            and _within(order, row, state, scratch, rotation, stage, growth)
        ):
            state[TRIED], state[AT], state[CUT] = order, max(order + 1, first), -1.0
        until, session = min(following + 1, sessions), int(state[AT])
        goal = codes[int(state[TRIED])]
        row = rotation.row[goal, int(state[TRIED])]
        weights = rotation.weights[row]
        while session < until:
            _hold(session, state, scratch, rotation, stage, growth, daily)
            short = (
                rotation.plain[session]
                and not stage.in_lots
                and rotation.row[goal, session - 1] == row
            )
            if short and state[VALUE] > 0.0 and not limited:
                basket, filled = int(state[BASKET]), int(state[FILLED])
                number = (basket * sessions + filled) * len(rotation.row) + goal
                number = number * sessions + session
                move = moves[(number * SPREAD >> 32) % SLOTS]
                total = state[VALUE] * move[UNIT]
                known = move[MOVE] == number and move[ABOVE] < total < move[BELOW]
                if not known:
                    now, held = rotation.row[basket, filled - 1], scratch[HELD]
                    each = growth.idle[now] * (stage.money[session] / stage.money[filled])
                    for k in range(count):
                        inverse = stage.inverse[filled, k]
                        held[k] = rotation.weights[now, k] * inverse * stage.mark[session, k]
                        each += held[k]
                    for k in range(count):
                        held[k] /= each
                    total = state[VALUE] * each
                    known = draw(move, number, each, total, weights, held, session, stage)
                if known:
                    after = move[SLOPE] * total - move[LOST]
                    _settled(state, goal, session, total, after, move[BOUGHT], move[SOLD] * total)
                    break
            cash, total = _mark(session, state, scratch, rotation, stage, growth)
            if state[CUT] < 0.0:
                cut = limited and _cut(weights, scratch, total, rotation.turnover)
                state[CUT] = 1.0 if cut else 0.0
            if state[CUT] > 0.0:
                weights = scratch[GOAL]
            elif short:
                after, _, _, _, bought, sold = settle(
                    weights, scratch[HELD], total, stage.minimum, session, stage
                )
                if after > 0.0:
                    _settled(state, goal, session, total, after, bought, sold)
                    session = sessions
                    break
            if state[VALUE] > 0.0:
                now = rotation.weights[rotation.row[int(state[BASKET]), int(state[FILLED]) - 1]]
                for k in range(count):
                    inverse = stage.inverse[int(state[FILLED]), k]
                    scratch[SHARES, k] = state[VALUE] * now[k] * inverse
            left, costs, traded = trade(weights, scratch, cash, session, stage, live, waits)
            if traded > 0.0:
                state[VALUE], state[SPARE] = 0.0, left / stage.money[session]
                state[TRADED] = traded
                state[COSTS] += costs
            session = _next_chance(stage, session + 1, sessions if limited else until, waits)
        state[AT] = session
        order = following
    _hold(sessions, state, scratch, rotation, stage, growth, daily)
    return at


@njit(nogil=True, **INLINE)
def _settled(state, basket, session, total, after, bought, sold):  # type: ignore[no-untyped-def]
    """Write that all that is held is a basket's row, filled at a session."""
    state[TRADED] = bought * after - sold
    state[COSTS] += total - after
    state[BASKET], state[FILLED], state[VALUE] = basket, session, after


@njit(nogil=True, **INLINE)
def _next_order(codes, rotation: Rotation, start):  # type: ignore[no-untyped-def]
    """Return the first session from `start` on after which something is ordered."""
    sessions = len(codes)
    at = start
    while at < sessions:
        code = codes[at]
        if at > 0 and codes[at - 1] == code:
            event = rotation.event[code, at]
            while at < event and codes[at] == code:
                at += 1
            if at >= sessions:
                return sessions
            if codes[at] != code:
                continue
        if rotation.row[code, at] >= 0 and not _repeats(codes, rotation, at):
            return at
        at += 1
    return sessions


@njit(nogil=True, **INLINE)
def _within(  # type: ignore[no-untyped-def]
    session, row, state, scratch, rotation: Rotation, stage: Stage, growth: Growth
):
    """Say whether no weight is further than the band from a row at a session's close."""
    basket, filled, value = int(state[BASKET]), int(state[FILLED]), state[VALUE]
    equity = _worth(session, state, scratch, rotation, stage, growth)
    close, wanted = stage.close[session], rotation.weights[row]
    now = rotation.weights[rotation.row[basket, filled - 1]] if value > 0.0 else wanted
    drift = 0.0
    for k in range(len(wanted)):
        held = scratch[SHARES, k]
        if value > 0.0:
            held = value * now[k] * stage.inverse[filled, k]
        drift = max(drift, abs(held * close[k] / equity - wanted[k]))
    return drift <= rotation.band + ROUNDING


@njit(nogil=True, **INLINE)
def _cut(weights, scratch, total, most):  # type: ignore[no-untyped-def]
    """Write the weights a turnover allows into the scratch; say whether they are others."""
    bought = sold = 0.0
    for k in range(len(weights)):
        moved = weights[k] - scratch[HELD, k] / total
        bought += max(moved, 0.0)
        sold += max(-moved, 0.0)
    turnover = max(bought, sold)
    if turnover <= most:
        return False
    for k in range(len(weights)):
        now = scratch[HELD, k] / total
        scratch[GOAL, k] = now + (weights[k] - now) * (most / turnover)
    return True


@njit(nogil=True, **INLINE)
def _repeats(codes, rotation: Rotation, at):  # type: ignore[no-untyped-def]
    """Say whether no rebalance is due, and the row before is in the targets too, and the same."""
    if at == 0 or rotation.due[at]:
        return False
    before, code = codes[at - 1], codes[at]
    if rotation.row[before, at - 1] < 0:
        return False
    if at > 1 and codes[at - 2] == before and rotation.event[before, at - 1] != at - 1:
        return False
    return rotation.row[before, at - 1] == rotation.row[code, at]


@njit(nogil=True, **INNER)
def _next_chance(stage: Stage, start, until, waits):  # type: ignore[no-untyped-def]
    """Return the first session at which a waiting instrument can trade, else `until`."""
    waiting = False
    for k in range(len(waits)):
        waiting |= waits[k] != 0
    if waiting:
        for session in range(start, until):
            for k in range(len(waits)):
                if (waits[k] > 0 and stage.can_buy[session, k]) or (
                    waits[k] < 0 and stage.can_sell[session, k]
                ):
                    return session
    return until


@njit(nogil=True, fastmath=SUMS, **INLINE)
def _mark(  # type: ignore[no-untyped-def]
    session, state, scratch, rotation: Rotation, stage: Stage, growth: Growth
):
    """Write what is held at the fill's prices into the scratch; return the cash and the total."""
    basket, filled, value = int(state[BASKET]), int(state[FILLED]), state[VALUE]
    mark, held, worth = stage.mark[session], scratch[HELD], 0.0
    if value > 0.0:
        row = rotation.row[basket, filled - 1]
        weights, inverse = rotation.weights[row], stage.inverse[filled]
        for k in range(len(held)):
            held[k] = value * weights[k] * inverse[k] * mark[k]
            worth += held[k]
        cash = value * growth.idle[row] * (stage.money[session] / stage.money[filled])
        return cash, cash + worth
    for k in range(len(held)):
        held[k] = scratch[SHARES, k] * mark[k]
        worth += held[k]
    cash = state[SPARE] * stage.money[session]
    return cash, cash + worth


@njit(nogil=True, fastmath=SUMS, **INLINE)
def _worth(  # type: ignore[no-untyped-def]
    session, state, scratch, rotation: Rotation, stage: Stage, growth: Growth
):
    """Return the equity at a session's close."""
    basket, filled, value = int(state[BASKET]), int(state[FILLED]), state[VALUE]
    if value > 0.0:
        if session - filled < growth.rows.shape[2]:
            return value * growth.rows[basket, filled, session - filled, GROWTH]
        row = rotation.row[basket, filled - 1]
        return value * unit(rotation.weights[row], growth.idle[row], filled, session, stage)
    close, total = stage.close[session], 0.0
    for k in range(len(close)):
        total += scratch[SHARES, k] * close[k]
    return total + state[SPARE] * stage.money[session]


@njit(nogil=True, **INLINE)
def _hold(  # type: ignore[no-untyped-def]
    until, state, scratch, rotation: Rotation, stage: Stage, growth: Growth, daily
):
    """Count the sessions from the state's day to the one before `until`."""
    basket, filled, value = int(state[BASKET]), int(state[FILLED]), state[VALUE]
    session = int(state[TODAY])
    state[TODAY] = until
    while session < until:
        equity = _worth(session, state, scratch, rotation, stage, growth)
        if len(daily):
            daily[session - stage.first] = equity
        day(state, equity, stage.risk_free[session])
        session += 1
        last = min(until - 1 - filled, growth.rows.shape[2] - 1)
        if value > 0.0 and session == filled + 1 and last > 0 and len(daily) == 0:
            stretch(state, value, growth.rows[basket, filled, last])
            session = filled + last + 1
