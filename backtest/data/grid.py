"""One file as a grid of cells: text of any usual encoding and delimiter, a workbook or Parquet.

What a file is, its content says, not its name: exports called .xls are often text. GB18030 is tried
before a guess by statistics, which takes short Chinese files for Korean.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from backtest.errors import UserError
from backtest.notes import Note

SUFFIXES = (
    *(".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls"),
    *(".parquet", ".pq", ".feather", ".arrow"),
)
DELIMITERS = ",\t;|"
SNIFFED_LINES = 60
# A century of daily prices of ten thousand instruments has fewer cells; a file that claims more
# is damaged, or made to use up the memory.
MOST_CELLS = 300_000_000
# A sheet with less than this share of the fullest one's cells tells about the data.
SHEET_OF_NOTES = 0.1
MOST_BYTES = 800_000_000
# How files begin that hold no table one can read safely, and what to do about each.
REFUSED = {
    b"\xd0\xcf\x11\xe0": "is a workbook of the old binary kind; save it as .xlsx or CSV",
    b"\x1f\x8b": "is compressed; unpack it first",
}
# A cell a spreadsheet is told to keep as text: ="000300".
AS_TEXT = re.compile(r"""(?<![^,;|\t\n"])"?="{1,2}([^",;|\t\n]*)"{1,2}"?(?![^,;|\t\n])""")
WEB_PAGE = re.compile(rb"<(!doctype|html|head|meta|style|table|div|\?xml)", re.IGNORECASE)
PICKLE = re.compile(rb"\x80[\x02-\x05]|\(dp|ccopy_reg|c__builtin__")
ENCODINGS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, eq=False)
class Cells:
    """A file's cells.

    Attributes
    ----------
    cells : DataFrame
        Columns numbered from 0; text from a text file, typed values from others.
    heads : tuple of tuple of str
        Header rows the format itself knows (Parquet); () where they stand among the cells.
    kind : str
        What the file was read as, in words.
    notes : tuple of str
        What was left out on the way, as further sheets of a workbook.
    """

    cells: pd.DataFrame
    heads: tuple[tuple[str, ...], ...] = ()
    kind: str = ""
    notes: tuple[str, ...] = ()


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Return files as they are, and of a folder the tables in it, by name.

    Raises
    ------
    UserError
        If a folder has none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [one for one in sorted(path.iterdir()) if not one.name.startswith(".")]
        tables = [one for one in inside if one.suffix.lower() in SUFFIXES]
        if not tables:
            for one in sorted(path.glob("*.p*k*l*")):
                read_grid(one)
            raise UserError(
                "folder {path} has no CSV, Excel or Parquet file; name another", path=path
            )
        found += tables
    return found


def read_grid(path: Path) -> Cells:
    """Read a file.

    Raises
    ------
    UserError
        If there is no such file, it is empty, or is nothing that can be read safely.
    """
    if not path.is_file():
        raise UserError("there is no file {path}; check the path", path=path)
    if path.stat().st_size > MOST_BYTES:
        raise _too_large(path, f"{path.stat().st_size / 1e9:.1f} GB")
    content = path.read_bytes()
    if not content.strip():
        raise UserError("{path} is empty; it needs a header and at least one row", path=path)
    if PICKLE.match(content):
        raise UserError(
            "{path} is a pickle, which can run any program when read; save the table as Parquet",
            path=path,
        )
    for start, says in REFUSED.items():
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            raise UserError("{path} {says}", path=path, says=Note(says))
    if WEB_PAGE.match(content.lstrip(b"\xef\xbb\xbf \r\n\t")):
        raise UserError("{path} is a web page or XML, not a table; save it as CSV", path=path)
    if content.startswith(b"PK"):
        return _workbook(content, path)
    if content.startswith((b"PAR1", b"ARROW1")) or path.suffix.lower() in (".parquet", ".pq"):
        return _columnar(content, path)
    return _text(content, path)


def _too_large(path: Path, size: str) -> UserError:
    return UserError(
        "{path} has {size}, more than a table of prices needs; cut it into files by instrument "
        "or by year and import their folder",
        path=path,
        size=size,
    )


def _text(content: bytes, path: Path) -> Cells:
    text, encoding = _decoded(content, path)
    lines = AS_TEXT.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    delimiter = _delimiter(lines)
    try:
        if delimiter == " ":
            rows = [re.split(r"\s+", line.strip()) for line in lines.splitlines()]
        else:
            rows = list(csv.reader(StringIO(lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UserError(
            "{path} is no table ({error}); check its quotes and separators", path=path, error=error
        ) from None
    width = max((len(row) for row in rows), default=0)
    cells = pd.DataFrame([row + [""] * (width - len(row)) for row in rows], dtype=object)
    named = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", " ": "blanks"}
    return Cells(cells, kind=f"text in {encoding}, separated by {named[delimiter]}")


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    marked = [name for mark, name in ENCODINGS.items() if content.startswith(mark)]
    for encoding in marked or ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding.removesuffix("-sig").upper()
    raise UserError("{path} is not UTF-8 or GB18030 text; save it as CSV in UTF-8", path=path)


def _delimiter(text: str) -> str:
    """Return the delimiter that splits most lines into the same number of cells."""
    head = "\n".join(text.split("\n", SNIFFED_LINES)[:SNIFFED_LINES])
    best, most = ",", 0
    for delimiter in DELIMITERS:
        # A stray quote is for the real reading to complain about.
        widths = Counter(len(row) for row in csv.reader(StringIO(head), delimiter=delimiter))
        agreeing = max((count for width, count in widths.items() if width > 1), default=0)
        if agreeing > most:
            best, most = delimiter, agreeing
    by_blanks = Counter(len(line.split()) for line in head.splitlines() if line.strip())
    if not most and max((n for width, n in by_blanks.items() if width > 1), default=0) > 1:
        return " "
    return best


def _workbook(content: bytes, path: Path) -> Cells:
    try:
        import openpyxl  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise UserError(
            "{path} is a workbook, which needs openpyxl; pip install 'nqp-rotation[excel]' or "
            "save it as CSV",
            path=path,
        ) from error
    try:
        with ZipFile(BytesIO(content)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
        if unpacked > MOST_BYTES:
            raise _too_large(path, f"{unpacked / 1e9:.1f} GB unpacked")
        sheets = pd.read_excel(
            BytesIO(content), sheet_name=None, header=None, dtype=object, engine="openpyxl"
        )
    except UserError:
        raise
    except Exception as error:
        raise UserError("{path} is no readable workbook; save it as CSV", path=path) from error
    filled = {name: int(cells.notna().to_numpy().sum()) for name, cells in sheets.items()}
    most = max(filled.values(), default=0)
    if most < 2:
        raise UserError("{path} is empty; it needs a header and at least one row", path=path)
    chosen = next(name for name, count in filled.items() if count > most * SHEET_OF_NOTES)
    left = [str(name) for name, count in filled.items() if count > 1 and name != chosen]
    notes = (f"only its sheet {chosen} was read, not {', '.join(left)}",) if left else ()
    cells = sheets[chosen].dropna(how="all").dropna(how="all", axis=1)
    cells = cells.set_axis(range(cells.shape[1]), axis=1).reset_index(drop=True)
    return Cells(cells.astype(object), kind=f"sheet {chosen} of a workbook", notes=notes)


def _columnar(content: bytes, path: Path) -> Cells:
    try:
        if content.startswith(b"ARROW1"):
            batches = pa.ipc.open_file(BytesIO(content))
            columns = len(batches.schema)
            rows = sum(
                batches.get_batch(number).num_rows for number in range(batches.num_record_batches)
            )
        else:
            held = pq.ParquetFile(BytesIO(content)).metadata
            rows, columns = held.num_rows, held.num_columns
        if rows * max(columns, 1) > MOST_CELLS:
            raise _too_large(path, f"{rows:,} rows of {columns:,} columns")
        if content.startswith(b"ARROW1"):
            frame, kind = pd.read_feather(BytesIO(content)), "Feather"
        else:
            frame, kind = pd.read_parquet(BytesIO(content)), "Parquet"
    except UserError:
        raise
    except Exception as error:
        raise UserError("{path} is no readable Parquet file; write it again", path=path) from error
    levels = frame.columns.nlevels
    if not isinstance(frame.index, pd.RangeIndex):
        names = [
            f"\x00{number}" if level is None else level
            for number, level in enumerate(frame.index.names)
        ]
        index = pd.DataFrame(
            {number: frame.index.get_level_values(number) for number in range(len(names))}
        ).set_axis(_spread(names, levels), axis=1)
        frame = pd.concat([index, frame.reset_index(drop=True)], axis=1)
    if frame.empty:
        raise UserError("{path} is empty; it needs a header and at least one row", path=path)
    named = [header if isinstance(header, tuple) else (header,) for header in frame.columns]
    heads = tuple(tuple(_header(row[level]) for row in named) for level in range(levels))
    cells = frame.set_axis(range(frame.shape[1]), axis=1)
    return Cells(cells.apply(_plain_column), heads, kind)


def _spread(names: list[Any], levels: int) -> Any:
    if levels == 1:
        return pd.Index(names, dtype=object)
    return pd.MultiIndex.from_tuples([(name, *[""] * (levels - 1)) for name in names])


def _header(name: Any) -> str:
    text = str(name)
    return "" if text.startswith(("\x00", "Unnamed: ")) else text.strip()


def _plain_column(column: pd.Series) -> pd.Series:
    """Return categories as what they name."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(column.cat.categories.dtype)
    return column
