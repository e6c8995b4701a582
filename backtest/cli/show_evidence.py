"""What `nqp evidence` prints on a terminal, in 80 columns."""

from __future__ import annotations

import math

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backtest.engine.plan import FILLED
from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.finding import Finding
from backtest.evidence.scorecard import Scorecard
from backtest.evidence.sentences import VERDICTS_ZH, amount
from backtest.render.terminal import plain_console, show
from backtest.views.page import Page
from backtest.views.sections.year import the_year
from backtest.views.words import Words

STYLES = {"held": "green", "failed": "red", "cannot tell": "yellow"}
HEADS = {
    "en": ("claim", "window", "value", "90% interval", "outcome", "evidence", "turns"),
    "zh": ("论断", "窗口", "数值", "90%区间", "是否发生", "证据", "反转"),
}
ROWS = 8  # switches shown
LISTED = 12  # instruments named


def show_scorecard(card: Scorecard, language: str = "en") -> None:
    """Print a row per claim, then a sentence or two on each."""
    console = plain_console()
    zh = language == "zh"
    if card.synthetic:
        warning = (
            "合成数据：这些价格由程序生成，并非真实行情。"
            if zh
            else "SYNTHETIC DATA: these prices were generated, no market ever paid them."
        )
        console.print(Text(warning, "yellow"))
    title = card.report.title_zh if zh else card.report.title
    console.print(Text(f"{title} ({card.report.author}, {card.report.dated})", style="bold"))
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(HEADS[language]):
        table.add_column(head, justify="right" if 1 < number < 6 else "left", no_wrap=True)
    for finding in card.findings:
        table.add_row(*_row(finding, zh))
    console.print(table)
    told = card.sentences(language)
    console.print()
    console.print(told[0])
    for finding, sentence in zip(card.findings, told[1:], strict=True):
        statement = finding.claim.statement_zh if zh else finding.claim.statement
        console.print()
        console.print(Text(f"{finding.claim.id}  {statement}", style="bold"))
        console.print(Text(sentence))
        if finding.instruments:
            console.print(Text(_read_off(finding, zh), style="dim"))
    console.print()
    console.print(Text(_footer(card, zh), style="dim"))


def show_strategy(found: StrategyEvidence, language: str = "en") -> None:
    """Print where a strategy's return came from and what luck would have earned."""
    console = plain_console()
    zh = language == "zh"
    result = found.result
    console.print()
    console.print(Text(f"{result.name} · {result.manifest['market']}", style="bold"))
    if result.synthetic:
        console.print(Text("合成数据" if zh else "SYNTHETIC DATA", "yellow"))
    for sentence in found.sentences(language):
        console.print(Text(sentence))
    if found.year is not None:
        say = Words(language)
        show(Page("", "", language, "", sections=(the_year(found.year, say),)))
    for one in found.attributions:
        heading = f"归因：相对 {one.against}" if zh else f"Attribution against {one.against}"
        _print(console, heading, one.table * 100, "{:+.1f}")
    columns = ["block_length", "mean", "mean_p", "sharpe", "sharpe_p"]
    tests = found.differences.set_index("against")[columns]
    tests["mean"] *= 100
    heading = "与基准之差（年化，均值%）" if zh else "Difference a year (mean in %), Ledoit-Wolf"
    _print(console, heading, tests, "{:.2f}")
    _print(console, "按持仓" if zh else "By regime", _percent(result.by_regime()), "{:.4g}")
    _print(console, "按半年 %" if zh else "By half, %", result.by_half() * 100, "{:+.1f}")
    _print(console, "报告前后" if zh else "Around the report", _percent(found.wall), "{:.4g}")
    if len(found.drawdowns):
        falls = _percent(found.drawdowns.set_index("peak"))
        _print(console, "最深回撤" if zh else "Deepest falls", falls, "{:+.1%}")
    if len(found.switches):
        last = found.switches.tail(ROWS).drop(columns="contribution")
        heading = (
            f"最近{len(last)}次切换（共{len(found.switches)}次）"
            if zh
            else f"The last {len(last)} of {len(found.switches)} switches"
        )
        _print(console, heading, _percent(last.rename_axis("date")), "{:.3g}")
    if found.ladder is not None:
        _print(console, "阶梯" if zh else "Ladder", _percent(found.ladder.rungs), "{:.3g}")
        heading = "延迟的代价" if zh else "Cost of delay"
        _print(console, heading, _percent(found.ladder.delay), "{:.3g}")
    for note in (*found.notes, *result.warnings):
        console.print(Text(f"note: {note}", style="yellow"))
    manifest = result.manifest
    console.print(
        Text(
            f"{manifest['currency']}, filled at {FILLED[manifest['fill']]}; "
            f"costs: {manifest['costs']}; data: {manifest['snapshot'][:12]}",
            style="dim",
        )
    )


