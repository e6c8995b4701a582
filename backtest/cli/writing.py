"""The reports that commands write with their results."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backtest.engine.result import BacktestResult
    from backtest.evidence.event_kinds import EventsByKind
    from backtest.evidence.examine import StrategyEvidence
    from backtest.evidence.scorecard import Scorecard
    from backtest.market import Market
    from backtest.strategy.basket import Basket
    from backtest.strategy.claim import Source


def write_run_report(
    result: BacktestResult, market: Market, folder: Path, language: str = "en"
) -> None:
    """Write the report of a backtest into its folder."""
    from backtest.records.folder import write_report
    from backtest.today.forward import forward_of
    from backtest.views.run_report import run_report

    groups, thesis = groups_and_thesis()
    page = run_report(
        result,
        market=market,
        groups=groups,
        source=thesis,
        forward=forward_of(result.strategy, market),
        language=language,
    )
    write_report(page, folder)


def write_comparison(
    results: Sequence[BacktestResult], folder: Path, language: str, *, force: bool
) -> None:
    """Write a comparison's files and its report."""
    from backtest.engine.comparison import Comparison
    from backtest.records.page_folders import write_compare

    _, thesis = groups_and_thesis()
    write_compare(Comparison.of(results), folder, thesis, language, force=force)


def write_evidence_report(
    card: Scorecard,
    found: StrategyEvidence | None,
    events: EventsByKind | None,
    market: Market,
    document: dict[str, Any],
    folder: Path,
    language: str,
    *,
    force: bool,
) -> None:
    """Write the verdicts on claims, and what was found out about a strategy, with their report."""
    from backtest.records.page_file import write_pages
    from backtest.records.page_folders import write_evidence
    from backtest.views.evidence_report import evidence_report

    write_evidence(document, folder, force=force)
    made = partial(evidence_report, card, found, market=market, events=events)
    write_pages(lambda spoken: made(language=spoken), folder, language)


def groups_and_thesis() -> tuple[list[Basket], Source]:
    """Return the groups to attribute returns to, and the thesis whose date divides the record."""
    from strategies.claims import REPORT
    from strategies.taxonomy import CHAINS, TRACKS

    return [*TRACKS.values(), *CHAINS.values()], REPORT
