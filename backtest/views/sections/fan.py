"""How far the order of the sessions could have moved wealth and drawdown."""

import pandas as pd

from backtest.engine.fan import Fan
from backtest.views.charts import Chart, Key, Line, Lines
from backtest.views.numbers import written
from backtest.views.page import Page, Section, Table
from backtest.views.palette import DARK, PALE, color
from backtest.views.words import Words

UNITS = {"wealth": "growth", "drawdown": "percent"}
CAVEAT = (
    "Blocks of about {block} sessions of this record, put together anew {paths} times. The band "
    "shows what the order of the sessions alone could have changed. It contains no crisis and no "
    "regime that the record does not, and if the strategy was chosen for this record, every path "
    "flatters it: it is no forecast."
)


def fan_page(found: Fan, say: Words) -> Page:
    """Return the fan as a page of its own."""
    return Page(found.name, say.language, sections=(fan_section(found, say),))


def fan_section(found: Fan, say: Words) -> Section:
    """Draw the band with the record in it; list both ends of it."""
    title = say("Range of resampled outcomes")
    rows = {"wealth": say("growth of 1"), "drawdown": say("maximum drawdown")}
    ends, was = found.ends, found.record.iloc[-1]
    cells = pd.DataFrame(
        {
            label: [written(float(value[of]), UNITS[of]) for of in rows]
            for label, value in (
                (say("5th percentile"), ends.quantile(0.05)),
                (say("median path"), ends.quantile(0.5)),
                (say("95th percentile"), ends.quantile(0.95)),
                (say("this record"), was),
            )
        },
        index=list(rows.values()),
    )
    caveat = say(CAVEAT, block=found.block, paths=f"{len(ends):,}")
    chart = Chart(
        "fan",
        title,
        say("The middle 90% of {paths} resampled paths and the record.", paths=f"{len(ends):,}"),
        (
            _panel(found, "wealth", say("Growth of 1, log scale"), say),
            _panel(found, "drawdown", say("Maximum drawdown so far"), say),
        ),
        (
            Key(say("this record"), color(0), "solid"),
            Key(say("median path"), DARK, "dot"),
            Key(say("5–95% of paths"), PALE),
        ),
    )
    return Section("fan", title, charts=(chart,), tables=(Table("", cells),), notes=(caveat,))


def _panel(found: Fan, of: str, title: str, say: Words) -> Lines:
    band: pd.DataFrame = getattr(found, of)
    lines = (
        Line("5%", band[0.05], DARK, width=0.6),
        Line("95%", band[0.95], DARK, width=0.6, filled="down"),
        Line("50%", band[0.5], DARK, "dot"),
        Line(say("this record"), found.record.loc[band.index, of], color(0), width=2.0),
    )
    return Lines(title, lines, UNITS[of], log=of == "wealth", height=280 if of == "wealth" else 160)
