"""Fields of strategies and triggers: do values have their types and ranges."""

import math
import sys
import sysconfig
import types
from abc import ABCMeta
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from enum import Enum
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from backtest.errors import UserError, shown, suggest
from backtest.notes import Note, either
from backtest.parameter import Parameter, said_of
from backtest.soundness import OURS, built_in, defined, unsound

NUMBERS = (bool, int, float)
LARGEST = 1e300  # a number of any size from here on is no parameter's
WANTED: dict[type, str] = {
    type(None): "none",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    date: "a date, as 2024-06-28",
}


Takes = tuple[Any, Parameter | None]
Known = Mapping[str, Takes]


class Checked(ABCMeta):
    """Metaclass of strategies and triggers: checks the class and the values of its fields.

    Before one is made. A list becomes a tuple where one is declared, a lone text a tuple of it, and
    2.0 becomes 2 where a whole number is.
    """

    def __call__(cls, *given: Any, **named: Any) -> Any:
        """Make one, of values that fit."""
        declared = _declared(cls)
        if declared is None:
            return super().__call__(*given, **named)
        order, known = declared
        for name in named:
            if name not in known:
                raise UserError(
                    "{kind} has no field {field!r}; {hint}{where}",
                    kind=cls.__name__,
                    field=shown(name),
                    hint=suggest(name, known),
                    where=_asked(),
                )
        firsts = [
            _fitted(cls, name, value, known[name])
            for name, value in zip(order, given, strict=False)
        ]
        rest = {name: _fitted(cls, name, value, known[name]) for name, value in named.items()}
        return super().__call__(*firsts, *given[len(firsts) :], **rest)


def _fitted(kind: type, name: str, value: Any, takes: Takes) -> Any:
    """Return a value in its declared form, checked; an error names the user's file and line."""
    if type(value) is not takes[0]:
        value = _declared_form(value, takes[0])
    _check(kind, name, value, takes, _asked)
    return value


def _declared_form(value: Any, hint: Any) -> Any:
    if isinstance(value, (list, str)) and get_origin(hint) is tuple:
        return (value,) if isinstance(value, str) else tuple(value)
    if hint is int and type(value) is float and value.is_integer():
        return int(value)
    return value


def fits(value: Any, hint: Any) -> bool:
    """Say whether a value is of a declared type; what cannot be told apart fits.

    Examples
    --------
    >>> fits(3, float), fits("3", float), fits((1, 2), tuple[int, ...]), fits(None, int | None)
    (True, False, True, True)
    """
    if type(value) is hint:
        return hint is not float or -LARGEST < value < LARGEST
    plain = isinstance(hint, type)
    if plain and hint not in NUMBERS and not isinstance(value, bool):
        return isinstance(value, hint)
    origin, inner = (None, ()) if plain else (get_origin(hint), get_args(hint))
    if origin in (types.UnionType, Union):
        return any(fits(value, option) for option in inner)
    if origin is Literal:
        return value in inner
    if hint is None or hint is type(None):
        return value is None
    if origin is tuple and inner:
        if not isinstance(value, tuple):
            return False
        each = inner[:1] * len(value) if inner[1:] == (Ellipsis,) else inner
        return len(each) == len(value) and all(map(fits, value, each))
    kind = origin or hint
    if not isinstance(kind, type):
        return True  # Any, a type variable: nothing is asked
    if kind is bool or isinstance(value, bool):
        return isinstance(value, bool) and kind in (bool, object)
    if kind is int:
        return isinstance(value, Integral)
    if kind is float:
        return isinstance(value, Real) and -LARGEST < cast(float, value) < LARGEST
    return isinstance(value, kind)


