"""A value as a file: its report as HTML or PDF, a backtest as a workbook; by the file's ending."""

from pathlib import Path

from backtest.atomic import write_file, writing
from backtest.engine.result import BacktestResult
from backtest.errors import UserError, suggest
from backtest.views.run_report import run_report

ENDINGS = (".html", ".pdf", ".xlsx")


def write_result(result: BacktestResult, path: str | Path, language: str = "en") -> Path:
    """Write a backtest to a file: its report (.html, .pdf) or its tables (.xlsx).

    Raises
    ------
    UserError
        If the ending is another, or the file cannot be written.
    """
    place = Path(path)
    if place.suffix not in ENDINGS:
        raise UserError(
            "{place} ends in {suffix!r}; {suggestion}",
            place=place.name,
            suffix=place.suffix,
            suggestion=suggest(place.suffix, ENDINGS),
        )
    with writing(place):
        write_file(place, _content(result, place.suffix, language))
    return place


def _content(result: BacktestResult, ending: str, language: str) -> bytes:
    if ending == ".xlsx":
        from backtest.render.workbook import to_workbook

        return to_workbook(result)
    market = result.market if result.has_market else None
    page = run_report(result, market=market, language=language)
    if ending == ".pdf":
        from backtest.render.plots.pages import to_pdf

        return to_pdf(page)
    from backtest.render.html import to_html

    return to_html(page).encode()
