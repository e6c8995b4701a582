"""Files of prices as one tidy frame: a folder, a long or wide file, or one instrument's.

Frames are returned in the order of the files: what is unordered or stands twice is for `quality`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.data.dates import Exchange
from backtest.data.description import Description, described
from backtest.data.finding import Finding
from backtest.data.grid import SUFFIXES
from backtest.data.head import Column
from backtest.data.names import Match, code_in, matcher
from backtest.data.numerals import numbers
from backtest.data.raw import PRICE_COLUMNS, PRICE_FIELDS, empty_prices
from backtest.data.stated import Stated
from backtest.data.table import Table, read_table
from backtest.errors import UserError
from backtest.market.universe import Universe

Progress = Callable[[int, int], None]
# Columns that say which instrument a row is of, or when it came out: no prices, but not ignored.
NAMING = ("instrument", "name", "date")


def silent(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, eq=False)
class Reading:
    """A tidy frame in the order of its files, what is to be said, and what files were taken for."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    files: tuple[Description, ...] = ()


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

    def prices(self, path: Path, *, progress: Progress = silent) -> Reading:
        """Read a folder, or one file of many instruments or one.

        Returns
        -------
        Reading
            `PRICE_COLUMNS`; a finding per instrument the universe does not know, per column that
            is not used, and per text where a number should stand.

        Raises
        ------
        UserError
            If there is nothing to read, or no instrument of the universe in it.
        """
        reading = self._folder(path, progress) if path.is_dir() else self._file(path)
        with_sector = {name for names in self.universe.by_sector.values() for name in names}
        if not with_sector & set(reading.frame["instrument"]):
            raise UserError(_no_overlap(path, reading, self.universe))
        return reading

    def benchmark(self, path: Path) -> Reading:
        """Read one file as the universe's benchmark."""
        return self._single(path, self.universe.benchmark)

    def bond(self, path: Path) -> Reading:
        """Read one file as the bond of the universe it is named after, else as the first one."""
        if not self.universe.bonds:
            raise UserError(
                f"universe {self.universe.name} names no bond; leave out --bond or add bonds to "
                f"the universe"
            )
        named = self.match(path.stem)
        bonds = self.universe.bonds
        return self._single(path, named if named in bonds else bonds[0])

    def _folder(self, path: Path, progress: Progress) -> Reading:
        found = [
            entry
            for entry in sorted(path.iterdir())
            if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".")
        ]
        if not found:
            raise UserError(
                f"folder {path} has no CSV, Excel or Parquet file; name the folder that has them"
            )
        origin: dict[str, Path] = {}
        readings: list[Reading] = []
        for number, entry in enumerate(found):
            name = self.match(entry.stem)
            if name is None and len(found) == 1:
                readings.append(self._file(entry))
            elif name is None:
                readings.append(Reading(empty_prices(), (self._unknown(entry.stem),)))
            elif name in origin:
                raise UserError(f"both {origin[name]} and {entry} hold {name}; remove one")
            else:
                origin[name] = entry
                readings.append(self._single(entry, name))
            progress(number + 1, len(found))
        return _joined(readings)

    def _table(self, path: Path) -> Table:
        return read_table(
            path, self.exchange, lambda text: self.match(text) is not None, self.stated
        )

    def _file(self, path: Path) -> Reading:
        """Read a long file, a wide file of closes or fields, or the file of one instrument."""
        table = self._table(path)
        codes = self._codes(table)
        if codes is not None and (codes.nunique() > 1 or table.by_role("close") is None):
            return self._long(table, codes)
        if any(column.instrument and column.role for column in table.columns):
            meant = {self.match(c.instrument) for c in table.columns if c.role in PRICE_FIELDS}
            if len(meant) > 1 or meant == {None}:
                return self._stacked(table)
        if table.by_role("close") is not None:
            return self._one(table, self._inside(table, codes))
        return self._wide(table)

    def _single(self, path: Path, name: str) -> Reading:
        """Read the file of one known instrument, which may stand among others in it."""
        table = self._table(path)
        codes = self._codes(table)
        if codes is not None and codes.nunique() > 1:
            mine = (
                codes.map({text: self.match(text) for text in codes.unique()}) == name
            ).to_numpy()
            if not mine.any():
                raise UserError(f"{path} holds several instruments, and none is {name}")
            return self._one(_only(table, mine), name)
        return self._one(table, name, codes)

    def _one(self, table: Table, name: str, codes: pd.Series | None = None) -> Reading:
        """Read a table of one instrument; what it says of itself must not be another one."""
        said = [] if codes is None else codes.unique().tolist()
        wrong = [*self._contradicting(table, name, said)]
        fields = {column.role: column for column in table.columns if column.role in PRICE_FIELDS}
        plain = [column for column in table.columns if not column.role]
        if "close" not in fields:
            one = [c for c in table.columns if c.role not in NAMING]
            if len(one) != 1:
                raise UserError(
                    f"{table.path} has no close column (its columns are date, {table.headers}); "
                    f"call one of them close or 收盘, or say --as close=COLUMN"
                )
            fields, plain = {"close": one[0]}, []
            wrong += self._contradicting(table, name, [one[0].header])
        reading = _tidy(table, fields, pd.Series(name, index=table.cells.index))
        used = [(column, role) for role, column in fields.items()]
        used += [(column, column.role) for column in table.columns if column.role in NAMING]
        return Reading(
            reading.frame,
            (*wrong, *about(table), *_ignored(table, plain), *reading.findings),
            (described(table, name, used),),
        )

    def _long(self, table: Table, codes: pd.Series) -> Reading:
        ids = {text: self.match(text) for text in codes.unique()}
        self._once(ids, table.path)
        fields = {column.role: column for column in table.columns if column.role in PRICE_FIELDS}
        if "close" not in fields:
            plain = [column for column in table.columns if not column.role]
            if len(plain) != 1:
                raise UserError(
                    f"{table.path} has no close column (its columns are date, {table.headers}); "
                    f"call one of them close or 收盘, or say --as close=COLUMN"
                )
            fields = {"close": plain[0]}
        reading = _tidy(table, fields, codes.map(ids))
        spare = [c for c in table.columns if not c.role and c not in fields.values()]
        used = [(column, role) for role, column in fields.items()]
        used += [(column, column.role) for column in table.columns if column.role in NAMING]
        holds = f"{len({name for name in ids.values() if name})} instruments"
        return Reading(
            reading.frame,
            (
                *(self._unknown(text) for text, name in ids.items() if name is None),
                *(*about(table), *_ignored(table, spare), *reading.findings),
            ),
            (described(table, holds, used),),
        )

    def _wide(self, table: Table) -> Reading:
        columns = [c for c in table.columns if c.role not in NAMING]
        if not columns:
            raise UserError(f"{table.path} has no column besides its dates; add one per instrument")
        texts = {column.header or column.instrument: column for column in columns}
        ids = {text: self.match(text) for text in texts}
        self._once(ids, table.path)
        known = [(texts[text], name) for text, name in ids.items() if name is not None]
        if not known and len(columns) == 1:
            raise UserError(self._unnamed(table.path))
        parts = [
            _tidy(table, {"close": column}, pd.Series(name, index=table.cells.index))
            for column, name in known
        ]
        used = [(column, f"close of {name}") for column, name in known]
        unknown = [self._unknown(text) for text, name in ids.items() if name is None]
        whole = _joined([*parts, Reading(empty_prices(), (*unknown, *about(table)))])
        return Reading(
            whole.frame, whole.findings, (described(table, f"{len(known)} instruments", used),)
        )

    def _stacked(self, table: Table) -> Reading:
        """Read a table with a field and an instrument above each column."""
        texts = list(dict.fromkeys(c.instrument for c in table.columns if c.instrument))
        ids = {text: self.match(text) for text in texts}
        self._once(ids, table.path)
        parts, used = [], []
        for text, name in ids.items():
            fields = {c.role: c for c in table.columns if c.instrument == text and c.role}
            prices = {role: column for role, column in fields.items() if role in PRICE_FIELDS}
            if name is not None and "close" in prices:
                parts.append(_tidy(table, prices, pd.Series(name, index=table.cells.index)))
                used += [(column, f"{role} of {name}") for role, column in prices.items()]
        unknown = [self._unknown(text) for text, name in ids.items() if name is None]
        spare = [c for c in table.columns if not c.role and ids.get(c.instrument)]
        said = (*unknown, *about(table), *_ignored(table, spare))
        whole = _joined([*parts, Reading(empty_prices(), said)])
        return Reading(
            whole.frame, whole.findings, (described(table, f"{len(parts)} instruments", used),)
        )

    def _codes(self, table: Table) -> pd.Series | None:
        """Return what names the instrument of each row, None where nothing does.

        A column of codes or names by its header; else one whose cells name instruments.
        """
        coded, named = table.by_role("instrument"), table.by_role("name")
        others = [column for column in (*table.columns, *table.unnamed) if not column.role]
        for column in (coded, named, *others):
            if column is None:
                continue
            texts = table.values(column).map(_plain)
            if column not in (coded, named) and texts.iloc[:20].map(_is_price).any():
                continue
            known = {text: self.match(text) for text in texts[texts != ""].unique()}
            found = sum(name is not None for name in known.values())
            if known and (column is coded or (found and (column is named or _mostly(known)))):
                return texts if (texts != "").all() else texts.where(texts != "").ffill()
        return None

    def _inside(self, table: Table, codes: pd.Series | None) -> str:
        """Return the instrument a file is of by its name, else by what stands in it."""
        by_name = self.match(table.path.stem)
        inside = [] if codes is None else codes.unique().tolist()
        inside += [c.instrument for c in table.columns if c.instrument] + list(table.names)
        meant = [name for name in map(self.match, inside) if name is not None]
        name = by_name or (meant[0] if meant else None)
        if name is None:
            raise UserError(self._unnamed(table.path))
        for finding in self._contradicting(table, name, inside):
            raise UserError(f"{finding.message}")
        return name

    def _contradicting(self, table: Table, name: str, said: Sequence[str]) -> Iterable[Finding]:
        coded = [*said, *(c.instrument for c in table.columns if c.instrument)]
        for text in dict.fromkeys([*coded, *table.names]):
            meant, code = self.match(text), code_in(text) if text in coded else ""
            other = meant is None and code and code not in name
            if (meant is not None and meant != name) or other:
                details = {"file": table.path.name}
                yield Finding("wrong_instrument", name, value=text, details=details)
                return

    def _once(self, ids: dict[str, str | None], path: Path) -> None:
        meant: dict[str, str] = {}
        for text, name in ids.items():
            if name in meant:
                raise UserError(f"{path}: both {meant[name]} and {text} mean {name}")
            if name is not None:
                meant[name] = text

    def _unknown(self, text: str) -> Finding:
        return Finding("unknown_instrument", text, details={"universe": self.universe.name})

    def _unnamed(self, path: Path) -> str:
        return (
            f"{path} has no instrument column and no instrument of universe {self.universe.name} "
            f"is called {path.stem}; rename the file or add the column"
        )


