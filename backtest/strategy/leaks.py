"""Leaks: decisions of the past that change once later data are cut off, or are other ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy.alter import altered, inputs
from backtest.strategy.decisions import Decisions
from backtest.strategy.strategy import Strategy
from backtest.triggers import Trigger

Subject = Strategy | Trigger

TOLERANCE = 1e-12  # of a weight; below it lies the rounding of one and the same sum
LONG = 60  # sessions; who reads further ahead, and over half of the record, reads all of it
CALENDAR = "later sessions"  # the input that is left where no value leaks: which days follow
TOGETHER = "several inputs together"
ANSWER = "answer"
MOST_TRACED = 4  # leaking cuts at which every input is altered alone


@dataclass(frozen=True)
class Leak:
    """Weights of the past that change with later data.

    Attributes
    ----------
    input : str
        What leaks: "close", "benchmark", "series cn10y"; "later sessions" where it is only which
        days follow; "" where that has not been traced.
    first : Timestamp
        The first session whose weights (or answer) change.
    cut : Timestamp
        The last session whose data stayed as they were.
    instruments : tuple of str
        Whose weights change there; empty where only the regime or a trigger's answer does.
    ahead : int
        Sessions from `first` to the data it changes with, at least.
    whole : bool
        Whether it reads the whole record, as a mean over all of it does.
    cut_off : bool
        Whether the later data were cut off, or else altered.
    """

    input: str
    first: pd.Timestamp
    cut: pd.Timestamp
    instruments: tuple[str, ...]
    ahead: int
    whole: bool = False
    cut_off: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the leak as a JSON document."""
        return {
            "input": self.input,
            "first": f"{self.first:%Y-%m-%d}",
            "cut": f"{self.cut:%Y-%m-%d}",
            "instruments": list(self.instruments),
            "sessions_ahead": self.ahead,
            "whole_record": self.whole,
            "how": "cut off" if self.cut_off else "altered",
        }


@dataclass(frozen=True, eq=False)
class Decided:
    """What was decided after each session: numbers, session × instrument, and a name.

    `numbers` are weights, or a trigger's answer (1, 0, NaN for unknown) in one column.
    """

    numbers: pd.DataFrame
    names: np.ndarray

    def changes(self) -> np.ndarray:
        """Return the numbers of the sessions after which something else is decided."""
        given = self.numbers.notna().any(axis=1).to_numpy()
        held = self.numbers.ffill().fillna(0.0).to_numpy()
        moved = np.r_[given[:1], (np.abs(np.diff(held, axis=0)) > TOLERANCE).any(axis=1)]
        named = np.r_[False, self.names[1:] != self.names[:-1]]
        return np.flatnonzero(moved | named)

    @property
    def weights(self) -> bool:
        """Whether the numbers are weights, and not a trigger's answer."""
        return list(self.numbers.columns) != [ANSWER]

    def apart(self, other: Decided, tolerance: float, rows: int) -> np.ndarray:
        """Say where the numbers of the first sessions differ, session × instrument."""
        mine, theirs = (each.numbers.to_numpy()[:rows] for each in (self, other))
        found: np.ndarray = np.abs(np.nan_to_num(mine) - np.nan_to_num(theirs)) > tolerance
        found |= np.isfinite(mine) != np.isfinite(theirs)
        return found

    def first_other(self, other: Decided, tolerance: float) -> int | None:
        """Return the number of the first session on which another decision was taken."""
        apart = self.apart(other, tolerance, len(self.numbers)).any(axis=1)
        rows = np.flatnonzero(apart | (self.names != other.names))
        return int(rows[0]) if len(rows) else None

    def in_order(self, other: Decided) -> Decided:
        """Return this with its columns in the order of another."""
        return Decided(self.numbers[list(other.numbers.columns)], self.names)

    def row_digests(self) -> list[str]:
        """Return what is decided after each session as hexadecimal digits."""
        table = np.round(self.numbers.to_numpy(), 9) + 0.0
        return [
            blake2b(row.tobytes() + str(name).encode(), digest_size=8).hexdigest()
            for row, name in zip(table, self.names, strict=True)
        ]


def decided(subject: Subject, market: Market) -> Decided:
    """Ask a strategy for its weights and regime, or a trigger for its answer.

    Raises
    ------
    UserError
        If what comes back is not what a strategy or trigger returns.
    """
    if isinstance(subject, Trigger):
        answer = subject.answer(market).astype("Float64").astype(float)
        return Decided(answer.to_frame(ANSWER), np.full(len(answer), "", object))
    return told(Decisions(subject, market))


