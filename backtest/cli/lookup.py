"""From names and NAME=VALUE settings to strategy values. Imports strategies inside functions."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from backtest.errors import UserError, suggest
from backtest.strategy import Strategy, field_names


def built_in() -> Mapping[str, type[Strategy]]:
    """Return the strategies that come with the package, by command-line name."""
    import strategies
    from backtest.strategy import kebab

    return {kebab(name): getattr(strategies, name) for name in strategies.__all__}


def find_strategy(name: str, settings: list[str]) -> Strategy:
    """Return the strategy called `name` (or FILE.py:Class) with NAME=VALUE settings applied."""
    kind = _from_file(name) if ".py" in name else built_in().get(name)
    if kind is None:
        raise UserError(f"there is no strategy {name!r}; {suggest(name, built_in())}")
    values = dict(_setting(kind, text) for text in settings)
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(
            f"strategy {name} cannot be built ({error}); give every field a default or --set it"
        ) from error


def _from_file(name: str) -> type[Strategy]:
    """Import a strategy class from a user's own file."""
    path, _, class_name = name.partition(":")
    file = Path(path)
    if not file.is_file():
        raise UserError(f"there is no file {path}; give FILE.py:Class")
    spec = importlib.util.spec_from_file_location(f"nqp_user_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise UserError(f"{path} is no Python file; give FILE.py:Class")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path} does not import: {type(error).__name__}: {error}") from error
    found = {
        key: value
        for key, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, Strategy)
        and not inspect.isabstract(value)
        and value.__module__ == spec.name
    }
    if class_name in found:
        return found[class_name]
    if not class_name and len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise UserError(f"{path} defines no strategy; subclass backtest.Strategy in it")
    raise UserError(f"{path} has no strategy {class_name!r}; {suggest(class_name, found)}")


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
        try:
            return kind(text)
        except ValueError as error:
            wanted = "a whole number" if kind is int else "a number"
            raise UserError(f"{name} was {text!r}; give {wanted}") from error
    return text
