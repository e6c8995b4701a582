"""Which instrument each row of a table is of, by its codes, names, or what its cells say."""

from __future__ import annotations

import pandas as pd

from backtest.data.names import Match
from backtest.data.numerals import cell_text
from backtest.data.table import FileTable


def instruments_of(table: FileTable, match: Match) -> pd.Series | None:
    """Return what names the instrument of each row, None where nothing does.

    A column of codes or names by its header; else one whose cells name instruments.
    """
    coded, named = table.by_role("instrument"), table.by_role("name")
    others = [column for column in (*table.columns, *table.unnamed) if not column.role]
    for column in (coded, named, *others):
        if column is None:
            continue
        texts = table.values(column).map(_name)
        if column not in (coded, named) and texts.iloc[:20].map(_is_price).any():
            continue
        known = {text: match(text) for text in texts[texts != ""].unique()}
        found = sum(name is not None for name in known.values())
        if known and (column is coded or (found and (column is named or _mostly(known)))):
            return texts if (texts != "").all() else texts.where(texts != "").ffill()
    return None


def _name(cell: object) -> str:
    return cell_text(cell).removeprefix("=").strip("\"'")


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
