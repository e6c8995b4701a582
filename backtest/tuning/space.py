"""Spaces: which values a strategy's fields may take, and the variants they make.

A space maps field names to an iterable of values, to a distribution (`Integer`, `Real`, `Choice`)
or to `When(field, condition, values)`, whose field keeps the strategy's own value unless the
condition holds for another field of the space. Constraints are callables on all parameters of a
variant, as a mapping, that say whether it is allowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from backtest.errors import UserError, check_least
from backtest.strategy import Strategy, field_names, own_fields
from backtest.strategy.parameters import declared_type, value_of
from backtest.tuning.distributions import Choice, Distribution, Integer, Real

__all__ = [
    "Choice",
    "Constraint",
    "Distribution",
    "Integer",
    "Real",
    "Space",
    "Variants",
    "When",
    "grid",
    "sample",
]

LARGEST_GRID = 2_000_000
DRAWS_PER_VARIANT = 200  # before `sample` gives up on its constraints

Constraint = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class When:
    """Values for a field that only matters where `condition` holds for the value of another one.

    Where it does not, the field keeps the strategy's own value, so no variant counts twice.

    Examples
    --------
    >>> space = {"overlay": [0.0, 0.2], "hold": When("overlay", lambda v: v > 0, [10, 20])}
    """

    field: str
    condition: Callable[[Any], bool]
    values: Any


Space = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Variants:
    """Variants of one strategy, as codes into the values of each swept field.

    Attributes
    ----------
    names : tuple of str
        The swept fields.
    values : tuple of tuples
        Distinct values by field.
    codes : int ndarray, variant × field
        Which value each variant has.
    """

    strategy: Strategy
    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def parameters(self, row: int) -> dict[str, Any]:
        """Return the swept fields of one variant."""
        return {
            name: known[code]
            for name, known, code in zip(self.names, self.values, self.codes[row], strict=True)
        }

    def variant(self, row: int) -> Strategy:
        """Return one variant as a strategy."""
        return replace(self.strategy, **self.parameters(row))  # type: ignore[type-var]

    def column(self, name: str) -> np.ndarray:
        """Return the values of one field by variant."""
        place = self.names.index(name)
        known = self.values[place]
        kinds = {type(value) for value in known}
        plain = kinds <= {int} or kinds <= {float} or kinds <= {bool}
        column = np.empty(len(known), dtype=kinds.pop() if plain else object)
        column[:] = known if plain else np.fromiter(known, dtype=object, count=len(known))
        picked: np.ndarray = column[self.codes[:, place]]
        return picked


def grid(strategy: Strategy, space: Space, constraints: Sequence[Constraint] = ()) -> Variants:
    """Return every allowed combination of a space's values, in the order of the fields.

    Raises
    ------
    UserError
        If the space is empty, names no field, holds what the field cannot be, or has more than
        `LARGEST_GRID` combinations; if no combination is allowed.
    """
    check_names(strategy, space)
    names, known, counts = tuple(space), [], []
    for name, entry in space.items():
        values = field_values(strategy, name, entry)
        counts.append(len(values))
        if isinstance(entry, When) and getattr(strategy, name) not in values:
            values = [*values, getattr(strategy, name)]
        known.append(tuple(values))
    total = math.prod(counts)
    if total > LARGEST_GRID:
        raise UserError(
            "the space has {total:,} combinations, more than {largest_grid:,}; give fewer "
            "values, or a number of trials (--trials) to search it instead",
            total=total,
            largest_grid=LARGEST_GRID,
        )
    kind = np.int16 if max(counts) < np.iinfo(np.int16).max else np.int32  # a million are 14 MB
    columns = np.indices(counts, dtype=kind).reshape(len(counts), -1).T
    codes = _conditions(strategy, space, names, known, np.ascontiguousarray(columns))
    return _allowed(Variants(strategy, names, tuple(known), codes), constraints)


def sample(
    strategy: Strategy,
    space: Space,
    count: int,
    *,
    seed: int = 0,
    constraints: Sequence[Constraint] = (),
) -> Variants:
    """Return up to `count` different allowed variants drawn at random from a space.

    Fewer are returned only where the space does not seem to have as many.
    """
    check_names(strategy, space)
    check_least(1, trials=count)
    random = np.random.default_rng(seed)
    sources: dict[str, Distribution] = {}
    for name, entry in space.items():
        source = entry.values if isinstance(entry, When) else entry
        if isinstance(source, (Integer, Real)):
            check_range(strategy, name, source)
        else:
            source = Choice(tuple(field_values(strategy, name, source)))
        sources[name] = source
    found: dict[tuple[Any, ...], None] = {}
    for _ in range(DRAWS_PER_VARIANT * count):
        drawn = {name: source.draw(random) for name, source in sources.items()}
        for name, entry in space.items():
            if isinstance(entry, When) and not entry.condition(drawn[entry.field]):
                drawn[name] = getattr(strategy, name)
        if all(rule({**own_fields(strategy), **drawn}) for rule in constraints):
            found.setdefault(tuple(drawn.values()))
        if len(found) == count:
            break
    if not found:
        raise UserError("no combination satisfies the constraints; loosen one of them")
    rows = list(found)
    known = [list(dict.fromkeys(column)) for column in zip(*rows, strict=True)]
    places = [{value: code for code, value in enumerate(column)} for column in known]
    codes = [[place[value] for place, value in zip(places, row, strict=True)] for row in rows]
    return Variants(strategy, tuple(space), tuple(map(tuple, known)), np.array(codes, np.int32))


def _conditions(
    strategy: Strategy,
    space: Space,
    names: tuple[str, ...],
    known: list[tuple[Any, ...]],
    codes: np.ndarray,
) -> np.ndarray:
    """Give fields whose condition does not hold the strategy's own value, and drop repeats."""
    conditional = [name for name in names if isinstance(space[name], When)]
    if not conditional:
        return codes
    for name in conditional:
        place, entry = names.index(name), space[name]
        other = names.index(entry.field)
        holds = np.array([bool(entry.condition(value)) for value in known[other]])
        codes[~holds[codes[:, other]], place] = known[place].index(getattr(strategy, name))
    _, first = np.unique(codes, axis=0, return_index=True)
    return codes[np.sort(first)]


