"""What a market says of itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from backtest.render.notebook import folded, heading, note, page, table

if TYPE_CHECKING:
    from backtest.market import Market


def market_html(market: Market) -> str:
    """Return a market's extent, its series, its instruments by sector and what checks found."""
    first, last = market.sessions[0], market.sessions[-1]
    kind = "synthetic data, " if market.synthetic else ""
    window = f"{first:%Y-%m-%d} … {last:%Y-%m-%d}"
    found = "".join(note(finding) for finding in market.findings)
    return page(
        heading(f"{market.name}: {market.universe.title} ({kind}{window})"),
        table(_extent(market)),
        folded(f"Series ({market.series.shape[1]})", table(_series(market))),
        folded(f"Sectors ({len(market.by_sector)})", table(_sectors(market))),
        folded(f"What the quality checks found ({len(market.findings)})", found) if found else "",
    )


def _extent(market: Market) -> pd.DataFrame:
    universe = market.universe
    prices = ["closes"] + ["opens"] * (market.open is not None)
    prices += ["traded values"] * (market.turnover is not None)
    missing = " (no prices)" if market.benchmark.isna().all() else ""
    sectors, count = len(market.by_sector), len(market.instruments)
    history = "from each launch on" if market.launched_only else "as the source has it"
    rows = {
        "sessions": f"{len(market.sessions):,} of {universe.calendar}",
        "instruments": f"{count} in {sectors} sectors, {universe.currency}",
        "prices": f"{', '.join(prices)}; history {history}",
        "benchmark": universe.by_id[universe.benchmark].name + missing,
        "bonds": ", ".join(universe.by_id[bond].name for bond in market.bonds) or "none",
        "series": ", ".join(market.series.columns) or "none",
        "data": f"snapshot {market.snapshot[:12]}",
    }
    return pd.DataFrame({"market": rows.keys(), market.name: rows.values()})


def _series(market: Market) -> pd.DataFrame:
    rows = []
    for name in market.series.columns:
        known, spec = market.series[name].dropna(), market.universe.spec(name)
        rows.append(
            (
                name,
                spec.title,
                spec.unit,
                known.index.min(),
                known.index.max(),
                known.iloc[-1] if len(known) else None,
            )
        )
    columns = ["series", "title", "unit", "from", "to", "latest"]
    return pd.DataFrame(rows, columns=columns)


def _sectors(market: Market) -> pd.DataFrame:
    rows = [
        (sector, name, market.universe.by_id[name].name, market.close[name].first_valid_index())
        for sector, names in market.by_sector.items()
        for name in names
    ]
    return pd.DataFrame(rows, columns=["sector", "instrument", "name", "prices from"])
