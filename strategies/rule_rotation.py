"""RuleRotation: the rules of a thesis file, traded as they are written there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.parameter import parameter
from backtest.strategy import TriggerRotation
from backtest.strategy.allocation import spread
from backtest.strategy.thesis import Thesis
from backtest.triggers import Trigger
from backtest.triggers.syntax import parse_trigger
from strategies.claims import THESIS

Pairs = tuple[tuple[str, float], ...]
Held = tuple[tuple[str, Pairs], ...]


def held_by(thesis: Thesis) -> Held:
    """Return the members, with their parts, of the baskets that a thesis's rules call for."""
    members = {basket.name: basket.weights for basket in thesis.baskets}
    return tuple((name, members[name]) for name, _ in thesis.rules)


@dataclass(frozen=True)
class RuleRotation(TriggerRotation):
    """Hold the basket of the first rule that fires, as a thesis file says.

    `when` has a trigger's text for each basket, the most urgent first, and `what` the sectors or
    instruments of each basket with their parts. Both come from a file's `rules` and `baskets`; by
    default from the built-in thesis: R4 and R5 together call for the NQP tracks, else traditional
    chains. Where no rule fires cash is held. Encodes no claim of its own, but those of its file,
    which 'nqp evidence --thesis FILE' measures.
    """

    when: tuple[tuple[str, str], ...] = parameter("each basket's trigger", THESIS.rules)
    what: Held = parameter("each basket's members and parts", held_by(THESIS))

    def __post_init__(self) -> None:
        _ = self.rules()

    def rules(self) -> Mapping[str, Trigger]:
        """Return the triggers, read from their texts."""
        return {name: parse_trigger(text) for name, text in self.when}

    def baskets(self, market: Market) -> Mapping[str, pd.DataFrame]:
        """Return the members of each basket, in their parts."""
        return {name: spread(market, dict(members)) for name, members in self.what}


def rotation_of(thesis: Thesis, name: str = "thesis") -> RuleRotation:
    """Return the strategy of a thesis's rules.

    Raises
    ------
    UserError
        If it has none.
    """
    if not thesis.rules:
        raise UserError(
            "{name} has no rules to trade; add a [rules] table: basket = trigger", name=name
        )
    return RuleRotation(thesis.rules, held_by(thesis))
