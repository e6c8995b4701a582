"""Findings in words, English and Chinese, generated from the numbers."""

from __future__ import annotations

import math

from backtest.evidence.chance import SIGNIFICANCE
from backtest.evidence.concentration import Concentration
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.observables import OBSERVABLES
from backtest.evidence.scorecard import Scorecard
from backtest.evidence.verdict import (
    ALONE,
    BEYOND,
    CANNOT_TELL,
    CHANCE,
    FAILED,
    HELD,
    OPEN,
    OPPOSITE,
)
from backtest.strategy.basket import Basket

VERDICTS_ZH = {HELD: "成立", FAILED: "不成立", CANNOT_TELL: "无法判断"}
EVIDENCE_ZH = {
    BEYOND: "超出偶然",
    ALONE: "单独看超出偶然",
    OPPOSITE: "反向超出偶然",
    CHANCE: "偶然",
    OPEN: "无法分辨",
}
STRIP = {HELD: "+", FAILED: "-", CANNOT_TELL: "."}
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


def finding_sentences(finding: ClaimFinding, language: str = "en") -> list[str]:
    """Return the sentences on one finding, as one text."""
    return [sentence(finding, language)]


def card_sentences(card: Scorecard, language: str = "en") -> list[str]:
    """Return the whole first, then a text for each claim."""
    return [overview(card, language), *(sentence(item, language) for item in card.findings)]


def sentence(finding: ClaimFinding, language: str = "en") -> str:
    """Say what happened, how easily it could have, when it did, and what it owes its basket."""
    zh = language == "zh"
    if math.isnan(finding.value):
        reason = finding.reason_zh if zh else finding.reason
        return f"无法判断：{reason}。" if zh else f"Cannot tell: {reason}."
    told = [_what(finding, zh), _chance(finding, zh)]
    if finding.concentration is not None:
        told.append(_when(finding, finding.concentration, zh))
    told += [_owed(finding, zh), _known(finding, zh)]
    return ("" if zh else " ").join(part for part in told if part)


def overview(card: Scorecard, language: str = "en") -> str:
    """Say how many claims held, and how many of those beyond what chance would do."""
    counts, chance = card.counts, card.by_chance
    beyond = [f.claim.id for f in card.findings if f.verdict == HELD and f.beyond_chance]
    turned = [f.claim.id for f in card.findings if f.verdict != CANNOT_TELL and f.turned]
    known = not math.isnan(chance.expected)
    p = f"{max(chance.p, 0.001):.2g}"
    if language == "zh":
        synthetic = "（合成数据，并非真实行情）" if card.synthetic else ""
        listed = "、".join(beyond) if beyond else "没有一条"
        luck = (
            f"（若皆不成立，{chance.judged}条中约有{chance.expected:.0f}条会成立，"
            f"{chance.held}条以上的概率为{p}）"
            if known
            else "（记录太短，无法说出偶然会成立几条）"
        )
        return (
            f"截至{card.as_of:%Y-%m-%d}{synthetic}，{len(card.findings)}条论断中{counts[HELD]}条成立{luck}，"
            f"{counts[FAILED]}条不成立，{counts[CANNOT_TELL]}条无法判断；多重检验校正后超出偶然的："
            f"{listed}；换一种口径结论会反转的有{len(turned)}条。"
        )
    synthetic = ", on synthetic data," if card.synthetic else ""
    listed = ", ".join(beyond) if beyond else "none"
    luck = (
        f"about {chance.expected:.0f} of the {chance.judged} that can be judged would if nothing "
        f"were true ({chance.held} or more with probability {p})"
        if known
        else "the record is too short to say how many would if nothing were true"
    )
    return (
        f"As of {card.as_of:%Y-%m-%d}{synthetic} {counts[HELD]} of {len(card.findings)} claims "
        f"held; {luck}; {counts[FAILED]} failed and {counts[CANNOT_TELL]} cannot be told. Held "
        f"beyond what chance does, all claims taken together: {listed}; {len(turned)} verdicts "
        f"turn with another reading of the claim."
    )


def _what(finding: ClaimFinding, zh: bool) -> str:
    """Say what was measured, in the observable's own words, and the verdict."""
    claim, measure = finding.claim, OBSERVABLES[finding.claim.observable]
    reason = finding.reason_zh if zh else finding.reason
    verdict = VERDICTS_ZH[finding.verdict] if zh else finding.verdict
    if reason:
        verdict = f"{verdict}（{reason}）" if zh else f"{verdict} ({reason})"
    words = dict(finding.parts) | {
        "window": finding.window,
        "value": amount(finding.value, finding.unit, "zh" if zh else "en"),
        "ours": _title(claim.basket, zh),
        "theirs": _title(claim.against, zh),
    }
    said = (measure.sentence_zh if zh else measure.sentence).format(**words)
    return f"{said}：{verdict}。" if zh else f"{said}: {verdict}."


