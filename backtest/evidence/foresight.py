"""The best regime path there was, known with hindsight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backtest.evidence.observation import Array
from backtest.evidence.regime_replay import Codes


def best_path(returns: Array, *, switches: int, hold: int, cost: float = 0.0) -> Codes:
    """Return the path of choices that earns most, by dynamic programming.

    Parameters
    ----------
    returns : ndarray, session × choice
        Log return of each choice by session; the choice decided after session t earns that of
        t + 1.
    switches : int
        How many at most.
    hold : int
        Sessions between two switches at least.
    cost : float
        Log points a switch costs.

    Returns
    -------
    ndarray, session
        The position of the choice decided after each session.

    Examples
    --------
    >>> log_returns = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.3], [0.0, 0.3], [0.2, 0.0]])
    >>> best_path(log_returns, switches=1, hold=1).tolist()
    [1, 1, 1, 0, 0]
    >>> best_path(log_returns, switches=2, hold=1).tolist()
    [0, 1, 1, 0, 0]
    """
    sessions, choices = returns.shape
    # Beyond the record nothing is earned, so that a last switch may be held for less than `hold`.
    padded = np.vstack([returns[1:], np.zeros((hold, choices))])
    earned = np.vstack([np.zeros((1, choices)), padded.cumsum(axis=0)])
    steps = len(padded)
    worth = np.full((steps + 1, switches + 1, choices), -np.inf)
    switched = np.zeros((steps + 1, switches + 1, choices), dtype=np.bool_)
    worth[0, 0] = 0.0
    for step in range(1, steps + 1):
        stay = worth[step - 1] + padded[step - 1]
        worth[step] = stay
        begun = step - hold
        if begun < 0 or not switches:
            continue
        best, runner_up, leader = _leaders(worth[begun, :-1])
        before = np.where(np.arange(choices) == leader[:, None], runner_up[:, None], best[:, None])
        entered = before - cost + (earned[step] - earned[begun])
        better = entered > stay[1:]
        worth[step, 1:][better] = entered[better]
        switched[step, 1:][better] = True
    return _trace(worth, switched, hold)[:sessions]


def _leaders(worth: Array) -> tuple[Array, Array, Array]:
    """Return each row's highest value, its second highest, and whose the highest is."""
    leader = worth.argmax(axis=1)
    rows = np.arange(len(worth))
    best = worth[rows, leader]
    rest = worth.copy()
    rest[rows, leader] = -np.inf
    return best, rest.max(axis=1), leader


def _trace(worth: Array, switched: NDArray[np.bool_], hold: int) -> Codes:
    """Walk back from the best end; entry t is the choice that earns step t + 1."""
    steps = len(worth) - 1
    made, choice = np.unravel_index(int(worth[-1].argmax()), worth[-1].shape)
    path = np.zeros(steps + 1, dtype=np.int8)
    step, count, now = steps, int(made), int(choice)
    path[steps] = now
    while step > 0:
        if switched[step, count, now]:
            begun = step - hold
            path[begun:step] = now
            rivals = worth[begun, count - 1].copy()
            rivals[now] = -np.inf
            step, count, now = begun, count - 1, int(rivals.argmax())
        else:
            step -= 1
            path[step] = now
    return path
