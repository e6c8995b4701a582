"""Where prices and series are fetched from; a source's library is imported when it is used."""

from __future__ import annotations

from backtest.data.sources.base import DataSource
from backtest.data.sources.pacing import Pace, Settings
from backtest.errors import UserError, suggest

NAMES = ("yahoo", "akshare", "fred")


def source_named(name: str, *, pace: Pace | None = None) -> DataSource:
    """Return a source; its addresses and patience come from the environment unless given.

    Raises
    ------
    UserError
        If there is no such source, or the library it needs is not installed.
    """
    chosen = pace or Pace(Settings.from_environment())
    if name == "yahoo":
        from backtest.data.sources.yahoo import Yahoo

        return Yahoo(chosen)
    if name == "akshare":
        from backtest.data.sources.akshare_ import AkShare

        return AkShare(chosen)
    if name == "fred":
        from backtest.data.sources.fred import Fred

        return Fred(chosen)
    raise UserError(f"there is no source {name!r}; {suggest(name, NAMES)}")