def _allowed(variants: Variants, constraints: Sequence[Constraint]) -> Variants:
    """Keep the variants that all constraints allow."""
    if not constraints:
        return variants
    own, names, values = own_fields(variants.strategy), variants.names, variants.values
    keep = np.ones(len(variants), dtype=bool)
    for row, codes in enumerate(variants.codes.tolist()):
        for name, known, code in zip(names, values, codes, strict=True):
            own[name] = known[code]
        keep[row] = all(rule(own) for rule in constraints)
    if not keep.any():
        raise UserError("no combination satisfies the constraints; loosen one of them")
    return replace(variants, codes=variants.codes[keep])


def check_names(strategy: Strategy, space: Space) -> None:
    """Raise a `UserError` unless the space names fields of the strategy."""
    if not isinstance(space, Mapping) or not space:
        raise UserError(
            "the space is empty; give values for at least one field of {strategy}",
            strategy=strategy.name,
        )
    if not field_names(type(strategy)):
        raise UserError(
            "{strategy} has no parameters; make its class a frozen dataclass",
            strategy=strategy.name,
        )
    for name, entry in space.items():
        declared_type(type(strategy), name)
        if isinstance(entry, When) and (entry.field not in space or entry.field == name):
            raise UserError(
                "{name} depends on {field!r}, which is not in the space; add it or take the "
                "condition away",
                name=name,
                field=entry.field,
            )


def field_values(strategy: Strategy, name: str, entry: Any) -> list[Any]:
    """Return a field's distinct values, checked against what it holds now."""
    source = entry.values if isinstance(entry, When) else entry
    if isinstance(source, Real):
        raise UserError(
            "{name} is a range of real numbers; list its values or give trials", name=name
        )
    if isinstance(source, (Integer, Choice)):
        source = source.values()
    if isinstance(source, (str, Mapping)) or not isinstance(source, Iterable):
        raise UserError(
            "the values of {name} were {source!r}; give a list of values", name=name, source=source
        )
    values = list(dict.fromkeys(checked(strategy, name, value) for value in source))
    if not values:
        raise UserError("{name} has no values; give at least one", name=name)
    return values


def check_range(strategy: Strategy, name: str, source: Integer | Real) -> None:
    """Raise a `UserError` unless a field can be drawn from a range."""
    own = getattr(strategy, name)
    if isinstance(source, Real) and own is not None and not isinstance(own, float):
        raise UserError(
            "{name} was a range of real numbers; give values like its own, {own!r}",
            name=name,
            own=own,
        )
    checked(strategy, name, source.low)


def checked(strategy: Strategy, name: str, value: Any) -> Any:
    """Return a value for a field as plain Python, or say why the field cannot have it."""
    found = value_of(type(strategy), name, value)
    hint = declared_type(type(strategy), name)
    if hint in (int, float):
        found = hint(found)  # a column of values is of one kind
    try:
        hash(found)
    except TypeError as error:
        raise UserError(
            "{name} was {value!r}; give numbers, text or tuples", name=name, value=value
        ) from error
    return found
