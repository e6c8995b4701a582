"""Universe: which instruments there are and the sector each belongs to.

A universe is a TOML file. The built-in ones (`shenwan`, `cn-etf`, `us-spdr`) lie in `universes/`;
a user's own file works the same way and is checked entry by entry.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from backtest.errors import UserError, suggest, unknown
from backtest.market.frequency import FREQUENCIES
from backtest.validation import file_text, from_toml, shipped_toml, validated

KINDS = ("index", "etf", "stock")
# No spreadsheet takes an identifier for a formula, no terminal for a command.
IDENTIFIER = re.compile("[^=+\\-@＝＋－＠\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]{0,63}")
BUILT_IN = (
    *("shenwan", "shenwan-2", "cn-etf", "cn-theme-etf", "us-spdr"),
    *("gics", "citic-1", "us-industries", "csi-themes"),
)
# The largest credible one-session move where a universe says none: the worst days of sector indices
# since 1926 were a fifth.
CREDIBLE_MOVES = {"index": 0.25, "etf": 0.3, "stock": 0.5}


@dataclass(frozen=True)
class Sector:
    """A sector: one of the 31 of Shenwan's first level, or one that a universe declares.

    `shenwan` lists the Shenwan sectors a declared one stands for, as strategies are written in
    these; `code` is Shenwan's.
    """

    id: str
    code: str = ""
    name: str = ""
    name_zh: str = ""
    shenwan: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instrument:
    """Something with a price: a sector index, a fund, a stock, the benchmark, a bond fund.

    `sector` is None for what is no sector bet; `launched` is None where the date is not known;
    `lot` is the smallest tradable number of shares, 0 where fractions are allowed. An import leaves
    out prices before `usable_from`, and before `redefined`, those of another basket.
    """

    id: str
    kind: str
    name: str
    name_zh: str = ""
    sector: str | None = None
    launched: date | None = None
    lot: Annotated[int, Ge(0), Le(1_000_000)] = 0
    usable_from: date | None = None
    redefined: date | None = None


@dataclass(frozen=True)
class SeriesSpec:
    """How a published series is to be read: its unit, and when a value may be used.

    A value of day d may be used from d + `delay_days` on, and not once it is more than
    `max_age_days` calendar days old.
    """

    id: str
    title: str = ""
    unit: str = ""
    delay_days: Annotated[int, Ge(0), Le(3660)] = 1
    max_age_days: Annotated[int, Ge(1), Le(36_600)] = 45


@dataclass(frozen=True)
class Universe:
    """Instruments, the sectors they belong to, and the conventions of their market.

    Attributes
    ----------
    sessions_per_year : int
        The annualization of every statistic (242 in Shanghai).
    benchmark : str
        The instrument results are compared with; it need not be investable.
    rate : str or None
        The series strategies mean by "the rate": the local ten-year government bond yield.
    money : str or None
        The money-market instrument whose return idle cash earns.
    bonds : tuple of str
        Government bond instruments, the first choice first.
    price_limits : mapping
        Largest credible one-session move (a fraction) by kind of instrument.
    frequency : str
        How often there is a session: "daily", "weekly" or "monthly".
    declared : tuple of Sector
        Its own sectors; () where it uses Shenwan's.
    """

    name: str
    title: str
    currency: str
    calendar: str
    sessions_per_year: Annotated[int, Ge(1), Le(366)]
    benchmark: str
    instruments: tuple[Instrument, ...]
    rate: str | None = None
    money: str | None = None
    bonds: tuple[str, ...] = ()
    series: tuple[SeriesSpec, ...] = ()
    price_limits: tuple[tuple[str, Annotated[float, Gt(0), Le(10)]], ...] = ()
    frequency: str = "daily"
    declared: tuple[Sector, ...] = ()

    @cached_property
    def sectors(self) -> Mapping[str, Sector]:
        """Its sectors by key: those it declares, else Shenwan's."""
        return {sector.id: sector for sector in self.declared} or sectors()

    @cached_property
    def by_id(self) -> Mapping[str, Instrument]:
        """Instruments by their identifier, in the order of the file."""
        return {instrument.id: instrument for instrument in self.instruments}

    @cached_property
    def by_sector(self) -> Mapping[str, tuple[str, ...]]:
        """Instrument identifiers by sector; sectors without an instrument are absent."""
        grouped: dict[str, tuple[str, ...]] = {}
        for instrument in self.instruments:
            if instrument.sector is not None:
                grouped[instrument.sector] = (*grouped.get(instrument.sector, ()), instrument.id)
        return grouped

    @cached_property
    def with_sector(self) -> frozenset[str]:
        """Instruments that have a sector: what a market is of."""
        return frozenset(name for names in self.by_sector.values() for name in names)

    @cached_property
    def by_shenwan(self) -> Mapping[str, tuple[str, ...]]:
        """Instrument identifiers by Shenwan sector, as the declared sectors stand for them."""
        if not self.declared:
            return self.by_sector
        found: dict[str, tuple[str, ...]] = {}
        for sector in self.declared:
            for name in sector.shenwan:
                found[name] = (*found.get(name, ()), *self.by_sector.get(sector.id, ()))
        return {name: found[name] for name in sectors() if found.get(name)}

    def standing_for(self, name: str) -> tuple[str, ...]:
        """Return the keys of its sectors that one of Shenwan's, or one of its own, stands for.

        Raises
        ------
        UserError
            If the name is neither.
        """
        if name in sectors():
            own = tuple(one.id for one in self.declared if name in one.shenwan)
            return own if self.declared else (name,)
        if name not in self.sectors:
            known = {**self.sectors, **sectors()}
            raise UserError(
                "there is no sector {name!r} in universe {universe}; {suggestion}",
                name=name,
                universe=self.name,
                suggestion=suggest(name, known),
            )
        return (name,)

    def spec(self, series: str) -> SeriesSpec:
        """How `series` is to be read; one that is not declared waits a day to be known."""
        return next((spec for spec in self.series if spec.id == series), SeriesSpec(series))

    def price_limit(self, instrument: str) -> float:
        """Return the largest credible one-session move of an instrument, as a fraction."""
        kind = self.by_id[instrument].kind
        return dict(self.price_limits).get(kind, CREDIBLE_MOVES[kind])


