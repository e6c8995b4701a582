"""`nqp report`, and the reports of `--out`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import JsonOption, LangOption, OwnOption, told
from backtest.cli.writing import groups_and_thesis
from backtest.errors import UserError, refused
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.market import Market
    from backtest.strategy import Strategy
    from backtest.views.page import Page


def report(
    folder: Annotated[Path, typer.Argument(help="What a command wrote with --out.")],
    form: Annotated[
        str, typer.Option("--format", help="html, pdf, png, or xlsx of a run.")
    ] = "html",
    lang: LangOption = "en",
    market: Annotated[
        str | None, typer.Option("--market", "-m", help="Where the market is, if it was a folder.")
    ] = None,
    strategy: OwnOption = None,
    json: JsonOption = False,
) -> None:
    """Write the report of a folder that --out wrote into it, in another form or language."""
    from backtest.cli.lookup import own_strategies
    from backtest.records.folder import FORMS, write_report

    if form not in FORMS:
        raise refused("--format", form, FORMS)
    if not folder.is_dir():
        raise UserError("there is no folder {folder}; name one written by --out", folder=folder)
    given = own_strategies(strategy)
    if form == "xlsx":
        written: tuple[Path, ...] = (_workbook(folder, market, given),)
    else:
        page = _page(folder, _spoken(form, lang), market, given)
        written = write_report(page, folder, form)
    document = {"written": [str(path) for path in written]}
    told(json, document, *(Note("wrote {path}", path=path) for path in written))


def _workbook(folder: Path, named: str | None, given: Mapping[str, type[Strategy]]) -> Path:
    """Write a run's tables as a workbook into its folder."""
    from backtest.records.record import read_run
    from backtest.records.verify.recorded import other_folder, recalled_market
    from backtest.render.files import write_result

    other = other_folder(folder)
    if other is not None:
        raise UserError(
            "{folder} holds {other}; only a run is written as a workbook",
            folder=folder,
            other=other,
        )
    record = read_run(folder)
    market = recalled_market(record.manifest, named)
    if market is None:
        raise UserError(
            "the market {market} of this run is not here; name a folder that has it with --market",
            market=record.manifest["market"],
        )
    result = record.result(recalled_strategy(record.manifest, given), market)
    return write_result(result, folder / "report.xlsx")


def _page(
    folder: Path, language: str, named: str | None, given: Mapping[str, type[Strategy]]
) -> Page:
    """Read a folder, whatever it is of, and return its report."""
    from backtest.records.page_file import PAGES, read_page
    from backtest.records.verify.recorded import other_folder

    other = other_folder(folder)
    if other is not None:
        if given:
            raise UserError(
                "{folder} holds {other} and no run; leave --strategy out",
                folder=folder,
                other=other,
            )
        if named is not None:
            raise UserError("this report needs no market; leave --market out")
        if (folder / PAGES).exists():
            return read_page(folder, language)
        raise UserError(
            "{folder} holds {other}, whose report is written with it: make it again with --out "
            "{folder} --force",
            folder=folder,
            other=other,
        )
    from backtest.records.record import read_run
    from backtest.today.forward import forward_of
    from backtest.views.run_report import run_report

    record = read_run(folder)
    market, missing = _market(record.manifest, named, language)
    groups, thesis = groups_and_thesis()
    strategy = recalled_strategy(record.manifest, given)
    if strategy is None and market is not None:
        typer.echo(
            "nqp: the run's strategy is not of the package, so the report is without its triggers "
            "and switches; bring them back with --strategy FILE.py:Class",
            err=True,
        )
    return run_report(
        record.result(strategy, market),
        market=market,
        missing=missing,
        groups=groups,
        source=thesis,
        document=record.document,
        forward=None if strategy is None or market is None else forward_of(strategy, market),
        language=language,
    )


def _market(
    manifest: Mapping[str, Any], named: str | None, language: str
) -> tuple[Market | None, str]:
    """Return the market, or a sentence that says what is left out without it."""
    from backtest.records.verify.recorded import recalled_market
    from backtest.views.words import Words

    market = recalled_market(manifest, named)
    if market is not None:
        return market, ""
    missing = Words(language)(
        "Market {name} (data {snapshot}) is not here any more: what needs its prices is left out.",
        name=manifest["market"],
        snapshot=manifest["snapshot"][:12],
    )
    return None, missing


def recalled_strategy(
    manifest: Mapping[str, Any], given: Mapping[str, type[Strategy]] | None = None
) -> Strategy | None:
    """Return the strategy of a manifest if it is of the package or the user gave it, else None.

    A user's own file is not run again because a folder says so.
    """
    from backtest.cli.lookup import built_in
    from backtest.records.verify.recorded import strategy_of

    try:
        return strategy_of(manifest, built_in(), given or {})
    except UserError:
        if given:
            raise
        return None


def _spoken(form: str, language: str) -> str:
    """Return the language to use; pictures need a font for Chinese, and one sentence if none is."""
    if form == "html" or language == "en":
        return language
    from backtest.render.plots.fonts import MISSING, chinese_font

    if chinese_font() is not None:
        return language
    typer.echo(MISSING, err=True)
    return "en"
