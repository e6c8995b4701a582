"""Whose fault an exception is: where in a user's own file it came from, and its likely cause."""

import re
import sys
import traceback
from dataclasses import FrozenInstanceError
from pathlib import Path

from backtest.errors import UserError, shown, suggest
from backtest.notes import Note
from backtest.validation import shipped_toml

OWN = "nqp_user_"  # before the name of a module that was imported from a user's file

CAUSES: list[tuple[str, str]] = shipped_toml("backtest.cli", "causes.toml")["causes"]


def own_fault(error: BaseException) -> Note | None:
    """Say where in a user's own file an exception came from; None if it did not."""
    own = {
        str(module.__file__) for name, module in list(sys.modules.items()) if name.startswith(OWN)
    }
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in own
    ]
    said = str(error)
    if isinstance(error, SyntaxError) and error.filename in own:
        lines, said = [(error.filename, error.lineno or 1)], error.msg
    if not lines:
        return None
    file, line = Path(lines[-1][0]).name, lines[-1][1]
    if isinstance(error, UserError):
        sentence: Note = error.args[0]
        if f"({file}:" in said:
            return sentence
        return Note("{file}, line {line}: {error}", file=file, line=line, error=sentence)
    first = shown(next(iter(said.splitlines()), ""))
    what = ": ".join(part for part in (type(error).__name__, first) if part)
    told = Note("{error}; {cause}", error=what, cause=likely_cause(error))
    return Note("{file}, line {line}: {error}", file=file, line=line, error=told)


def likely_cause(error: BaseException) -> Note:
    """Say what is most likely behind an exception in a user's file, and what to do."""
    if isinstance(error, SyntaxError):
        return Note("mend the syntax there or on the line above")
    if isinstance(error, SystemExit):
        return Note("it ends the program; put that below if __name__ == '__main__':")
    if isinstance(error, NameError):
        return _unknown_name(str(error.name))
    if isinstance(error, ModuleNotFoundError):
        return Note("install {name}, or put its file next to this one", name=error.name)
    if isinstance(error, FrozenInstanceError):
        return Note("a strategy never changes; compute it in a method or use dataclasses.replace")
    if isinstance(error, AttributeError) and error.name and error.obj is not None:
        return suggest(
            error.name, [name for name in dir(error.obj) if not name.startswith("_")][:400]
        )
    if isinstance(error, FileNotFoundError):
        return Note("give the path from Path(__file__).parent")
    if isinstance(error, KeyError):
        return _unknown_key(error.args[0] if error.args else "")
    if isinstance(error, NotImplementedError):
        return Note("write the method")
    return Note(next((fix for said, fix in CAUSES if re.search(said, str(error))), "mend it"))


def _unknown_name(name: str) -> Note:
    import backtest
    from backtest import triggers
    from backtest.strategy import allocation

    if name == "self":
        return Note("only a method has self; write it inside one")
    for room in (triggers, allocation, backtest):
        if name in getattr(room, "__all__", ()) or (room is allocation and hasattr(room, name)):
            return Note("write from {room} import {name}", room=room.__name__, name=name)
    near = suggest(name, [*triggers.__all__, *backtest.__all__])
    return near if near.startswith("did you mean") else Note("define or import it")


def _unknown_key(key: object) -> Note:
    from backtest.market.universe import sectors

    if key in sectors():
        return Note(
            "close has a column for each instrument; market.sector_close has one for each sector"
        )
    return Note(
        "look at what there is: market.close.columns, market.series.columns, market.by_sector; "
        "market.need(NAME) says how to get a series"
    )
