"""From names and NAME=VALUE settings to strategy values."""

from __future__ import annotations

from collections.abc import Mapping

from backtest.cli.own_files import strategy_from_file
from backtest.errors import UserError, suggest
from backtest.strategy import Strategy
from backtest.strategy.parameters import value_from_text


def built_in() -> Mapping[str, type[Strategy]]:
    """Return the strategies that come with the package, by command-line name."""
    import strategies
    from backtest.strategy import kebab

    return {kebab(name): getattr(strategies, name) for name in strategies.__all__}


def strategy_class(name: str) -> type[Strategy]:
    """Return the strategy class called `name`, or FILE.py:Class."""
    kind = strategy_from_file(name) if ".py" in name else built_in().get(name)
    if kind is None:
        raise UserError(f"there is no strategy {name!r}; {suggest(name, built_in())}")
    return kind


def find_strategy(name: str, settings: list[str]) -> Strategy:
    """Return the strategy called `name` (or FILE.py:Class) with NAME=VALUE settings applied."""
    kind, values = strategy_class(name), {}
    for text in settings:
        field, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--set {text} has no value; write it as NAME=VALUE")
        values[field] = value_from_text(kind, field, value, strategy_class)
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(
            f"strategy {name} cannot be built ({error}); give every field a default or --set it"
        ) from error


def own_strategies(names: list[str] | None) -> dict[str, type[Strategy]]:
    """Return the strategies handed in with --strategy FILE.py:Class, by command-line name."""
    return {own.name: type(own) for own in (find_strategy(name, []) for name in names or [])}
