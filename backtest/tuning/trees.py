"""The rules of variants as trees of one shape with changing atoms.

Variants of a strategy mostly have rules of the same shape and differ in *atoms*: leaves, and the
numbers of the combining triggers. Which fields an atom depends on is found by changing one field at
a time; its values are then read off one real variant for each combination of those fields, and a
seeded sample of variants is built in full to check it. Where that fails, or there are few, every
variant's rules are built.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backtest.errors import UserError
from backtest.strategy import TriggerRotation
from backtest.triggers import (
    AllOf,
    AnyOf,
    Confirmed,
    KOutOf,
    Latch,
    MinHold,
    Not,
    Recently,
    Trigger,
)
from backtest.tuning import logic
from backtest.tuning.sharing import apart
from backtest.tuning.space import Variants

FEW = 256  # variants whose rules are simply all built
CHECKED = 32  # of the others, built in full to check the shortcut
SHAPES = 32  # different shapes the shortcut is tried for


@dataclass(frozen=True)
class Shape:
    """Rules and overlays without their atoms: operations in an order in which parts come first."""

    rules: tuple[str, ...]
    overlays: tuple[str, ...]
    operations: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    roots: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TreeGroup:
    """Variants whose rules have one shape.

    `atoms` holds, by node, the different atoms; `codes` (node × member) which of them each has.
    """

    shape: Shape
    members: np.ndarray
    atoms: tuple[tuple[Hashable, ...], ...]
    codes: np.ndarray

    def of(self, rows: np.ndarray) -> TreeGroup:
        """Return those members that are among some variants, numbered as these are."""
        _, there, place = np.intersect1d(self.members, rows, return_indices=True)
        return replace(self, members=place, codes=self.codes[:, there])


Tree = tuple[Shape, tuple[Hashable, ...]]


def tree_of(rules: Mapping[str, Trigger], overlays: Mapping[str, Trigger]) -> Tree:
    """Take triggers apart into their shape and their atoms; what is the same object is one node."""
    operations: list[int] = []
    parts: list[tuple[int, ...]] = []
    atoms: list[Hashable] = []

    known: dict[int, int] = {}

    def add(trigger: Trigger) -> int:
        if id(trigger) not in known:
            operation, below, atom = _apart(trigger)
            places = tuple(add(part) for part in below)
            operations.append(operation)
            parts.append(places)
            atoms.append(atom)
            known[id(trigger)] = len(atoms) - 1
        return known[id(trigger)]

    roots = tuple(add(trigger) for trigger in (*rules.values(), *overlays.values()))
    shape = Shape(tuple(rules), tuple(overlays), tuple(operations), tuple(parts), roots)
    return shape, tuple(atoms)


# What a combining trigger does, where its parts are, and where its number is. Exactly these
# classes: a subclass may answer otherwise.
COMBINING: Mapping[type, tuple[int, tuple[str, ...], str | None]] = {
    AllOf: (logic.ALL, (), None),
    AnyOf: (logic.ANY, (), None),
    KOutOf: (logic.K_OUT_OF, (), "k"),
    Not: (logic.NOT, ("part",), None),
    Latch: (logic.LATCH, ("enter", "leave"), None),
    MinHold: (logic.MIN_HOLD, ("part",), "sessions"),
    Confirmed: (logic.CONFIRMED, ("part",), "sessions"),
    Recently: (logic.RECENTLY, ("part",), "sessions"),
}


def _apart(trigger: Trigger) -> tuple[int, tuple[Trigger, ...], Hashable]:
    """Return a trigger's operation, parts and atom; what has no exact twin is a leaf."""
    operation, places, numbered = COMBINING.get(type(trigger), (logic.LEAF, (), None))
    if operation == logic.LEAF:
        return logic.LEAF, (), trigger
    named = tuple(getattr(trigger, place) for place in places)
    below: tuple[Trigger, ...] = named or trigger.parts  # type: ignore[attr-defined]
    number = None if numbered is None else getattr(trigger, numbered)
    if not below or (numbered is not None and type(number) is not int):
        return logic.LEAF, (), trigger
    return operation, below, number


class TreeMaker:
    """Builds the trees of variants, each at most once."""

    def __init__(self, variants: Variants) -> None:
        self.variants = variants
        self.trees: dict[tuple[int, ...], Tree] = {}

    def tree(self, codes: np.ndarray) -> Tree:
        """Return the tree of the variant with these codes."""
        key = tuple(codes.tolist())
        if key not in self.trees:
            variants = self.variants
            found = zip(variants.names, variants.values, key, strict=True)
            chosen = {name: values[code] for name, values, code in found}
            strategy = replace(variants.strategy, **chosen)  # type: ignore[type-var]
            assert isinstance(strategy, TriggerRotation)
            self.trees[key] = tree_of(strategy.rules(), strategy.overlays())
        return self.trees[key]


