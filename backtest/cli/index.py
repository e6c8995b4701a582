"""`nqp index`: parsing and gathering only."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import (
    ForceOption,
    JsonOption,
    LangOption,
    MarketOption,
    answer,
    check_out,
)
from backtest.errors import UserError
from backtest.notes import Note

if TYPE_CHECKING:
    import pandas as pd

    from backtest.composite import Composite
    from backtest.evidence.composite_sensitivity import CompositeSensitivity
    from backtest.market import Market

SPAN = 60  # sessions whose moves are taken apart


def index(
    framework: Annotated[
        str, typer.Option("--framework", "-f", help="observable, china, or your own TOML file.")
    ] = "observable",
    market: MarketOption = "sample",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Use nothing known after this day, as 2024-09-23.")
    ] = None,
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity", help="Show how index and profit depend on choices of method."
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write index.json and pictures to this folder.")
    ] = None,
    force: ForceOption = False,
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Compute the composite NQP index: pillars, coverage, contributions, correlations."""
    check_out(out, "index_folder:FILES", force=force)
    from backtest.composite import composite, load_framework
    from backtest.render.waiting import waiting
    from backtest.views.index import index_page
    from backtest.views.words import Words

    say = Words(lang)
    chosen, seen = load_framework(framework), _load(market, as_of)
    with waiting(Note("computing the index")):
        found = composite(seen, chosen)
    since = seen.sessions[max(0, len(seen.sessions) - 1 - SPAN)]
    pages = [index_page(found, say, since=since)]
    varied = _vary(found) if sensitivity else None
    if varied is not None:
        from backtest.views.index_sensitivity import sensitivity_page

        pages.append(sensitivity_page(varied, say))
    document = _document(found, since, varied) if json or out is not None else {}
    if out is not None:
        from backtest.records.index_folder import left_out, write_index

        if (missing := left_out(pages[0])) is not None:
            document["notes"].append(missing)
            pages[0] = replace(pages[0], notes=(*pages[0].notes, say.note(missing)))
        write_index(document, pages, out, force=force)
    answer(json, lang, lambda: document, lambda _: pages, out)


def _load(name: str, as_of: str | None) -> Market:
    """Load the market as it was known on a day."""
    import pandas as pd

    from backtest.data import load_market

    market = load_market(name)
    if as_of is None:
        return market
    seen = market.as_of(as_of)
    if pd.Timestamp(as_of) > market.sessions[-1]:
        raise UserError(
            "market {name} ends on {value:%Y-%m-%d}, before {as_of}; give an earlier day, or "
            "leave --as-of out",
            name=market.name,
            value=market.sessions[-1],
            as_of=as_of,
        )
    return seen


def _vary(found: Composite) -> CompositeSensitivity:
    """Vary the choices, and trade the plainest strategy on each index."""
    from backtest.render.waiting import waiting

    with waiting(Note("loading the kernel"), compiles=True):
        from backtest.evidence.composite_sensitivity import composite_sensitivity
        from backtest.evidence.composite_variants import CompositeSwitch
        from strategies.taxonomy import NQP, TRADITIONAL
    switch = CompositeSwitch(NQP, TRADITIONAL, found.framework)
    return composite_sensitivity(found.market, switch, found.framework)


def _document(
    found: Composite, since: pd.Timestamp, varied: CompositeSensitivity | None
) -> dict[str, Any]:
    """Return the JSON document: plain values, NaN as None."""
    from backtest.composite.back_to_data import back_to_data
    from backtest.composite.multivariate import cronbach_alpha, principal_components
    from backtest.composite.selection import selection
    from backtest.data.sources.supply import lacking
    from backtest.evidence.composite_links import by_construction, links
    from backtest.plain import plain
    from backtest.views.index_charts import SCALES

    last = found.market.sessions[-1]
    moved = back_to_data(found, since, last)
    inputs = selection(found)
    document: dict[str, Any] = found.to_json()
    document |= plain(
        {
            "title": found.framework.title,
            "as_of": last,
            "snapshot": found.market.snapshot,
            "methods": {
                key: getattr(found.framework, key)
                for key in ("normalization", "weighting", "aggregation", "imputation", "refit")
            },
            "scale": SCALES[found.framework.normalization],
            "unlinked": found.unlinked["all"].iloc[-1],
            "levels": found.unlinked.iloc[-1].drop("all").to_dict(),
            "contributions": {"since": since, "points": moved["points"].to_dict()},
            "inputs": {
                name: {key: None if value != value else value for key, value in row.items()}
                for name, row in inputs.to_dict("index").items()
            },
            "lacking": [asdict(one) for one in lacking(found)],
            "multivariate": {
                "cronbach_alpha": cronbach_alpha(found.scores),
                "explained": principal_components(found.scores).tolist(),
                "rows": len(found.scores.dropna()),
            },
            "links": [
                {
                    "target": link.target,
                    "span": link.span,
                    "correlation": link.correlation,
                    "interval": None
                    if link.interval is None
                    else [link.interval.low, link.interval.high],
                    "level": None if link.interval is None else link.interval.level,
                    "by_construction": link.span == "same" and by_construction(found),
                    "spans": link.spans,
                    "verdict": link.verdict,
                }
                for link in links(found)
            ],
        }
    )
    if varied is not None:
        document["sensitivity"] = varied.to_json()
    return document