def replaced(prices: Reading, single: Reading) -> Reading:
    """Add one instrument's prices, in place of those that were there."""
    name = str(single.frame["instrument"].iloc[0])
    here = prices.frame["instrument"] == name
    findings = [finding for finding in prices.findings if finding.instrument != name]
    if here.any():
        findings.append(Finding("replaced", name))
    frame = pd.concat([prices.frame[~here], single.frame], ignore_index=True)
    return Reading(frame, (*findings, *single.findings), (*prices.files, *single.files))


def _only(table: Table, rows: np.ndarray) -> Table:
    days = table.dates.days[rows].reset_index(drop=True)
    return replace(
        table,
        cells=table.cells[rows].reset_index(drop=True),
        dates=replace(table.dates, days=days),
    )


def _joined(readings: Sequence[Reading]) -> Reading:
    frames = [reading.frame for reading in readings if len(reading.frame)]
    return Reading(
        pd.concat(frames, ignore_index=True) if frames else empty_prices(),
        tuple(finding for reading in readings for finding in reading.findings),
        tuple(item for reading in readings for item in reading.files),
    )


def _tidy(table: Table, fields: dict[str, Column], names: pd.Series) -> Reading:
    """Return the rows that have an instrument as `PRICE_COLUMNS`."""
    known = names.notna()
    read = {"instrument": names[known].astype("str"), "date": table.dates.days[known]}
    findings: list[Finding] = []
    for field, column in fields.items():
        cells = table.values(column)[known]
        values, wrong = numbers(cells, words=field in ("volume", "amount"))
        read[field] = pd.Series(values, index=cells.index)
        kind = "no_number" if field in ("volume", "amount") else "not_a_number"
        for row in np.flatnonzero(wrong):
            when, text = read["date"].iloc[row].date(), str(cells.iloc[row])
            name = str(read["instrument"].iloc[row])
            findings.append(Finding(kind, name, when, text, {"field": field}))
    frame = pd.DataFrame(read).reindex(columns=list(PRICE_COLUMNS)).reset_index(drop=True)
    return Reading(frame, (*findings, *_without_zeros(frame)))


