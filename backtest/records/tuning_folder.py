"""Tuning folders: all trials, the best one, how far to believe it, and figures.

Every file is written beside its name and moved into place.
"""

from io import BytesIO
from pathlib import Path

from backtest.records.folder import csv_text, json_text, write_files
from backtest.records.page_file import PAGES, write_pages
from backtest.tuning.maps import held_shares, plateau
from backtest.tuning.sweep_result import Sweep
from backtest.views.page import Page
from backtest.views.tuning_report import described, tuning_report

PICTURES = {"map": "heat_map.png", "held": "switches.png"}  # files of charts
FILES = (
    *("trials.parquet", "best.json", "honesty.json", "manifest.json", "held.csv"),
    *(*PICTURES.values(), PAGES),
)


def write_tuning(swept: Sweep, folder: Path, language: str = "en", *, force: bool = False) -> None:
    """Write a sweep's files and its report to a folder, with `force` over earlier ones.

    The heat-map is of the first two parameters, where there are two.
    """
    from backtest.render.plots.chart import chart_png

    table, held, manifest = BytesIO(), held_shares(swept), described(swept)
    trials, document = swept.trials.assign(plateau=plateau(swept)), swept.to_json()
    trials.to_parquet(table)

    def made(spoken: str) -> Page:
        return tuning_report(
            trials, document["best"], swept.honesty, manifest, held, language=spoken
        )

    page = made("en")
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
    write_pages(made, folder, language)
