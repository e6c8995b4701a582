"""What Optuna proposes to try next, from what was tried.

Optuna is asked on a copy in memory of what the study holds, so that a variant that is refused or
known costs no write, and the study only ever holds finished trials. The sampler of every trial is
seeded by the trial's number alone, and sees the trials before its batch as finished and those of
its batch as running: proposals are the same whether a search was interrupted or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from backtest.tuning.suggestions import Parameters, SearchPlan

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial, TrialState

Direction: TypeAlias = Literal["minimize", "maximize"]

GUIDED = 20  # proposals for one trial by TPE, before chance
DRAWN = 1000  # by chance, before the space counts as exhausted


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna's log and its warnings about experimental options to itself."""
    import warnings

    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


class Proposals:
    """Proposes variants not tried before, batch by batch."""

    def __init__(
        self, plan: SearchPlan, directions: Sequence[Direction], seed: int, batch: int
    ) -> None:
        import optuna

        self.plan, self.seed, self.batch = plan, seed, batch
        self.study = optuna.create_study(directions=list(directions))
        self.rows: list[Parameters] = []
        self.known: set[tuple[object, ...]] = set()
        self.running: list[int] = []  # numbers in the copy of this batch's trials
        self.scores: list[Sequence[float]] = []  # of those already computed

    def recall(self, tried: Sequence[FrozenTrial]) -> None:
        """Take in the trials a study holds, in the order they were proposed."""
        from optuna.trial import TrialState, create_trial

        whole = len(tried) // self.batch * self.batch
        for place, trial in enumerate(tried):
            running = place >= whole
            self.study.add_trial(
                create_trial(
                    state=TrialState.RUNNING if running else trial.state,
                    values=None if running else trial.values,
                    params=trial.params,
                    distributions=trial.distributions,
                )
            )
            if running:
                self.running.append(place)
                self.scores.append(trial.values or [float("nan")])
            self._know(self.plan.read(trial.params))

    def propose(self) -> FrozenTrial | None:
        """Return a running trial with a variant that is new and allowed; None if none is found."""
        from optuna.trial import TrialState

        refused: list[int] = []
        found = None
        for sampler in self._samplers(len(self.rows)):
            self.study.sampler = sampler
            trial = self.study.ask()
            chosen = self.plan.ask(trial)
            if tuple(chosen.values()) not in self.known and self.plan.allows(chosen):
                found = self.study.get_trials(deepcopy=False)[trial.number]
                self.running.append(trial.number)
                self._know(chosen)
                break
            refused.append(trial.number)
        # Running trials keep the sampler away from where they are, failed ones it does not see.
        for number in refused:
            self.study.tell(number, state=TrialState.FAIL)
        return found

    def finish(self, scores: Sequence[Sequence[float]]) -> None:
        """Say how the trials proposed since the last full batch did."""
        self.scores += scores
        if len(self.running) == self.batch:
            for number, values in zip(self.running, self.scores, strict=True):
                state, kept = told(values)
                self.study.tell(number, kept, state)
            self.running, self.scores = [], []

    def _samplers(self, place: int) -> Iterator[BaseSampler]:
        """Yield the sampler for each attempt at one trial."""
        from optuna.samplers import RandomSampler, TPESampler

        guided, drawn = np.random.SeedSequence([self.seed, place]).generate_state(2).tolist()
        several = len(self.study.directions) > 1
        grouped = self.plan.conditional and not several
        tpe = TPESampler(seed=guided, group=grouped, constant_liar=True)
        for _ in range(GUIDED):
            yield tpe
        chance = RandomSampler(seed=drawn)
        for _ in range(DRAWN):
            yield chance

    def _know(self, chosen: Parameters) -> None:
        self.rows.append(chosen)
        self.known.add(tuple(chosen.values()))


def told(values: Sequence[float]) -> tuple[TrialState, list[float] | None]:
    """Return scores as Optuna takes them: a variant without one counts among the worst."""
    from optuna.trial import TrialState

    if np.isnan(values).any():
        return TrialState.PRUNED, None
    return TrialState.COMPLETE, [float(value) for value in values]