def _without_zeros(frame: pd.DataFrame) -> Iterable[Finding]:
    """Take 0 beside a positive close for none, in place, and say so."""
    shown = ["open", "high", "low"]
    zero = frame[shown].eq(0.0) & (frame["close"] > 0.0).to_numpy()[:, None]
    if not zero.any(axis=None):
        return
    for name, rows in frame.groupby("instrument", sort=False):
        mine = zero.loc[rows.index]
        hit = mine.any(axis=1)
        if hit.any():
            fields = ", ".join(field for field in shown if mine[field].any())
            first = rows["date"][hit].iloc[0].date()
            yield Finding("zero_prices", str(name), first, int(hit.sum()), {"fields": fields})
    frame[shown] = frame[shown].mask(zero)


def about(table: Table) -> Iterable[Finding]:
    """Say what was dropped or concluded while a file was read."""
    name = table.path.name
    if table.dropped:
        more = f" (and {len(table.dropped) - 3} more)" if len(table.dropped) > 3 else ""
        rows = "; ".join(table.dropped[:3]) + more
        yield Finding("dropped_rows", name, value=len(table.dropped), details={"rows": rows})
    if table.dates.note:
        yield Finding("moved_days", name, details={"what": table.dates.note})
    for note in table.notes:
        yield Finding("left_out", name, details={"what": note})


