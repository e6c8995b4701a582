"""The regimes of thousands of variants of a rotation.

Leaves are asked through `Trigger.answer` once for each distinct parameter set. What combines them
is evaluated on arrays, once for each distinct set of parts; what is different for almost every
variant is evaluated for the variants asked for, and not kept.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from backtest.engine.held import known_from
from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy import RotationStrategy, TriggerRotation
from backtest.strategy.holding import CASH
from backtest.strategy.strategy import cases
from backtest.triggers import Trigger
from backtest.tuning.sharing import agreeing, apart
from backtest.tuning.space import Variants
from backtest.tuning.trees import Shape, TreeGroup, tree_groups
from backtest.tuning.work_parts import part_of

KEPT_BYTES = 48 * 2**20  # of answers kept for a group
PIECE = 2048  # variants whose own answers are held at a time


class Regimes(Protocol):
    """Regimes as codes: positions in `names`."""

    names: list[str]

    def codes(self, rows: np.ndarray) -> np.ndarray:
        """Return the regime codes of some variants, variant × session."""

    def known_from(self, rows: np.ndarray) -> np.ndarray:
        """Return for each variant the first session on which all it asks was known."""

    def elsewhere(self, rows: np.ndarray, market: Market) -> Regimes:
        """Return the regimes of different variants, in ascending order, on another market."""


def regimes(variants: Variants, market: Market) -> Regimes:
    """Return the regimes of a rotation's variants, by the quickest way that is exact."""
    if type(variants.strategy).regime is TriggerRotation.regime:
        return RuleRegimes(tree_groups(variants), market)
    return GivenRegimes(variants, market)


class GivenRegimes:
    """Regimes as the strategy's own `regime` returns them, asked once where variants agree."""

    def __init__(self, variants: Variants, market: Market) -> None:
        self.variants = variants
        first, self.number = agreeing(variants, variants.names)
        asked = [variants.variant(row) for row in first.tolist()]
        known: dict[str, int] = {}
        rows = []
        for strategy in asked:
            assert isinstance(strategy, RotationStrategy)
            named = strategy.named(market)
            rows.append([known.setdefault(name, len(known)) for name in named])
        self.names = list(known)
        self.table = np.array(rows, dtype=_width(len(known)))
        self.firsts = np.array([known_from(strategy, market) for strategy in asked])[self.number]

    def codes(self, rows: np.ndarray) -> np.ndarray:
        """Return the regime codes of some variants, variant × session."""
        picked: np.ndarray = self.table[self.number[rows]]
        return picked

    def known_from(self, rows: np.ndarray) -> np.ndarray:
        """Return for each variant the first session on which all it asks was known."""
        firsts: np.ndarray = self.firsts[rows]
        return firsts

    def elsewhere(self, rows: np.ndarray, market: Market) -> Regimes:
        """Return the regimes of some variants on another market."""
        return GivenRegimes(part_of(self.variants, rows), market)


class RuleRegimes:
    """Regimes from the rules of a `TriggerRotation`."""

    def __init__(self, groups: list[TreeGroup], market: Market) -> None:
        shapes = [group.shape for group in groups]
        labels = dict.fromkeys(name for one in shapes for name in cases(one.rules, one.overlays))
        self.names = [*(name for name in labels if name != CASH), CASH]
        self.sessions = len(market.sessions)
        self.groups = [GroupAnswers(group, market, self.names) for group in groups]
        self.home = np.zeros((2, sum(len(group.members) for group in groups)), dtype=np.int32)
        for number, group in enumerate(groups):
            self.home[0, group.members] = number
            self.home[1, group.members] = np.arange(len(group.members))

    def codes(self, rows: np.ndarray) -> np.ndarray:
        """Return the regime codes of some variants, variant × session."""
        wanted, where = np.unique(rows, return_inverse=True)
        found = np.empty((len(wanted), self.sessions), dtype=_width(len(self.names)))
        place, position = self.home[:, wanted]
        for number in np.unique(place):
            here = np.flatnonzero(place == number)
            for start in range(0, len(here), PIECE):
                piece = here[start : start + PIECE]
                self.groups[number].write(position[piece], found, piece)
        in_order = len(wanted) == len(rows) and bool((where[1:] > where[:-1]).all())
        return found if in_order else found[where]

    def known_from(self, rows: np.ndarray) -> np.ndarray:
        """Return for each variant the first session on which all it asks was known."""
        firsts = np.zeros(len(rows), dtype=np.int64)
        place, position = self.home[:, rows]
        for number in np.unique(place):
            here = np.flatnonzero(place == number)
            firsts[here] = self.groups[number].known_from(position[here])
        return firsts

    def elsewhere(self, rows: np.ndarray, market: Market) -> Regimes:
        """Return the regimes of some variants on another market."""
        groups = [answers.group.of(rows) for answers in self.groups]
        return RuleRegimes([group for group in groups if len(group.members)], market)