def wanted(hint: Any) -> Note:
    """Say in words what a type takes."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return either([wanted(one) for one in sorted(inner, key=lambda one: one is type(None))])
    if origin is tuple and inner:
        return Note("a list of values, each {one}", one=wanted(inner[0]))
    if origin is Literal:
        return either([str(one) for one in inner])
    if isinstance(hint, type):
        if issubclass(hint, Enum):
            return either([str(item.value) for item in hint])
        known = next((WANTED[kind] for kind in hint.__mro__ if kind in WANTED), None)
        kinds: list[type] = [base for base in hint.__mro__ if isinstance(base, Checked)]
        name = (kinds or [hint])[-1].__name__.lower()
        return Note(known) if known else Note("a {kind}", kind=name)
    return Note("a value of its type")


@cache
def _declared(kind: type) -> tuple[tuple[str, ...], Known] | None:
    """Return a class's fields in order, and what each takes; complains about the class once."""
    if not built_in(kind):
        for sentence in unsound(kind):
            raise UserError("{sentence}{where}", sentence=sentence, where=defined(kind))
    made = getattr(getattr(kind, "__init__", None), "__code__", None)
    if made is None or made.co_filename != "<string>":  # no dataclass, or its own __init__
        return None
    try:
        hints = get_type_hints(kind)
    except (NameError, TypeError, AttributeError) as error:
        raise UserError(
            "the types of {name} cannot be read ({error}); import what its annotations name{where}",
            name=kind.__name__,
            error=error,
            where=defined(kind),
        ) from error
    said = said_of(kind)
    known = {spec.name: (hints[spec.name], said.get(spec.name)) for spec in fields(kind)}
    for spec in fields(kind):
        default = spec.default
        if spec.default_factory is not MISSING and not built_in(kind):
            default = spec.default_factory()
        if default is not MISSING:
            _check(kind, spec.name, default, known[spec.name], lambda: defined(kind))
    return tuple(spec.name for spec in fields(kind) if spec.init and not spec.kw_only), known


def _check(kind: type, name: str, value: Any, takes: Takes, where: Any) -> None:
    hint, said = takes
    if not fits(value, hint):
        needed = wanted(hint)
        if isinstance(value, float) and not math.isfinite(value):
            needed = Note("a finite number")
        if isinstance(value, list):
            needed = Note("a tuple, in round brackets")
        elif isinstance(value, type) and isinstance(hint, type) and issubclass(value, hint):
            needed = Note("one of it, {kind}()", kind=value.__name__)
        fix = Note("give {wanted}", wanted=needed)
    elif said is None or _in_range(value, said):
        fix = None
    elif isinstance(value, str) and said.choices:
        fix = suggest(value, map(str, said.choices))
    elif said.range.startswith(("from", "above")):
        fix = Note("give a number {range}", range=said.range)
    else:
        fix = Note("give {wanted}", wanted=said.range)
    if fix is not None:
        raise UserError(
            "{kind}.{field} was {value}; {fix}{where}",
            kind=kind.__name__,
            field=name,
            value=shown(repr(value)),
            fix=fix,
            where=where(),
        )
    if said is not None and said.check is not None:
        said.check(value)
    try:
        _ = None if built_in(kind) else hash(value)
    except TypeError as error:
        raise UserError(
            "{kind}.{field} holds a {held}, which has no fixed value; give numbers, text or "
            "tuples{where}",
            kind=kind.__name__,
            field=name,
            held=type(value).__name__,
            where=where(),
        ) from error


def _in_range(value: Any, said: Parameter) -> bool:
    if not said.bounded:
        return True
    if isinstance(value, tuple):
        return all(_in_range(part, said) for part in value)
    if said.choices:
        return value is None or value in said.choices
    if type(value) not in (int, float) and (isinstance(value, bool) or not isinstance(value, Real)):
        return True
    number = float(value)
    return (
        (said.least is None or number >= said.least)
        and (said.above is None or number > said.above)
        and (said.most is None or number <= said.most)
    )


def _asked() -> str:
    """Return the file and line of the user's that is running, in brackets; "" for a command."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("backtest.cli"):
            return ""
        inside = name.partition(".")[0] in OURS or file.startswith(("<frozen", "<string"))
        if not inside and not file.startswith(_installed()):
            return f" ({Path(file).name}:{frame.f_lineno})"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@cache
def _installed() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[name] for name in ("stdlib", "platstdlib", "purelib", "scripts")})