def _ignored(table: Table, columns: Sequence[Column]) -> Iterable[Finding]:
    headers = [column.header for column in columns if column.header]
    headers += [
        c.header for c in table.columns if c.role and c.role not in (*PRICE_FIELDS, *NAMING)
    ]
    if headers:
        said = ", ".join(headers[:12]) + (", …" if len(headers) > 12 else "")
        details = {"columns": said}
        yield Finding("ignored_columns", table.path.name, value=len(headers), details=details)


def _mostly(known: dict[str, str | None]) -> bool:
    """Whether most texts of a column name instruments; numbers that happen to do not count."""
    texts = [text for text in known if not _is_price(text)]
    found = sum(known[text] is not None for text in texts)
    return len(texts) == len(known) and 2 * found >= len(texts)


def _is_price(text: str) -> bool:
    """Whether a text is a number that is no code: with a point, or not of six digits."""
    bare = text.replace(",", "").removesuffix("%")
    return bare.replace(".", "", 1).lstrip("+-").isdigit() and not (
        len(text) == 6 and text.isdigit()
    )


def _plain(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) else str(cell).strip()


def _no_overlap(path: Path, reading: Reading, universe: Universe) -> str:
    names = [item.instrument for item in reading.findings if item.kind == "unknown_instrument"]
    listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    wanted = next(iter(universe.by_sector.values()))[0]
    return (
        f"{path} and universe {universe.name} have no overlap: it holds "
        f"{listed or 'no sector instrument'}; name instruments as the universe does "
        f"(as {wanted}) or choose another --universe"
    )