class GroupAnswers:
    """Answers of one group: kept rows for what variants share, passing ones for the rest."""

    def __init__(self, group: TreeGroup, market: Market, names: list[str]) -> None:
        self.group, shape = group, group.shape
        self.labels = _labels(shape, names)
        sessions, members = len(market.sessions), len(group.members)
        room = KEPT_BYTES // sessions
        self.key: list[np.ndarray | None] = []
        self.start: list[int] = []
        firsts: list[np.ndarray] = []
        kept = 0
        for node in range(len(shape.operations)):
            key, first = self._distinct(node, min(members // 3, room - kept))
            self.key.append(key)
            firsts.append(first)
            self.start.append(kept)
            kept += len(first) if key is not None else 0
        passing = [node for node, key in enumerate(self.key) if key is None]
        for number, node in enumerate(passing):
            self.start[node] = kept + number * min(PIECE, members)
        self.passing = passing
        rows = kept + len(passing) * min(PIECE, members)
        self.answers = np.zeros((rows, sessions), dtype=np.int8)
        for node, first in enumerate(firsts):
            if self.key[node] is not None:
                self._fill(node, first, market)

    def write(self, positions: np.ndarray, regimes: np.ndarray, rows: np.ndarray) -> None:
        """Write the regimes of up to PIECE different members into `rows` of an array."""
        from backtest.tuning.logic import combine, first_to_fire

        group = self.group
        for node in self.passing:
            parts = self._parts(node, positions)
            numbers = self._numbers(node)[group.codes[node, positions]]
            combine(group.shape.operations[node], self.answers, parts, numbers, self.start[node])
        roots = np.array([self._rows(root, positions) for root in group.shape.roots])
        first_to_fire(self.answers, roots, len(group.shape.rules), self.labels, regimes, rows)

    def known_from(self, positions: np.ndarray) -> np.ndarray:
        """Return for each member the first session on which all its leaves know their answer."""
        from backtest.tuning.logic import UNKNOWN

        firsts = np.zeros(len(positions), dtype=np.int64)
        for node, below in enumerate(self.group.shape.parts):
            if not below:
                key = self.key[node]
                assert key is not None
                answers = self.answers[self.start[node] + np.arange(int(key.max()) + 1)]
                known = answers != UNKNOWN
                late = np.where(known.any(axis=1), known.argmax(axis=1), known.shape[1])
                np.maximum(firsts, late[key[positions]], out=firsts)
        return firsts

    def _distinct(self, node: int, widest: int) -> tuple[np.ndarray | None, np.ndarray]:
        """Return which of a node's different answers each member has; None for too many."""
        below = self.group.shape.parts[node]
        keys = [self.key[part] for part in below]
        known = [key for key in keys if key is not None]
        if len(known) < len(keys):
            return None, np.empty(0, dtype=np.int64)
        first, which = apart([self.group.codes[node], *known], len(self.group.members))
        if len(first) > widest and below:
            return None, first[:0]
        return which.astype(np.int32), first

    def _fill(self, node: int, first: np.ndarray, market: Market) -> None:
        """Evaluate a node for the members it differs in."""
        from backtest.tuning.logic import combine, three_valued

        group = self.group
        if not group.shape.parts[node]:
            for place, member in enumerate(first):
                leaf = group.atoms[node][group.codes[node, member]]
                assert isinstance(leaf, Trigger)
                self.answers[self.start[node] + place] = three_valued(leaf.answer(market))
            return
        numbers = self._numbers(node)[group.codes[node, first]]
        parts = self._parts(node, first)
        combine(group.shape.operations[node], self.answers, parts, numbers, self.start[node])

    def _numbers(self, node: int) -> np.ndarray:
        """Return a node's different numbers (k, sessions), 0 where it has none."""
        return np.array([0 if atom is None else atom for atom in self.group.atoms[node]], np.int64)

    def _parts(self, node: int, positions: np.ndarray) -> np.ndarray:
        """Return the rows of a node's parts, position × part."""
        below = self.group.shape.parts[node]
        return np.stack([self._rows(part, positions) for part in below], axis=1)

    def _rows(self, node: int, positions: np.ndarray) -> np.ndarray:
        """Return the rows a node's answers are in."""
        key = self.key[node]
        places = np.arange(len(positions)) if key is None else key[positions].astype(np.int64)
        return places + self.start[node]


def _labels(shape: Shape, names: list[str]) -> np.ndarray:
    """Return the codes of what is held, by the rule that fires and the set of overlays that do.

    One row after the other: of no rule, which is cash, and of each; a column a set, in bits.
    """
    places = len(shape.rules) + 1, 1 << len(shape.overlays)
    found = np.full(places, names.index(CASH), _width(len(names)))
    for name, (rule, *added) in cases(shape.rules, shape.overlays).items():
        bits = sum(1 << shape.overlays.index(overlay) for overlay in added)
        found[shape.rules.index(rule) + 1, bits] = names.index(name)
    return found.ravel()


def _width(names: int) -> type[np.signedinteger]:
    """Return the integers that hold the codes of so many names."""
    if names > np.iinfo(np.int16).max:
        raise UserError(
            "the regimes have {names} names; a rotation holds one of a few baskets", names=names
        )
    return np.int8 if names <= np.iinfo(np.int8).max else np.int16
