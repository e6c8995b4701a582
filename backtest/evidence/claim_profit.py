"""What each claim's trigger earned a rotation: alone, given the others, and its fair share.

A claim is taken out by taking its triggers out of the rules: a condition among several is asked no
more, a rule or an overlay that is nothing else never fires. What is left trades like the strategy,
with its costs and fills. The fair share is Shapley's (1953): a claim's contribution averaged over
every order in which the claims could be added; shares add up to what all earn together.
"""

from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass, replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pandas as pd

from backtest.evidence.regime_replay import Codes, RegimeReplay
from backtest.strategy import TriggerRotation
from backtest.triggers import KOutOf, Latch, Never, Trigger

MOST = 8  # players; each more doubles the paths to play


def claim_profit(strategy: TriggerRotation, played: RegimeReplay) -> pd.DataFrame:
    """Return what each claim's trigger earned; empty where there are none, or more than eight.

    Returns
    -------
    DataFrame
        A row per claim, or for claims that the same triggers test ("R1 R5"): log return `alone`
        (over none of them), `given_others` (what leaving it out would have cost) and `share`
        (Shapley's; they sum to the return of all over that of none).
    """
    asked = strategy.triggers()
    players = list(dict.fromkeys(one for top in asked.values() for one in _players(top, strategy)))
    if not 1 <= len(players) <= MOST:
        return pd.DataFrame(columns=["claims", "alone", "given_others", "share"])
    everyone = frozenset(players)
    sides = [frozenset(some) for k in range(len(players) + 1) for some in combinations(players, k)]
    paths = np.array([_path(strategy, played, everyone - kept) for kept in sides])
    earned = np.log1p(played.figures(paths)["total_return"].to_numpy(dtype=float))
    worth = dict(zip(sides, earned.tolist(), strict=True))
    rows = [
        {
            "claims": one,
            "alone": worth[frozenset({one})] - worth[frozenset()],
            "given_others": worth[everyone] - worth[everyone - {one}],
            "share": _share(one, everyone, worth),
        }
        for one in players
    ]
    return pd.DataFrame(rows)


def without(trigger: Trigger, drop: Callable[[Trigger], bool]) -> Trigger | None:
    """Return a trigger that asks no more what `drop` says; None if nothing is left of it.

    Examples
    --------
    >>> from backtest.triggers import AllOf, Always, Never
    >>> without(Always() & Never(), lambda one: isinstance(one, Never))
    (Always())
    """
    if drop(trigger):
        return None
    if isinstance(trigger, Latch):
        enter, leave = without(trigger.enter, drop), without(trigger.leave, drop)
        return None if enter is None else Latch(enter, Never() if leave is None else leave)
    changed: dict[str, object] = {}
    own: tuple[Field[Any], ...] = fields(trigger) if is_dataclass(trigger) else ()
    for spec in own:
        value = getattr(trigger, spec.name)
        if isinstance(value, Trigger):
            left = without(value, drop)
            if left is None:
                return None
            changed[spec.name] = left
        elif isinstance(value, tuple) and value and isinstance(value[0], Trigger):
            kept = tuple(one for one in (without(part, drop) for part in value) if one is not None)
            if not kept:
                return None
            changed[spec.name] = kept
            if isinstance(trigger, KOutOf):
                changed["k"] = min(trigger.k, len(kept))
    return replace(trigger, **changed) if changed else trigger  # type: ignore[type-var]


def _share(one: str, everyone: frozenset[str], worth: Mapping[frozenset[str], float]) -> float:
    others, count, total = everyone - {one}, len(everyone), 0.0
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for some in combinations(sorted(others), size):
            kept = frozenset(some)
            total += weight * (worth[kept | {one}] - worth[kept])
    return total


def _players(top: Trigger, strategy: TriggerRotation) -> list[str]:
    """Return the claims that a trigger tests, by the topmost trigger of each branch."""
    tested = _tested(top, strategy)
    if tested:
        return [tested]
    return [one for part in top.built_of for one in _players(part, strategy)]


def _tested(trigger: Trigger, strategy: TriggerRotation) -> str:
    """Return the claims a trigger tests that the strategy is about."""
    own = [claim for claim in trigger.claims if claim in strategy.claims]
    return " ".join(own or trigger.claims)


def _path(strategy: TriggerRotation, played: RegimeReplay, gone: frozenset[str]) -> Codes:
    """Return the regime path of the strategy without some of its claims' triggers."""
    market = played.market
    fires = {}
    for rule, trigger in strategy.triggers().items():
        left = without(trigger, lambda one: _tested(one, strategy) in gone)
        fires[rule] = (Never() if left is None else left).fires(market).to_numpy()
    held = np.full(len(market.sessions), "undecided", dtype=object)
    for rule in reversed(list(strategy.rules())):
        held[fires[rule]] = rule
    decided = held != "undecided"
    for name in strategy.overlays():
        more = decided & fires[f"+{name}"]
        held[more] = held[more] + f"+{name}"
    numbers = {name: code for code, name in enumerate(played.names)}
    codes = pd.Series(held).map(numbers).ffill().bfill()  # the undecided order nothing
    return codes.to_numpy().astype(np.int8)
