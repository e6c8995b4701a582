"""The page of baskets: sectors, and baskets of them, with what a market has of each."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from backtest.market import Market
from backtest.strategy.basket import Basket
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words


def baskets_page(market: Market, baskets: Iterable[Basket], say: Words) -> Page:
    """Return a market's sectors with their instruments, and baskets with their sectors."""
    chosen = tuple(baskets)
    return Page(
        title=say("Baskets on {market}", market=market.name),
        subtitle="",
        language=say.language,
        conclusion=say(
            "{sectors} sectors and {baskets} baskets; a parameter that takes a basket accepts each "
            "name, instruments, and several joined by commas.",
            sectors=len(market.universe.sectors),
            baskets=len(chosen),
        ),
        sections=(_sectors(market, say), _baskets(market, chosen, say)),
    )


def _sectors(market: Market, say: Words) -> Section:
    named = market.universe.sectors
    cells = pd.DataFrame(
        {
            say("name"): [
                (say.language == "zh" and one.name_zh) or one.name for one in named.values()
            ],
            say("instruments"): [", ".join(market.by_sector.get(key, ())) or "–" for key in named],
        },
        index=list(named),
    )
    table = Table("", cells, left=(say("name"), say("instruments")), head=say("sector"))
    return Section("sectors", say("Sectors"), tables=(table,))


def _baskets(market: Market, baskets: tuple[Basket, ...], say: Words) -> Section:
    there = {*market.by_shenwan, *market.by_sector}
    cells = pd.DataFrame(
        {
            say("name"): [(say.language == "zh" and one.title_zh) or one.title for one in baskets],
            say("sectors"): [", ".join(one.sectors) for one in baskets],
            say("not here"): [
                ", ".join(name for name in one.sectors if name not in there) or "–"
                for one in baskets
            ],
        },
        index=[one.name for one in baskets],
    )
    left = (say("name"), say("sectors"), say("not here"))
    table = Table("", cells, left=left, drop=(say("name"),), head=say("basket"))
    return Section("baskets", say("Baskets"), tables=(table,))
