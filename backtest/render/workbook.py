"""A backtest as an Excel workbook: a sheet per table, numbers as numbers."""

import io
import re
import zipfile
from datetime import datetime

import pandas as pd

from backtest.engine.metrics import METRICS, monthly_returns
from backtest.engine.result import BacktestResult
from backtest.errors import UserError
from backtest.render.plain import neutral

MADE = (1980, 1, 1, 0, 0, 0)  # of every file in the archive: equal results give equal bytes


def to_workbook(result: BacktestResult) -> bytes:
    """Return the sheets summary, equity, weights, orders, halves, months and manifest.

    Raises
    ------
    UserError
        If openpyxl is not installed.
    """
    try:
        import openpyxl  # type: ignore[import-untyped]  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError(
            "a workbook needs openpyxl; run pip install 'nqp-rotation[excel]'"
        ) from error
    content = io.BytesIO()
    with pd.ExcelWriter(content, engine="openpyxl", datetime_format="yyyy-mm-dd") as writer:
        for name, table in _sheets(result).items():
            _safe(table).to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 1))
        writer.book.properties.creator = "nqp-rotation"
        writer.book.properties.created = writer.book.properties.modified = datetime(*MADE)
    return _dateless(content.getvalue())


def _sheets(result: BacktestResult) -> dict[str, pd.DataFrame]:
    figures = result.summary()
    summary = pd.DataFrame(
        {
            "figure": [METRICS[name].label if name in METRICS else name for name in figures],
            "value": list(figures.values()),
            "key": list(figures),
        }
    )
    growth = {"equity": result.equity, "return": result.returns, "held": result.regime}
    growth |= {f"return of {name}": returns for name, returns in result.benchmarks.items()}
    months = monthly_returns(result.returns)
    manifest = {key: str(value) for key, value in result.manifest.items()}
    return {
        "summary": summary,
        "equity": pd.DataFrame(growth).reset_index(names="date"),
        "weights": result.weights.reset_index(names="date"),
        "orders": result.orders,
        "halves": result.by_half().reset_index(names="half"),
        "months": pd.DataFrame({"month": months.index.astype(str), "return": months.to_numpy()}),
        "manifest": pd.DataFrame({"key": manifest.keys(), "value": manifest.values()}),
    }


def _safe(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is a formula to a spreadsheet."""
    told = table.rename(columns=lambda name: neutral(str(name)))
    texts = [name for name, kind in told.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    for name in texts:
        if not pd.api.types.is_datetime64_any_dtype(told[name]):
            told[name] = told[name].map(
                lambda cell: neutral(cell) if isinstance(cell, str) else cell
            )
    return told


def _dateless(content: bytes) -> bytes:
    """Return an archive whose entries carry no time of writing."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            told = old.read(entry.filename)
            if entry.filename == "docProps/core.xml":  # openpyxl writes the time of saving there
                told = re.sub(rb"[0-9]{4}-[0-9-]{5}T[0-9:]{8}Z", b"1980-01-01T00:00:00Z", told)
            new.writestr(info, told)
    return made.getvalue()
