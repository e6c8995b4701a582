"""What a method of a strategy read, so that variants that agree on it share its answer.

A method is a function of the market and the fields it reads. Run once
while the reads are noted, its answer holds for every variant with the same values in those fields,
whatever the others are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from backtest.strategy import Strategy, field_names
from backtest.tuning.space import Variants

T = TypeVar("T")


def observe(strategy: Strategy, method: Callable[[Any], T]) -> tuple[T, frozenset[str]]:
    """Return a method's answer for a strategy and the names of the fields it read.

    The method is given a copy whose class is a subclass by the same name that notes what is read;
    looking at all attributes at once counts as reading them all.
    """
    kind = type(strategy)
    names = frozenset(field_names(type(strategy)))
    read: set[str] = set()

    def note(self: object, name: str) -> Any:
        if name in names:
            read.add(name)
        elif name == "__dict__":
            read.update(names)
        return object.__getattribute__(self, name)

    body = {"__getattribute__": note, "__module__": __name__}
    observed = type(kind.__name__, (kind,), body)
    copy: Any = object.__new__(observed)
    for name in names:
        object.__setattr__(copy, name, getattr(strategy, name))
    return method(copy), frozenset(read)


def shared(variants: Variants, method: Callable[[Any], T]) -> tuple[list[T], np.ndarray]:
    """Return the different answers of a method, and for each variant the number of its own."""
    answers: list[T] = []
    number = np.full(len(variants), -1, dtype=np.int32)
    while (number < 0).any():
        row = int((number < 0).argmax())
        answer, read = observe(variants.variant(row), method)
        places = [place for place, name in enumerate(variants.names) if name in read]
        same = (variants.codes[:, places] == variants.codes[row, places]).all(axis=1)
        number[same & (number < 0)] = len(answers)
        answers.append(answer)
    return answers, number