def _title(basket: Basket | None, zh: bool) -> str:
    if basket is None:
        return "全行业等权" if zh else "all sectors alike"
    return (basket.title_zh or basket.title) if zh else basket.title


def _chance(finding: ClaimFinding, zh: bool) -> str:
    """Say whether it is more than chance, what the record resolves, and the interval."""
    return ("" if zh else " ").join(
        text for text in (_luck(finding, zh), _resolved(finding, zh), _width(finding, zh)) if text
    )


def _luck(finding: ClaimFinding, zh: bool) -> str:
    """Say how probably a placebo does as well, and in how many windows the claim would hold."""
    placebo = finding.placebo
    if placebo is None:
        reason = finding.unplaced[1 if zh else 0]
        if not reason:
            return ""
        return f"无从与偶然比较：{reason}。" if zh else f"Not to be compared with chance: {reason}."
    name = PLACEBOS[placebo.kind][1 if zh else 0]
    share = f"{placebo.p:.0%}" if placebo.p >= 0.01 else f"{max(placebo.p, 0.001):.1%}"
    base = "" if math.isnan(finding.base_rate) else f"{finding.base_rate:.0%}"
    if zh:
        beyond = "，多重检验校正后仍超出偶然" if finding.beyond_chance else ""
        usual = f"；在其他等长窗口中有{base}同样成立" if base else ""
        return f"{name}做到同样程度的概率为{share}{beyond}{usual}。"
    beyond = ", beyond chance even among all claims" if finding.beyond_chance else ""
    usual = f"; the claim would have held in {base} of other such windows" if base else ""
    return f"{name[0].upper()}{name[1:]} do as well with probability {share}{beyond}{usual}."


def _resolved(finding: ClaimFinding, zh: bool) -> str:
    """Say what this record can resolve: how far a number has to lie, or how small p can be."""
    placebo = finding.placebo
    if placebo is None:
        return ""
    if placebo.resolution > SIGNIFICANCE:
        floor = f"{placebo.resolution:.2f}"
        return (
            f"该记录无法分辨{floor}以下的p值。"
            if zh
            else (f"This record cannot resolve p below {floor}.")
        )
    if math.isnan(placebo.least):
        return ""
    least = amount(placebo.least, finding.unit, "zh" if zh else "en").removeprefix("+")
    if zh:
        return f"该记录能与偶然区分的最小偏离为{least}（p=0.05）。"
    return f"The least this record tells from chance (p = 0.05) is {least} off the usual."


def _width(finding: ClaimFinding, zh: bool) -> str:
    """Say how far the number could be from where it is, or why that cannot be said."""
    bounds = finding.interval
    if bounds is None:
        reason = finding.unbounded[1 if zh else 0]
        return f"没有区间：{reason}。" if zh else f"No interval: {reason}."
    language = "zh" if zh else "en"
    low, high = (amount(x, finding.unit, language) for x in (bounds.low, bounds.high))
    if zh:
        return f"{bounds.level:.0%}区间为{low}至{high}。"
    return f"The {bounds.level:.0%} interval runs from {low} to {high}."


def _when(finding: ClaimFinding, found: Concentration, zh: bool) -> str:
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


def _owed(finding: ClaimFinding, zh: bool) -> str:
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
    strip = "".join(
        STRIP[row.verdict] for row in sorted(finding.sensitivity, key=lambda row: row.value)
    )
    if zh:
        return (
            f"{total}种口径中有{len(turned)}种结论相反：{'；'.join(shown)}；由低到高为{strip}"
            f"（+成立，-不成立，.无法判断）。"
        )
    return (
        f"{len(turned)} of {total} other means say the opposite: {'; '.join(shown)}. From the "
        f"lowest to the highest: {strip} (+ held, - failed, . cannot tell)."
    )


def _known(finding: ClaimFinding, zh: bool) -> str:
    """Say how much of the window was known when the report came out."""
    if finding.in_sample:
        return "窗口在报告发布前已结束（样本内）。" if zh else "In-sample: the report came later."
    if finding.known_share > 0:
        share = f"{finding.known_share:.0%}"
        if zh:
            return f"报告发布时该窗口已过去{share}。"
        return f"{share} of the window had passed when the report came out."
    return ""
