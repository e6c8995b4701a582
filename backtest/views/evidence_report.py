"""The report of a scorecard, and of a strategy taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from backtest.atomic import write_file
from backtest.errors import UserError
from backtest.evidence.event_kinds import EventsByKind
from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.scorecard import Scorecard
from backtest.market import Market
from backtest.records.folder import check_free, json_text, remove_reports
from backtest.strategy.basket import Basket
from backtest.views.events import events_section
from backtest.views.page import Page
from backtest.views.run_report import NO_PROMISE, run_report
from backtest.views.sections.verdicts import scorecard, taken_apart
from backtest.views.words import Words

FILES = ("evidence.json",)


def evidence_report(
    card: Scorecard,
    found: StrategyEvidence | None,
    *,
    market: Market,
    groups: Sequence[Basket] = (),
    events: EventsByKind | None = None,
    language: str = "en",
) -> Page:
    """Report on the claims; on a strategy with its evidence and the claims, if one was taken apart.

    Parameters
    ----------
    market : Market
        Which was looked at.
    groups : sequence of Basket
        Those the strategy's return was attributed to.
    events : EventsByKind, optional
        What followed the events of a file.
    """
    say = Words(language)
    claims = scorecard(card, say)
    studied = () if events is None else (events_section(events, say),)
    if found is not None:
        extra = (*taken_apart(found, groups, say), *studied, claims)
        return run_report(
            found.result, market=market, report=card.report, extra=extra, language=language
        )
    synthetic = say("SYNTHETIC DATA: these prices were generated, no market ever paid them.")
    return Page(
        title=card.report.title_zh if say.chinese else card.report.title,
        subtitle=say(
            "{author}, {dated} · market {market}, as of {date}",
            author=card.report.author,
            dated=card.report.dated,
            market=card.market,
            date=f"{card.as_of:%Y-%m-%d}",
        ),
        language=language,
        conclusion=claims.sentences[0],
        banners=(synthetic,) if card.synthetic else (),
        sections=(replace(claims, sentences=()), *studied),
        origin=" · ".join(
            [
                *([say("SYNTHETIC DATA")] if card.synthetic else []),
                card.market,
                say("data {snapshot}", snapshot=card.snapshot[:12]),
            ]
        ),
        footer=(say("Data snapshot {name}.", name=card.snapshot[:12]), say(NO_PROMISE)),
    )


def check_target(folder: Path, *, force: bool = False) -> None:
    """Raise a `UserError` unless evidence can be written to `folder`, see `check_free`."""
    check_free(folder, FILES, force=force)


def write_evidence(document: dict[str, Any], folder: Path, *, force: bool = False) -> None:
    """Write what `nqp evidence --json` prints to a folder."""
    check_target(folder, force=force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_reports(folder)
        write_file(folder / "evidence.json", json_text(document).encode())
    except OSError as error:
        raise UserError(f"cannot write to {folder} ({error.strerror}); name another") from error
