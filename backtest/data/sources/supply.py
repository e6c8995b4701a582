"""How the statistics of a framework can be had: fetched here, by AKShare, or from a file."""

from collections.abc import Iterable
from dataclasses import dataclass

from backtest.composite.composite import Composite
from backtest.composite.selection import selection
from backtest.data.sources.akshare_series import MACRO
from backtest.notes import Note


@dataclass(frozen=True)
class Supply:
    """A statistic a market lacks: who publishes it, and how it can be had.

    Attributes
    ----------
    way : "fetch", "akshare" or "file"
        `nqp data fetch` gets it; a function of AKShare has it, for a file of one's own; or only its
        publisher does.
    """

    indicator: str
    series: str
    publisher: str
    way: str
    how: str


def lacking(found: Composite) -> tuple[Supply, ...]:
    """Return the statistics of which a market never had a value, in the framework's order."""
    inputs = selection(found)
    missing = set(inputs.index[inputs["known"].isna() & inputs["in_force"]])
    return tuple(_supplies(found, missing))


def _supplies(found: Composite, missing: set[str]) -> Iterable[Supply]:
    for one in found.framework.concrete:
        if one.name not in missing or one.observable:
            continue
        if one.series in MACRO:
            way, code = "fetch", "nqp data fetch NAME --source akshare --series {series}"
        elif one.akshare:
            way, code = "akshare", "a file made with AKShare's {function}"
        else:
            way, code = "file", "a file from its publisher"
        said = Note(code, series=one.series, function=one.akshare)
        yield Supply(one.name, one.series, one.source, way, said)
