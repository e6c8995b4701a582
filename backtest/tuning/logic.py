"""The trigger algebra on arrays: yes 1, cannot know 0, no −1.

With these numbers Kleene's logic is arithmetic: all is the minimum, any the maximum, not the sign.
Every operation is the twin of a trigger class and is held equal to its `evaluate` by test.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import njit

from backtest.engine.kernel.threads import in_parts
from backtest.engine.rebalance import LEAN

YES, UNKNOWN, NO = 1, 0, -1
LEAF, ALL, ANY, NOT, K_OUT_OF, LATCH, MIN_HOLD, CONFIRMED, RECENTLY = range(9)


def three_valued(answer: pd.Series) -> np.ndarray:
    """Return a trigger's answer as int8: yes 1, cannot know 0, no −1.

    Examples
    --------
    >>> three_valued(pd.Series([True, False, pd.NA], dtype="boolean")).tolist()
    [1, -1, 0]
    """
    yes, maybe = (answer.to_numpy(dtype=bool, na_value=unknown) for unknown in (False, True))
    found: np.ndarray = yes.astype(np.int8) - ~maybe
    return found


def combine(
    operation: int, answers: np.ndarray, parts: np.ndarray, number: np.ndarray, start: int
) -> None:
    """Write one operation's answers for many sets of parts into rows from `start` on.

    Parameters
    ----------
    operation : int
        ALL … RECENTLY.
    answers : int8, row × session
        Answers known so far, and room for the new ones.
    parts : int, new row × part
        The rows each new answer is made of.
    number : int, new row
        k of K_OUT_OF, sessions of MIN_HOLD, CONFIRMED and RECENTLY.
    """

    def work(begin: int, end: int) -> None:
        _combine(operation, answers, parts, number, start, begin, end)

    in_parts(len(parts), answers.shape[1], work)


@njit(cache=True, nogil=True, **LEAN)
def _combine(operation, answers, parts, number, start, begin, end):  # type: ignore[no-untyped-def]
    for row in range(begin, end):
        out = answers[start + row]
        if operation in (ALL, ANY):
            first = answers[parts[row, 0]]
            for session in range(len(out)):
                out[session] = first[session]
            for part in range(1, parts.shape[1]):
                _extreme(out, answers[parts[row, part]], operation == ALL)
        elif operation == NOT:
            _opposite(out, answers[parts[row, 0]])
        elif operation == K_OUT_OF:
            _count(out, answers, parts[row], number[row])
        elif operation == LATCH:
            _latch(out, answers[parts[row, 0]], answers[parts[row, 1]])
        elif operation == MIN_HOLD:
            _min_hold(out, answers[parts[row, 0]], number[row])
        elif operation == CONFIRMED:
            _confirmed(out, answers[parts[row, 0]], number[row])
        else:
            _recently(out, answers[parts[row, 0]], number[row])


@njit(nogil=True, inline="always")
def _opposite(out, answer):  # type: ignore[no-untyped-def]
    for session in range(len(out)):
        out[session] = -answer[session]


@njit(nogil=True, inline="always")
def _extreme(out, other, lowest):  # type: ignore[no-untyped-def]
    if lowest:
        for session in range(len(out)):
            out[session] = min(out[session], other[session])
    else:
        for session in range(len(out)):
            out[session] = max(out[session], other[session])


@njit(nogil=True, inline="always")
def _count(out, answers, parts, least):  # type: ignore[no-untyped-def]
    for session in range(len(out)):
        yes = maybe = 0
        for part in parts:
            yes += answers[part, session] == YES
            maybe += answers[part, session] != NO
        out[session] = YES if yes >= least else (NO if maybe < least else UNKNOWN)


@njit(nogil=True, inline="always")
def _latch(out, enter, leave):  # type: ignore[no-untyped-def]
    state = np.int8(UNKNOWN)
    for session in range(len(out)):
        if leave[session] == YES:
            state = np.int8(NO)
        elif enter[session] == YES:
            state = np.int8(YES)
        out[session] = state


@njit(nogil=True, inline="always")
def _min_hold(out, answer, sessions):  # type: ignore[no-untyped-def]
    state, since = np.int8(UNKNOWN), 0
    for session in range(len(out)):
        wanted = answer[session]
        if wanted != UNKNOWN and wanted != state:
            if state == UNKNOWN:
                state, since = wanted, session - sessions
            elif session - since >= sessions:
                state, since = wanted, session
        out[session] = state


@njit(nogil=True, inline="always")
def _confirmed(out, answer, sessions):  # type: ignore[no-untyped-def]
    run, last_no = 0, -sessions
    for session in range(len(out)):
        if answer[session] == YES:
            run += 1
        else:
            run = 0
            if answer[session] == NO:
                last_no = session
        if run >= sessions:
            out[session] = YES
        else:
            out[session] = NO if session - last_no < sessions else UNKNOWN


@njit(nogil=True, inline="always")
def _recently(out, answer, sessions):  # type: ignore[no-untyped-def]
    last_yes, known = -sessions, False
    for session in range(len(out)):
        known |= answer[session] != UNKNOWN
        if answer[session] == YES:
            last_yes = session
        recent = YES if session - last_yes < sessions else NO
        out[session] = recent if known else UNKNOWN


def first_to_fire(
    answers: np.ndarray,
    roots: np.ndarray,
    rules: int,
    labels: np.ndarray,
    regimes: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Write for each variant the label of its first rule that says yes, and of its overlays.

    Parameters
    ----------
    roots : int, rule or overlay × variant
        Rows of `answers`.
    rules : int
        How many of the roots are rules; they come first.
    labels : int, (1 + rule) · set of overlays
        By the first rule, 0 where none says yes, and the overlays that do, in bits.
    regimes : int, any variants × session
        Written in its `rows`.
    """

    def work(begin: int, end: int) -> None:
        part = slice(begin, end)
        _first_to_fire(answers, roots[:, part], rules, labels, regimes, rows[part])

    in_parts(len(rows), answers.shape[1], work)


@njit(cache=True, nogil=True, **LEAN)
def _first_to_fire(answers, roots, rules, labels, regimes, rows):  # type: ignore[no-untyped-def]
    sets = 1 << (len(roots) - rules)
    for variant in range(len(rows)):
        out = regimes[rows[variant]]
        out[:] = 0
        for rule in range(rules - 1, -1, -1):
            answer, label = answers[roots[rule, variant]], (rule + 1) * sets
            for session in range(len(out)):
                out[session] = label if answer[session] == YES else out[session]
        for overlay in range(len(roots) - rules):
            answer, bit = answers[roots[rules + overlay, variant]], 1 << overlay
            for session in range(len(out)):
                out[session] += bit if answer[session] == YES else 0
        for session in range(len(out)):
            out[session] = labels[out[session]]