def _row(finding: Finding, zh: bool) -> tuple[str | Text, ...]:
    bounds, placebo, unit = finding.interval, finding.placebo, finding.unit
    interval = "–"
    if bounds is not None:
        interval = f"{_bare(bounds.low, unit)} … {_bare(bounds.high, unit)}"
    verdict = VERDICTS_ZH[finding.verdict] if zh else finding.verdict
    mark = "*" if finding.in_sample else "+" if finding.known_share > 0 else ""
    count = len(finding.sensitivity)
    return (
        finding.claim.id,
        _window(finding, zh) + mark,
        _short(finding.value, unit),
        interval,
        Text(verdict, STYLES[finding.verdict]),
        "–" if placebo is None else f"p {placebo.p:.2f}",
        f"{len(finding.turned)}/{count}" if count else "–",
    )


def _short(value: float, unit: str) -> str:
    return _bare(value, unit) + {"return": " pp", "bp": " bp"}.get(unit, "")


def _bare(value: float, unit: str) -> str:
    return amount(value, unit).removesuffix(" points").removesuffix(" bp")


def _window(finding: Finding, zh: bool) -> str:
    words = {"before": ("before", "发布前"), "after": ("since", "发布后")}
    rule = finding.claim.window
    return words[rule][1 if zh else 0] if rule in words else finding.window


def _read_off(finding: Finding, zh: bool) -> str:
    """Name the instruments a verdict was read off, the first dozen by name."""
    called = [
        name if name == pair[0] else f"{name} {pair[1] if zh else pair[0]}"
        for name, pair in zip(finding.instruments, finding.names, strict=True)
    ]
    more = f", … ({len(called)})" if len(called) > LISTED else ""
    missing = f"; no prices: {', '.join(finding.absent)}" if finding.absent else ""
    if zh:
        missing = f"；缺少价格：{'、'.join(finding.absent)}" if finding.absent else ""
    head = "所用品种：" if zh else "read off: "
    return head + ", ".join(called[:LISTED]) + more + missing


def _footer(card: Scorecard, zh: bool) -> str:
    if zh:
        return (
            f"市场 {card.market}，截至 {card.as_of:%Y-%m-%d}，数据 {card.snapshot[:12]}\n"
            f"证据：毫无含义的替代做到同样程度的概率；反转：结论相反的口径\n"
            f"* 报告发布时窗口已结束；+ 窗口已部分过去"
        )
    return (
        f"market {card.market}, as of {card.as_of:%Y-%m-%d}, data: {card.snapshot[:12]}\n"
        f"outcome: whether it happened in its window\n"
        f"evidence: how probably something that means nothing does as well\n"
        f"turns: other readings of the claim that turn the verdict\n"
        f"* the window was over when the report came out, + part of it was"
    )


def _percent(table: pd.DataFrame) -> pd.DataFrame:
    """Write returns as percent and the rest as it is."""
    shown = table.copy()
    for column in shown.columns:
        if column in ("sessions", "sharpe", "switches") or shown[column].dtype == object:
            continue
        if pd.api.types.is_numeric_dtype(shown[column]):
            shown[column] = [f"{value:+.1%}" if value == value else "–" for value in shown[column]]
    return shown


def _print(console: Console, heading: str, frame: pd.DataFrame, number: str) -> None:
    """Print a frame as a table with a row per index entry."""
    if frame.empty:
        return
    console.print()
    console.print(Text(heading, style="bold"))
    table = Table(box=None, pad_edge=False)
    table.add_column(str(frame.index.name or ""), overflow="fold")
    for column in frame.columns:
        table.add_column(
            str(column).replace("_", " ").replace(" total return", ""),
            justify="right",
            overflow="fold",
        )
    for label, row in frame.iterrows():
        name = f"{label:%Y-%m-%d}" if isinstance(label, pd.Timestamp) else str(label)
        table.add_row(name, *(_cell(value, number) for value in row))
    console.print(table)


def _cell(value: object, number: str) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if value is pd.NaT:
        return "–"
    if isinstance(value, float):
        return "–" if math.isnan(value) else number.format(value)
    return str(value)
