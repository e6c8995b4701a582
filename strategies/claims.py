"""The theses that come with the package, as files read; the report's own claims (T1 … R8)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from backtest.errors import UserError, suggest
from backtest.strategy.thesis import Thesis, parse_thesis
from strategies.taxonomy import BASKETS

SHIPPED = ("nqp-2024", "anti-involution-2025")


@cache
def shipped_thesis(name: str) -> Thesis:
    """Return a thesis that comes with the package, by its name.

    Examples
    --------
    >>> shipped_thesis("nqp-2024").source.year
    2024
    """
    if name not in SHIPPED:
        raise UserError(f"there is no thesis {name!r} or file of it; {suggest(name, SHIPPED)}")
    text = (files("strategies") / "theses" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_thesis(text, BASKETS, name)


THESIS = shipped_thesis(SHIPPED[0])
REPORT, CLAIMS = THESIS.source, THESIS.claims
MILESTONES = dict(THESIS.events)["milestones"]
