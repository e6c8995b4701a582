"""Where prices and series are fetched from; a source's library is imported when it is used."""

from importlib import import_module

from backtest.data.sources.base import DataSource
from backtest.data.sources.pacing import Pace, Settings
from backtest.errors import unknown

SOURCES = {
    "yahoo": "backtest.data.sources.yahoo:Yahoo",
    "akshare": "backtest.data.sources.akshare_:AkShare",
    "fred": "backtest.data.sources.fred:Fred",
}
"""The class of each source, made of a `Pace`."""


def source_named(name: str) -> DataSource:
    """Return a source; its addresses and patience come from the environment.

    Raises
    ------
    UserError
        If there is no such source, or the library it needs is not installed.
    """
    if name not in SOURCES:
        raise unknown("source", name, SOURCES)
    module, kind = SOURCES[name].split(":")
    made: DataSource = getattr(import_module(module), kind)(Pace(Settings.from_environment()))
    return made
