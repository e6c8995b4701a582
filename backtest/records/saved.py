"""What a result writes in Python: a folder or a file, listed among the runs of the store."""

from collections.abc import Sequence
from pathlib import Path

from backtest.engine.result import BacktestResult
from backtest.records.folder import write_run
from backtest.records.runs import keep_result
from backtest.render.files import write_result


def save_folder(
    result: BacktestResult, folder: str | Path, tags: Sequence[str], *, force: bool
) -> Path:
    """Write a run's folder and list it; what `BacktestResult.save` does."""
    place = Path(folder)
    write_run(result, place, force=force)
    keep_result(result, place, "python", tags)
    return place


def save_file(result: BacktestResult, path: str | Path, language: str = "en") -> Path:
    """Write a report or a workbook and list it, under the folder it is in."""
    place = write_result(result, path, language)
    keep_result(result, place.parent, "python")
    return place
