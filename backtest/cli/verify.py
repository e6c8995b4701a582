"""`nqp verify`: parsing and printing only."""

from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, OwnOption, answer
from backtest.notes import Note


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder written by 'nqp run --out'.")],
    strategy: OwnOption = None,
    market: Annotated[
        str | None,
        typer.Option(
            "--market", "-m", help="A market or folder with the run's data, if not in the store."
        ),
    ] = None,
    benchmark: Annotated[
        Path | None,
        typer.Option("--benchmark", help="The file of prices the run was compared with."),
    ] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Run a folder's backtest again and compare byte by byte.

    Exit 0 if every byte is the same; exit 1 if the run does not reproduce, with the first
    difference; exit 2 if it cannot be run again (no run's folder, data or strategy not here).
    """
    from backtest.cli.lookup import built_in, own_strategies
    from backtest.render.waiting import waiting

    given = own_strategies(strategy)
    with waiting(Note("running it again"), compiles=True):
        from backtest.cli.writing import write_run_report
        from backtest.records.verify import verify
        from backtest.records.verify.page import verification_page

        found = verify(
            folder,
            built_in(),
            given=given,
            market=market,
            benchmark=benchmark,
            write_report=write_run_report,
        )
    answer(json, lang, found.to_json, lambda say: verification_page(found, say))
    if not found.reproduces:
        raise typer.Exit(1)
