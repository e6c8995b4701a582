"""Index folders: a composite index as a file other programs read, and its pictures.

Imports the composite. Every file is written beside its name and moved into place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.composite import Composite
from backtest.errors import UserError
from backtest.evidence.composite_sensitivity import OUTCOMES, CompositeSensitivity
from backtest.report.folder import check_holds_only, json_text, write_bytes

PICTURES = ("index.png", "pillars.png", "contributions.png", "coverage.png")
FILES = ("index.json", *PICTURES, *(f"sensitivity_{name}.png" for name in OUTCOMES))


def check_target(folder: Path) -> None:
    """Raise a `UserError` if `folder` holds anything but an index's own files."""
    check_holds_only(folder, FILES)


def write_index(
    found: Composite,
    document: Mapping[str, Any],
    folder: Path,
    *,
    since: pd.Timestamp,
    sensitivity: CompositeSensitivity | None = None,
) -> None:
    """Write an index's files to a folder, replacing those of an earlier one.

    Parameters
    ----------
    document : mapping
        What `nqp index --json` prints.
    since : Timestamp
        Contributions are those to the moves after it.
    """
    from backtest.report import plots
    from backtest.report.plots.fonts import fonts

    check_target(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / "index.json", json_text(document).encode())
        with fonts():
            drawn = {
                "index": plots.composite_index(found),
                "pillars": plots.pillar_areas(found),
                "contributions": plots.contribution_bars(found, since, found.market.sessions[-1]),
                "coverage": plots.coverage(found),
            }
            if sensitivity is not None:
                drawn |= {
                    f"sensitivity_{name}": plots.sobol_bars(sensitivity, name) for name in OUTCOMES
                }
            for name, axes in drawn.items():
                write_bytes(folder / f"{name}.png", plots.png(axes))
        for name in FILES:
            if name.endswith(".png") and name.removesuffix(".png") not in drawn:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
