"""Index folders: a composite index as a file other programs read, and its pictures.

Every file is written beside its name and moved into place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backtest.atomic import write_file
from backtest.errors import UserError
from backtest.evidence.composite_sensitivity import OUTCOMES
from backtest.notes import Note
from backtest.records.folder import check_free, json_text
from backtest.views.page import Page

PICTURES = ("index", "pillars", "contributions", "coverage")  # ids of charts
VARIED = tuple(f"sensitivity-{name}" for name in OUTCOMES)
FILES = ("index.json", *(f"{name.replace('-', '_')}.png" for name in (*PICTURES, *VARIED)))


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless an index can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def left_out(page: Page) -> Note | None:
    """Return which pictures an index's page has nothing to draw in; None if it has them all."""
    drawn = {chart.id for chart in page.charts}
    missing = [f"{name}.png" for name in PICTURES if name not in drawn]
    if not missing:
        return None
    return Note("pictures left out, with nothing to draw: {names}", names=", ".join(missing))


def write_index(
    document: Mapping[str, Any], pages: Sequence[Page], folder: Path, *, force: bool = False
) -> None:
    """Write an index's files to a folder, with `force` in place of those of an earlier one.

    Parameters
    ----------
    document : mapping
        What `nqp index --json` prints.
    pages : sequence of Page
        Whose charts are written as pictures.
    """
    from backtest.render.plots.chart import chart_png

    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / "index.json", json_text(document).encode())
        drawn = set()
        for page in pages:
            for chart in page.charts:
                drawn.add(name := f"{chart.id.replace('-', '_')}.png")
                write_file(folder / name, chart_png(chart, page.origin))
        for name in FILES:
            if name.endswith(".png") and name not in drawn:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
