"""`nqp baskets` and `nqp policy`: sectors, baskets and policy events; parsing only."""

from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, MarketOption, answer
from backtest.errors import refused, unknown


def baskets(
    market: MarketOption = "sample", lang: LangOption = "en", json: JsonOption = False
) -> None:
    """List sectors, and tracks, industries and chains: what stands for each here, how well."""
    from backtest.data import load_market
    from backtest.strategy.coverage import coverage
    from backtest.views.baskets import baskets_page
    from strategies.taxonomy import BASKETS

    on = load_market(market)
    found = coverage(BASKETS.values(), on)
    answer(
        json,
        lang,
        lambda: {
            "market": on.name,
            "sectors": {key: list(on.by_sector.get(key, ())) for key in on.universe.sectors},
            "baskets": [one.to_json(lang) for one in found],
        },
        lambda say: baskets_page(on, found, say),
    )


def policy(
    kind: Annotated[
        str, typer.Option("--kind", help="Only this kind and those below it, as P1 or P1.2.")
    ] = "",
    start: Annotated[
        str | None, typer.Option("--start", help="The first day, as 2024-01-01.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", help="The last day, as 2024-12-31.")] = None,
    basket: Annotated[
        str, typer.Option("--basket", help="Only what names this basket, as technology.")
    ] = "",
    confidence: Annotated[
        str, typer.Option("--confidence", help="Only this confidence: high, medium or low.")
    ] = "",
    events: Annotated[
        str, typer.Option("--events", help="policy, a CSV of your own, or both: policy+FILE.")
    ] = "policy",
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """List policy events by kind, with when each was known and how sure that is."""
    from backtest.market.event_file import events_named
    from backtest.market.market import timestamp
    from backtest.views.policy import policy_document, policy_page
    from backtest.views.words import Words
    from strategies.taxonomy import EVENT_BASKETS, POLICY_KINDS

    names = EVENT_BASKETS.names
    if basket and basket not in names:
        raise unknown("basket", basket, names)
    found = events_named(events, names).events
    known = {*POLICY_KINDS, *(one.kind for one in found)} - {""}
    if kind and kind not in known:
        raise unknown("kind", kind, sorted(known))
    sure = sorted({one.confidence for one in found} - {""})
    if confidence and confidence not in sure:
        raise refused("--confidence", confidence, sure)
    chosen = [
        one
        for one in found
        if one.of_kind(kind)
        and (start is None or one.day >= timestamp(start))
        and (end is None or one.day <= timestamp(end))
        and (not basket or names[basket] in [names[name] for name in one.about])
        and confidence in ("", one.confidence)
    ]
    answer(
        json,
        lang,
        lambda: {"events": [policy_document(one, Words(lang)) for one in chosen]},
        lambda say: policy_page(chosen, POLICY_KINDS, say),
    )