def tree_groups(variants: Variants) -> list[TreeGroup]:
    """Return the trees of all variants, grouped by shape."""
    maker = TreeMaker(variants)
    if len(variants) > FEW:
        quick = _by_shortcut(maker)
        if quick is not None and _holds(maker, quick):
            return quick
    return _one_by_one(maker, np.arange(len(variants)))


def _one_by_one(maker: TreeMaker, members: np.ndarray) -> list[TreeGroup]:
    """Build every member's tree."""
    shapes: dict[Shape, tuple[list[int], list[tuple[Hashable, ...]]]] = {}
    for member in members.tolist():
        shape, atoms = maker.tree(maker.variants.codes[member])
        here = shapes.setdefault(shape, ([], []))
        here[0].append(member)
        here[1].append(atoms)
    found = []
    for shape, (rows, lists) in shapes.items():
        known: list[dict[Hashable, int]] = [{} for _ in shape.operations]
        codes = np.array(
            [
                [
                    table.setdefault(atom, len(table))
                    for table, atom in zip(known, atoms, strict=True)
                ]
                for atoms in lists
            ],
            dtype=np.int32,
        ).T
        found.append(TreeGroup(shape, np.array(rows), tuple(map(tuple, known)), codes))
    return found


def _by_shortcut(maker: TreeMaker) -> list[TreeGroup] | None:
    """Find which fields each atom depends on; None where that is no simple matter."""
    codes = maker.variants.codes
    if sum(len(values) for values in maker.variants.values) > len(codes) // 4:
        return None
    structural = _dependence(maker, codes[0], frozenset())[0]
    places = sorted(structural)
    kinds, kind = apart(codes[:, places].T, len(codes))
    if len(kinds) > SHAPES:
        return None
    found: list[TreeGroup] = []
    for number in range(len(kinds)):
        members = np.flatnonzero(kind == number)
        if len(members) <= FEW // 4:
            found += _one_by_one(maker, members)
            continue
        changed, depends = _dependence(maker, codes[members[0]], structural)
        group = None if changed else _read_off(maker, members, depends)
        if group is None:
            return None
        found.append(group)
    return found


def _dependence(
    maker: TreeMaker, base: np.ndarray, fixed: frozenset[int]
) -> tuple[frozenset[int], list[list[int]]]:
    """Change one field at a time: return the fields that change the shape, and those by atom.

    Values that the strategy refuses beside the base's are passed over: the check will tell.
    """
    shape, atoms = maker.tree(base)
    depends: list[list[int]] = [[] for _ in atoms]
    structural = set()
    for place, values in enumerate(maker.variants.values):
        if place in fixed:
            continue
        for code in range(len(values)):
            varied = base.copy()
            varied[place] = code
            try:
                other, changed = maker.tree(varied)
            except UserError:
                continue
            if other != shape:
                structural.add(place)
                break
            for node, (one, two) in enumerate(zip(atoms, changed, strict=True)):
                if one != two and place not in depends[node]:
                    depends[node].append(place)
    return frozenset(structural), depends


def _read_off(maker: TreeMaker, members: np.ndarray, depends: list[list[int]]) -> TreeGroup | None:
    """Take each atom from one real variant for each combination of what it depends on."""
    codes = maker.variants.codes[members]
    shape, first = maker.tree(codes[0])
    atoms: list[tuple[Hashable, ...]] = []
    which = np.zeros((len(first), len(members)), dtype=np.int32)
    for node, places in enumerate(depends):
        if not places:
            atoms.append((first[node],))
            continue
        sample, inverse = apart(codes[:, places].T, len(codes))
        if len(sample) > len(members) // 4:
            return None
        trees = [maker.tree(codes[row]) for row in sample]
        if any(other != shape for other, _ in trees):
            return None
        known: dict[Hashable, int] = {}
        numbers = [known.setdefault(found[node], len(known)) for _, found in trees]
        atoms.append(tuple(known))
        which[node] = np.array(numbers, dtype=np.int32)[inverse]
    return TreeGroup(shape, members, tuple(atoms), which)


def _holds(maker: TreeMaker, found: list[TreeGroup]) -> bool:
    """Build a sample of variants in full and say whether their trees are the ones found."""
    random = np.random.default_rng(0)
    for group in found:
        share = max(1, CHECKED * len(group.members) // len(maker.variants))
        for position in random.integers(len(group.members), size=share).tolist():
            shape, atoms = maker.tree(maker.variants.codes[group.members[position]])
            codes = group.codes[:, position]
            chosen = tuple(known[code] for known, code in zip(group.atoms, codes, strict=True))
            if shape != group.shape or chosen != atoms:
                return False
    return True
