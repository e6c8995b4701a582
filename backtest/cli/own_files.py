"""Strategies from a user's own file, and whose fault an exception in it is."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from backtest.errors import UserError, suggest

if TYPE_CHECKING:
    from backtest.strategy import Strategy

OWN = "nqp_user_"  # before the name of a module that was imported from a user's file


def strategy_from_file(name: str) -> type[Strategy]:
    """Import a strategy class from a user's own file; what that prints goes to stderr."""
    from backtest.strategy import Strategy

    path, _, class_name = name.partition(":")
    file = Path(path)
    if not file.is_file():
        raise UserError(f"there is no file {path}; give FILE.py:Class")
    spec = importlib.util.spec_from_file_location(f"{OWN}{file.stem}", file)
    if spec is None or spec.loader is None:
        raise UserError(f"{path} is no Python file; give FILE.py:Class")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        what = f"{path}: {type(error).__name__}: {error}; mend the strategy"
        raise UserError(own_fault(error) or what) from error
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


def own_fault(error: BaseException) -> str | None:
    """Say where in a user's own file an exception came from; None if it did not."""
    files = {
        str(module.__file__) for name, module in list(sys.modules.items()) if name.startswith(OWN)
    }
    lines = [
        (frame.f_code.co_filename, number)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename in files
    ]
    said = str(error)
    if isinstance(error, SyntaxError) and error.filename in files:
        lines, said = [(error.filename, error.lineno or 1)], error.msg
    if not lines:
        return None
    file, line = lines[-1]
    first = next(iter(said.splitlines()), "")
    what = ": ".join(part for part in (type(error).__name__, first) if part)
    return f"{Path(file).name}, line {line}: {what}; mend the strategy"
