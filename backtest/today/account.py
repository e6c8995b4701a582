"""Account: the units and the cash a person has, and the file they are read from."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd

from backtest.errors import UserError, suggest
from backtest.market import Market
from backtest.notes import Note

COLUMNS = ("instrument", "units")
LARGEST_BYTES = 10_000_000


@dataclass(frozen=True)
class Account:
    """Units held by instrument, and cash in the market's currency."""

    cash: float = 0.0
    units: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (isfinite(self.cash) and self.cash >= 0):
            raise UserError("the capital was {cash}; give an amount of 0 or more", cash=self.cash)
        for name, count in self.units.items():
            if not (isfinite(count) and count >= 0):
                raise UserError(
                    "the units of {name} were {count}; give a number of 0 or more",
                    name=name,
                    count=count,
                )

    def shares(self, market: Market) -> np.ndarray:
        """Return the units in the order of the market's instruments.

        Raises
        ------
        UserError
            If something held is no instrument of the market, has no price, or is not whole where
            the market trades in lots; or if there is neither cash nor anything held.
        """
        for name, count in self.units.items():
            if name not in market.close.columns:
                raise UserError(
                    "market {market} has no prices of {name!r}; {suggestion}",
                    market=market.name,
                    name=name,
                    suggestion=suggest(name, market.instruments),
                )
            if pd.isna(market.close[name].iloc[-1]) and count > 0:
                raise UserError(
                    "{name} is held but has no price in market {market} yet; leave it out",
                    name=name,
                    market=market.name,
                )
            if market.universe.by_id[name].lot > 0 and count != int(count):
                raise UserError(
                    "the units of {name} were {count}; it trades in whole units only",
                    name=name,
                    count=count,
                )
        held = np.array([self.units.get(name, 0.0) for name in market.instruments])
        if self.cash == 0 and not held.any():
            raise UserError("there is neither cash nor a holding to trade; give --capital")
        return held


def read_account(path: Path, cash: float = 0.0) -> Account:
    """Read an account from a CSV with the columns `instrument` and `units`.

    Raises
    ------
    UserError
        If there is no such file, or a row of it cannot be meant; the sentence names the row.
    """
    rows = _rows(path)
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        has = ", ".join(header)[:200]
        raise UserError(
            "{path} needs the columns instrument and units (it has {has}); write a header "
            "'instrument,units' and a row for each holding",
            path=path,
            has=has or Note("nothing"),
        )
    units: dict[str, float] = {}
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(COLUMNS):
            raise UserError(
                "{path}: row {number} has {count} cells; give instrument and units",
                path=path,
                number=number,
                count=len(row),
            )
        entry = dict(zip(header, (cell.strip() for cell in row), strict=True))
        name = entry["instrument"]
        if not name:
            raise UserError(
                "{path}: row {number} names no instrument; name one", path=path, number=number
            )
        if name in units:
            raise UserError(
                "{path}: row {number} has {name!r} again; give each instrument once",
                path=path,
                number=number,
                name=name,
            )
        units[name] = _count(entry["units"], Note("{path}: row {number}", path=path, number=number))
    return Account(cash, units)


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        raise UserError(
            "there is no file {path}; give a CSV with the columns instrument, units", path=path
        )
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(
                "{path} is too large for a list of holdings; name another file", path=path
            )
        text = path.read_text(encoding="utf-8-sig")
        return [row for row in csv.reader(StringIO(text)) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError("{path} is no readable CSV in UTF-8; save it as one", path=path) from error


def _count(text: str, where: Note) -> float:
    try:
        count = float(text)
    except ValueError:
        count = float("nan")
    if not (isfinite(count) and count >= 0):
        raise UserError(
            "{where} has {text!r} for units; give a number of 0 or more, as 1200",
            where=where,
            text=text[:40],
        )
    return count
