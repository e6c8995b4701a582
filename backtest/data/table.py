"""One CSV or Parquet file as a table with dates.

What a spreadsheet, a terminal or a Chinese data vendor may have written is read as it stands:
UTF-8 with or without its mark, GB18030, commas, tabs or semicolons, English or Chinese headers.
"""

from __future__ import annotations

import re
import warnings
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.errors import UserError

SUFFIXES = (".csv", ".txt", ".parquet", ".pq")

# English and Chinese headers by the name used here; compared without case, blanks and units.
HEADERS = {
    "date": "datetime time timestamp trade_date tradedate trading_date day observation_date "
    "日期 交易日期 交易日 时间",
    "instrument": "code symbol ticker ts_code index_code 代码 证券代码 指数代码 基金代码 股票代码",
    "open": "开盘 开盘价 开盘指数",
    "high": "最高 最高价 最高指数",
    "low": "最低 最低价 最低指数",
    "close": "收盘 收盘价 收盘指数",
    "volume": "vol 成交量",
    "amount": "money value_traded 成交额 成交金额",
}
CANONICAL = {alias: name for name, aliases in HEADERS.items() for alias in (name, *aliases.split())}
BLANK = ("", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "none")

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


def read_table(path: Path) -> pd.DataFrame:
    """Read a file whose rows are dated.

    Returns
    -------
    DataFrame
        Column `date` (tz-naive, in the file's own time zone, without a time of day); the others
        keep their headers and, from a CSV, their text. In the order of the file.

    Raises
    ------
    UserError
        If there is no such file, or it is empty, unreadable, or has no readable dates.
    """
    if not path.is_file():
        raise UserError(f"there is no file {path}; check the path")
    if path.suffix.lower() not in SUFFIXES:
        raise UserError(f"{path} is neither CSV nor Parquet; save it as one of these")
    table = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path)
    if table.empty:
        raise UserError(f"{path} is empty; it needs a header and at least one row")
    named = _with_date(table, path)
    return named.assign(date=_dates(named["date"], path))


def price_columns(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Rename the headers that mean instrument, open, high, low, close, volume or amount."""
    renamed = {header: _canonical(header) for header in table.columns}
    for name in HEADERS:
        twice = [header for header, meant in renamed.items() if meant == name]
        if len(twice) > 1:
            raise UserError(
                f"{path} has two columns for {name} ({' and '.join(twice)}); remove one"
            )
    return table.rename(columns=renamed)


def numbers(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers; blanks are NaN.

    Returns
    -------
    values, wrong
        Values, NaN where there is none, and where text or infinity stands for a number.

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "", "1,234.5", "n/a", "x"]))[0].tolist()
    [1.5, nan, 1234.5, nan, nan]
    """
    if column.dtype.kind in "iuf":
        values, wrong = column.to_numpy(dtype=float, na_value=np.nan), np.zeros(len(column), bool)
    else:
        cells = column.to_numpy(dtype=object)
        try:
            # Python's float is exact to the last bit; pandas' own parsers are not.
            values, wrong = cells.astype(float), np.zeros(len(column), bool)
        except (TypeError, ValueError):
            read = [_number(cell) for cell in cells]
            values = np.array([value for value, _ in read])
            wrong = np.array([failed for _, failed in read])
    wrong = wrong | np.isinf(values)
    return np.where(wrong, np.nan, values), wrong


def read_days(column: pd.Series, path: Path) -> pd.Series:
    """Read days of which some may be blank, as NaT; what is neither is a mistake of the file."""
    blank = column.isna() | column.astype(str).str.strip().str.lower().isin([*BLANK, "nat"])
    days = pd.Series(pd.NaT, index=column.index, dtype="datetime64[ns]")
    days[~blank] = _dates(column[~blank], path)
    return days


def _number(cell: Any) -> tuple[float, bool]:
    text = "" if cell is None else str(cell).strip()
    if text.lower() in BLANK or cell is pd.NA:
        return np.nan, False
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        return float(text), False
    except ValueError:
        return np.nan, True


def _parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(BytesIO(_content(path)))
    except (OSError, ValueError, NotImplementedError) as error:
        raise UserError(f"{path} is no readable Parquet file; write it again") from error
    if isinstance(table.index, pd.DatetimeIndex):
        table = table.rename_axis("date").reset_index()
    elif any(table.index.names):
        table = table.reset_index()
    return table.rename(columns=str)


def _csv(path: Path) -> pd.DataFrame:
    text = _text(path)
    header = text.lstrip().partition("\n")[0]
    delimiter = max(",", "\t", ";", key=header.count)
    try:
        with warnings.catch_warnings():
            # A row longer than the header is no more than a warning to pandas.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                StringIO(text),
                sep=delimiter,
                dtype=str,
                keep_default_na=False,
                skipinitialspace=True,
                index_col=False,
            )
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        why = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise UserError(f"{path} is no table ({why}); give every row the same columns") from error
    # A header that stands twice comes out of pandas with .1 behind it.
    twice = [name for name in table.columns if f"{name}.1" in table.columns]
    if twice:
        raise UserError(f"{path} has two columns called {twice[0]}; remove one")
    return table


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check the file") from error


def _text(path: Path) -> str:
    content = _content(path)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise UserError(f"{path} is not UTF-8 or GB18030 text; save it as CSV in UTF-8")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserError(f"{path} is not UTF-8 or GB18030 text; save it as CSV in UTF-8")


def _canonical(header: str) -> str:
    bare = re.sub(r"\s*[(（].*?[)）]$", "", header.strip())
    return CANONICAL.get(bare.lower().replace(" ", "_"), header)


def _with_date(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    headers = [str(header).strip().strip("\ufeff") for header in table.columns]
    table = table.set_axis(headers, axis=1)
    dates = [header for header in headers if _canonical(header) == "date"]
    unnamed = [header for header in headers if header.startswith("Unnamed: ")]
    if len(dates) > 1:
        raise UserError(f"{path} has two date columns ({' and '.join(dates)}); remove one")
    if not dates and headers[0] in unnamed:
        dates = unnamed[:1]
    if not dates:
        raise UserError(
            f"{path} has no date column (its columns are {', '.join(headers[:8])}); "
            f"call one of them date or 日期"
        )
    rest = [header for header in unnamed if header not in dates]
    return table.drop(columns=rest).rename(columns={dates[0]: "date"})


def _dates(column: pd.Series, path: Path) -> pd.Series:
    """Read dates that put the year first; others are ambiguous and refused."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    if column.dtype.kind == "M":
        read = column.dt.normalize()
    else:
        text = column.astype(str).str.strip()
        read = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        if read.isna().any():
            parts = text.str.extract(
                r"^(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?|(\d\d)(\d\d))$"
            )
            written = parts[0] + "-" + parts[1].fillna(parts[3]) + "-" + parts[2].fillna(parts[4])
            read = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    wrong = np.flatnonzero(read.isna() | ~read.dt.year.between(1900, 2200))
    if len(wrong):
        raise UserError(
            f"{path}: row {wrong[0] + 1} has {str(column.iloc[wrong[0]])!r} for its date, "
            f"which is none; write dates as 2024-06-28"
        )
    return pd.Series(read.to_numpy(dtype="datetime64[ns]"), index=column.index)
