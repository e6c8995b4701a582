"""What valuations did: price split into valuation and earnings, and the elasticity of tracks."""

from backtest.evidence.elasticity import Reratings
from backtest.evidence.intervals import Interval
from backtest.views.numbers import column
from backtest.views.page import Section, table
from backtest.views.words import Words


def valuation(found: Reratings, say: Words) -> Section:
    """List the halves of the report's year, and how valuations answer rates and confidence."""
    halves = found.halves
    titles = {one.track: say.of(one, "title") for one in found.elasticities}
    titles |= {"market": say("market")}
    cells = {
        "window": halves["window"],
        "price": column(100.0 * halves["price"], "points"),
        "valuation": column(100.0 * halves["valuation"], "points"),
        "earnings": column(100.0 * halves["earnings"], "points"),
    }
    names = [titles.get(name, name) for name in halves["what"]]
    caption = say("Price, valuation and earnings, percent")
    listed = table(say, cells, names, caption=caption, left=("window",))
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
    return Section("valuation", say("Valuation elasticity"), sentences, tables=(listed,))


def _bounds(name: str, interval: Interval) -> dict[str, str]:
    return {f"{name}_low": f"{interval.low:+.1%}", f"{name}_high": f"{interval.high:+.1%}"}
