"""`nqp tune` and `nqp walk-forward`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import (
    ForceOption,
    JsonOption,
    LangOption,
    SetOption,
    StrategyArgument,
    Terms,
    answer,
    check_out,
    on_terms,
    parameters,
)
from backtest.errors import UserError, refused, suggest
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.strategy import Strategy
    from backtest.tuning.remote import Engine
    from backtest.tuning.space import Constraint
    from backtest.tuning.sweep_result import Sweep

GridOption = Annotated[
    list[str],
    typer.Option(
        "--grid",
        "-g",
        help="NAME=a,b,c or NAME=LOW:HIGH:STEP; repeatable.",
        autocompletion=parameters,
    ),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", help="NAME<NAME, NAME<=NUMBER …: variants to allow; repeatable."),
]
ScoreOption = Annotated[str, typer.Option("--score", help="The figure to rank by.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Write trials, honesty, figures and report.html here.")
]

HoldoutOption = Annotated[
    str | None, typer.Option("--holdout", help="Hold out the sessions from this day on.")
]

LOADING = Note("loading the kernel")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


@on_terms()
def tune(
    strategy: StrategyArgument,
    grid: GridOption,
    *,
    terms: Terms,
    settings: SetOption = None,
    where: WhereOption = None,
    trials: Annotated[
        int | None,
        typer.Option("--trials", help="Search with this many trials instead of the full grid."),
    ] = None,
    score: ScoreOption = "sharpe",
    storage: Annotated[
        str | None, typer.Option("--storage", help="Optuna storage of a search.")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="local or dask.")] = "local",
    address: Annotated[
        str | None, typer.Option("--address", help="Dask scheduler, as tcp://host:8786.")
    ] = None,
    holdout: HoldoutOption = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Open the holdout for the best variant; recorded.")
    ] = False,
    out: OutOption = None,
    force: ForceOption = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Try variants of a strategy, and test whether the best has skill."""
    from backtest.cli.lookup import find_strategy, read_space
    from backtest.render.waiting import waiting

    chosen = find_strategy(strategy, settings or [])
    space, constraints = read_space(type(chosen), grid), read_constraints(chosen, where or [])
    check_out(out, "tuning_folder:FILES", force=force)
    with waiting(LOADING, compiles=True):
        from backtest.tuning.holdout import before
        from backtest.tuning.holdout import reveal as opened

        whole = terms.load_market()
        loaded = whole if holdout is None else before(whole, holdout)
    if reveal and holdout is None:
        raise UserError("--reveal opens a holdout: add --holdout DATE, its first day")
    options: dict[str, Any] = {"score": score, "constraints": constraints, **terms.trade()}
    swept: Sweep
    with _engine(engine, address) as cluster:
        if trials is None:
            from backtest.tuning.sweep import sweep

            swept = sweep(chosen, space, loaded, engine=cluster, **options)
        else:
            from backtest.tuning.search import search

            found = search(
                chosen, space, loaded, trials=trials, storage=storage, engine=cluster, **options
            )
            swept = found.sweep
    shown, swept = None, replace(swept, check=not terms.no_check)
    if holdout is not None:
        swept = replace(swept, holdout=holdout)
        shown = opened(swept, whole, holdout) if reveal else None
    if out is not None:
        from backtest.records.tuning_folder import write_tuning

        write_tuning(swept, out, lang, force=force)
    from backtest.cli.runs import keep_tuning
    from backtest.views.tuning_report import described, sweep_page

    keep_tuning("tune", described(swept), swept.best.to_json()["figures"], out)
    answer(
        json,
        lang,
        lambda: swept.to_json() | ({} if shown is None else {"holdout": shown.to_json()}),
        lambda say: sweep_page(swept, say),
        out,
    )
    if shown is not None and not json:
        typer.echo(shown.sentence)


