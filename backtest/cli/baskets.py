"""`nqp baskets`: sectors, baskets and industries with their members, on a market."""

from __future__ import annotations

from backtest.cli.options import JsonOption, LangOption, MarketOption, print_json


def baskets(
    market: MarketOption = "sample", lang: LangOption = "en", json: JsonOption = False
) -> None:
    """List sectors, baskets and industries with their members, on a market."""
    from backtest.data import load_market
    from strategies.taxonomy import BASKETS

    on = load_market(market)
    if json:
        print_json(
            {
                "market": on.name,
                "sectors": {key: list(on.by_sector.get(key, ())) for key in on.universe.sectors},
                "baskets": {name: dict(one.weights) for name, one in BASKETS.items()},
            }
        )
        return
    from backtest.render.terminal import show
    from backtest.views.baskets import baskets_page
    from backtest.views.words import Words

    show(baskets_page(on, BASKETS.values(), Words(lang)))
