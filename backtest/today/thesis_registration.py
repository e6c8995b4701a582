"""A thesis registered before its windows: its file is kept, its claims are judged by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from backtest.evidence.scorecard import scorecard
from backtest.market import Market
from backtest.strategy.thesis import Thesis
from backtest.today.journal import Entry
from backtest.today.registration import check_until

KIND = "thesis"  # of a journal's entry
DRAWS = 500  # of placebos and bootstraps


@dataclass(frozen=True)
class ThesisJudgement:
    """How a registered thesis did.

    Attributes
    ----------
    complete : bool
        Whether its last day is over.
    verdicts : mapping of claim to verdict
        As of its last day, or of today before it: "held", "failed" or "cannot tell".
    in_sample : tuple of str
        Claims whose window was over when it was registered: they prove nothing.
    refuted_by : tuple of str
        Its falsifiers that came about.
    """

    entry: Entry
    complete: bool
    verdicts: Mapping[str, str]
    in_sample: tuple[str, ...]
    refuted_by: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as `nqp journal --json` prints it."""
        return {
            "entry": self.entry.number,
            "title": self.entry.body["title"],
            "until": self.entry.body["until"],
            "complete": self.complete,
            "claims": dict(self.verdicts),
            "in_sample": list(self.in_sample),
            "refuted_by": list(self.refuted_by),
        }


def thesis_body(thesis: Thesis, market: Market, until: pd.Timestamp) -> dict[str, Any]:
    """Return what is registered of a thesis: its whole file, the market, the last day.

    Raises
    ------
    UserError
        If the market already has data of the last day.
    """
    check_until(market, until)
    return {
        "title": thesis.source.title,
        "text": thesis.text,
        "market": market.name,
        "until": f"{until:%Y-%m-%d}",
    }


def judged_thesis(entry: Entry, thesis: Thesis, market: Market) -> ThesisJudgement:
    """Judge a registered thesis by what happened up to the day it named.

    Whatever the file says of its date, it counts as written on the day it was registered.
    """
    until = pd.Timestamp(entry.body["until"])
    source = replace(thesis.source, dated=max(thesis.source.dated, entry.day))
    card = scorecard(
        source, thesis.claims, market.until(until), falsifiers=thesis.falsifiers, draws=DRAWS
    )
    return ThesisJudgement(
        entry=entry,
        complete=market.sessions[-1] >= until,
        verdicts={item.claim.id: item.verdict for item in card.findings},
        in_sample=tuple(item.claim.id for item in card.findings if item.in_sample),
        refuted_by=tuple(one.falsifier.id for one in card.settled if one.outcome == "refuted"),
    )
