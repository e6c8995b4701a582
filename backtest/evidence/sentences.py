"""Findings in words, English and Chinese, generated from the numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from backtest.evidence.concentration import Concentration
from backtest.evidence.verdict import CANNOT_TELL, FAILED, HELD

if TYPE_CHECKING:
    from backtest.evidence.finding import Finding
    from backtest.evidence.scorecard import Scorecard

VERDICTS_ZH = {HELD: "成立", FAILED: "不成立", CANNOT_TELL: "无法判断"}
HARDLY = 0.25  # of a number: what came before its burst, if less, is hardly any of it

PLACEBOS = {
    "sectors permuted": ("baskets of sectors drawn by lot", "随机抽取的行业组合"),
    "other windows": ("other windows of the same length", "其他等长窗口"),
    "other dates": ("the same events put on other dates", "移到其他日期的相同事件"),
}


def amount(value: float, unit: str, language: str = "en") -> str:
    """Write a number in its unit.

    Examples
    --------
    >>> amount(0.0276, "return"), amount(-53.06, "bp"), amount(0.25, "share")
    ('+2.8 points', '-53 bp', '25%')
    """
    if math.isnan(value):
        return "–"
    if unit == "return":
        return f"{100 * value:+.1f}" + (" points" if language == "en" else "个百分点")
    if unit == "bp":
        return f"{value:+.0f}" + (" bp" if language == "en" else "个基点")
    return f"{value:.0%}" if unit == "share" else f"{value:+.2f}"


def sentence(finding: Finding, language: str = "en") -> str:
    """Say what happened, how easily it could have, when it did, and what it owes its basket."""
    zh = language == "zh"
    if finding.interval is None:
        reason = finding.reason_zh if zh else finding.reason
        return f"无法判断：{reason}。" if zh else f"Cannot tell: {reason}."
    told = [_what(finding, zh), _chance(finding, zh)]
    if finding.concentration is not None:
        told.append(_when(finding, finding.concentration, zh))
    told += [_owed(finding, zh), _known(finding, zh)]
    return ("" if zh else " ").join(part for part in told if part)


def overview(card: Scorecard, language: str = "en") -> str:
    """Say how many claims held, and how many of those beyond what chance would do."""
    counts = card.counts
    beyond = [f.claim.id for f in card.findings if f.verdict == HELD and f.beyond_chance]
    turned = [f.claim.id for f in card.findings if f.verdict != CANNOT_TELL and f.turned]
    if language == "zh":
        synthetic = "（合成数据，并非真实行情）" if card.synthetic else ""
        listed = "、".join(beyond) if beyond else "没有一条"
        return (
            f"截至{card.as_of:%Y-%m-%d}{synthetic}，{len(card.findings)}条论断中{counts[HELD]}条成立，"
            f"{counts[FAILED]}条不成立，{counts[CANNOT_TELL]}条无法判断；多重检验校正后超出偶然的："
            f"{listed}；换一种口径结论会反转的有{len(turned)}条。"
        )
    synthetic = ", on synthetic data," if card.synthetic else ""
    listed = ", ".join(beyond) if beyond else "none"
    return (
        f"As of {card.as_of:%Y-%m-%d}{synthetic} {counts[HELD]} of {len(card.findings)} claims "
        f"held, {counts[FAILED]} failed and {counts[CANNOT_TELL]} cannot be told; held beyond what "
        f"chance does, all claims taken together: {listed}; {len(turned)} verdicts turn with "
        f"another reading of the claim."
    )


def _what(finding: Finding, zh: bool) -> str:
    """Say what was measured, and the verdict."""
    claim, parts, window = finding.claim, finding.parts, finding.window
    value = amount(finding.value, finding.unit, "zh" if zh else "en")
    reason = finding.reason_zh if zh else finding.reason
    verdict = VERDICTS_ZH[finding.verdict] if zh else finding.verdict
    if reason:
        verdict = f"{verdict}（{reason}）" if zh else f"{verdict} ({reason})"
    if claim.observable == "lead" and claim.basket is not None:
        ours, theirs = f"{parts['subject']:+.1%}", f"{parts['against']:+.1%}"
        if zh:
            name = claim.basket.title_zh or claim.basket.title
            other = "全行业等权" if claim.against is None else claim.against.title_zh
            return f"{window}{name}{ours}，{other}{theirs}，相差{value}：{verdict}。"
        other = "all sectors alike" if claim.against is None else claim.against.title
        return f"{claim.basket.title} {ours} in {window}, {other} {theirs}: {value}, {verdict}."
    if claim.observable == "rate_change":
        swing = f"{parts['swing']:.0f}"
        if zh:
            return (
                f"{window}十年期收益率由{parts['start']:.2f}%变为{parts['end']:.2f}%（{value}），"
                f"期间最大反弹{swing}个基点：{verdict}。"
            )
        return (
            f"The ten-year yield went from {parts['start']:.2f}% to {parts['end']:.2f}% in "
            f"{window} ({value}), with a rebound of {swing} bp on the way: {verdict}."
        )
    if claim.observable == "two_bulls":
        stocks, bonds, weeks = (
            f"{parts['stocks']:+.1%}",
            f"{parts['bonds']:+.1%}",
            f"{parts['weeks']:.0%}",
        )
        if zh:
            return f"{window}股票{stocks}，国债{bonds}，{weeks}的周同涨：{verdict}。"
        return (
            f"Stocks {stocks} and government bonds {bonds} in {window}, both up in {weeks} of "
            f"weeks: {verdict}."
        )
    if claim.observable == "appetite":
        rising = parts.get("uptrend_rising_breadth", math.nan)
        if zh:
            return (
                f"{window}平均{value}的风险偏好信号出现；指数上行且广度上升的交易日占{rising:.0%}："
                f"{verdict}。"
            )
        return (
            f"On average {value} of the signs of risk appetite showed in {window}; the index was "
            f"in an up-trend with rising breadth on {rising:.0%} of sessions: {verdict}."
        )
    if claim.observable == "recovery":
        start, end = f"{parts['start']:.0%}", f"{parts['end']:.0%}"
        if zh:
            return f"风险偏好信号由{window}之前的{start}变为期末的{end}：{verdict}。"
        return (
            f"Signs of risk appetite went from {start} before {window} to {end} at its end: "
            f"{verdict}."
        )
    if claim.observable == "after_events":
        count, horizon = f"{parts['events']:.0f}", f"{parts['horizon']:.0f}"
        turnover = f"{parts['turnover']:.2f}"
        if zh:
            return (
                f"{window}内{count}次事件后{horizon}个交易日平均超额{value}，成交额为平时的{turnover}倍："
                f"{verdict}。"
            )
        return (
            f"In the {horizon} sessions after {count} events ({window}) the mean abnormal return "
            f"was {value}, turnover {turnover} times the usual: {verdict}."
        )
    if zh:
        return f"组内与组外相关系数之差为{value}：{verdict}。"
    return (
        f"Sectors of a track correlate {value} more with each other than with the rest: {verdict}."
    )


def _chance(finding: Finding, zh: bool) -> str:
    """Say how often a placebo does as well, how wide the interval is, and the base rate."""
    placebo, bounds = finding.placebo, finding.interval
    if placebo is None or bounds is None:
        return ""
    language = "zh" if zh else "en"
    low, high = (amount(x, finding.unit, language) for x in (bounds.low, bounds.high))
    name = PLACEBOS[placebo.kind][1 if zh else 0]
    share = f"{placebo.p:.0%}" if placebo.p >= 0.01 else f"{max(placebo.p, 0.001):.1%}"
    base = "" if math.isnan(finding.base_rate) else f"{finding.base_rate:.0%}"
    if zh:
        beyond = "，多重检验校正后仍超出偶然" if finding.beyond_chance else ""
        usual = f"；在其他等长窗口中有{base}同样成立" if base else ""
        width = f"{bounds.level:.0%}"
        return f"{name}做到同样程度的概率为{share}{beyond}{usual}；{width}区间为{low}至{high}。"
    beyond = ", beyond chance even among all claims" if finding.beyond_chance else ""
    usual = f" The claim would have held in {base} of other such windows." if base else ""
    return (
        f"{name[0].upper()}{name[1:]} do as well with probability {share}{beyond}; the "
        f"{bounds.level:.0%} interval runs from {low} to {high}.{usual}"
    )


def _when(finding: Finding, found: Concentration, zh: bool) -> str:
    """Say whether the number came in one burst, and what there was of it before."""
    claim, language = finding.claim, "zh" if zh else "en"
    if not found.made_it:
        return ""
    start, end = f"{found.start:%Y-%m-%d}", f"{found.end:%Y-%m-%d}"
    before, within, after = (
        amount(x, finding.unit, language) for x in (found.before, found.within, found.after)
    )
    held = finding.verdict == HELD
    gained, early = claim.sign * finding.value, claim.sign * found.before
    nothing = held and early <= 0
    hardly = held and 0 < early < HARDLY * gained
    days, without = found.without_best[-2] if len(found.without_best) > 1 else (0, math.nan)
    left = amount(without, finding.unit, language)
    if zh:
        of = "其中股票" if claim.observable == "two_bulls" else ""
        text = (
            f"涨幅集中于{start}至{end}（{found.sessions}个交易日）：{of}此前{before}，其间{within}，此后{after}；"
            f"剔除最好的{days}日后为{left}。"
        )
        if nothing:
            text += f"{start}之前毫无显现。"
        elif hardly:
            text += f"{start}之前几乎没有显现。"
        return text
    of = " of stocks" if claim.observable == "two_bulls" else ""
    count = f"{found.sessions} session{'s' * (found.sessions > 1)}"
    text = (
        f"More than all the rest of the move{of} came from {start} to {end} ({count}): {before} "
        f"before, {within} then, {after} after; {left} without the {days} best days."
    )
    if nothing:
        text += f" Nothing of it showed before {start}."
    elif hardly:
        text += f" Hardly any of it showed before {start}."
    return text


def _owed(finding: Finding, zh: bool) -> str:
    """Say which other means would turn the verdict."""
    if not finding.sensitivity or finding.verdict == CANNOT_TELL:
        return ""
    turned, total = finding.turned, len(finding.sensitivity)
    if not turned:
        return f"换用{total}种口径结论不变。" if zh else f"The same by {total} other means."
    language = "zh" if zh else "en"
    shown = [
        f"{row.label_zh if zh else row.label} ({amount(row.value, finding.unit, language)})"
        for row in turned[:3]
    ]
    if zh:
        return f"{total}种口径中有{len(turned)}种结论相反：{'；'.join(shown)}。"
    return f"{len(turned)} of {total} other means say the opposite: {'; '.join(shown)}."


def _known(finding: Finding, zh: bool) -> str:
    """Say how much of the window was known when the report came out."""
    if finding.in_sample:
        return "窗口在报告发布前已结束（样本内）。" if zh else "In-sample: the report came later."
    if finding.known_share > 0:
        share = f"{finding.known_share:.0%}"
        if zh:
            return f"报告发布时该窗口已过去{share}。"
        return f"{share} of the window had passed when the report came out."
    return ""
