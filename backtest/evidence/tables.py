"""What a scorecard and the evidence on a strategy show in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from backtest.engine.plan import FILLED
from backtest.evidence.intervals import LEVEL
from backtest.evidence.sentences import amount, overview
from backtest.render.fragments import folded, heading, note, page, paragraph, scope, table

if TYPE_CHECKING:
    from backtest.evidence.examine import StrategyEvidence
    from backtest.evidence.finding import Finding
    from backtest.evidence.scorecard import Scorecard

LEGEND = (
    "outcome: whether it happened in its window. evidence: whether by more than chance; p: how "
    "probably something that means nothing does as well. turns: other readings of the claim that "
    "turn the verdict. * the window was over when the report came out (in sample), + part of it "
    "was."
)
PLAIN = ("sessions", "sharpe", "switches")  # no fractions


def scorecard_html(card: Scorecard) -> str:
    """Return a row per claim: its number, its interval, what luck does, and the verdict."""
    where = scope(card.market, f"as of {card.as_of:%Y-%m-%d}", synthetic=card.synthetic)
    return page(
        heading(f"{card.report.title} {where}"),
        paragraph(overview(card)),
        table(pd.DataFrame([_row(finding) for finding in card.findings])),
        note(LEGEND),
        note(f"{card.report.author}, {card.report.dated}; data: {card.snapshot[:12]}"),
    )


def evidence_html(found: StrategyEvidence) -> str:
    """Return what is known about a strategy, in words, then what the words come from."""
    result, manifest = found.result, found.result.manifest
    where = scope(manifest["market"], " … ".join(manifest["window"]), synthetic=result.synthetic)
    parts = {f"Attribution against {one.against}": one.table for one in found.attributions}
    parts |= {
        "Before and after the report": found.wall,
        "Deepest falls": found.drawdowns,
        "Switches": found.switches.drop(columns="contribution", errors="ignore"),
    }
    if found.ladder is not None:
        parts |= {"Ladder": found.ladder.rungs, "Cost of delay": found.ladder.delay}
    tests = found.differences.drop(columns="suggested").set_index("against")
    tables = {title: _percent(rows) for title, rows in parts.items() if len(rows)}
    tables["Differences a year, by block length (Ledoit-Wolf)"] = tests
    return page(
        heading(f"{result.name} {where}"),
        *(paragraph(sentence) for sentence in found.sentences()),
        *(folded(title, table(rows)) for title, rows in tables.items()),
        *(note(f"note: {text}") for text in (*found.notes, *result.warnings)),
        note(
            f"{manifest['currency']}, filled at {FILLED[manifest['fill']]}; "
            f"costs: {manifest['costs']}; data: {manifest['snapshot'][:12]}"
        ),
    )


def _row(finding: Finding) -> dict[str, str]:
    bounds, placebo, unit = finding.interval, finding.placebo, finding.unit
    mark = "*" if finding.in_sample else "+" if finding.known_share > 0 else ""
    count = len(finding.sensitivity)
    return {
        "claim": finding.claim.id,
        "statement": finding.claim.statement,
        "window": finding.window + mark,
        "value": amount(finding.value, unit),
        f"{LEVEL:.0%} interval": "–"
        if bounds is None
        else f"{_bare(bounds.low, unit)} … {_bare(bounds.high, unit)}",
        "outcome": finding.verdict,
        "evidence": finding.evidence,
        "p": "–" if placebo is None else _share(placebo.p),
        "turns": f"{len(finding.turned)}/{count}" if count else "–",
    }


def _bare(value: float, unit: str) -> str:
    return amount(value, unit).removesuffix(" points").removesuffix(" bp")


def _share(p: float) -> str:
    return f"{p:.2f}" if p >= 0.01 else "<0.01"


def _percent(rows: pd.DataFrame) -> pd.DataFrame:
    """Write returns and weights as percent; an index that is more than numbers becomes a column."""
    shown = rows.copy()
    for column in shown.columns:
        if column not in PLAIN and pd.api.types.is_numeric_dtype(shown[column]):
            shown[column] = [f"{value:+.1%}" if value == value else "–" for value in shown[column]]
    if not isinstance(shown.index, pd.RangeIndex):
        shown.index.name = str(shown.index.name or "")
    return shown
