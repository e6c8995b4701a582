"""Run folders: a result as files other programs read.

Every file is written whole or not at all; what a killed process left half written does not count,
and the next writer sweeps it away.
"""

import json
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
from pandas.api.types import is_string_dtype

from backtest.atomic import DRAFTS, sweep, write_file, writing
from backtest.engine.result import BacktestResult
from backtest.errors import UserError
from backtest.render.plain import neutral
from backtest.views.page import Page

FILES = ("summary.json", "returns.csv", "weights.csv", "orders.csv", "regime.csv", "manifest.json")
# What `write_report` writes: English without a mark, other languages with theirs.
REPORT = re.compile(r"report(\.(?P<language>[a-z]{2}))?(\.html|\.pdf|\.xlsx|-[a-z0-9-]+\.png)")
FORMS = ("html", "pdf", "png", "xlsx")


def check_free(folder: Path, files: Sequence[str], *, force: bool) -> None:
    """Raise a `UserError` unless `folder` is new or empty.

    With `force` it may hold what is to be replaced, reports and `files` (names, or patterns of
    names); never anything else.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError("{folder} is a file; name a folder to write to", folder=folder)
    try:
        sweep(folder)
        held = sorted(
            entry.name
            for entry in (folder.iterdir() if folder.exists() else ())
            if not entry.match(DRAFTS)
        )
    except OSError as error:
        raise UserError(
            "{folder} cannot be read ({strerror}); name another",
            folder=folder,
            strerror=error.strerror,
        ) from error
    foreign = [name for name in held if not (_matches(name, files) or REPORT.fullmatch(name))]
    if foreign:
        raise UserError(
            "folder {folder} holds other files ({value} …); name a new or an empty folder",
            folder=folder,
            value=foreign[0],
        )
    if held and not force:
        raise UserError(
            "folder {folder} holds an earlier result ({value} …); add --force to replace all of "
            "it, or name a new folder",
            folder=folder,
            value=held[0],
        )


def write_files(
    folder: Path, files: Mapping[str, bytes | str], replaces: Sequence[str], *, force: bool
) -> None:
    """Write files to a folder that is new or empty, or with `force` holds what they replace.

    Raises
    ------
    UserError
        As `check_free`, and if nothing can be written there.
    """
    check_free(folder, replaces, force=force)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            earlier = _matches(path.name, replaces) and path.name not in files
            if earlier or REPORT.fullmatch(path.name):
                path.unlink()
        for name, content in files.items():
            write_file(folder / name, content.encode() if isinstance(content, str) else content)


def _matches(name: str, files: Sequence[str]) -> bool:
    return any(fnmatchcase(name, file) for file in files)


def write_run(result: BacktestResult, folder: Path, *, force: bool = False) -> None:
    """Write a result's six files to a folder, with `force` in place of those of an earlier run.

    Numbers are written so that they read back to the same bits.
    """
    files: dict[str, bytes | str] = {
        "summary.json": json_text(result.to_json()),
        "returns.csv": csv_text(result.returns.to_frame("return")),
        "weights.csv": csv_text(result.weights),
        "orders.csv": csv_text(result.orders, dated=False),
        "regime.csv": csv_text(result.regime.to_frame("regime")),
        "manifest.json": json_text(dict(result.manifest)),
    }
    write_files(folder, files, FILES, force=force)


def write_report(page: Page, folder: Path, form: str = "html") -> tuple[Path, ...]:
    """Write a report beside the files it is of, and return its files.

    It takes the place of an earlier one of the same form and language, and of no other.

    Parameters
    ----------
    form : "html", "pdf" or "png"
        One document, or a picture per chart.
    """
    name = "report" if page.language == "en" else f"report.{page.language}"
    if form == "html":
        from backtest.render.html import to_html

        files = {f"{name}.html": to_html(page).encode()}
    elif form == "pdf":
        from backtest.render.plots.pages import to_pdf

        files = {f"{name}.pdf": to_pdf(page)}
    else:
        from backtest.render.plots.chart import chart_png

        files = {f"{name}-{chart.id}.png": chart_png(chart, page.origin) for chart in page.charts}
    with writing(folder):
        for path in folder.iterdir():
            found = REPORT.fullmatch(path.name)
            same = found is not None and (found["language"] or "en") == page.language
            if same and path.suffix == f".{form}" and path.name not in files:
                path.unlink()
        for own, content in files.items():
            write_file(folder / own, content)
    return tuple(folder / own for own in files)


def csv_text(frame: pd.DataFrame, *, dated: bool = True) -> bytes:
    """Return a table as it is written to files: no cell of text is a formula to a spreadsheet.

    Parameters
    ----------
    dated : bool
        Whether the index is written, as the column "date".
    """
    safe = frame.rename(columns=lambda name: neutral(str(name)))
    for name in [name for name, kind in safe.dtypes.items() if is_string_dtype(kind)]:
        texts = {cell: neutral(cell) for cell in safe[name].unique() if isinstance(cell, str)}
        if any(cell != text for cell, text in texts.items()):
            safe[name] = safe[name].map(texts)
    return safe.to_csv(index=dated, index_label="date" if dated else None).encode()


def json_text(document: object) -> str:
    """Return a JSON document as it is written to files."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
