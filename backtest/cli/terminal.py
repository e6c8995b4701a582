"""The console the command line prints with."""

from __future__ import annotations

from rich.console import Console


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that prints names as they are: no bracket in them is markup."""
    return Console(stderr=stderr, markup=False, emoji=False)
