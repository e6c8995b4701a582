"""What a rotation could be worth with foresight, and what of it the trigger earns.

The top rung knows with hindsight which basket to hold, with as many switches as the strategy makes;
below it the same knowledge comes a month or three late, or is wrong one time in ten, five or three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.evidence.observation import Array
from backtest.evidence.regime_replay import Codes, RegimeReplay, late, stretches
from backtest.evidence.timing import basket_returns

MONTHS = (1, 3)
WRONG = (0.1, 0.2, 0.3)
DELAYS = (1, 5, 10, 20, 60)
DRAWS = 200
SHOWN = ("total_return", "cagr", "sharpe", "max_drawdown", "switches")
SWITCH_COST = 0.001  # log points the foresight allows for a switch; the replay charges the truth


@dataclass(frozen=True, eq=False)
class Foresight:
    """Rungs from perfect foresight down to holding one basket, and the cost of delay.

    Attributes
    ----------
    rungs : DataFrame
        One row per rung, figures as in `summary()`; for "wrong" the mean over many draws.
    delay : DataFrame
        The strategy itself, so many sessions late.
    hold : int
        Sessions the foresight keeps a basket at least.
    """

    rungs: pd.DataFrame
    delay: pd.DataFrame
    hold: int
    strategy: str
    synthetic: bool = False

    @property
    def captured(self) -> float:
        """The part of what foresight adds to the best single basket that the strategy earns."""
        growth = np.log1p(self.rungs["total_return"])
        floor = growth.loc["best basket throughout"]
        room = growth.loc["perfect foresight"] - floor
        return float((growth.loc[self.strategy] - floor) / room) if room > 0 else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp evidence --json` prints it."""
        return {
            "rungs": self.rungs.to_dict("index"),
            "delay": {str(late_by): row for late_by, row in self.delay.to_dict("index").items()},
            "hold": self.hold,
            "captured": self.captured,
        }


def foresight(
    played: RegimeReplay, name: str, *, hold: int, draws: int = DRAWS, seed: int = 0
) -> Foresight:
    """Return what a rotation could be worth, rung by rung.

    Parameters
    ----------
    name : str
        What to call the strategy's own rung.
    hold : int
        Sessions between two switches of the foresight at least.
    """
    choices = played.choices
    count = max(len(stretches(played.path[played.free])[1]) - 1, 1)
    ordered = [played.names[code] for code in choices]
    returns = basket_returns({key: played.baskets[key] for key in ordered}, played.market)
    logs = np.log1p(returns.to_numpy(dtype=float))[played.free.start :]
    best = played.path.copy()
    best[played.free.start :] = choices[
        best_path(logs, switches=count, hold=hold, cost=SWITCH_COST)
    ]
    month = max(1, round(played.market.universe.sessions_per_year / 12))
    paths = {"perfect foresight": best}
    paths |= {f"{k} month{'s' * (k > 1)} late": late(best, k * month, played.first) for k in MONTHS}
    random = np.random.default_rng(seed)
    mistaken = {
        f"wrong {share:.0%}": played.figures(
            np.array(
                [_wrong(best, share, choices, played.free.start, random) for _ in range(draws)]
            )
        ).mean()
        for share in WRONG
    }
    still = {key: np.full_like(best, code) for key, code in zip(ordered, choices, strict=True)}
    single = _played(played, still)
    top = single.loc[[single["total_return"].idxmax()]].set_axis(["best basket throughout"])
    mean = single.mean().to_frame("mean of the baskets").T
    certain, own = _played(played, paths), _played(played, {name: played.path})
    rungs = pd.concat([certain, pd.DataFrame(mistaken).T, own, top, mean])[list(SHOWN)]
    delays = [0, *(delay for delay in DELAYS if delay < len(best) - played.free.start)]
    lagging = _played(played, {k: late(played.path, k, played.first) for k in delays})
    delay = lagging[list(SHOWN)].rename_axis("sessions of delay")
    return Foresight(rungs, delay, hold, name, played.market.synthetic)


def _played(played: RegimeReplay, paths: Mapping[Any, Codes]) -> pd.DataFrame:
    """Return the figures of paths by name."""
    return played.figures(np.array(list(paths.values()))).set_axis(list(paths))


def _wrong(
    path: Codes, share: float, choices: Codes, start: int, random: np.random.Generator
) -> Codes:
    """Return a path of which each stretch is, with probability `share`, another basket's."""
    mistaken = path.copy()
    starts, codes = stretches(path[start:])
    ends = np.r_[starts[1:], len(path) - start]
    for begin, end, code in zip(starts, ends, codes, strict=True):
        others = choices[choices != code]
        if len(others) and random.random() < share:
            mistaken[start + begin : start + end] = random.choice(others)
    return mistaken


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
        Log return a switch costs.

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
    """Trace the best path back from its end; entry t is the choice that earns over step t + 1."""
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
