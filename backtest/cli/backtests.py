"""`nqp run`, `nqp compare`, `nqp strategies`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backtest.cli.options import (
    ForceOption,
    FullWindowOption,
    JsonOption,
    LangOption,
    SetOption,
    Terms,
    answer,
    check_out,
    on_terms,
    strategy_names,
)
from backtest.errors import UserError
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.engine.result import BacktestResult
    from backtest.strategy import Strategy
    from backtest.views.page import Page
    from backtest.views.words import Words


@on_terms()
def run(
    strategy: Annotated[
        str | None,
        typer.Argument(
            help="A name from 'nqp strategies', or FILE.py:Class; NAME:FIELD=VALUE.",
            autocompletion=strategy_names,
            show_default="thesis-rotation",
        ),
    ] = None,
    *,
    terms: Terms,
    full_window: FullWindowOption = False,
    settings: SetOption = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Run again what a manifest.json, a folder of --out or an id of 'nqp runs' says; "
            "with FILE.py:Class for a strategy of your own, --market and --benchmark for files.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the files and report.html here.")
    ] = None,
    force: ForceOption = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Backtest one strategy; the thesis on the sample market by default."""
    from backtest.cli.runs import keep_run

    check_out(out, "folder:FILES", force=force)
    if from_ is not None:
        result = _again(from_, strategy, terms, settings)
    else:
        from backtest.cli.lookup import find_strategy

        chosen = find_strategy(strategy or "thesis-rotation", settings or [])
        (result,) = _results([chosen], terms, full_window)
    if out is not None:
        from backtest.cli.writing import write_run_report
        from backtest.records.folder import write_run

        write_run(result, out, force=force)
        write_run_report(result, result.market, out, lang)
    keep_run(result, out)
    from backtest.views.run_report import result_page

    answer(json, lang, result.to_json, lambda say: result_page(result, say), out)


@on_terms()
def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names from 'nqp strategies', or FILE.py:Class, all by default; with values "
            "behind it, as rate-rotation:fall_bp=5,20:min_hold=10:30:10, in every combination."
        ),
    ] = None,
    *,
    terms: Terms,
    full_window: FullWindowOption = False,
    settings: SetOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the results and report.html here.")
    ] = None,
    force: ForceOption = False,
    notes: Annotated[bool, typer.Option("--notes", help="Print every note, however many.")] = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Backtest several strategies, one row each."""
    from backtest.cli.lookup import built_in, find_variants
    from backtest.cli.runs import keep_comparison

    chosen = find_variants(names or list(built_in()), settings or [])
    check_out(out, "page_folders:COMPARE", force=force)
    results = _results(chosen, terms, full_window, skip_unfit=not names)
    if out is not None:
        from backtest.cli.writing import write_comparison

        write_comparison(results, out, lang, force=force)
    from backtest.engine.comparison import Comparison
    from backtest.views.compare_report import NOTED, compare_page

    keep_comparison(results, out)
    answer(
        json,
        lang,
        lambda: {"results": [result.to_json() for result in results]},
        lambda say: compare_page(Comparison.of(results), say, most=None if notes else NOTED),
        out,
    )


def strategies(
    name: Annotated[
        str | None,
        typer.Argument(help="One of them, or FILE.py:Class: its rule, parameters and claims."),
    ] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """List what can be run; of one strategy, what it does and what would refute it."""
    from backtest.cli.lookup import built_in, find_strategy
    from backtest.views.strategies import strategies_page, strategy_document, strategy_page

    if name is None:
        found = [strategy() for strategy in built_in().values()]
    else:
        found = [find_strategy(name, [])]

    def page(say: Words) -> Page:
        if name is None:
            return strategies_page(found, say)
        return strategy_page(found[0], _stated(found[0].claims, say.chinese), say)

    answer(
        json,
        lang,
        lambda: {"strategies": [strategy_document(strategy) for strategy in found]},
        page,
    )


def _stated(claims: Sequence[str], zh: bool) -> dict[str, str]:
    """Return what claims say; "" for those no market can refute, as M1."""
    from strategies.claims import CLAIMS

    return {
        claim.id: claim.statement_zh if zh else claim.statement
        for wanted in claims
        for claim in CLAIMS
        if claim.id == wanted or claim.id.startswith(f"{wanted}.")
    } | {name: "" for name in claims if not any(name == one.id.split(".")[0] for one in CLAIMS)}


def _again(named: str, own: str | None, terms: Terms, settings: list[str] | None) -> BacktestResult:
    """Run again what a manifest says."""
    from backtest.cli.lookup import built_in, own_strategies
    from backtest.render.waiting import waiting

    market, benchmark = terms.market, terms.benchmark
    asked = {
        "--set": settings,
        "--window": terms.window,
        "--start": terms.start,
        "--end": terms.end,
    }
    given = [option for option, value in asked.items() if value]
    if given:
        raise UserError("--from says all that {given} would; leave {given} out", given=given[0])
    with waiting(Note("simulating"), compiles=True):
        from backtest.records.record import checked_manifest, read_json
        from backtest.records.runs import kept_run
        from backtest.records.verify import again

        path = Path(named) / "manifest.json" if Path(named).is_dir() else Path(named)
        document = read_json(path) if path.is_file() else dict(kept_run(named).manifest)
        return again(
            checked_manifest(document, path),
            built_in(),
            given=own_strategies([own] if own else None),
            market=None if market == "sample" else market,
            benchmark=None if benchmark is None else Path(benchmark),
        )


def _results(
    strategies: Sequence[Strategy], terms: Terms, full_window: bool, *, skip_unfit: bool = False
) -> list[BacktestResult]:
    """Load the market and run, saying on stderr what takes long and what cannot run there."""
    from backtest.render.terminal import tell
    from backtest.render.waiting import waiting

    unfit: dict[str, UserError] = {}
    with waiting(Note("simulating"), compiles=True):
        from backtest.engine.run import run_many

        market, trade = terms.load_market(), terms.trade()
        results = run_many(
            strategies,
            market,
            **trade,
            full_window=full_window,
            check=not terms.no_check,
            unfit=unfit if skip_unfit else None,
        )
    if not results:
        raise next(iter(unfit.values()))
    for name, reason in unfit.items():
        tell(Note("left out {name}: {reason}", name=name, reason=reason), stderr=True)
    return results
