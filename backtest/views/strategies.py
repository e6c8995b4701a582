"""The page of strategies that can be run: what each does, the claims it encodes, its parameters."""

from __future__ import annotations

from collections.abc import Sequence

from backtest.engine.result import plain
from backtest.strategy import Strategy
from backtest.views.page import Page, Section
from backtest.views.sections.data import spelled
from backtest.views.words import Words


def strategies_page(found: Sequence[Strategy], say: Words) -> Page:
    """Return every strategy with its first sentence, claims and parameters."""
    return Page(
        title=say("{count} strategies", count=len(found)),
        subtitle="",
        language=say.language,
        conclusion="",
        sections=tuple(_strategy(strategy) for strategy in found),
    )


def _strategy(strategy: Strategy) -> Section:
    claims = f"  [{', '.join(strategy.claims)}]" if strategy.claims else ""
    parameters = {
        name: value["strategy"] if isinstance(value, dict) and "strategy" in value else value
        for name, value in plain(strategy.parameters).items()
    }
    return Section(
        strategy.name,
        strategy.name + claims,
        ((strategy.__doc__ or "").strip().splitlines()[0],),
        notes=(spelled(parameters),) if parameters else (),
    )
