"""`nqp runs` and `nqp trials`: what was run, and what was tried, found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import JsonOption, LangOption, answer, told
from backtest.errors import UserError, suggest

if TYPE_CHECKING:
    from backtest.engine.result import BacktestResult

app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)

RunArgument = Annotated[str, typer.Argument(help="A run's id, the beginning of it, or its tag.")]


@app.callback(invoke_without_command=True)
def runs(
    context: typer.Context,
    strategy: Annotated[
        str | None, typer.Option("--strategy", help="Only those of this strategy.")
    ] = None,
    market: Annotated[str | None, typer.Option("--market", "-m", help="Only on this one.")] = None,
    kind: Annotated[
        str | None,
        typer.Option("--command", help="Only of run, compare, tune …, or from python or board."),
    ] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only those with this tag.")] = None,
    last: Annotated[int | None, typer.Option("--last", help="Only so many, the latest.")] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """List what was run in this store, the latest first."""
    if context.invoked_subcommand is not None:
        return
    from backtest.records.runs import kept_runs
    from backtest.views.runs import runs_page

    wanted = {"strategy": strategy, "market": market, "kind": kind}
    found = [
        run.to_json()
        for run in kept_runs()
        if all(value in (None, getattr(run, name)) for name, value in wanted.items())
        and (tag is None or tag in run.tags)
    ][: last or None]
    answer(json, lang, lambda: {"runs": found}, lambda say: runs_page(found, say))


@app.command("tag")
def tag_(
    run: RunArgument,
    tags: Annotated[list[str], typer.Argument(help="Words to find it by.")],
    json: JsonOption = False,
) -> None:
    """Give a run words to find it by."""
    from backtest.records.runs import kept_run
    from backtest.records.runs import tag as tagged

    found = tagged(kept_run(run), tags)
    told(json, found.to_json(), f"{found.id}: {', '.join(found.tags)}")


@app.command()
def diff(
    one: RunArgument, other: RunArgument, lang: LangOption = "en", json: JsonOption = False
) -> None:
    """Say what differs between two runs: parameters, data, versions and figures."""
    from backtest.records.runs import differences, kept_run
    from backtest.views.runs import differences_page

    runs = kept_run(one), kept_run(other)
    pairs = differences(*runs)
    answer(
        json,
        lang,
        lambda: {"runs": [run.id for run in runs], "differences": pairs},
        lambda say: differences_page(runs[0].to_json(), runs[1].to_json(), pairs, say),
    )


def trials(
    market: Annotated[
        str | None, typer.Option("--market", help="Only what was tried on this market.")
    ] = None,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """List every trial ever made in this store, by market, strategy and window."""
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


def keep_run(result: BacktestResult, folder: Path | None) -> None:
    """Note a backtest among the runs; say on stderr if that fails."""
    from backtest.records.runs import keep_result

    _keep(keep_result, result, folder, "run")


def keep_comparison(results: list[BacktestResult], folder: Path | None) -> None:
    """Note a comparison among the runs, with the figures of its highest Sharpe ratio."""
    from backtest.engine.comparison import labels_of

    known = [result.to_json() for result in results]
    best = max(known, key=lambda one: one["summary"]["sharpe"] or -1e9)
    label = labels_of(results)[known.index(best)]
    manifest = {**best["manifest"], "compared": labels_of(results)}
    keep_tuning("compare", manifest, best["summary"], folder, label)


def keep_tuning(
    kind: str,
    manifest: dict[str, Any],
    figures: dict[str, Any],
    folder: Path | None,
    label: str = "",
) -> None:
    """Note a tuning among the runs, with the figures of the best variant; `label` if it has one."""
    from backtest.records.runs import keep
    from backtest.views.runs import tried
    from backtest.views.words import Words

    strategy, settings = label or manifest["strategy"], tried(manifest, Words())
    _keep(keep, kind, strategy, settings, manifest, figures, folder)


def _keep(noted: Callable[..., object], *values: Any) -> None:
    from backtest.render.terminal import tell

    try:
        noted(*values)
    except UserError as error:
        tell(f"nqp: not among 'nqp runs': {error}", stderr=True)
