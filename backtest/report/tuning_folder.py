"""Tuning folders: all trials, the best one, how far to believe it, and figures. Imports tuning.

Every file is written beside its name and moved into place.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from backtest.errors import UserError
from backtest.report.folder import check_holds_only, json_text, write_bytes
from backtest.tuning.maps import heat_map, plateau
from backtest.tuning.sweep import Sweep

FILES = ("trials.parquet", "best.json", "honesty.json", "heat_map.png", "switches.png")


def check_target(folder: Path) -> None:
    """Raise a `UserError` if `folder` holds anything but a tuning's own files."""
    check_holds_only(folder, FILES)


def write_tuning(swept: Sweep, folder: Path) -> None:
    """Write a sweep's files to a folder, replacing those of an earlier one.

    The heat-map is of the first two parameters, where there are two.
    """
    from backtest.report import plots

    check_target(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table = BytesIO()
        swept.trials.assign(plateau=plateau(swept)).to_parquet(table)
        write_bytes(folder / "trials.parquet", table.getvalue())
        document = swept.to_json()
        write_bytes(folder / "best.json", json_text(document["best"]).encode())
        write_bytes(folder / "honesty.json", json_text(document["honesty"]).encode())
        names = swept.variants.names
        if len(names) > 1 and not heat_map(swept, names[0], names[1]).empty:
            axes = plots.heat_map(swept, names[0], names[1])
            write_bytes(folder / "heat_map.png", plots.png(axes))
        write_bytes(folder / "switches.png", plots.png(plots.switch_raster(swept)))
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
