"""A space in Optuna's words: a distribution for each field, and variants from suggestions.

Optuna stores numbers, text, booleans and None: other
values go by their canonical JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from backtest.errors import UserError
from backtest.strategy import Strategy, own_fields
from backtest.trials.fingerprints import canonical
from backtest.tuning.space import (
    Constraint,
    Integer,
    Real,
    Space,
    Variants,
    When,
    check_names,
    check_range,
    checked,
    field_values,
)

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import Trial

PROBES = 128  # random variants by which two spaces are told apart

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Suggestion:
    """One field: what Optuna may suggest for it, and what is meant by that.

    `labels` are the values by the text that stands for them; a `step` above 1 rounds down to it.
    """

    name: str
    distribution: BaseDistribution
    when: When | None = None
    labels: Mapping[str, Any] | None = None
    low: int = 0
    step: int = 1

    def ask(self, trial: Trial) -> None:
        """Have a trial suggest it."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        name, range_ = self.name, self.distribution
        if isinstance(range_, FloatDistribution):
            trial.suggest_float(name, range_.low, range_.high, log=range_.log)
        elif isinstance(range_, IntDistribution):
            trial.suggest_int(name, range_.low, range_.high, step=range_.step, log=range_.log)
        elif isinstance(range_, CategoricalDistribution):
            trial.suggest_categorical(name, range_.choices)

    def value(self, suggested: Any) -> Any:
        """Return the value a suggestion stands for."""
        if self.labels is not None:
            return self.labels[suggested]
        if self.step > 1:
            return self.low + (suggested - self.low) // self.step * self.step
        return suggested


@dataclass(frozen=True)
class SearchPlan:
    """All fields of a space, those that conditions ask about first."""

    strategy: Strategy
    names: tuple[str, ...]
    suggestions: tuple[Suggestion, ...]
    constraints: tuple[Constraint, ...]

    @property
    def conditional(self) -> bool:
        """Whether some fields are only suggested at times."""
        return any(suggestion.when is not None for suggestion in self.suggestions)

    def ask(self, trial: Trial) -> Parameters:
        """Suggest every field that matters; the others keep the strategy's own value."""
        for suggestion in self.suggestions:
            when = suggestion.when
            if when is None or when.condition(self.read(trial.params)[when.field]):
                suggestion.ask(trial)
        return self.read(trial.params)

    def read(self, suggested: Mapping[str, Any]) -> Parameters:
        """Return the parameters that a trial's suggestions stand for, in the space's order."""
        chosen = {name: getattr(self.strategy, name) for name in self.names}
        for suggestion in self.suggestions:
            name = suggestion.name
            if name in suggested:
                chosen[name] = checked(self.strategy, name, suggestion.value(suggested[name]))
        return chosen

    def allows(self, parameters: Parameters) -> bool:
        """Say whether all constraints hold."""
        return all(rule({**own_fields(self.strategy), **parameters}) for rule in self.constraints)

    def variants(self, rows: Sequence[Parameters]) -> Variants:
        """Return variants with these parameters."""
        codes = np.empty((len(rows), len(self.names)), dtype=np.int32)
        values = []
        for place, name in enumerate(self.names):
            known: dict[Any, int] = {}
            codes[:, place] = [known.setdefault(row[name], len(known)) for row in rows]
            values.append(tuple(known))
        return Variants(self.strategy, self.names, tuple(values), codes)

    def text(self) -> str:
        """Return a text that differs where what can be suggested or is allowed does.

        Conditions and constraints are functions: of these it holds what they say of a fixed
        sample.
        """
        import optuna

        study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
        drawn = [self.ask(study.ask()) for _ in range(PROBES)]
        ranges = {
            suggestion.name: optuna.distributions.distribution_to_json(suggestion.distribution)
            for suggestion in self.suggestions
        }
        return canonical([ranges, [[row, self.allows(row)] for row in drawn]], "space")


def plan(strategy: Strategy, space: Space, constraints: Sequence[Constraint]) -> SearchPlan:
    """Put a space in Optuna's words.

    Raises
    ------
    UserError
        As for a grid; if a field of whole numbers or of something else has a `Real`; if
        conditions go in a circle.
    """
    check_names(strategy, space)
    ordered: dict[str, Suggestion] = {}
    while len(ordered) < len(space):
        ready = [
            name
            for name, entry in space.items()
            if name not in ordered and (not isinstance(entry, When) or entry.field in ordered)
        ]
        if not ready:
            waiting = ", ".join(name for name in space if name not in ordered)
            raise UserError(
                "{waiting} depend on each other; take one of the conditions away", waiting=waiting
            )
        for name in ready:
            ordered[name] = _suggestion(strategy, name, space[name])
    return SearchPlan(strategy, tuple(space), tuple(ordered.values()), tuple(constraints))


def _suggestion(strategy: Strategy, name: str, entry: Any) -> Suggestion:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    when = entry if isinstance(entry, When) else None
    source = entry.values if isinstance(entry, When) else entry
    if isinstance(source, (Integer, Real)):
        check_range(strategy, name, source)
    if isinstance(source, Real):
        return Suggestion(name, FloatDistribution(source.low, source.high, source.log), when)
    if isinstance(source, Integer):
        if source.log:
            free = IntDistribution(source.low, source.high, log=True)
            return Suggestion(name, free, when, low=source.low, step=source.step)
        return Suggestion(name, _whole(source.low, source.high, source.step), when)
    values = field_values(strategy, name, source)
    if all(type(value) is int for value in values) and len(values) > 1:
        steps = set(np.diff(values).tolist())
        if len(steps) == 1 and min(steps) > 0:
            return Suggestion(name, _whole(values[0], values[-1], steps.pop()), when)
    if all(value is None or isinstance(value, (bool, int, float, str)) for value in values):
        return Suggestion(name, CategoricalDistribution(values), when)
    labels = {canonical(value, name): value for value in values}
    return Suggestion(name, CategoricalDistribution(list(labels)), when, labels)


def _whole(low: int, high: int, step: int) -> BaseDistribution:
    """Return whole numbers; the highest is one the steps reach."""
    from optuna.distributions import IntDistribution

    return IntDistribution(low, low + (high - low) // step * step, step=step)
