"""Index folders: a composite index as a file other programs read, and its pictures.

Every file is written beside its name and moved into place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from backtest.atomic import write_file
from backtest.composite import Composite
from backtest.composite.back_to_data import back_to_data
from backtest.errors import UserError
from backtest.evidence.composite_sensitivity import OUTCOMES, CompositeSensitivity
from backtest.records.folder import check_free, json_text

PICTURES = ("index.png", "pillars.png", "contributions.png", "coverage.png")
FILES = ("index.json", *PICTURES, *(f"sensitivity_{name}.png" for name in OUTCOMES))


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless an index can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def left_out(found: Composite, since: pd.Timestamp) -> Mapping[str, str]:
    """Return the pictures there is nothing to draw in, and why."""
    if found.index.notna().sum() < 2:
        return dict.fromkeys(PICTURES[:3], "there is no index to draw")
    if not back_to_data(found, since, found.market.sessions[-1])["points"].any():
        return {"contributions.png": f"nothing moved the index after {since:%Y-%m-%d}"}
    return {}


def said_of_left_out(found: Composite, since: pd.Timestamp) -> str:
    """Return one sentence on the pictures left out; empty where there are none."""
    missing = left_out(found, since)
    if not missing:
        return ""
    *rest, last = missing
    names = f"{', '.join(rest)} and {last} are" if rest else f"{last} is"
    return f"{names} left out: {missing[last]}"


def write_index(
    found: Composite,
    document: Mapping[str, Any],
    folder: Path,
    *,
    since: pd.Timestamp,
    sensitivity: CompositeSensitivity | None = None,
    force: bool = False,
) -> None:
    """Write an index's files to a folder, with `force` in place of those of an earlier one.

    Pictures there is nothing to draw in are left out, see `left_out`.

    Parameters
    ----------
    document : mapping
        What `nqp index --json` prints.
    since : Timestamp
        Contributions are those to the moves after it.
    """
    from backtest.render import plots
    from backtest.render.plots.fonts import fonts

    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(folder / "index.json", json_text(document).encode())
        with fonts():
            draw: dict[str, Callable[[], Any]] = {
                "index.png": lambda: plots.composite_index(found),
                "pillars.png": lambda: plots.pillar_areas(found),
                "contributions.png": lambda: plots.contribution_bars(
                    found, since, found.market.sessions[-1]
                ),
                "coverage.png": lambda: plots.coverage(found),
            }
            if sensitivity is not None:
                draw |= {
                    f"sensitivity_{name}.png": partial(plots.sobol_bars, sensitivity, name)
                    for name in OUTCOMES
                }
            missing = left_out(found, since)
            drawn = [name for name in draw if name not in missing]
            for name in drawn:
                write_file(folder / name, plots.png(draw[name]()))
        for name in FILES:
            if name.endswith(".png") and name not in drawn:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
