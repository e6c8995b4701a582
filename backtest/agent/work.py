"""What an agent's tools do, each in a process of its own: a command's `--json`, cut to size.

Runs and comparisons come with what they are worth among all trials (`backtest.agent.trust`); what
tunes carries its verdict anyway.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from math import prod
from pathlib import Path
from typing import Any

from backtest.agent.fence import inside
from backtest.agent.job import Job
from backtest.agent.trust import trust
from backtest.cli.commands import every_command
from backtest.cli.lookup import find_strategy, find_variants, read_space
from backtest.cli.options import Terms
from backtest.cli.runs import keep_comparison, keep_run
from backtest.cli.writing import groups_and_thesis, write_comparison, write_run_report
from backtest.engine.held import lineage
from backtest.engine.result import BacktestResult
from backtest.engine.run import run_many
from backtest.errors import UserError
from backtest.records.folder import write_run
from backtest.strategy import Strategy
from backtest.trials.ledger import Ledger
from backtest.trials.tried import window_of
from strategies.claims import CLAIMS

COMMANDS = every_command()  # once, before each job has a process of its own
MOST = 40  # items of a list, or dates of a series, that an answer holds


def run(job: Job) -> dict[str, Any]:
    """Backtest one strategy."""
    asked = job.arguments
    (result,) = _results(job, [find_strategy(_own(job, asked["strategy"]), asked["set"])])
    if folder := _folder(job):
        write_run(result, folder, force=True)
        write_run_report(result, result.market, folder)
    keep_run(result, folder)
    return compact({**result.to_json(), "trust": _trust(result)})


def compare(job: Job) -> dict[str, Any]:
    """Backtest several strategies on the same terms."""
    names = [_own(job, name) for name in job.arguments["strategies"]]
    results = _results(job, find_variants(names, []))
    if folder := _folder(job):
        write_comparison(results, folder, "en", force=True)
    keep_comparison(results, folder)
    return compact({"results": [{**one.to_json(), "trust": _trust(one)} for one in results]})


def tune(job: Job) -> dict[str, Any]:
    """Try variants of a strategy."""
    return _tuned(job, "tune", job.arguments.get("trials"))


def walk_forward(job: Job) -> dict[str, Any]:
    """Tune on the past, trade what follows."""
    return _tuned(job, "walk-forward", None)


def _tuned(job: Job, command: str, trials: int | None) -> dict[str, Any]:
    asked = dict(job.arguments)
    strategy, grid = asked.pop("strategy"), asked.pop("grid")
    space = read_space(type(find_strategy(_own(job, strategy), [])), grid)
    _within_budget(job, trials or prod(len(values) for values in space.values()))
    asked.pop("save", None)
    words = [_own(job, strategy), *_pairs("--grid", grid), *_options(job, asked)]
    if folder := _folder(job):
        words += ["--out", str(folder), "--force"]
    return command_json(command, *words)


def command(job: Job) -> dict[str, Any]:
    """Run any other command: its words first, its options by name."""
    asked = dict(job.arguments)
    name, words = asked.pop("command"), asked.pop("words", [])
    given = [_own(job, word) for word in words]
    if asked.pop("counts", False):
        _within_budget(job, 1)
    return command_json(*name, *given, *_options(job, asked))


def claims(job: Job) -> dict[str, Any]:
    """Return what the thesis says, and what would refute it."""
    kept = ("id", "statement", "refuted_by")
    return {"claims": [{key: getattr(claim, key) for key in kept} for claim in CLAIMS]}


def command_json(*words: str) -> dict[str, Any]:
    """Run a command with `--json` in this process and return its document, cut to size."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        COMMANDS([*words, "--json"], prog_name="nqp", standalone_mode=False)
    return compact(json.loads(printed.getvalue()))


def compact(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose long lists keep their beginning, long series their end.

    Examples
    --------
    >>> compact({"trials": list(range(50))})["left_out"]
    {'trials': 10}
    """
    left_out: dict[str, int] = {}

    def cut(value: Any, name: str) -> Any:
        if isinstance(value, dict):
            if len(value) > MOST and not any(
                isinstance(one, (dict, list)) for one in value.values()
            ):
                left_out[name] = left_out.get(name, 0) + len(value) - MOST
                value = dict(list(value.items())[-MOST:])
            return {key: cut(item, key) for key, item in value.items()}
        if isinstance(value, list):
            if len(value) > MOST:
                left_out[name] = left_out.get(name, 0) + len(value) - MOST
            return [cut(item, name) for item in value[:MOST]]
        return value

    shorter: dict[str, Any] = cut(dict(document), "document")
    return {**shorter, "left_out": left_out} if left_out else shorter


def _results(job: Job, strategies: Sequence[Strategy]) -> list[BacktestResult]:
    """Run strategies over the window all of them have."""
    terms = _terms(job)
    _within_budget(job, len(strategies))
    market, costs = terms.load_market(), terms.cost_model()
    return run_many(
        strategies, market, costs=costs, fill=terms.fill, start=terms.start, full_window=False
    )


def _trust(result: BacktestResult) -> dict[str, Any]:
    _, thesis = groups_and_thesis()
    assert result.decisions is not None, "a run that was just made has its decisions"
    return trust(result, result.decisions, thesis.published)


def _folder(job: Job) -> Path | None:
    """Return where in the workspace a result is to be written, if anywhere."""
    save = job.arguments.get("save")
    return None if save is None else inside(Path(job.workspace), save)


def _within_budget(job: Job, asked: int) -> None:
    """Refuse what would put more trials on a market's record than the asker may."""
    if job.max_trials is None:
        return
    market = _terms(job).load_market()
    made = Ledger.at_home().count(lineage(market), *window_of(market.sessions)).trials
    if made + asked > job.max_trials:
        raise UserError(
            "this needs {asked:,} trials, and {made:,} of the {max_trials:,} this server may "
            "make on {market} are made; use what they found, or ask the person who started it "
            "for a larger --max-trials",
            asked=asked,
            made=made,
            max_trials=job.max_trials,
            market=market.name,
        )


def _terms(job: Job) -> Terms:
    asked = job.arguments
    given = {name: asked[name] for name in ("start", "end", "costs", "fill") if name in asked}
    return Terms(market=_place(job, asked.get("market", "sample")), **given)


def _own(job: Job, name: str) -> str:
    """Return a name; of a file, only one of the workspace."""
    path, colon, rest = name.partition(":")
    return f"{inside(Path(job.workspace), path)}{colon}{rest}" if ".py" in path else name


def _place(job: Job, market: str) -> str:
    """Return a market's name; of a folder, only one of the workspace."""
    return str(inside(Path(job.workspace), market)) if "/" in market or "\\" in market else market


def _options(job: Job, asked: Mapping[str, Any]) -> list[str]:
    """Return the shell's words for options by name."""
    words: list[str] = []
    for name, value in asked.items():
        option = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(option)
        elif isinstance(value, (list, tuple)):
            words += _pairs(option, value)
        else:
            words += [option, _place(job, value) if name == "market" else str(value)]
    return words


def _pairs(option: str, values: Sequence[Any]) -> list[str]:
    return [word for value in values for word in (option, str(value))]


TOOLS: Mapping[str, Callable[[Job], dict[str, Any]]] = {
    one.__name__: one for one in (run, compare, tune, walk_forward, command, claims)
}
