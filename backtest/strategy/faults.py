"""Faults of a strategy or trigger that are no look-ahead, each found by asking again."""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import numpy as np

from backtest.market import Market
from backtest.notes import Note
from backtest.parameter import said_of
from backtest.strategy.alter import turned
from backtest.strategy.leaks import TOLERANCE, Decided, Subject, asked, decided
from backtest.strategy.process import in_another_process
from backtest.strategy.strategy import Strategy

FEWEST = 60  # sessions from the first decision on, below which nothing is said
ROUNDING = 1e-9  # of a weight, between two orders of the instruments


NOTHING = "too short: nothing is decided in {count} sessions of {market}; use a longer market"
FEW = (
    "too short: {market} has {count} session(s) from the first decision on; use one with {fewest} "
    "or more"
)
UNSTEADY = ("changes the market", "not deterministic")
CHANGES_IT = "it changes the market it is given, and so every later result on it; work on a copy()"
TWICE = (
    "asked twice in one process, it decides otherwise on {day}; seed what is random, keep no state"
)
ELSEWHERE = (
    "asked in another process, first on half of the market, it decides otherwise on {day}; keep "
    "nothing from one market to the next, sort what comes from a set, seed what is random, read no "
    "clock"
)
READS = (
    "it reads {files} itself, which is not cut off with the market, so what it knows from there is "
    "not checked; bring it as a series of the market, or as a Signal with known="
)


@dataclass(frozen=True)
class Fault:
    """Something found that is no look-ahead.

    Attributes
    ----------
    kind : str
        "too short", "changes the market", "not deterministic", "weights", "order of instruments",
        "no knowledge dates", "reads a file", "dead parameter", "never held" or "not compared".
    fails : bool
        Whether the check fails for it; what does not is worth knowing.
    """

    kind: str
    fails: bool
    note: Note

    def to_json(self) -> dict[str, Any]:
        """Return the fault as a JSON document."""
        return {"kind": self.kind, "fails": self.fails, "message": str(self.note)}


def faults(subject: Subject, full: Decided, again: Decided, market: Market) -> list[Fault]:
    """Return what is found about what a subject decides on a market; `again`, when asked twice."""
    found = [*_short(full, market), *_same(full, again, market, TWICE)]
    found += [*_another_process(subject, full, market), *_weights(full, market)]
    found += [*_order(subject, full, market), *_signals(subject)]
    found += [*_dead(subject, full, market), *_never(subject, full)]
    return found


def _short(full: Decided, market: Market) -> Iterator[Fault]:
    """Say so where too little is decided for anything to be found."""
    given = full.numbers.notna().any(axis=1).to_numpy()
    holds = full.numbers.fillna(0.0).to_numpy().any()
    first = int(given.argmax()) if given.any() else len(given)
    said = {"count": len(given), "market": market.name}
    if not given.any() or (full.weights and not holds):
        yield Fault("too short", True, Note(NOTHING, **said))
    elif len(given) - first < FEWEST:
        said |= {"count": len(given) - first, "fewest": FEWEST}
        yield Fault("too short", True, Note(FEW, **said))


def _same(full: Decided, other: Decided, market: Market, code: str) -> Iterator[Fault]:
    row = full.first_other(other, TOLERANCE)
    if row is not None:
        day = f"{market.sessions[row]:%Y-%m-%d}"
        yield Fault("not deterministic", True, Note(code, day=day))


def _another_process(subject: Subject, full: Decided, market: Market) -> Iterator[Fault]:
    other = in_another_process(subject, market)
    if other.digests is None:
        note = Note("two processes were not compared: {why}", why=other.why)
        yield Fault("not compared", False, note)
        return
    if other.files:
        yield Fault("reads a file", False, Note(READS, files=", ".join(other.files[:3])))
    mine = full.row_digests()
    row = next(
        (row for row, pair in enumerate(zip(mine, other.digests, strict=True)) if len({*pair}) > 1),
        None,
    )
    if row is not None:
        note = Note(ELSEWHERE, day=f"{market.sessions[row]:%Y-%m-%d}")
        yield Fault("not deterministic", True, note)


def _weights(full: Decided, market: Market) -> Iterator[Fault]:
    """Say where weights are no fractions of a portfolio."""
    numbers = np.nan_to_num(full.numbers.to_numpy(), nan=0.0)
    if not full.weights:
        return
    for rows, code in (
        (~np.isfinite(numbers).all(axis=1), "weights of {day} are not finite"),
        ((numbers < 0).any(axis=1), "weights of {day} are below 0"),
        (numbers.sum(axis=1) > 1.0 + ROUNDING, "weights of {day} sum to more than 1"),
    ):
        if rows.any():
            day = f"{market.sessions[int(rows.argmax())]:%Y-%m-%d}"
            yield Fault("weights", True, Note(code, day=day))


def _order(subject: Subject, full: Decided, market: Market) -> Iterator[Fault]:
    """Say so where the order of the columns decides."""
    other = asked(subject, turned(market, seed=1))
    row = None if other is None else full.first_other(other.in_order(full), ROUNDING)
    if row is not None:
        note = Note(
            "with the instruments in another order it decides otherwise on {day}; break ties by "
            "name, not by place",
            day=f"{market.sessions[row]:%Y-%m-%d}",
        )
        yield Fault("order of instruments", True, note)


def _signals(subject: Subject) -> Iterator[Fault]:
    """Say which signals do not say when their values were known."""
    asked_of = subject.triggers().values() if isinstance(subject, Strategy) else (subject,)
    for trigger in dict.fromkeys(one for root in asked_of for one in root.walk()):
        if not trigger.dated:
            note = Note(
                "{trigger} does not say when its values were known, so it cannot be checked for "
                "look-ahead; give known=, a day for each value, or a function",
                trigger=repr(trigger),
            )
            yield Fault("no knowledge dates", True, note)


def _dead(subject: Subject, full: Decided, market: Market) -> Iterator[Fault]:
    """Say which parameters change nothing."""
    names: list[str] = list(vars(subject)) if is_dataclass(subject) else []
    for name in names:
        tried = []
        for value in _others(subject, name):
            try:
                other = decided(replace(subject, **{name: value}), market)  # type: ignore[type-var]
            except Exception:
                continue
            tried.append(value)
            if full.first_other(other, TOLERANCE) is not None:
                break
        else:
            if tried:
                own = getattr(subject, name)
                note = Note(
                    "{name} changes nothing here: {values} decide the same",
                    name=name,
                    values=", ".join(map(repr, (own, *tried))),
                )
                yield Fault("dead parameter", False, note)


def _others(subject: Subject, name: str) -> Iterator[Any]:
    """Yield other values for a field, to see whether it matters."""
    own, spec = getattr(subject, name), said_of(type(subject)).get(name)
    if isinstance(own, bool):
        yield not own
    elif isinstance(own, (int, float)):
        yield from (own * 2 + 1, type(own)(own / 2), own * 0, type(own)(own * 10 + 10))
    elif isinstance(own, tuple) and len(own) > 1:
        yield from (own[:-1], own[1:])
    elif spec is not None:
        yield from (value for value in spec.choices if value != own)


def _never(subject: Subject, full: Decided) -> Iterator[Fault]:
    """Say which rules never come to be held."""
    if isinstance(subject, Strategy):
        for name in subject.triggers():
            if not any(name.lstrip("+") in str(held).split("+") for held in set(full.names)):
                note = Note("{name} is never held on this market", name=name)
                yield Fault("never held", False, note)
