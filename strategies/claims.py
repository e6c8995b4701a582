"""The theses that come with the package, as files read; the report's own claims (T1 … R8)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from backtest.errors import UserError, suggest
from backtest.market.event_file import policy_register
from backtest.strategy.thesis import Dated, Thesis, parse_thesis
from strategies.taxonomy import BASKETS, POLICY_KINDS

SHIPPED = ("nqp-2024", "anti-involution-2025", "policy-kinds")


@cache
def shipped_thesis(name: str) -> Thesis:
    """Return a thesis that comes with the package, by its name.

    Examples
    --------
    >>> shipped_thesis("nqp-2024").source.year
    2024
    """
    if name not in SHIPPED:
        raise UserError(
            "there is no thesis {name!r} or file of it; {suggestion}",
            name=name,
            suggestion=suggest(name, SHIPPED),
        )
    text = (files("strategies") / "theses" / f"{name}.toml").read_text(encoding="utf-8")
    return parse_thesis(text, BASKETS, policy_lists(), name)


@cache
def policy_lists() -> dict[str, Dated]:
    """Return the register's events by kind, as (first day, basket), for theses to name.

    "policy.P1" has those of P1 and of the kinds below it; each is about the basket its kind should
    lift. Adverse ones are left out.
    """
    events = [one for one in policy_register().events if not one.adverse]
    return {
        f"policy.{kind.id}": tuple(
            (f"{one.first():%Y-%m-%d}", kind.basket) for one in events if one.of_kind(kind.id)
        )
        for kind in POLICY_KINDS.values()
    }


THESIS = shipped_thesis(SHIPPED[0])
REPORT, CLAIMS = THESIS.source, THESIS.claims
MILESTONES = dict(THESIS.events)["milestones"]
