"""What valuations did: price split into valuation and earnings, and the elasticity of tracks."""

from __future__ import annotations

import pandas as pd

from backtest.evidence.elasticity import Reratings
from backtest.evidence.intervals import Interval
from backtest.views.numbers import column
from backtest.views.page import Section, Table
from backtest.views.words import Words


def valuation(found: Reratings, say: Words) -> Section:
    """List the halves of the report's year, and how valuations answer rates and confidence."""
    halves, window = found.halves, say("window")
    parts = {"price": say("price"), "valuation": say("valuation"), "earnings": say("earnings")}
    titles = {one.track: say.of(one, "title") for one in found.elasticities}
    titles |= {"market": say("market")}
    cells = pd.DataFrame(
        {window: halves["window"]}
        | {head: column(100.0 * halves[key], "points") for key, head in parts.items()}
    ).set_axis([titles.get(name, name) for name in halves["what"]])
    tables = [Table(say("Price, valuation and earnings, percent"), cells, left=(window,))]
    sentences = tuple(
        say(
            "{track}: when the ten-year yield falls 10 bp its valuation moves {rate} (90% interval "
            "{rate_low} to {rate_high}), with one sign of confidence more {sign} ({sign_low} to "
            "{sign_high}); {blocks} blocks of 20 sessions, R² {explained}.",
            track=titles[one.track],
            rate=f"{one.per_10bp:+.1%}",
            **_bounds("rate", one.rate_interval),
            sign=f"{one.per_sign:+.1%}",
            **_bounds("sign", one.sign_interval),
            blocks=one.blocks,
            explained=f"{one.explained:.2f}",
        )
        for one in found.elasticities
    )
    return Section("valuation", say("Valuation elasticity"), sentences, tables=tuple(tables))


def _bounds(name: str, interval: Interval) -> dict[str, str]:
    return {f"{name}_low": f"{interval.low:+.1%}", f"{name}_high": f"{interval.high:+.1%}"}
