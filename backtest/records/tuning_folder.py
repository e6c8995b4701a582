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

from backtest.atomic import write_file
from backtest.errors import UserError
from backtest.records.folder import check_free, csv_text, json_text, remove_reports
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


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless a tuning can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def write_tuning(swept: Sweep, folder: Path, *, force: bool = False) -> None:
    """Write a sweep's files to a folder, with `force` in place of those of an earlier one.

    The heat-map is of the first two parameters, where there are two.
    """
    from backtest.render.plots.chart import chart_png

    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        table, held, manifest = BytesIO(), held_shares(swept), described(swept)
        trials = swept.trials.assign(plateau=plateau(swept))
        trials.to_parquet(table)
        write_file(folder / "trials.parquet", table.getvalue())
        document = swept.to_json()
        write_file(folder / "best.json", json_text(document["best"]).encode())
        write_file(folder / "honesty.json", json_text(document["honesty"]).encode())
        write_file(folder / "manifest.json", json_text(manifest).encode())
        write_file(folder / "held.csv", csv_text(held))
        page = tuning_report(trials, document["best"], swept.honesty, manifest, held)
        for chart in page.charts:
            if chart.id in PICTURES:
                write_file(folder / PICTURES[chart.id], chart_png(chart, page.origin))
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error


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
        raise UserError(f"{folder} has no trials.parquet; tune again with --out") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise damaged(folder / "trials.parquet", "it is no table of variants") from error
    found = read_honesty(read_json(folder / "honesty.json"), folder / "honesty.json")
    return tuning_report(trials, best, found, manifest, held, language=language)


def read_honesty(document: Any, path: Path) -> Honesty:
    """Return what `Honesty.to_dict` wrote."""
    try:
        known: dict[str, Any] = {
            name: document[name] for name in Honesty.__dataclass_fields__ if name != "logits"
        }
        for name, value in known.items():
            if value is None and name in (*TESTS, "switches"):
                continue
            if name == "timing":
                figures: dict[str, Any] = {key: _number(v) for key, v in value.items()}
                known[name] = TimingTest(**figures)
            elif name in ("looks_ahead", "holdout"):
                known[name] = str(value)
            elif name == "missing":
                known[name] = tuple(map(str, value))
            elif name in TESTS:
                test: dict[str, Any] = {
                    key: _number(v) for key, v in value.items() if key != "better"
                }
                known[name] = Superiority(**test, better=np.array(value["better"], dtype=int))
            elif name == "intervals":
                known[name] = tuple(_interval(one) for one in value)
            else:
                known[name] = _number(value)
        found = Honesty(**known)
        _ = found.table()
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise damaged(path, "it has not the figures of a search") from error
    return found


def _interval(document: Mapping[str, Any]) -> SharpeInterval:
    values: dict[str, Any] = {key: _number(value) for key, value in document.items()}
    return SharpeInterval(**values)


def _number(value: Any) -> float | int:
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
