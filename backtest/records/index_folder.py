"""Index folders: a composite index as a file other programs read, and its pictures.

Every file is written beside its name and moved into place.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backtest.notes import Note
from backtest.records.folder import json_text, write_files
from backtest.views.page import Page

PICTURES = ("index", "pillars", "contributions", "coverage")  # ids of charts
FILES = ("index.json", *(f"{name}.png" for name in PICTURES), "sensitivity_*.png")


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

    files: dict[str, bytes | str] = {"index.json": json_text(document)}
    for page in pages:
        for chart in page.charts:
            files[f"{chart.id.replace('-', '_')}.png"] = chart_png(chart, page.origin)
    write_files(folder, files, FILES, force=force)
