"""Tuning folders: all trials, the best one, how far to believe it, and figures.

Every file is written beside its name and moved into place.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from math import nan
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge, Le, Len
from typing_extensions import TypedDict

from backtest.errors import UserError
from backtest.records.folder import check_free, csv_text, json_text, write_files
from backtest.records.record import damaged, read_json, read_table
from backtest.tuning.honesty import Honesty
from backtest.tuning.intervals import SharpeInterval
from backtest.tuning.maps import held_shares, plateau
from backtest.tuning.spa import Superiority
from backtest.tuning.space import LARGEST_GRID
from backtest.tuning.sweep_result import Sweep
from backtest.tuning.timing_test import TimingTest
from backtest.validation import misfit
from backtest.views.page import Page
from backtest.views.tuning_report import described, tuning_report

TESTS = ("timing", "against_benchmark", "against_blend")
TEXTS = ("looks_ahead", "holdout")
PICTURES = {"map": "heat_map.png", "held": "switches.png"}  # files of charts
FILES = (
    *("trials.parquet", "best.json", "honesty.json", "manifest.json", "held.csv"),
    *PICTURES.values(),
)


class TuningManifest(TypedDict):
    """What a report reads of a tuning's manifest."""

    strategy: str
    swept: list[str]
    variants: Annotated[int, Ge(1), Le(LARGEST_GRID)]
    score: str
    fewer_is_better: bool
    market: str
    snapshot: str
    synthetic: bool
    currency: str
    window: Annotated[list[str], Len(2, 2)]
    costs: str
    fill: str
    versions: dict[str, str]


def write_tuning(swept: Sweep, folder: Path, *, force: bool = False) -> None:
    """Write a sweep's files to a folder, with `force` in place of those of an earlier one.

    The heat-map is of the first two parameters, where there are two.
    """
    from backtest.render.plots.chart import chart_png

    check_free(folder, FILES, force=force)
    table, held, manifest = BytesIO(), held_shares(swept), described(swept)
    trials, document = swept.trials.assign(plateau=plateau(swept)), swept.to_json()
    trials.to_parquet(table)
    page = tuning_report(trials, document["best"], swept.honesty, manifest, held)
    pictures = {
        PICTURES[chart.id]: chart_png(chart, page.origin)
        for chart in page.charts
        if chart.id in PICTURES
    }
    files: dict[str, bytes | str] = {
        "trials.parquet": table.getvalue(),
        "best.json": json_text(document["best"]),
        "honesty.json": json_text(document["honesty"]),
        "manifest.json": json_text(manifest),
        "held.csv": csv_text(held),
        **pictures,
    }
    write_files(folder, files, FILES, force=force)


def read_tuning(folder: Path, *, language: str = "en") -> Page:
    """Return the report of a tuning folder.

    Raises
    ------
    UserError
        If a file is missing or damaged.
    """
    manifest = _checked(read_json(folder / "manifest.json"), folder / "manifest.json")
    best = read_json(folder / "best.json")
    if not isinstance(best, dict) or not isinstance(best.get("parameters"), dict):
        raise damaged(folder / "best.json", "it names no parameters")
    held = read_table(folder / "held.csv", float)
    try:
        trials = pd.read_parquet(folder / "trials.parquet")
        needed = [*manifest["swept"], manifest["score"], "plateau"]
        trials[[manifest["score"], "plateau"]] = trials[[manifest["score"], "plateau"]].astype(
            float
        )
        if trials.empty or trials[needed].shape[1] != len(needed):
            raise KeyError("columns")
    except FileNotFoundError as error:
        raise UserError(
            "{folder} has no {file}; name a folder written by --out",
            folder=folder,
            file="trials.parquet",
        ) from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged(folder / "trials.parquet", "it is no table of variants") from error
    found = read_honesty(read_json(folder / "honesty.json"), folder / "honesty.json")
    return tuning_report(trials, best, found, manifest, held, language=language)


def read_honesty(document: Any, path: Path) -> Honesty:
    """Return what `Honesty.to_dict` wrote."""
    try:
        names = [name for name in Honesty.__dataclass_fields__ if name not in ("logits", "checked")]
        known = {name: document[name] for name in names}
        tests = {name: known[name] for name in TESTS if known[name] is not None}
        made: dict[str, Any] = {
            name: _number(value)
            for name, value in known.items()
            if name not in (*TESTS, *TEXTS, "intervals", "missing", "switches")
        }
        made |= {name: str(known[name]) for name in TEXTS} | dict.fromkeys(TESTS)
        for name, test in tests.items():
            figures = {key: _number(value) for key, value in test.items() if key != "better"}
            made[name] = (
                TimingTest(**figures)
                if name == "timing"
                else Superiority(**figures, better=np.array(test["better"], dtype=int))
            )
        made["intervals"] = tuple(
            SharpeInterval(**{k: _number(v) for k, v in one.items()}) for one in known["intervals"]
        )
        made["checked"] = document.get("checked", True) is True  # older ones do not say
        made["missing"] = tuple(map(str, known["missing"]))
        made["switches"] = None if known["switches"] is None else _number(known["switches"])
        found = Honesty(**made)
        _ = found.table()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise damaged(path, "it has not the figures of a search") from error
    return found


def _number(value: Any) -> Any:
    if value is None:
        return nan
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is no number")
    return value


def _checked(manifest: Any, path: Path) -> Mapping[str, Any]:
    if (fault := misfit(TuningManifest, manifest)) is not None:
        raise damaged(path, fault)
    if "nqp-rotation" not in manifest["versions"]:
        raise damaged(path, "its versions must name nqp-rotation's")
    known: Mapping[str, Any] = manifest
    return known
