"""Thesis: a dated report's claims, what refutes it by when, and the rules that trade it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from backtest.errors import UserError, unknown, within
from backtest.market.universe import BUILT_IN, check_sectors, load_universe
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Claim, Source
from backtest.strategy.thesis_file import BasketEntry, ClaimEntry, ThesisFile
from backtest.triggers import Trigger
from backtest.triggers.syntax import parse_trigger
from backtest.validation import file_text, from_toml, validated

T = TypeVar("T")
Dated = tuple[tuple[str, str], ...]  # (date, basket name)
# What a claim has as its file does.
ALIKE = (
    *("statement", "observable", "window", "expects", "refuted_by"),
    *("threshold", "minimum", "margin", "asserts"),
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class Falsifier:
    """What refutes a thesis: all of some claims having failed by a day."""

    id: str
    by: pd.Timestamp
    claims: tuple[str, ...]
    statement: str
    statement_zh: str


@dataclass(frozen=True)
class Thesis:
    """A thesis file, read.

    Attributes
    ----------
    baskets : tuple of Basket
        Its own, and those it names.
    events : tuple of (name, events)
        Its lists of (date, basket name).
    rules : tuple of (basket name, text of a trigger)
        What it trades, names of claims replaced by their triggers; () where it trades nothing.
    text : str
        The file.
    """

    source: Source
    claims: tuple[Claim, ...]
    baskets: tuple[Basket, ...]
    events: tuple[tuple[str, Dated], ...]
    falsifiers: tuple[Falsifier, ...]
    rules: tuple[tuple[str, str], ...]
    text: str


def read_thesis(
    path: Path, baskets: Mapping[str, Basket], events: Mapping[str, Dated] | None = None
) -> Thesis:
    """Read a thesis file; `baskets` and lists of `events` may be named in it beside its own.

    Raises
    ------
    UserError
        If there is no such file, or an entry of it is wrong: one sentence with the key and a fix.
    """
    if not path.is_file():
        raise UserError(
            "there is no thesis file {path}; 'nqp thesis new NAME' writes one", path=path
        )
    return parse_thesis(file_text(path), baskets, events, str(path))


def parse_thesis(
    text: str,
    baskets: Mapping[str, Basket],
    events: Mapping[str, Dated] | None = None,
    source: str = "thesis",
) -> Thesis:
    """Read a thesis from TOML text, as `read_thesis` does."""
    file = validated(ThesisFile, from_toml(text, source), source)
    with within(source):
        return _built(file, baskets, events or {}, text)


def _built(
    file: ThesisFile, baskets: Mapping[str, Basket], lists: Mapping[str, Dated], text: str
) -> Thesis:
    for key in ("claims", "baskets", "events", "falsifiers"):
        for name in getattr(file, key):
            if not NAME.fullmatch(name):
                raise UserError(
                    "{key} has {name!r}; give a name of letters, digits, dots and hyphens",
                    key=key,
                    name=name,
                )
    own = {name: _basket(name, entry) for name, entry in file.baskets.items()}
    known = {**baskets, **own}
    events = {
        name: tuple((f"{one.date:%Y-%m-%d}", _found(one.basket, known, name)) for one in listed)
        for name, listed in file.events.items()
    }
    claims = [_claim(name, one, known, {**lists, **events}) for name, one in file.claims.items()]
    triggers = _triggers(file)
    rules = []
    for name, written in file.rules.items():
        _found(name, known, "rules")
        with within(f"rules.{name}"):
            rules.append((name, repr(parse_trigger(written, triggers))))
    falsifiers = []
    for name, one in file.falsifiers.items():
        for claim in one.claims:
            _one_of(claim, file.claims, f"falsifiers.{name}", "claim")
        said = one.statement, one.statement_zh or one.statement
        falsifiers.append(Falsifier(name, pd.Timestamp(one.by), one.claims, *said))
    named = [name for name, _ in rules if name not in own]
    return Thesis(
        source=Source(
            title=file.title,
            title_zh=file.title_zh or file.title,
            author=file.author,
            dated=f"{file.dated:%Y-%m-%d}",
            year=file.year,
            published_in=file.source,
        ),
        claims=tuple(claims),
        baskets=(*own.values(), *(known[name] for name in dict.fromkeys(named))),
        events=tuple(events.items()),
        falsifiers=tuple(falsifiers),
        rules=tuple(rules),
        text=text,
    )


def _basket(name: str, entry: BasketEntry) -> Basket:
    if bool(entry.sectors) == bool(entry.weights):
        raise UserError(
            "baskets.{name}: give sectors, or weights by sector, and not both", name=name
        )
    members = dict(entry.weights) or list(entry.sectors)
    with within(f"baskets.{name}"):
        check_sectors(members)
    for universe, finer in entry.by_universe.items():
        if universe in BUILT_IN:
            known = load_universe(universe)
            for one in finer:
                where = f"baskets.{name}.by_universe.{universe}"
                _one_of(one, {**known.sectors, **known.by_id}, where, "sector or instrument")
    finest = tuple(
        (universe, tuple((one, 1.0) for one in finer))
        for universe, finer in entry.by_universe.items()
    )
    basket = Basket.of(name, members, title=entry.title, title_zh=entry.title_zh)
    return replace(basket, by_universe=finest)


def _claim(
    name: str, entry: ClaimEntry, baskets: Mapping[str, Basket], events: Mapping[str, Dated]
) -> Claim:
    where = f"claims.{name}"

    def one(key: str | None) -> Basket | None:
        return None if key is None else baskets[_found(key, baskets, where)]

    def several(keys: Iterable[str]) -> tuple[Basket, ...]:
        return tuple(baskets[_found(key, baskets, where)] for key in keys)

    dated: Dated = ()
    if entry.events is not None:
        dated = _one_of(entry.events, events, where, "list of events")
    groups = several(entry.groups)
    for _, basket in dated:
        _one_of(basket, {group.name: group for group in groups}, f"{where}.groups", "basket")
    return Claim(
        id=name,
        **{key: getattr(entry, key) for key in ALIKE},
        statement_zh=entry.statement_zh or entry.statement,
        refuted_by_zh=entry.refuted_by_zh or entry.refuted_by,
        basket=one(entry.basket),
        against=one(entry.against),
        variants=several(entry.variants),
        groups=groups,
        events=dated,
        options=tuple(entry.options.items()),
        about=tuple(entry.about.items()),
        alternatives=tuple(
            (other.label, other.label_zh or other.label, tuple(other.options.items()))
            for other in entry.alternatives
        ),
    )


def _triggers(file: ThesisFile) -> dict[str, Trigger]:
    """Return the triggers of the claims that have one, by claim; one may name those before it."""
    found: dict[str, Trigger] = {}
    for name, claim in file.claims.items():
        if claim.trigger is not None:
            with within(f"claims.{name}"):
                found[name] = parse_trigger(claim.trigger, found)
    return found


def _found(name: str, baskets: Mapping[str, Basket], where: str) -> str:
    _one_of(name, baskets, where, "basket")
    return name


def _one_of(name: str, known: Mapping[str, T], where: str, kind: str) -> T:
    if name not in known:
        raise UserError("{source}: {error}", source=where, error=unknown(kind, name, known))
    return known[name]
