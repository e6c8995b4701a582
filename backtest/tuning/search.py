"""search: Optuna looks for good variants instead of trying them all.

Trials are proposed in batches by TPE, simulated together by the kernel and written to a study in
SQLite, or wherever Optuna can: the same call goes on where the last one stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backtest.costs import ETF_COSTS, Costs, cost_model
from backtest.display import Displayed, advancing, put_in
from backtest.engine.benchmarks import Benchmark, compared_with
from backtest.engine.metrics import Metric
from backtest.engine.plan import fill_used
from backtest.engine.window import first_session
from backtest.errors import UserError
from backtest.market import Date, Market
from backtest.market.episodes import bounds
from backtest.market.identity import content_hash
from backtest.notes import Note
from backtest.strategy import Strategy
from backtest.tuning.proposals import Direction, Proposals, quiet
from backtest.tuning.remote import Engine, figures_here
from backtest.tuning.space import Constraint, Space
from backtest.tuning.studies import opened, study_name, tried, write
from backtest.tuning.suggestions import Parameters, plan
from backtest.tuning.sweep import Score, beyond_kernel, scores_of, several, sweep_variants
from backtest.tuning.sweep_result import Sweep
from backtest.tuning.trial_recording import count

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage

BATCH = 16


@dataclass(frozen=True, eq=False)
class Search(Displayed):
    """All variants a search has tried, in the order it tried them.

    Attributes
    ----------
    sweep : Sweep
        The variants with all their figures, ranked by the first score.
    metrics : tuple of Metric
        What was searched for; `scores` are their names.
    study_name, storage : str
        Where Optuna finds the study; passwords are left out.
    """

    sweep: Sweep
    metrics: tuple[Metric, ...]
    study_name: str
    storage: str

    def __len__(self) -> int:
        return len(self.sweep)

    def __repr__(self) -> str:
        scores = ", ".join(self.scores)
        return f"<Search for {scores}: {len(self)} variants, study {self.study_name}>"

    @property
    def scores(self) -> tuple[str, ...]:
        """The names of what was searched for."""
        return tuple(metric.name for metric in self.metrics)

    @property
    def trials(self) -> pd.DataFrame:
        """One row per variant, as in a sweep."""
        return self.sweep.trials

    @property
    def pareto(self) -> pd.DataFrame:
        """The variants that no other beats in one score without being worse in another.

        Sorted by the first score, the best first. Each is the best of all trials in some respect:
        none is to be believed more than `Sweep.honesty` allows.
        """
        signs = [metric.better for metric in self.metrics]
        scores = self.trials[list(self.scores)].to_numpy(dtype=float) * signs
        kept = [row for row in range(len(scores)) if not _is_dominated(scores[row], scores)]
        best_first = sorted(kept, key=lambda row: -scores[row, 0])
        return self.trials.iloc[best_first]


def search(
    strategy: Strategy,
    space: Space,
    market: Market,
    *,
    trials: int = 200,
    score: Score | Sequence[Score] = "sharpe",
    storage: str | BaseStorage | None = None,
    seed: int = 0,
    costs: Costs | str = ETF_COSTS,
    fill: str = "open",
    cash: float = 1_000_000.0,
    start: Date | None = None,
    end: Date | None = None,
    window: str | None = None,
    benchmark: Benchmark | None = None,
    constraints: Sequence[Constraint] = (),
    batch: int = BATCH,
    engine: Engine | None = None,
    progress: Callable[[int], None] | None = None,
) -> Search:
    """Look for good variants with Optuna's tree-structured Parzen estimator.

    The answer depends on the arguments alone: a search that was stopped, or is asked for more
    trials, goes on to the same variants as one that never was. What a killed process loses is the
    batch in flight. A study that already holds more trials comes back whole.

    Parameters
    ----------
    space : mapping
        As for a sweep. Lists of evenly spaced whole numbers are searched as numbers; other lists
        have no order.
    trials : int
        Different variants wanted in all, with those the study already has. Fewer come back only
        where the space does not seem to have as many.
    score : str or callable, or sequence of them
        The figure to look for, as in a sweep, or several: then for variants none of which beats
        another in all.
    storage : str or optuna storage, optional
        An address like `postgresql://…`; `studies.sqlite3` in the store's folder by default. The
        study's name is derived from all arguments but `trials`, `storage`, `engine`, `progress`.
    seed : int
        Of all random choices.
    costs, fill, cash, start, end, window, benchmark
        As in `backtest.engine.run.run`.
    constraints : sequence of callables
        Each is given all parameters of a variant and says whether it is allowed; others are not
        simulated and do not count.
    batch : int
        Trials proposed before the first of them is known. More use more cores and workers, fewer
        learn faster.
    engine : callable, optional
        What computes instead of this process: `backtest.tuning.remote.dask_engine`'s.
    progress : callable, optional
        Called with the number of trials just finished, instead of showing a bar.

    Raises
    ------
    UserError
        If the space, a score, a number or the storage makes no sense, or no variant has a score.
    """
    from backtest.engine.kernel import FIGURES

    scores = several(score)
    wanted = scores_of(scores)
    extra = beyond_kernel(wanted)
    computed: dict[int, np.ndarray] = {}
    for name, number, least in (("trials", trials, 1), ("batch", batch, 1), ("seed", seed, 0)):
        if not isinstance(number, int) or isinstance(number, bool) or number < least:
            raise UserError(
                "{name} was {number!r}; give a whole number of {least} or more",
                name=name,
                number=number,
                least=least,
            )
    if not cash > 0:
        raise UserError("{name} was {value}; give a number above 0", name="cash", value=cash)
    start, end = bounds(start, end, window)
    market = compared_with(market if end is None else market.until(end), benchmark)
    first = first_session(market, start)
    costs, fill = cost_model(costs), fill_used(market, fill)
    asked = {"costs": costs, "fill": fill, "cash": cash, "first": first}
    with quiet():
        planned = plan(strategy, space, constraints)
        ours = {"score": [_known_as(each) for each in scores], "seed": seed, "batch": batch}
        if market.compared is not None:
            ours |= {"benchmark": content_hash(str(market.compared.name), {"": market.compared})}
        name = study_name(planned, market, asked | ours)
        directions: list[Direction] = [
            "minimize" if metric.better < 0 else "maximize" for metric in wanted
        ]
        with opened(storage, name, directions) as (study, address):
            proposals = Proposals(planned, directions, seed, batch)
            proposals.recall(tried(study))
            if kept := min(len(proposals.rows), trials):
                code = "{kept} of {all} trials done before; {left} to go"
                told = Note(code, kept=kept, all=trials, left=trials - kept)
                put_in("told")(told, stderr=True)

            compute: Any = engine or figures_here

            def evaluate(rows: list[Parameters]) -> np.ndarray:
                variants = planned.variants(rows)
                figures = compute(variants, market, **asked, progress=lambda _: None, extra=extra)
                count(variants, market, costs, fill, first)
                computed.update(enumerate(figures, len(proposals.rows) - len(rows)))
                names = [*FIGURES, *(metric.name for metric in extra)]
                picked: np.ndarray = figures[:, [names.index(metric.name) for metric in wanted]]
                return picked

            with advancing(progress, trials, "trials") as advance:
                try:
                    _search(study, proposals, trials, evaluate, advance)
                except KeyboardInterrupt as stopped:
                    stopped.add_note(
                        f"{len(tried(study))} of {trials} trials are kept in {address}; the same "
                        f"call goes on from there"
                    )
                    raise
    found = sweep_variants(
        planned.variants(proposals.rows),
        market,
        score=scores,
        costs=costs,
        fill=fill,
        cash=cash,
        start=start,
        progress=lambda done: None,
        engine=engine,
        origin="search",
        batch=batch,
        known=computed,
    )
    return Search(found, wanted, name, address)


def _search(
    study: Study,
    proposals: Proposals,
    trials: int,
    evaluate: Callable[[list[Parameters]], np.ndarray],
    advance: Callable[[int], None],
) -> None:
    """Propose, evaluate and write down, until the study holds as many trials as wanted."""
    advance(min(len(proposals.rows), trials))
    while (held := len(proposals.rows)) < trials:
        asked = []
        for _ in range(min(proposals.batch - held % proposals.batch, trials - held)):
            if (proposal := proposals.propose()) is None:
                break
            asked.append(proposal)
        if not proposals.rows:
            raise UserError("no combination satisfies the constraints; loosen one of them")
        if not asked:
            return
        scores = evaluate(proposals.rows[held:]).tolist()
        write(study, asked, scores, held)
        proposals.finish(scores)
        advance(len(asked))


def _known_as(score: Score) -> Any:
    """Return by what a study knows a score: its name, and the code of one's own function."""
    if isinstance(score, str):
        return score
    code = getattr(score, "__code__", None)
    if code is None:
        return [type(score).__qualname__]
    plain = [value for value in code.co_consts if isinstance(value, (int, float, str))]
    return [score.__qualname__, code.co_code.hex(), plain, list(code.co_names)]


def _is_dominated(row: np.ndarray, others: np.ndarray) -> bool:
    """Say whether another row is better in one column and worse in none; NaN always loses."""
    if np.isnan(row).any():
        return True
    better = (others >= row).all(axis=1) & (others > row).any(axis=1)
    return bool(better.any())
