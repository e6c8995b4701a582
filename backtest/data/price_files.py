"""Files of prices as one tidy frame: a folder, a long or wide file, or one instrument's.

Frames are returned in the order of the files: what is unordered or stands twice is for `quality`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from backtest.data.dates import Exchange
from backtest.data.finding import Finding
from backtest.data.grid import files_in
from backtest.data.names import Match, code_in, instruments_of, matcher
from backtest.data.numerals import numbers
from backtest.data.quotes import (
    NAMING,
    QuoteReading,
    about,
    columns_used,
    held_twice,
    ignored,
    joined,
    no_close,
    only,
    reinvest,
    tidy,
    told,
)
from backtest.data.raw import PRICE_FIELDS, empty_prices
from backtest.data.stated import Stated
from backtest.data.table import FileTable, read_table
from backtest.errors import UserError
from backtest.market.universe import Universe
from backtest.notes import Note

Progress = Callable[[int, int], None]
# A ticker as exchanges of other countries give them out.
TICKER = re.compile(r"[A-Z]{1,5}(\.[A-Z]{1,2})?")

# Six digits in a file's name that are more likely a month than a code.
MONTH = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])")


def silent(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Reader:
    """Reads the prices of one universe's instruments."""

    universe: Universe
    stated: Stated
    match: Match
    exchange: Exchange

    @classmethod
    def of(cls, universe: Universe, stated: Stated | None = None) -> Reader:
        """Return a reader for a universe."""
        return cls(universe, stated or Stated(), matcher(universe), Exchange.of(universe.calendar))

    def prices(self, path: Path, *, progress: Progress = silent) -> QuoteReading:
        """Read a folder, or one file of many instruments or one.

        Returns
        -------
        QuoteReading
            `PRICE_COLUMNS`; a finding per instrument the universe does not know, per column that
            is not used, and per text where a number should stand.

        Raises
        ------
        UserError
            If there is nothing to read, or no instrument of the universe in it.
        """
        reading = self._folder(path, progress) if path.is_dir() else self._file(path)
        if not self.universe.with_sector & set(reading.frame["instrument"]):
            raise _no_overlap(path, reading, self.universe)
        return reading

    def benchmark(self, path: Path) -> QuoteReading:
        """Read one file as the universe's benchmark."""
        return self._given(path, self.universe.benchmark)

    def bond(self, path: Path) -> QuoteReading:
        """Read one file as the bond of the universe it is named after, else as the first one."""
        if not self.universe.bonds:
            raise UserError(
                "universe {name} names no bond; leave out --bond or add bonds to the universe",
                name=self.universe.name,
            )
        named = self.match(path.stem)
        bonds = self.universe.bonds
        return self._given(path, named if named in bonds else bonds[0])

    def _given(self, path: Path, name: str) -> QuoteReading:
        """Read a file as one instrument; neither its name nor what is inside may be another's."""
        meant, code = self.match(path.stem), code_in(path.stem)
        if TICKER.fullmatch(path.stem) and TICKER.fullmatch(name):
            code = path.stem
        foreign = meant is None and code and not MONTH.fullmatch(code) and code not in name
        if foreign or meant not in (None, name):
            raise UserError(
                "{path} is given as {name} but named after {value}; rename it, or name that "
                "instrument in the universe",
                path=path,
                name=name,
                value=meant or code,
            )
        return self._single(path, name)

    def _folder(self, path: Path, progress: Progress) -> QuoteReading:
        found = files_in([path])
        origin: dict[str, Path] = {}
        readings: list[QuoteReading] = []
        for number, entry in enumerate(found):
            name = self.match(entry.stem)
            if name is None and len(found) == 1:
                readings.append(self._file(entry))
            elif name is None:
                readings.append(QuoteReading(empty_prices(), (self._unknown(entry.stem),)))
            elif name in origin:
                raise held_twice(name, origin[name], entry)
            else:
                origin[name] = entry
                readings.append(self._single(entry, name))
            progress(number + 1, len(found))
        return joined(readings)

    def _table(self, path: Path) -> FileTable:
        return read_table(
            path, self.exchange, lambda text: self.match(text) is not None, self.stated
        )

    def _file(self, path: Path) -> QuoteReading:
        """Read a long file, a wide file of closes or fields, or the file of one instrument."""
        table = self._table(path)
        codes = instruments_of(table, self.match)
        if codes is not None and (codes.nunique() > 1 or table.by_role("close") is None):
            return self._long(table, codes)
        if any(column.instrument and column.role for column in table.columns):
            meant = {self.match(c.instrument) for c in table.columns if c.role in PRICE_FIELDS}
            if len(meant) > 1 or meant == {None}:
                return self._stacked(table)
        if table.by_role("close") is not None:
            return self._one(table, self._inside(table, codes))
        return self._wide(table)

    def _single(self, path: Path, name: str) -> QuoteReading:
        """Read the file of one known instrument, which may stand among others in it."""
        table = self._table(path)
        codes = instruments_of(table, self.match)
        if codes is not None and codes.nunique() > 1:
            ids = {text: self.match(text) for text in codes.unique()}
            mine = (codes.map(ids) == name).to_numpy()
            if not mine.any():
                raise UserError(
                    "{path} holds several instruments, and none is {name}", path=path, name=name
                )
            others = ", ".join(codes[~mine].unique())
            details = {"file": path.name, "names": others}
            beside = Finding("other_instruments", name, details=details)
            own = self._one(only(table, mine), name)
            return joined([own, QuoteReading(empty_prices(), (beside,))])
        return self._one(table, name, codes)

    def _one(self, table: FileTable, name: str, codes: pd.Series | None = None) -> QuoteReading:
        """Read a table of one instrument; it must not name another."""
        said = [] if codes is None else codes.unique().tolist()
        wrong = [*self._contradicting(table, name, said)]
        fields = {column.role: column for column in table.columns if column.role in PRICE_FIELDS}
        plain = [column for column in table.columns if not column.role]
        if "close" not in fields:
            one = [c for c in table.columns if c.role not in NAMING]
            if len(one) != 1:
                raise no_close(table)
            fields, plain = {"close": one[0]}, []
            wrong += self._contradicting(table, name, [one[0].header])
        reading = tidy(table, fields, name)
        used = columns_used(table, fields)
        paid = table.by_role("dividend")
        if paid is not None and "dividend" in self.stated.columns:
            reinvest(reading.frame, numbers(table.values(paid))[0])
            used.append((paid, "dividend, reinvested at the close"))
        wrong += [*about(table), *ignored(table, plain, self.stated.columns)]
        return joined([told(table, wrong, name, used), reading])

    def _long(self, table: FileTable, codes: pd.Series) -> QuoteReading:
        ids = self._once(codes.unique(), table.path)
        fields = {column.role: column for column in table.columns if column.role in PRICE_FIELDS}
        if "close" not in fields:
            plain = [column for column in table.columns if not column.role]
            if len(plain) != 1:
                raise no_close(table)
            fields = {"close": plain[0]}
        reading = tidy(table, fields, codes.map(ids))
        spare = [c for c in table.columns if not c.role and c not in fields.values()]
        holds = f"{len({name for name in ids.values() if name})} instruments"
        said = [*self._strange(ids), *about(table), *ignored(table, spare)]
        return joined([told(table, said, holds, columns_used(table, fields)), reading])

    def _wide(self, table: FileTable) -> QuoteReading:
        columns = [c for c in table.columns if c.role not in NAMING]
        if not columns:
            raise UserError(
                "{path} has no column besides its dates; add one per instrument", path=table.path
            )
        texts = {column.header or column.instrument: column for column in columns}
        ids = self._once(texts, table.path)
        known = [(texts[text], name) for text, name in ids.items() if name is not None]
        if not known and len(columns) == 1:
            return self._one(table, self._inside(table, None))
        parts = [tidy(table, {"close": column}, name) for column, name in known]
        used = [(column, f"close of {name}") for column, name in known]
        said = [*self._strange(ids), *about(table)]
        return joined([*parts, told(table, said, f"{len(known)} instruments", used)])

    def _stacked(self, table: FileTable) -> QuoteReading:
        """Read a table with a field and an instrument above each column."""
        texts = dict.fromkeys(c.instrument for c in table.columns if c.instrument)
        ids = self._once(texts, table.path)
        parts, used = [], []
        for text, name in ids.items():
            fields = {c.role: c for c in table.columns if c.instrument == text and c.role}
            prices = {role: column for role, column in fields.items() if role in PRICE_FIELDS}
            if name is not None and "close" in prices:
                parts.append(tidy(table, prices, name))
                used += [(column, f"{role} of {name}") for role, column in prices.items()]
        spare = [c for c in table.columns if not c.role and ids.get(c.instrument)]
        said = [*self._strange(ids), *about(table), *ignored(table, spare)]
        return joined([*parts, told(table, said, f"{len(parts)} instruments", used)])

    def _inside(self, table: FileTable, codes: pd.Series | None) -> str:
        """Return the instrument a file is of by its name, else by what stands in it."""
        by_name = self.match(table.path.stem)
        inside = [] if codes is None else codes.unique().tolist()
        inside += [c.instrument for c in table.columns if c.instrument] + list(table.names)
        meant = [name for name in map(self.match, inside) if name is not None]
        name = by_name or (meant[0] if meant else None)
        if name is None:
            raise UserError(
                "{path} has no instrument column and no instrument of universe {universe} is "
                "called {stem}; rename the file or add the column",
                path=table.path,
                universe=self.universe.name,
                stem=table.path.stem,
            )
        for finding in self._contradicting(table, name, inside):
            raise UserError(finding.message)
        return name

    def _contradicting(self, table: FileTable, name: str, said: Sequence[str]) -> Iterable[Finding]:
        coded = [*said, *(c.instrument for c in table.columns if c.instrument)]
        for text in dict.fromkeys([*coded, *table.names]):
            meant, code = self.match(text), code_in(text) if text in coded else ""
            if text in coded and TICKER.fullmatch(text):
                code = text
            other = meant is None and code and code not in name
            if (meant is not None and meant != name) or other:
                details = {"file": table.path.name}
                yield Finding("wrong_instrument", name, value=text, details=details)
                return

    def _once(self, texts: Iterable[str], path: Path) -> dict[str, str | None]:
        """Return which instrument each text means, None for none; no two may mean the same."""
        ids = {text: self.match(text) for text in texts}
        meant: dict[str, str] = {}
        for text, name in ids.items():
            if name in meant:
                raise UserError(
                    "{path}: both {meant} and {text} mean {name}",
                    path=path,
                    meant=meant[name],
                    text=text,
                    name=name,
                )
            if name is not None:
                meant[name] = text
        return ids

    def _strange(self, ids: Mapping[str, str | None]) -> list[Finding]:
        return [self._unknown(text) for text, name in ids.items() if name is None]

    def _unknown(self, text: str) -> Finding:
        return Finding("unknown_instrument", text, details={"universe": self.universe.name})


def _no_overlap(path: Path, reading: QuoteReading, universe: Universe) -> UserError:
    names = [item.instrument for item in reading.findings if item.kind == "unknown_instrument"]
    listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    wanted = next(iter(universe.by_sector.values()))[0]
    return UserError(
        "{path} and universe {universe} have no overlap: it holds {listed}; name instruments as "
        "the universe does (as {wanted}) or choose another --universe",
        path=path,
        universe=universe.name,
        listed=listed or Note("no sector instrument"),
        wanted=wanted,
    )
