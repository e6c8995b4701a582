"""`nqp check`: parsing and printing only."""

from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, MarketOption, SetOption, answer
from backtest.notes import Note


def check(
    subject: Annotated[
        str, typer.Argument(help="A strategy's name, or FILE.py:Class of a strategy or trigger.")
    ],
    market: MarketOption = "sample",
    settings: SetOption = None,
    dates: Annotated[
        int, typer.Option("--dates", help="After how many sessions to cut data off.")
    ] = 12,
    seed: Annotated[int, typer.Option("--seed", help="Of the random ones among them.")] = 0,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Check a strategy or trigger for look-ahead and other faults.

    Exit 0 if it passes; exit 1 if not, with the first date and the input that leaks.
    """
    from backtest.cli.lookup import find_subject
    from backtest.render.waiting import waiting
    from backtest.views.check import check_page

    chosen = find_subject(subject, settings or [])
    with waiting(Note("asking again on markets that end earlier, or go on otherwise")):
        from backtest.data import load_market
        from backtest.strategy.check import check

        found = check(chosen, load_market(market), dates=dates, seed=seed)
    answer(json, lang, found.to_json, lambda say: check_page(found, say))
    if not found.passes:
        raise typer.Exit(1)