def told(decisions: Decisions) -> Decided:
    """Return a strategy's decisions on all sessions and instruments of its market."""
    market, weights = decisions.market, decisions.targets
    if not isinstance(weights, pd.DataFrame):
        raise UserError(
            "target_weights of {name} returned a {kind}; return a DataFrame, session × instrument",
            name=decisions.strategy.name,
            kind=type(weights).__name__,
        )
    numbers = weights.reindex(index=market.sessions, columns=market.close.columns).astype(float)
    regime = decisions.regime.reindex(market.sessions)
    return Decided(numbers, regime.astype(object).where(regime.notna(), "").to_numpy())


def leaks(
    subject: Subject, market: Market, cuts: Iterable[int], known: Decided | None = None
) -> tuple[Leak, ...]:
    """Return what a strategy or trigger reads of the future, one leak an input.

    Parameters
    ----------
    cuts : iterable of int
        Numbers of the sessions after which data are cut off, and altered.
    known : Decided, optional
        What it decides on the whole market, where that is known.
    """
    full = decided(subject, market) if known is None else known
    found: dict[str, list[Leak]] = {}
    leaking = []
    for cut in cuts:
        seeds = (None, 2 * cut, 2 * cut + 1)
        here = [differs(subject, market, full, cut, seed) for seed in seeds]
        if any(here):
            leaking.append(cut)
            found.setdefault("", []).extend(filter(None, here))
    if not leaking:
        return ()
    first, last = leaking[: MOST_TRACED // 2], leaking[MOST_TRACED // 2 :][-(MOST_TRACED // 2) :]
    for cut in (*first, *last):
        for name in inputs(market):
            for seed in (2 * cut, 2 * cut + 1):
                other = asked(subject, altered(market, cut, seed, [name]))
                leak = first_change(full, other, market, cut, False, name)
                if leak is not None:
                    found.setdefault(name, []).append(leak)
    blind = found.pop("")
    if not found:
        only_days = all(leak.cut_off for leak in blind)
        found[CALENDAR if only_days else TOGETHER] = blind
    return tuple(_merged(name, each, market) for name, each in found.items())


def cut_sessions(full: Decided, count: int, *, seed: int) -> list[int]:
    """Return after which sessions to cut: where decisions change, at random, and at the end.

    At most `count` different numbers of sessions, in order; none is the last session, after which
    there is nothing to cut off, and none comes before the first decision.
    """
    last = len(full.numbers) - 2
    changes = full.changes()
    changes = changes[changes <= last]
    if not len(changes) or last < 1:
        return []
    some = np.unique(np.linspace(0, len(changes) - 1, max(1, count // 2)).round().astype(int))
    draw = np.random.default_rng(seed)
    free = np.arange(changes[0], last + 1)
    random = draw.choice(free, min(len(free), max(1, count - len(some) - 1)), replace=False)
    found = dict.fromkeys([last, *changes[some].tolist(), *random.tolist()])
    return sorted(list(found)[:count])


def differs(
    subject: Subject,
    market: Market,
    full: Decided,
    cut: int,
    seed: int | None,
    after: int = sys.maxsize,
) -> Leak | None:
    """Return what changes when data after a session are cut off, or altered by a seed.

    Of the altered ones only the first `after` sessions are shown.
    """
    end = min(cut + (0 if seed is None else after), len(market.sessions) - 1)
    seen = market.until(market.sessions[end])
    other = asked(subject, seen if seed is None else altered(seen, cut, seed))
    return first_change(full, other, market, cut, seed is None, "")


def asked(subject: Subject, market: Market) -> Decided | None:
    """Return the decisions on another market; None where there is too little of it to decide."""
    try:
        return decided(subject, market)
    except Exception:
        return None


def first_change(
    full: Decided, other: Decided | None, market: Market, cut: int, cut_off: bool, name: str
) -> Leak | None:
    """Return the first decision up to the cut that is another one than on the whole market."""
    if other is None:
        return None
    apart = full.apart(other, TOLERANCE, cut + 1)
    renamed = full.names[: cut + 1] != other.names[: cut + 1]
    rows = np.flatnonzero(apart.any(axis=1) | renamed)
    if not len(rows):
        return None
    columns = full.numbers.columns[apart[rows[0]]]
    return Leak(
        input=name,
        first=market.sessions[rows[0]],
        cut=market.sessions[cut],
        instruments=tuple(columns) if full.weights else (),
        ahead=cut + 1 - int(rows[0]),
        cut_off=cut_off,
    )


def _merged(name: str, found: list[Leak], market: Market) -> Leak:
    """Return the earliest of an input's leaks, with how far ahead it reads at all."""
    first = min(found, key=lambda leak: (leak.first, leak.cut))
    return replace(
        first,
        input=name,
        ahead=max(leak.ahead for leak in found),
        # A change so far before the cut that no fixed lead explains it.
        whole=any(
            leak.ahead > max(LONG, (market.sessions.searchsorted(leak.cut) + 1) / 2)
            for leak in found
        ),
    )