@cache
def sectors() -> Mapping[str, Sector]:
    """Return the sector vocabulary by key, in the order of the Shenwan codes.

    Examples
    --------
    >>> sectors()["machinery"].name_zh
    '机械设备'
    >>> len(sectors())
    31
    """
    table = shipped_toml("backtest.market", "universes/sectors.toml")
    return {key: Sector(key, **entry) for key, entry in table.items()}


def check_sectors(names: Iterable[str]) -> None:
    """Raise a `UserError` naming the first sector that is not in the vocabulary."""
    for name in names:
        if name not in sectors():
            raise unknown("sector", name, sectors())


def load_universe(name_or_path: str | Path) -> Universe:
    """Load a built-in universe by name, or one's own TOML file by path.

    Raises
    ------
    UserError
        If there is no such universe or an entry of the file is wrong.

    Examples
    --------
    >>> load_universe("shenwan").by_sector["machinery"]
    ('801890',)
    """
    return parse_universe(universe_text(name_or_path), source=str(name_or_path))


def universe_text(name_or_path: str | Path) -> str:
    """Return the TOML text of a universe, built in or on disk."""
    name = str(name_or_path)
    if name in BUILT_IN:
        return (files("backtest.market") / "universes" / f"{name}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        raise unknown("universe or TOML file", name, BUILT_IN)
    return file_text(path)


def parse_universe(text: str, source: str = "universe") -> Universe:
    """Read a universe from TOML text; errors name the key and the fix."""
    raw = from_toml(text, source)
    raw["declared"] = _declared(raw.pop("sectors", {}))
    raw.setdefault("title", "")
    for entry in raw.get("instruments", ()) if isinstance(raw.get("instruments"), list) else ():
        if isinstance(entry, dict) and "id" in entry:
            entry.setdefault("name", entry["id"])
    universe = validated(Universe, raw, source, {"sectors": "declared"})
    _check(universe, source)
    return universe


def _declared(entries: Any) -> Any:
    """Return a universe's own sectors, of which a name alone may stand for a table."""
    if not isinstance(entries, dict):
        return entries
    return {
        key: {"name": entry if isinstance(entry, str) else key}
        | (entry if isinstance(entry, dict) else {})
        for key, entry in entries.items()
    }


def _check(universe: Universe, source: str) -> None:
    """Raise a `UserError` for the first name in a universe that stands for nothing."""
    if not universe.instruments:
        raise UserError(
            "{source}: instruments is empty; add at least one [[instruments]] table", source=source
        )
    ids = [instrument.id for instrument in universe.instruments]
    for number, one in enumerate(universe.instruments):
        where = f"instruments[{number}]"
        _choose(one.kind, KINDS, source, f"{where}.kind")
        if one.sector is not None:
            _choose(one.sector, universe.sectors, source, f"{where}.sector")
        if not IDENTIFIER.fullmatch(one.id):
            raise UserError(
                "{source}: {where}.id was {id!r}; give up to 64 characters, the first none of = "
                "+ - @ and no blank",
                source=source,
                where=where,
                id=one.id,
            )
        if one.id in ids[:number]:
            raise UserError(
                "{source}: {where}.id {id!r} stands twice; remove one",
                source=source,
                where=where,
                id=one.id,
            )
    for sector in universe.declared:
        for name in sector.shenwan:
            _choose(name, sectors(), source, f"sectors.{sector.id}.shenwan")
    for kind, _ in universe.price_limits:
        _choose(kind, KINDS, source, "price_limits")
    _choose(universe.frequency, FREQUENCIES, source, "frequency")
    for key, names in (
        ("benchmark", [universe.benchmark]),
        ("bonds", universe.bonds),
        ("money", [universe.money] if universe.money is not None else []),
    ):
        for name in names:
            _choose(name, ids, source, key)
    if not universe.by_sector:
        raise UserError(
            "{source}: no instrument has a sector; give at least one its sector key", source=source
        )


def _choose(value: str, known: Any, source: str, key: str) -> None:
    if value not in known:
        raise UserError(
            "{source}: {key} {value!r} is not known; {suggestion}",
            source=source,
            key=key,
            value=value,
            suggestion=suggest(str(value), known),
        )
