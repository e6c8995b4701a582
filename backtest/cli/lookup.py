"""From names and NAME=VALUE settings to strategy values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backtest.cli.own_faults import own_fault
from backtest.cli.own_files import class_from_file, strategy_from_file
from backtest.errors import UserError, suggest
from backtest.strategy import Strategy
from backtest.strategy.parameters import value_from_text
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
            f"{path} is a notebook; put the class into a FILE.py and give FILE.py:Class"
        )
    if colon or Path(f"{path}.py").is_file():
        raise UserError(f"there is no strategy {name!r}; give {path}.py{colon}{rest} for a file")
    raise UserError(f"there is no strategy {name!r}; {suggest(name, built_in())}")


def find_subject(name: str, settings: list[str]) -> Strategy | Trigger:
    """Return the strategy, or trigger of a user's own file, with NAME=VALUE settings applied."""
    if _is_thesis(name):
        return find_strategy(name, settings)
    kind = class_from_file(name) if ".py" in name else _built_in(name)
    if issubclass(kind, Strategy):
        return _made(name, kind, settings)
    if settings:
        raise UserError("--set is for strategies; give the trigger its values in its file")
    return _new(name, kind, {})


def find_strategy(name: str, settings: list[str]) -> Strategy:
    """Return the strategy called `name` with NAME=VALUE settings applied.

    Of the package, of FILE.py:Class, or made of the rules of a thesis: FILE.toml, or its name.
    """
    if _is_thesis(name):
        from strategies.rule_rotation import rotation_of

        written = rotation_of(find_thesis(name), name)
        return replace(written, **_values(type(written), settings))
    return _made(name, strategy_class(name), settings)


def find_thesis(name: str) -> Thesis:
    """Return a thesis of the package by its name, or one's own by its file."""
    from backtest.strategy.thesis import read_thesis
    from strategies.claims import SHIPPED, shipped_thesis
    from strategies.taxonomy import BASKETS

    if name in SHIPPED or not (name.endswith(".toml") or Path(name).is_file()):
        return shipped_thesis(name)
    return read_thesis(Path(name), BASKETS)


def _is_thesis(name: str) -> bool:
    from strategies.claims import SHIPPED

    return name.endswith(".toml") or name in SHIPPED


def _made(name: str, kind: type[Strategy], settings: list[str]) -> Strategy:
    return _new(name, kind, _values(kind, settings))


def _values(kind: type[Strategy], settings: list[str]) -> dict[str, Any]:
    """Return the parameters that NAME=VALUE settings give."""
    values = {}
    for text in settings:
        field, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {text} has no value; write it as NAME=VALUE")
        values[field] = value_from_text(kind, field, value, strategy_class)
    return values


def _new(name: str, kind: Callable[..., T], values: dict[str, Any]) -> T:
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(
            own_fault(error)
            or f"{name} cannot be built ({error}); give every field a default or --set it"
        ) from error


def own_strategies(names: list[str] | None) -> dict[str, type[Strategy]]:
    """Return the strategies handed in with --strategy FILE.py:Class, by command-line name."""
    return {own.name: type(own) for own in (find_strategy(name, []) for name in names or [])}
