"""Strategies and triggers from a user's own file."""

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from hashlib import blake2b
from pathlib import Path
from types import ModuleType

from backtest.cli.own_faults import OWN, own_fault
from backtest.errors import UserError, suggest
from backtest.notes import Note
from backtest.soundness import lacking
from backtest.strategy import Strategy
from backtest.triggers import Trigger

Kind = type[Strategy] | type[Trigger]
ASKED = Note("give FILE.py:Class")


def strategy_from_file(name: str) -> type[Strategy]:
    """Import a strategy class from a user's own file; what that prints goes to stderr."""
    kind = class_from_file(name, Strategy)
    if not issubclass(kind, Strategy):
        raise UserError(
            "{kind} is a trigger: 'nqp check' takes it, anything else needs a strategy whose "
            "rules ask it",
            kind=kind.__name__,
        )
    return kind


def class_from_file(name: str, wanted: type[Strategy] | None = None) -> Kind:
    """Import a strategy's or trigger's class; `wanted` where only strategies are looked for."""
    path, _, class_name = name.partition(":")
    module = _module(Path(path), path)
    mine = {
        key: value
        for key, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__
    }
    kinds = {key: value for key, value in mine.items() if issubclass(value, (Strategy, Trigger))}
    if class_name:
        return _named(path, class_name, vars(module), mine)
    ready = [kind for kind in kinds.values() if not inspect.isabstract(kind)]
    ready = [kind for kind in ready if wanted is None or issubclass(kind, wanted)] or ready
    if len(ready) == 1:
        return ready[0]
    if ready:
        names = [kind.__name__ for kind in ready]
        raise UserError(
            "{path} defines several; {asked}, one of {names}",
            path=path,
            asked=ASKED,
            names=", ".join(names),
        )
    if kinds:
        _complete(path, next(iter(kinds.values())))
    if mine:
        one = next(iter(mine))
        raise UserError(
            "{path} defines no strategy: {one} subclasses none; write class "
            "{one}(TriggerRotation) or class {one}(Strategy), from backtest",
            path=path,
            one=one,
        )
    raise UserError("{path} defines no strategy; subclass backtest.Strategy in it", path=path)


def _named(path: str, name: str, everything: dict[str, object], mine: dict[str, type]) -> Kind:
    """Return the class of a name, or say what it is instead."""
    found = everything.get(name)
    if found is None:
        raise UserError(
            "{path} has no strategy {name!r}; {there_is}",
            path=path,
            name=name,
            there_is=suggest(name, mine),
        )
    if not inspect.isclass(found):
        raise UserError(
            "{name} in {path} is a {kind}, no class; {asked}",
            name=name,
            path=path,
            kind=type(found).__name__,
            asked=ASKED,
        )
    if not issubclass(found, (Strategy, Trigger)):
        raise UserError(
            "{name} in {path} is no strategy; write class {name}(TriggerRotation) or class "
            "{name}(Strategy), from backtest",
            name=name,
            path=path,
        )
    _complete(path, found)
    return found


def _complete(path: str, kind: type) -> None:
    """Say what a class lacks to be one that can be run."""
    missing = sorted(getattr(kind, "__abstractmethods__", ()))
    if missing:
        raise UserError("{path}: {lacking}", path=path, lacking=lacking(kind, missing))


def _module(file: Path, path: str) -> ModuleType:
    """Import a file as a module of its own; files of one name in two folders are two."""
    if not file.is_file():
        raise UserError("there is no file {path}; {asked}", path=path, asked=ASKED)
    name, place = f"{OWN}{file.stem}", str(file.resolve())
    known = sys.modules.get(name)
    if known is not None and str(Path(str(known.__file__)).resolve()) != place:
        name = f"{name}_{blake2b(place.encode(), digest_size=4).hexdigest()}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UserError("{path} is no Python file; {asked}", path=path, asked=ASKED)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with redirect_stdout(sys.stderr), _beside(file):
            spec.loader.exec_module(module)
    except UserError as error:
        raise UserError(
            own_fault(error) or Note("{path}: {lacking}", path=path, lacking=error.args[0])
        ) from error
    except (Exception, SystemExit) as error:
        what = f"{type(error).__name__}: {error}"
        raise UserError(
            own_fault(error) or Note("{path}: {what}; mend the file", path=path, what=what)
        ) from error
    return module


@contextmanager
def _beside(file: Path) -> Iterator[None]:
    """Let a file import the files beside it, as it could if Python ran it."""
    folder = str(file.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
