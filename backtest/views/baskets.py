"""The page of baskets: a market's sectors, and what stands for each basket there, how well."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtest.market import Market
from backtest.strategy.coverage import Coverage
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words


def baskets_page(market: Market, found: Sequence[Coverage], say: Words) -> Page:
    """Return a market's sectors with their instruments, and what stands for each basket."""
    said = say(
        "{sectors} sectors and {baskets} baskets; a parameter that takes a basket accepts each "
        "name, instruments, and several joined by commas.",
        sectors=len(market.universe.sectors),
        baskets=len(found),
    )
    why = () if say.chinese else tuple(f"{one.basket.name}: {one.basket.note}." for one in found)
    return Page(
        title=say("Baskets on {market}", market=market.name),
        language=say.language,
        conclusion=said,
        sections=(_sectors(market, say), _baskets(market, found, say)),
        notes=tuple(note for note, one in zip(why, found, strict=False) if one.basket.note),
    )


def _sectors(market: Market, say: Words) -> Section:
    named = market.universe.sectors
    cells = pd.DataFrame(
        {
            say("name"): [say.of(one, "name") for one in named.values()],
            say("instruments"): [", ".join(market.by_sector.get(key, ())) or "–" for key in named],
        },
        index=list(named),
    )
    table = Table("", cells, left=(say("name"), say("instruments")), head=say("sector"))
    return Section("sectors", say("Sectors"), tables=(table,))


def _baskets(market: Market, found: Sequence[Coverage], say: Words) -> Section:
    name, covered, since = say("name"), say("coverage"), say("since")
    sectors, same = say("sectors"), say("the same as")
    cells = pd.DataFrame(
        {
            name: [say.of(one.basket, "title") for one in found],
            sectors: [
                ", ".join(_called(market, member, say) for member in one.members)
                or say("no listed proxy")
                for one in found
            ],
            covered: [_fits(one, say) for one in found],
            say("listed"): [f"{one.listed:.0%}" for one in found],
            since: [one.since for one in found],
            same: [", ".join(one.same_as) or "–" for one in found],
        },
        index=[one.basket.name for one in found],
    )
    drop = (name, same, since, say("listed"))
    table = Table("", cells, (name, sectors, covered, since, same), drop, head=say("basket"))
    return Section("baskets", say("Baskets"), tables=(table,))


def _fits(one: Coverage, say: Words) -> str:
    """Return how well the members cover a basket, and how sure that is where somebody judged."""
    if not one.confidence:
        return say(one.fits)
    sure = say("{level} confidence", level=say(one.confidence))
    return f"{say(one.fits)}, {sure}"


def _called(market: Market, sector: str, say: Words) -> str:
    """Return what to call a sector: its key where that is a word, its name where it is a code."""
    named = market.universe.sectors[sector]
    return say.of(named, "name") if say.chinese or sector.isdigit() else sector
