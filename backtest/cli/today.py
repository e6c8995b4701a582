"""`nqp today`: parsing only."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import (
    MOST,
    JsonOption,
    LangOption,
    SetOption,
    StrategyArgument,
    Terms,
    on_terms,
    print_json,
)
from backtest.errors import UserError
from backtest.notes import Note


@on_terms("start", "end", "window", "benchmark", "fill", "cash", "strict_launch")
def today(
    strategy: StrategyArgument = "thesis-rotation",
    *,
    terms: Terms,
    settings: SetOption = None,
    capital: Annotated[
        float | None,
        typer.Option("--capital", help="Cash to invest: prints the order list for it, in lots."),
    ] = None,
    holdings: Annotated[
        Path | None,
        typer.Option(
            "--holdings",
            help="A CSV (instrument,units) of what you hold: the orders start from it, and from "
            "the cash of --capital.",
        ),
    ] = None,
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="Also use data more than 3 sessions old.")
    ] = False,
    record: Annotated[
        bool,
        typer.Option("--record", help="Append what is decided to the journal; see 'nqp journal'."),
    ] = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Say what a strategy holds now, what changes next, and which trigger is nearest to firing.

    Synthetic data have no today: the sample is shown as an example and never refused as stale.
    """
    from backtest.cli.lookup import find_strategy
    from backtest.render.waiting import waiting
    from backtest.views.words import Words

    say, chosen = Words(lang), find_strategy(strategy, settings or [])
    if capital is not None and not 0 < capital < MOST:
        raise UserError(
            "--capital was {capital:g}; give an amount above 0 and below {MOST:g}",
            capital=capital,
            MOST=MOST,
        )
    model = terms.cost_model()
    with waiting(Note("reading the triggers"), compiles=True):
        from backtest.today import Account, read_account, today

        account = None
        if holdings is not None:
            account = read_account(holdings, capital or 0.0)
        elif capital is not None:
            account = Account(capital)
        found = today(
            chosen,
            terms.load_market(),
            now=date.today(),
            account=account,
            costs=model,
            allow_stale=allow_stale,
            check=not terms.no_check,
        )
    entry = None
    if record:
        from backtest.today.forward import decision_body
        from backtest.today.journal import append

        entry = append("decision", decision_body(found))
    if json:
        recorded = {} if entry is None else {"recorded": entry.number}
        print_json({**found.to_json(), **recorded})
        return
    from backtest.render.terminal import show, tell
    from backtest.views.today import today_page

    show(today_page(found, say))
    if entry is not None:
        tell(
            Note(
                "recorded as entry {number}; 'nqp journal' scores it as sessions pass",
                number=entry.number,
            )
        )
