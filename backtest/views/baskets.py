"""The page of baskets: a market's sectors, and what stands for each basket there, how well."""

from collections.abc import Sequence

from backtest.market import Market
from backtest.strategy.coverage import Coverage
from backtest.views.page import Page, Section, table
from backtest.views.words import Words


def baskets_page(market: Market, found: Sequence[Coverage], say: Words) -> Page:
    """Return a market's sectors with their instruments, and what stands for each basket."""
    said = say(
        "{sectors} sectors and {baskets} baskets; a parameter that takes a basket accepts each "
        "name, instruments, and several joined by commas.",
        sectors=len(market.universe.sectors),
        baskets=len(found),
    )
    why = [f"{one.basket.name}: {one.basket.note}." for one in found if one.basket.note]
    return Page(
        title=say("Baskets on {market}", market=market.name),
        language=say.language,
        conclusion=said,
        sections=(_sectors(market, say), _baskets(market, found, say)),
        notes=() if say.chinese else tuple(why),
    )


def _sectors(market: Market, say: Words) -> Section:
    named = market.universe.sectors
    cells = {
        "name": [say.of(one, "name") for one in named.values()],
        "instruments": [", ".join(market.by_sector.get(key, ())) or "–" for key in named],
    }
    sectors = table(say, cells, named, left=None, head="sector")
    return Section("sectors", say("Sectors"), tables=(sectors,))


def _baskets(market: Market, found: Sequence[Coverage], say: Words) -> Section:
    rows = [
        {
            "name": say.of(one.basket, "title"),
            "sectors": ", ".join(_called(market, member, say) for member in one.members)
            or say("no listed proxy"),
            "coverage": _fits(one, say),
            "listed": f"{one.listed:.0%}",
            "since": one.since,
            "the same as": ", ".join(one.same_as) or "–",
        }
        for one in found
    ]
    baskets = table(
        say,
        rows,
        [one.basket.name for one in found],
        left=("name", "sectors", "coverage", "since", "the same as"),
        drop=("name", "the same as", "since", "listed"),
        head="basket",
    )
    return Section("baskets", say("Baskets"), tables=(baskets,))


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
