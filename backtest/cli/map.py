"""`nqp map`: parsing and gathering only."""

from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import (
    BenchmarkOption,
    ForceOption,
    JsonOption,
    LangOption,
    MarketOption,
    answer,
)
from backtest.errors import unknown


def rotation_map(
    market: MarketOption = "sample",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The last session to look at, as 2024-09-24.")
    ] = None,
    weeks: Annotated[int, typer.Option("--weeks", help="Week-ends of each path.")] = 12,
    baskets: Annotated[
        str | None,
        typer.Option(
            "--baskets", help="Baskets instead of sectors, as nqp,traditional; or tracks."
        ),
    ] = None,
    window: Annotated[
        int, typer.Option("--window", help="Sessions of the mean strength is measured against.")
    ] = 60,
    change: Annotated[
        int, typer.Option("--change", help="Sessions over which momentum is measured.")
    ] = 10,
    benchmark: BenchmarkOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for map.json and report.html.")
    ] = None,
    force: ForceOption = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Show every sector's relative strength against its momentum, as known on a date."""
    from backtest.data import load_market
    from backtest.engine.benchmarks import compared_with
    from backtest.market.rotation_map import rotation_map
    from backtest.views.rotation_map import map_page
    from backtest.views.words import Words

    groups = None if baskets is None else _groups(baskets)
    on = compared_with(load_market(market), benchmark)
    found = rotation_map(on, groups, as_of=as_of, weeks=weeks, window=window, change=change)
    if out is not None:
        from backtest.records.folder import json_text, write_files, write_report

        document = json_text(found.to_json())
        write_files(out, {"map.json": document}, ("map.json",), force=force)
        write_report(map_page(found, Words(lang)), out)
    answer(json, lang, found.to_json, lambda say: map_page(found, say))


def _groups(text: str) -> dict[str, tuple[str, ...]]:
    """Return the sectors of the baskets named; "tracks" is the three tracks of NQP."""
    from strategies.taxonomy import BASKETS, TRACKS

    if text == "tracks":
        return {name: basket.sectors for name, basket in TRACKS.items()}
    groups = {}
    for name in text.split(","):
        if name not in BASKETS:
            raise unknown("basket", name, BASKETS)
        groups[name] = BASKETS[name].sectors
    return groups
