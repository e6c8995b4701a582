"""`nqp evidence`: parsing only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backtest.cli.options import (
    ForceOption,
    JsonOption,
    LangOption,
    SetOption,
    Terms,
    answer,
    check_out,
    on_terms,
)
from backtest.cli.writing import groups_and_thesis, write_evidence_report
from backtest.errors import UserError, refused
from backtest.notes import Note

if TYPE_CHECKING:
    from backtest.evidence.examine import StrategyEvidence
    from backtest.evidence.scorecard import Scorecard
    from backtest.market import Market
    from backtest.strategy.thesis import Thesis
    from backtest.views.page import Page
    from backtest.views.words import Words


@on_terms("end", "cash", "strict_launch")
def evidence(
    strategy: Annotated[
        str | None, typer.Argument(help="Also analyze this strategy: a name, or FILE.py:Class.")
    ] = None,
    *,
    terms: Terms,
    thesis: Annotated[
        str, typer.Option("--thesis", help="A thesis: FILE.toml, or a name of 'nqp thesis list'.")
    ] = "nqp-2024",
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", "--end", help="Use no data after this day, as 2024-09-23."),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="Measure each claim on this market too; repeatable."),
    ] = None,
    lang: LangOption = "en",
    settings: SetOption = None,
    events: Annotated[
        str | None,
        typer.Option(
            "--events",
            help="Events to study: policy, policy+FILE, or a CSV with date and, optionally, "
            "time_known, kind, tracks, anticipated, adverse.",
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Study the events by kind, too: --by kind.")
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", help="Events not to count: anticipated or adverse; repeatable."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write evidence.json and report.html here.")
    ] = None,
    force: ForceOption = False,
    json: JsonOption = False,
) -> None:
    """Test whether the thesis held, claim by claim, and whether a strategy has timing skill."""
    if strategy is None and settings:
        raise UserError("--set needs a strategy to set it on; name one before it")
    if strategy is None and terms.benchmark:
        raise UserError("--benchmark is what a strategy is compared with; name one before it")
    if events is None and (by or leave_out):
        raise UserError("--by and --leave-out need events; name them with --events policy or FILE")
    if by not in (None, "kind"):
        raise UserError("--by was {by!r}; events are studied by kind: --by kind", by=by)
    from backtest.market.event_file import FLAGS, events_named

    for flag in leave_out or []:
        if flag not in FLAGS:
            raise refused("--leave-out", flag, FLAGS)
    from backtest.cli.lookup import find_thesis, is_thesis
    from strategies.taxonomy import EVENT_BASKETS

    if strategy is not None and is_thesis(strategy) and strategy != thesis:
        raise UserError(
            "{name} is a thesis; measure its claims with nqp evidence --thesis {name}",
            name=strategy,
        )
    check_out(out, "page_folders:EVIDENCE", force=force)
    file = None if events is None else events_named(events, EVENT_BASKETS.names)
    card, taken_apart, seen = _gather(
        find_thesis(thesis),
        strategy,
        terms if as_of is None else replace(terms, end=as_of),
        also,
        settings,
    )
    studied = None
    if file is not None:
        from backtest.evidence.event_kinds import study_file

        studied = study_file(
            seen, file, EVENT_BASKETS, by_kind=by is not None, leave_out=leave_out or ()
        )
    document: dict[str, Any] = card.to_json(lang)
    if taken_apart is not None:
        document |= taken_apart.to_json(lang)
    if studied is not None:
        from backtest.plain import plain

        document["events"] = document.get("events", {}) | {studied.name: plain(studied.to_json())}
    if out is not None:
        write_evidence_report(card, taken_apart, studied, seen, document, out, lang, force=force)
    from backtest.views.evidence_report import scorecard_page, strategy_page
    from backtest.views.pages import page_of

    def pages(say: Words) -> list[Page]:
        found = [scorecard_page(card, say)]
        found += [] if taken_apart is None else [strategy_page(taken_apart, say)]
        return found if studied is None else [*found, page_of(studied, lang)]

    answer(json, lang, lambda: document, pages, out)


def _gather(
    thesis: Thesis,
    strategy: str | None,
    terms: Terms,
    also: list[str] | None,
    settings: list[str] | None,
) -> tuple[Scorecard, StrategyEvidence | None, Market]:
    """Load the markets, evaluate the claims, and take the strategy apart if one is named."""
    from backtest.cli.lookup import find_strategy
    from backtest.render.waiting import waiting

    chosen = None if strategy is None else find_strategy(strategy, settings or [])
    model = terms.cost_model()
    with waiting(Note("measuring the claims")):
        from backtest.data import load_market
        from backtest.evidence.scorecard import scorecard

        seen = _since(terms.load_market(), terms.start)
        loaded = [load_market(name) for name in also or []]
        others = [_since(other.between(None, terms.end), terms.start) for other in loaded]
        card = scorecard(
            thesis.source, thesis.claims, seen, others=others, falsifiers=thesis.falsifiers
        )
        if chosen is None:
            return card, None, seen
    with waiting(Note("taking the strategy apart"), compiles=True):
        from backtest.evidence.examine import examine
        from strategies.taxonomy import NQP, TRADITIONAL

        found = examine(
            chosen,
            seen,
            thesis.source,
            groups=groups_and_thesis()[0],
            occasions=_occasions(seen),
            calendar=(TRADITIONAL.name, NQP.name),
            costs=model,
            fill=terms.fill,
            check=not terms.no_check,
        )
    return card, found, seen


def _since(market: Market, start: str | None) -> Market:
    """Return a market from `start` on, with the close that its first return counts from."""
    from backtest.market.market import timestamp

    if start is None:
        return market
    before = int(market.sessions.searchsorted(timestamp(start))) - 1
    return market.between(market.sessions[max(before, 0)], None)


def _occasions(market: Market) -> dict[str, Any]:
    """Return the policy milestones and the breakthroughs the data show, as events to study."""
    from backtest.evidence.events import detected
    from strategies.claims import MILESTONES
    from strategies.taxonomy import NQP, TRACKS

    return {
        "policy milestones": ({NQP.name: NQP}, MILESTONES),
        "detected breakthroughs": (TRACKS, detected(market, TRACKS)),
    }
