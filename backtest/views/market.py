"""The page of a market: its extent, its series, its instruments by sector, what checks found."""

from backtest.market import Market
from backtest.views.numbers import day, written
from backtest.views.page import Page, Section, Table, table
from backtest.views.words import Words


def market_page(market: Market, say: Words) -> Page:
    """Return the page of a market."""
    window = f"{day(market.sessions[0])} … {day(market.sessions[-1])}"
    series, sectors, findings = market.series.shape[1], len(market.by_sector), len(market.findings)
    by_series, by_sector = (_series(market, say),), (_sectors(market, say),)
    sections = [
        Section("extent", "", tables=(_extent(market, say),)),
        Section("series", say("Series ({count})", count=series), tables=by_series, folded=True),
        Section("sectors", say("Sectors ({count})", count=sectors), tables=by_sector, folded=True),
    ]
    if findings:
        title = say("What the quality checks found ({count})", count=findings)
        told = tuple(say.note(text) for text in market.findings)
        sections.append(Section("findings", title, told, folded=True))
    return Page(
        title=f"{market.name}: {market.universe.title}",
        subtitle=" · ".join([*[say("synthetic data")] * market.synthetic, window]),
        language=say.language,
        sections=tuple(sections),
    )


def _extent(market: Market, say: Words) -> Table:
    universe = market.universe
    prices = ["closes"] + ["opens"] * (market.open is not None)
    prices += ["traded values"] * (market.turnover is not None)
    history = "history as the source has it"
    if market.launched_only:
        history = "history from each launch on"
    benchmark = universe.by_id[universe.benchmark].name
    if market.benchmark.isna().all():
        benchmark = say("{name} (no prices)", name=benchmark)
    bonds = [universe.by_id[bond].name for bond in market.bonds]
    rows = {
        say("sessions"): say(
            "{count} of {calendar}", count=f"{len(market.sessions):,}", calendar=universe.calendar
        ),
        say("instruments"): say(
            "{count} in {sectors} sectors, {currency}",
            count=len(market.instruments),
            sectors=len(market.by_sector),
            currency=universe.currency,
        ),
        say("prices"): f"{say.listed([say(name) for name in prices])}; {say(history)}",
        say("benchmark"): say.name(benchmark),
        say("bonds"): say.listed(bonds) or say("none"),
        say("series"): say.listed(list(market.series.columns)) or say("none"),
        say("data"): say("snapshot {name}", name=market.snapshot[:12]),
    }
    return table(say, {market.name: rows.values()}, rows, left=None, head="market")


def _series(market: Market, say: Words) -> Table:
    rows = []
    for name in market.series.columns:
        known, spec = market.series[name].dropna(), market.universe.spec(name)
        latest = written(known.iloc[-1] if len(known) else None, "{:.3g}")
        rows.append((spec.title, spec.unit, day(known.index.min()), day(known.index.max()), latest))
    heads = ("title", "unit", "from", "to", "latest")
    cells = {head: [row[place] for row in rows] for place, head in enumerate(heads)}
    return table(say, cells, market.series.columns, left=heads[:4], head="series")


def _sectors(market: Market, say: Words) -> Table:
    held = {name: sector for sector, names in market.by_sector.items() for name in names}
    cells = {
        "sector": held.values(),
        "name": [market.universe.by_id[name].name for name in held],
        "prices from": [day(market.close[name].first_valid_index()) for name in held],
    }
    return table(say, cells, held, left=None, head="instrument")
