"""Triggers from text: the algebra as it is written in Python, parsed and never evaluated."""

import ast
from collections.abc import Mapping
from inspect import isabstract
from typing import Any

import backtest.triggers as room
from backtest.errors import UserError, shown, unknown
from backtest.notes import Note
from backtest.triggers.algebra import Not, Trigger

KNOWN: Mapping[str, type[Trigger]] = {
    name: kind
    for name in room.__all__
    if isinstance(kind := getattr(room, name), type)
    and issubclass(kind, Trigger)
    and not isabstract(kind)
    and kind is not room.Signal  # a signal reads values, which no text holds
}
LONGEST = 2_000  # characters


def parse_trigger(text: str, named: Mapping[str, Trigger] | None = None) -> Trigger:
    """Return the trigger that a text writes down.

    Names of triggers with numbers, texts, lists or further triggers in brackets, and `& | ~`;
    nothing else has a meaning here, and nothing is run.

    Parameters
    ----------
    named : mapping of str to Trigger, optional
        What other names stand for.

    Raises
    ------
    UserError
        If the text is no trigger; it says which part.

    Examples
    --------
    >>> parse_trigger("RateFall(10) & ~Confidence(2)").built_of[0]
    RateFall(bp=10, window=60, series='rate')
    """
    if len(text) > LONGEST:
        raise UserError(
            "a trigger of {count} characters is too long; write {longest} at most",
            count=len(text),
            longest=LONGEST,
        )
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError) as error:
        why = error.msg if isinstance(error, SyntaxError) else Note("nested too deep")
        raise UserError(
            "{text!r} is no trigger ({why}); write as RateFall(10) & Confidence(3)",
            text=shown(text),
            why=why,
        ) from error
    try:
        found = _value(tree, named or {})
    except RecursionError as error:
        raise UserError("{text!r} is nested too deep; simplify it", text=shown(text)) from error
    if not isinstance(found, Trigger):
        raise UserError(
            "{text!r} is no trigger; write as RateFall(10) & Confidence(3)", text=shown(text)
        )
    return found


def _value(node: ast.expr, named: Mapping[str, Trigger]) -> Any:
    """Return the trigger, number, text or list that a part of the text stands for."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_value(part, named) for part in parts)
        case ast.UnaryOp(op=ast.Invert(), operand=part):
            return Not(_trigger(part, named))
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return _trigger(left, named) & _trigger(right, named)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _trigger(left, named) | _trigger(right, named)
        case ast.Name(id=name) if name in named:
            return named[name]
        case ast.Name(id=name):
            raise unknown("trigger", name, _names(named))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=pairs):
            return _called(name, args, pairs, named)
    raise UserError(
        "{unparse!r} has no meaning in a trigger; combine triggers with & | ~",
        unparse=shown(ast.unparse(node)),
    )


def _trigger(node: ast.expr, named: Mapping[str, Trigger]) -> Trigger:
    found = _value(node, named)
    if isinstance(found, Trigger):
        return found
    raise UserError(
        "{unparse!r} is no trigger; only triggers go with & | ~", unparse=shown(ast.unparse(node))
    )


def _called(
    name: str, args: list[ast.expr], pairs: list[ast.keyword], named: Mapping[str, Trigger]
) -> Trigger:
    """Return a trigger made of what stands in its brackets."""
    if name not in KNOWN:
        raise unknown("trigger", name, _names(named))
    given = [_value(part, named) for part in args]
    by_name = {str(pair.arg): _value(pair.value, named) for pair in pairs}
    if len(by_name) < len(pairs):
        raise UserError("{name} is given a value twice; give each once", name=name)
    try:
        return KNOWN[name](*given, **by_name)
    except TypeError as error:
        raise UserError(
            "{name} cannot be made ({error}); give what it needs", name=name, error=error
        ) from error


def _names(named: Mapping[str, Trigger]) -> list[str]:
    return sorted([*KNOWN, *named])
