"""The one reader of a strategy's fields: text, JSON or Python values against their declared types.

Used wherever a value comes from outside: `--set` and `--grid`, a recorded run, a space, the board.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from backtest.errors import UserError, shown, suggest
from backtest.fields import fits, wanted
from backtest.market.schedule import with_dates
from backtest.notes import Note
from backtest.strategy.strategy import Strategy, field_names, kebab

Find = Callable[[str], type[Strategy]]
"""Returns the strategy class of a name, or raises a `UserError`; the reader imports nothing."""

_NO = object()  # what does not fit


def unknown_strategy(name: str) -> type[Strategy]:
    """Refuse to find a strategy by its name, where none is expected."""
    raise UserError("there is no strategy {given!r} here; build it in Python", given=shown(name))


def declared_type(kind: type[Strategy], name: str) -> Any:
    """Return the declared type of a strategy's field.

    Raises
    ------
    UserError
        If there is no such field, or the file's annotations cannot be evaluated.
    """
    known = field_names(kind)
    if name not in known:
        raise UserError(
            "{kebab} has no parameter {given!r}; {there_is}",
            kebab=kebab(kind.__name__),
            given=shown(name),
            there_is=suggest(name, known),
        )
    try:
        return _hints(kind)[name]
    except NameError as error:
        raise UserError(
            "the type of {kind}.{name} is not known ({error}); import it in its file",
            kind=kind.__name__,
            name=name,
            error=error,
        ) from error


@cache
def _hints(kind: type[Strategy]) -> dict[str, Any]:
    return get_type_hints(kind)


def value_from_text(
    kind: type[Strategy], name: str, text: str, find: Find = unknown_strategy
) -> Any:
    """Read a field's value from text, as a shell has it.

    Examples
    --------
    >>> from strategies import RateRotation, SectorMomentum
    >>> value_from_text(SectorMomentum, "windows", "20,60")
    (20, 60)
    >>> value_from_text(RateRotation, "min_hold", "10")
    10
    """
    hint = declared_type(kind, name)
    text = with_dates(text) if name == "rebalance" else text
    return _fitting(name, _from_text(text, hint, find), text, hint)


def value_of(kind: type[Strategy], name: str, value: Any, find: Find = unknown_strategy) -> Any:
    """Return a value from Python or JSON as the field's type: a list becomes a tuple, and so on.

    20 may stand in a field of fractions, and 20.0 becomes 20 in one of whole
    numbers. A strategy in JSON is a mapping of its name ("strategy") and its parameters.
    """
    hint = declared_type(kind, name)
    return _fitting(name, _fitted(value, hint, find), value, hint)


def built(kind: type[Strategy], parameters: Mapping[str, Any], find: Find) -> Strategy:
    """Build a strategy from its parameters in JSON, as `Strategy.parameters` gives them.

    Raises
    ------
    UserError
        If a parameter is unknown, does not fit, or one that has no default is missing.
    """
    try:
        values = {name: value_of(kind, name, item, find) for name, item in parameters.items()}
        return kind(**values)
    except RecursionError as error:
        raise UserError(
            "{kebab} is nested too deep; build it in Python", kebab=kebab(kind.__name__)
        ) from error
    except TypeError as error:
        raise UserError(
            "{kebab} cannot be built ({error}); give every field without a default",
            kebab=kebab(kind.__name__),
            error=error,
        ) from error


def _fitting(name: str, found: Any, given: Any, hint: Any) -> Any:
    if found is not _NO:
        return found
    endless = str(given).strip(" +-").lower() in ("nan", "inf", "infinity")
    raise UserError(
        "{name} was {given}; give {wanted}",
        name=name,
        given=shown(repr(given)),
        wanted=Note("a finite number") if endless else wanted(hint),
    )


def _from_text(text: str, hint: Any, find: Find) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        if type(None) in inner and text.lower() in ("none", ""):
            return None
        options = [option for option in inner if option is not type(None)]
        return _first(_from_text(text, option, find) for option in options)
    if origin is tuple and inner:
        parts = [part.strip() for part in text.split(",")]
        return _tuple(parts, inner, lambda part, option: _from_text(part, option, find))
    if isinstance(hint, type) and issubclass(hint, Strategy):
        found = find(text)()
        return found if isinstance(found, hint) else _NO
    if hint is bool:
        return {"true": True, "false": False}.get(text.lower(), _NO)
    if hint in (int, float):
        try:
            return _fitted(hint(text), hint, find)
        except ValueError:
            return _NO
    if origin is Literal:
        return next((option for option in inner if text == str(option)), _NO)
    return _fitted(text, hint, find)


def _fitted(value: Any, hint: Any, find: Find) -> Any:
    """Return a value in its declared type; _NO where it does not fit."""
    if isinstance(value, np.generic):
        value = value.item()
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return _first(_fitted(value, option, find) for option in inner)
    if origin is tuple and inner and isinstance(value, (list, tuple)):
        return _tuple(value, inner, lambda item, option: _fitted(item, option, find))
    if hint is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(hint, type) and issubclass(hint, Strategy) and isinstance(value, Mapping):
        named = value.get("strategy")
        inside = {key: item for key, item in value.items() if key != "strategy"}
        value = built(find(named), inside, find) if isinstance(named, str) else _NO
    elif isinstance(hint, type) and issubclass(hint, Enum) and not isinstance(value, hint):
        value = next((item for item in hint if value in (str(item), item.value)), _NO)
    elif isinstance(hint, type) and issubclass(hint, date) and isinstance(value, str):
        try:
            return hint.fromisoformat(value[:10])
        except ValueError:
            return _NO
    return value if fits(value, hint) else _NO


def _tuple(values: Any, inner: tuple[Any, ...], fitted: Callable[[Any, Any], Any]) -> Any:
    if len(inner) == 2 and inner[1] is Ellipsis:
        inner = (inner[0],) * len(values)
    if len(inner) != len(values):
        return _NO
    found = tuple(fitted(item, option) for item, option in zip(values, inner, strict=True))
    return _NO if any(item is _NO for item in found) else found


def _first(found: Iterable[Any]) -> Any:
    return next((item for item in found if item is not _NO), _NO)
