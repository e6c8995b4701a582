"""The report of one backtest, and of a scorecard or evidence with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backtest.engine.plan import FILLED
from backtest.engine.result import BacktestResult, grown
from backtest.errors import UserError
from backtest.market import Market
from backtest.market.rotation_map import rotation_map
from backtest.strategy.basket import Basket
from backtest.strategy.claim import Source
from backtest.today.forward import Forward
from backtest.views.journal import recorded_line
from backtest.views.page import Page, Section
from backtest.views.rotation_map import map_section
from backtest.views.sections.costs import costs
from backtest.views.sections.curves import curves, result_chart
from backtest.views.sections.data import data, manifest
from backtest.views.sections.fan import fan_section
from backtest.views.sections.headline import banners, conclusion, headline, noted, resting_on, tiles
from backtest.views.sections.holdings import holdings
from backtest.views.sections.origins import origins
from backtest.views.sections.periods import halves, monthly, regimes
from backtest.views.sections.switching import switching
from backtest.views.sections.triggering import triggering
from backtest.views.words import Words

PATHS = 500  # of the fan in a report
NO_PROMISE = "Past results, real or simulated, are no promise, and this is no investment advice."


def run_report(
    result: BacktestResult,
    *,
    market: Market | None = None,
    missing: str = "",
    groups: Sequence[Basket] = (),
    source: Source | None = None,
    document: Mapping[str, Any] | None = None,
    extra: Sequence[Section] = (),
    forward: Forward | None = None,
    language: str = "en",
) -> Page:
    """Report on a backtest.

    Parameters
    ----------
    market : Market, optional
        The market it ran on, cut where the backtest was; what needs it is left out otherwise, and
        `missing` says why.
    groups : sequence of Basket
        To attribute the return to; none, no attribution.
    source : Source, optional
        Whose date separates in-sample from out of sample.
    document : mapping, optional
        The result as `to_json` gave it, where it was read from a folder.
    extra : sequence of Section
        What else was found out, as `backtest.views.sections.verdicts` puts it.
    forward : Forward, optional
        What the journal holds of the same rules on the same market.
    """
    say = Words(language)
    known = result.to_json() if document is None else document
    # The bits of a reader of the folder, so that both have the same report.
    result = replace(result, equity=grown(result.returns, result.manifest["cash"]))
    top = headline(known, result, say)
    if forward is not None:
        top = replace(top, notes=(*top.notes, recorded_line(forward, say)))
    sections: list[Section | None] = [top, curves(result, say), holdings(result, market, say)]
    if market is not None:
        sections += [triggering(result, market, say), switching(result, say), _map(market, say)]
    sections += [monthly(result, say), halves(result, say), regimes(result, source, say)]
    if market is not None and groups:
        sections += [origins(result, market, groups, say)]
    sections += [costs(result, say), fan_section(result.fan(PATHS), say), *extra]
    sections += [data(result, market, say), manifest(result.manifest, say)]
    page = _page(result, known, source, say)
    return replace(
        page,
        banners=(*page.banners, *((missing,) if missing else ())),
        tiles=tiles(known, say),
        sections=tuple(section for section in sections if section is not None),
    )


def _map(market: Market, say: Words) -> Section | None:
    """Return the rotation map at the end of the record; None where it is too short for one."""
    try:
        return map_section(rotation_map(market), say)
    except UserError:
        return None


def result_page(result: BacktestResult, say: Words) -> Page:
    """Return what a backtest earned against its benchmarks, and what that rests on."""
    known = result.to_json()
    page = _page(result, known, None, say)
    section = replace(headline(known, result, say), charts=(result_chart(result, say),))
    return replace(page, sections=(section,), notes=noted(result.warnings, say))


def _page(
    result: BacktestResult, known: Mapping[str, Any], source: Source | None, say: Words
) -> Page:
    """Return the page as far as it is the same whatever follows its top."""
    manifest = result.manifest
    parts = [" … ".join(manifest["window"]), manifest["currency"], say(manifest["set"])]
    return Page(
        title=say("{name} on {market}", name=result.name, market=result.manifest["market"]),
        subtitle=" · ".join([*[say("synthetic data")] * result.synthetic, *parts]),
        language=say.language,
        conclusion=conclusion(known, result, say),
        banners=banners(known, result, source, say),
        footer=footer(result.manifest, say),
        origin=origin(result.manifest, say),
    )


def footer(manifest: Mapping[str, Any], say: Words) -> tuple[str, ...]:
    """Name what every number of a report rests on."""
    return (
        say(
            "{currency}, filled at {fill}; costs: {costs}; data: {snapshot}; nqp-rotation "
            "{version}.",
            currency=manifest["currency"],
            fill=say(FILLED[manifest["fill"]]),
            costs=manifest["costs"],
            snapshot=manifest["snapshot"][:12],
            version=manifest["versions"]["nqp-rotation"],
        ),
        say(NO_PROMISE),
    )


def origin(manifest: Mapping[str, Any], say: Words) -> str:
    """Name market, costs and data in a line, synthetic ones as such."""
    parts = [
        manifest["market"],
        say("{costs} costs", costs=manifest["costs"]),
        say("data {snapshot}", snapshot=manifest["snapshot"][:12]),
    ]
    return resting_on(parts, say, synthetic=manifest["synthetic"])
