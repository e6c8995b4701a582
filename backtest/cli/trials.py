"""`nqp trials`: what was tried, on which markets, in which windows."""

from __future__ import annotations

from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, answer


def trials(
    market: Annotated[
        str | None, typer.Option("--market", help="Only what was tried on this market.")
    ] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """List every trial ever made in this store, by market, strategy and window."""
    from backtest.errors import UserError, suggest
    from backtest.trials.ledger import Ledger
    from backtest.views.trials import trials_page

    rows = Ledger.at_home().overview()
    names = sorted({row["market"] for row in rows})
    if market is not None:
        if rows and market not in names:
            raise UserError(
                "nothing was tried on market {market!r}; {suggestion}",
                market=market,
                suggestion=suggest(market, names),
            )
        rows = [row for row in rows if row["market"] == market]
    answer(json, lang, lambda: {"trials": rows}, lambda say: trials_page(rows, say))
