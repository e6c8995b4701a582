"""`nqp baskets`: sectors, baskets and industries with what stands for them on a market."""

from __future__ import annotations

from backtest.cli.options import JsonOption, LangOption, MarketOption, answer


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
