"""From names and NAME=VALUE settings to strategy values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backtest.cli.own_faults import own_fault
from backtest.cli.own_files import class_from_file, strategy_from_file
from backtest.errors import UserError, suggest, unknown
from backtest.notes import Note
from backtest.strategy import Strategy, field_names
from backtest.strategy.parameters import declared_type, value_from_text
from backtest.triggers import Trigger

if TYPE_CHECKING:
    from backtest.strategy.thesis import Thesis

T = TypeVar("T")


def built_in() -> Mapping[str, type[Strategy]]:
    """Return the strategies that come with the package, by command-line name."""
    import strategies
    from backtest.strategy import kebab

    return {kebab(name): getattr(strategies, name) for name in strategies.__all__}


def strategy_class(name: str) -> type[Strategy]:
    """Return the strategy class called `name`, or FILE.py:Class."""
    return strategy_from_file(name) if ".py" in name else _built_in(name)


def _built_in(name: str) -> type[Strategy]:
    kind = built_in().get(name)
    if kind is not None:
        return kind
    path, colon, rest = name.partition(":")
    if path.endswith(".ipynb"):
        raise UserError(
            "{path} is a notebook; put the class into a FILE.py and give FILE.py:Class", path=path
        )
    if colon or Path(f"{path}.py").is_file():
        raise UserError(
            "there is no strategy {name!r}; give {path}.py{colon}{rest} for a file",
            name=name,
            path=path,
            colon=colon,
            rest=rest,
        )
    raise unknown("strategy", name, built_in())


def find_subject(name: str, settings: list[str]) -> Strategy | Trigger:
    """Return the strategy, or trigger of a user's own file, with NAME=VALUE settings applied."""
    named, inside = _parted(name)
    if is_thesis(named):
        return find_strategy(name, settings)
    kind = class_from_file(named) if ".py" in named else _built_in(named)
    if issubclass(kind, Strategy):
        return find_strategy(name, settings)
    if settings or inside:
        raise UserError("--set is for strategies; give the trigger its values in its file")
    return _new(name, kind, {})


def find_strategy(name: str, settings: Sequence[str]) -> Strategy:
    """Return one strategy, NAME or NAME:FIELD=VALUE…, with more FIELD=VALUE settings applied.

    Of the package, of FILE.py:Class, or made of the rules of a thesis: FILE.toml, or its name.
    """
    named, inside = _parted(name)
    kind, make = _maker(named)
    values = {}
    for text in [*inside, *settings]:
        field, equals, value = text.partition("=")
        if not equals:
            raise UserError("--set {text} has no value; write it as NAME=VALUE", text=text)
        values[field] = value_from_text(kind, field, value, strategy_class)
    return make(values)


def find_variants(names: Sequence[str], settings: Sequence[str]) -> list[Strategy]:
    """Return strategies side by side: a value for a field may be a list or a range, as of a grid.

    Settings are for those of the strategies that have the field.
    """
    parted = [_parted(name) for name in names]
    made = {named: _maker(named) for named, _ in parted}
    known = {name for kind, _ in made.values() for name in field_names(kind)}
    for text in settings:
        field = text.partition("=")[0]
        if field not in known:
            raise UserError(
                "--set {text}: no strategy here has {field!r}; {suggestion}",
                text=text,
                field=field,
                suggestion=suggest(field, known),
            )
    found = []
    for named, inside in parted:
        kind, make = made[named]
        own = [text for text in settings if text.partition("=")[0] in field_names(kind)]
        space = read_space(kind, [*inside, *own])
        for values in product(*space.values()):
            found.append(make(dict(zip(space, values, strict=True))))
    return found


def _parted(name: str) -> tuple[str, list[str]]:
    """Part NAME:FIELD=VALUE:FIELD=LOW:HIGH:STEP into the name and its settings."""
    head, equals, _ = name.partition("=")
    if not equals or ":" not in head:
        return name, []
    named, _, first = head.rpartition(":")
    settings: list[str] = []
    for part in f"{first}{name[len(head) :]}".split(":"):
        if "=" in part or not settings:
            settings.append(part)
        else:
            settings[-1] += f":{part}"
    return named, settings


def _maker(name: str) -> tuple[type[Strategy], Callable[[dict[str, Any]], Strategy]]:
    """Return a strategy's class, and what makes one of parameters."""
    if is_thesis(name):
        from strategies.rule_rotation import rotation_of

        written = rotation_of(find_thesis(name), name)
        return type(written), lambda values: replace(written, **values)
    kind = strategy_class(name)
    return kind, partial(_new, name, kind)


def find_thesis(name: str) -> Thesis:
    """Return a thesis of the package by its name, or one's own by its file."""
    from backtest.strategy.thesis import read_thesis
    from strategies.claims import SHIPPED, policy_lists, shipped_thesis
    from strategies.taxonomy import BASKETS

    if name in SHIPPED or not (name.endswith(".toml") or Path(name).is_file()):
        return shipped_thesis(name)
    return read_thesis(Path(name), BASKETS, policy_lists())


def is_thesis(name: str) -> bool:
    """Say whether a name is that of a thesis, of the package or in a file."""
    from strategies.claims import SHIPPED

    return name.endswith(".toml") or name in SHIPPED


def _new(name: str, kind: Callable[..., T], values: dict[str, Any]) -> T:
    try:
        return kind(**values)
    except TypeError as error:
        code = "{kebab} cannot be built ({error}); give every field without a default"
        raise UserError(own_fault(error) or Note(code, kebab=name, error=str(error))) from error


def own_strategies(names: list[str] | None) -> dict[str, type[Strategy]]:
    """Return the strategies handed in with --strategy FILE.py:Class, by command-line name."""
    return {own.name: type(own) for own in (find_strategy(name, []) for name in names or [])}


def read_space(kind: type[Strategy], grid: Sequence[str]) -> dict[str, Any]:
    """Read `NAME=a,b,c` and `NAME=LOW:HIGH:STEP` against the strategy's fields."""
    space: dict[str, Any] = {}
    for text in grid:
        name, equals, values = text.partition("=")
        declared_type(kind, name)
        if not equals or not values:
            raise UserError("{text} has no values; write it as NAME=a,b,c", text=text)
        if name in space:
            raise UserError("{name} stands twice; put all its values into one", name=name)
        ranged = values.count(":") == 2 and name != "rebalance"  # band:0.03 is no range
        parts = values.split(":" if ranged else ",")
        found = [value_from_text(kind, name, part, strategy_class) for part in parts]
        space[name] = _range(name, values, *found) if ranged else found
    return space


def _range(name: str, text: str, low: Any, high: Any, step: Any) -> list[Any]:
    """Return LOW, LOW + STEP … up to HIGH."""
    if not isinstance(low, (int, float)) or not step > 0 or high < low:
        raise UserError(
            "{name}={text} is no range; write LOW:HIGH:STEP with a step above 0",
            name=name,
            text=text,
        )
    count = int((high - low) / step + 1e-9) + 1
    if count > 100_000:
        raise UserError(
            "{name}={text} has {count:,} values; take a longer step",
            name=name,
            text=text,
            count=count,
        )
    return [round(low + step * number, 12) for number in range(count)]