@on_terms()
def walk_forward(
    strategy: StrategyArgument,
    grid: GridOption,
    *,
    terms: Terms,
    settings: SetOption = None,
    where: WhereOption = None,
    score: ScoreOption = "sharpe",
    train_years: Annotated[float, typer.Option("--train-years")] = 3.0,
    test_years: Annotated[float, typer.Option("--test-years")] = 1.0,
    rolling: Annotated[
        bool, typer.Option("--rolling", help="Train on the last years only, not on all.")
    ] = False,
    purge: Annotated[int, typer.Option("--purge", help="Sessions left out before a test.")] = 5,
    embargo: Annotated[int, typer.Option("--embargo", help="Sessions left out after one.")] = 0,
    holdout: HoldoutOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write windows, returns and report.html here.")
    ] = None,
    force: ForceOption = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Tune on the past and trade the following window, window by window."""
    from backtest.cli.lookup import find_strategy, read_space
    from backtest.render.waiting import waiting

    chosen = find_strategy(strategy, settings or [])
    space, constraints = read_space(type(chosen), grid), read_constraints(chosen, where or [])
    check_out(out, "page_folders:WALK_FORWARD", force=force)
    with waiting(LOADING, compiles=True):
        from backtest.engine.window import first_session
        from backtest.tuning import splits
        from backtest.tuning.holdout import before
        from backtest.tuning.walk_forward import walk_forward as walk

        loaded = terms.load_market()
        loaded = loaded if holdout is None else before(loaded, holdout)
    windows = (splits.rolling if rolling else splits.expanding)(
        loaded.sessions,
        train_years=train_years,
        test_years=test_years,
        per_year=loaded.universe.sessions_per_year,
        purge=purge,
        embargo=embargo,
        first=first_session(loaded, terms.start),
    )
    walked = walk(
        chosen,
        space,
        loaded,
        splits=windows,
        score=score,
        costs=terms.cost_model(),
        fill=terms.fill,
        cash=terms.cash,
        constraints=constraints,
        check=not terms.no_check,
    )
    if out is not None:
        from backtest.records.page_folders import write_walk_forward

        write_walk_forward(walked, out, lang, force=force)
    from backtest.cli.runs import keep_tuning
    from backtest.views.tuning_report import described, walk_forward_page

    manifest = described(walked.swept) | {"window": walked.result.manifest["window"]}
    keep_tuning("walk-forward", manifest, walked.result.summary(), out)
    answer(json, lang, walked.to_json, lambda say: walk_forward_page(walked, say), out)


def read_constraints(strategy: Strategy, where: Sequence[str]) -> list[Constraint]:
    """Read comparisons of a parameter with another or with a number."""
    from backtest.strategy import field_names
    from backtest.strategy.parameters import declared_type

    known = field_names(type(strategy))
    found: list[Constraint] = []
    for text in where:
        sign = next((sign for sign in COMPARISONS if sign in text), None)
        if sign is None:
            raise UserError(
                "--where {text} compares nothing; write NAME<NAME or NAME<=NUMBER", text=text
            )
        left, right = (part.strip() for part in text.split(sign, 1))
        declared_type(type(strategy), left)
        if right not in known and not _is_number(right):
            raise UserError(
                "--where {text}: {right!r} is no parameter and no number; {suggestion}",
                text=text,
                right=right,
                suggestion=suggest(right, known),
            )
        found.append(_comparison(left, COMPARISONS[sign], right))
    return found


def _comparison(left: str, compare: Callable[[Any, Any], bool], right: str) -> Constraint:
    def allowed(parameters: Mapping[str, Any]) -> bool:
        other = parameters[right] if right in parameters else float(right)
        return bool(compare(parameters[left], other))

    return allowed


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _engine(engine: str, address: str | None) -> AbstractContextManager[Engine | None]:
    """Return what computes elsewhere while it is open; None for this machine."""
    if engine == "local":
        return nullcontext(None)
    if engine != "dask":
        raise refused("--engine", engine, ["local", "dask"])
    if address is None:
        raise UserError("--engine dask needs the scheduler: add --address tcp://host:8786")
    from backtest.tuning.remote import dask_engine

    return dask_engine(address)
