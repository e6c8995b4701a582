"""From names and NAME=VALUE settings to strategy values."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from math import isfinite
from typing import Any, Union, get_args, get_origin, get_type_hints

from backtest.cli.own_files import strategy_from_file
from backtest.errors import UserError, suggest
from backtest.strategy import Strategy, field_names


def built_in() -> Mapping[str, type[Strategy]]:
    """Return the strategies that come with the package, by command-line name."""
    import strategies
    from backtest.strategy import kebab

    return {kebab(name): getattr(strategies, name) for name in strategies.__all__}


def find_strategy(name: str, settings: list[str]) -> Strategy:
    """Return the strategy called `name` (or FILE.py:Class) with NAME=VALUE settings applied."""
    kind = strategy_from_file(name) if ".py" in name else built_in().get(name)
    if kind is None:
        raise UserError(f"there is no strategy {name!r}; {suggest(name, built_in())}")
    values = dict(_setting(kind, text) for text in settings)
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(
            f"strategy {name} cannot be built ({error}); give every field a default or --set it"
        ) from error


def own_strategies(names: list[str] | None) -> dict[str, type[Strategy]]:
    """Return the strategies handed in with --strategy FILE.py:Class, by command-line name."""
    return {own.name: type(own) for own in (find_strategy(name, []) for name in names or [])}


def _setting(kind: type[Strategy], text: str) -> tuple[str, Any]:
    """Parse one NAME=VALUE against the strategy's fields."""
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"--set {text} has no value; write it as NAME=VALUE")
    hints = get_type_hints(kind)
    known = field_names(kind)
    if name not in known:
        there_is = suggest(name, known) if known else "it has none"
        raise UserError(f"the strategy has no parameter {name!r}; {there_is}")
    return name, parse_value(name, value, hints[name])


def parse_value(name: str, text: str, kind: Any) -> Any:
    """Turn the text of a parameter into its declared type.

    Examples
    --------
    >>> parse_value("windows", "20,60", tuple[int, ...])
    (20, 60)
    >>> parse_value("year", "none", int | None) is None
    True
    """
    origin = get_origin(kind)
    if origin in (types.UnionType, Union):
        options = get_args(kind)
        if type(None) in options and text.lower() in ("none", ""):
            return None
        return parse_value(name, text, next(item for item in options if item is not type(None)))
    if origin is tuple:
        inner = get_args(kind)[0]
        return tuple(parse_value(name, part.strip(), inner) for part in text.split(","))
    if inspect.isclass(kind) and issubclass(kind, Strategy):
        return find_strategy(text, [])
    if kind is bool:
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise UserError(f"{name} was {text!r}; give true or false")
    if kind in (int, float):
        wanted = "a whole number" if kind is int else "a number"
        try:
            value = kind(text)
        except ValueError as error:
            raise UserError(f"{name} was {text!r}; give {wanted}") from error
        if not isfinite(value):
            raise UserError(f"{name} was {text!r}; give {wanted} that is finite")
        return value
    return text
