"""What is known about a strategy in words, English and Chinese."""

from __future__ import annotations

import math

from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.placebo import PlaceboTest
from backtest.views.words import Words

KINDS = {
    "switch dates": ("switches on other dates", "其他切换日期"),
    "time shifts": ("the signal moved in time", "信号整体平移"),
    "sectors dealt again": ("sectors dealt again by lot", "行业随机重新分配"),
}
PARTS = {
    "selection": ("what was held", "持有什么"),
    "timing": ("when it was held", "何时持有"),
    "costs": ("costs", "成本"),
    "filling": ("filling after the decision", "成交滞后"),
}
LUCK = 0.05


def strategy_sentences(found: StrategyEvidence, language: str = "en") -> list[str]:
    """Say where the return came from, whether the dates earned it, and what it could have been."""
    zh = language == "zh"
    told = [_return(found, zh), _origin(found, zh)]
    chosen = found.selection
    timing = None if chosen is None else chosen.timing
    among = math.nan if timing is None else timing.p
    said = "" if chosen is None else Words(language).note(chosen.sentence)
    told += [said, _luck(found.placebos, zh, among, after=False)]
    told += [_luck(found.placebos_after, zh, among, after=True)]
    told += [_worth(found, zh), *_events(found, zh)]
    return [text for text in told if text]


def _return(found: StrategyEvidence, zh: bool) -> str:
    ours = found.attributions[0]
    synthetic = found.result.synthetic
    rows = found.differences[found.differences["suggested"]]
    p = float(rows.loc[rows["against"] == ours.against, "sharpe_p"].iloc[0])
    start, end = (f"{day:%Y-%m-%d}" for day in ours.window)
    if zh:
        kind = "（合成数据）" if synthetic else ""
        test = (
            "交易日太少，无法检验夏普比率之差"
            if math.isnan(p)
            else f"夏普比率之差的Ledoit–Wolf检验p值为{p:.2f}"
        )
        return (
            f"{start}至{end}{kind}，{found.result.name}收益{ours.portfolio:+.1%}，全行业等权"
            f"{ours.benchmark:+.1%}；{test}。"
        )
    kind = " on synthetic data" if synthetic else ""
    test = (
        "too few sessions to test whether their Sharpe ratios differ"
        if math.isnan(p)
        else f"that their Sharpe ratios differ has a Ledoit-Wolf p of {p:.2f}"
    )
    return (
        f"From {start} to {end}{kind} {found.result.name} returned {ours.portfolio:+.1%}, all "
        f"sectors alike {ours.benchmark:+.1%}; {test}."
    )


def _origin(found: StrategyEvidence, zh: bool) -> str:
    parts = found.split.to_json()
    if zh:
        listed = "，".join(f"{PARTS[key][1]}{100 * parts[key]:+.1f}" for key in PARTS)
        return f"超额{100 * parts['active']:+.1f}个百分点来自：{listed}。"
    listed = ", ".join(f"{PARTS[key][0]} {100 * parts[key]:+.1f}" for key in PARTS)
    return f"Of the difference of {100 * parts['active']:+.1f} points: {listed}."


def _luck(tests: tuple[PlaceboTest, ...], zh: bool, among: float, *, after: bool) -> str:
    known = {test.kind: test.p["sharpe"] for test in tests}
    known = {kind: p for kind, p in known.items() if not math.isnan(p)}
    if not known:
        return ""
    # Luck has to fail on every placebo, and with the choice among all trials in mind.
    worst = max(*known.values(), 0.0 if math.isnan(among) else among)
    if zh:
        listed = "，".join(f"{KINDS[kind][1]}{p:.0%}" for kind, p in known.items())
        verdict = "超出运气" if worst <= LUCK else "与运气无法区分"
        when = "报告发布之后：" if after else "全部历史："
        return f"{when}安慰剂夏普比率不低于策略的概率：{listed}；{verdict}。"
    listed = ", ".join(f"{KINDS[kind][0]} {p:.0%}" for kind, p in known.items())
    verdict = "more than luck" if worst <= LUCK else "not to be told from luck"
    when = "After the report" if after else "Over the whole record"
    return f"{when} placebos have at least its Sharpe ratio this often: {listed}; {verdict}."


def _worth(found: StrategyEvidence, zh: bool) -> str:
    if found.foresight is None:
        return ""
    rungs = found.foresight.rungs["cagr"]
    own = rungs[found.result.name]
    top, late, wrong = rungs["perfect foresight"], rungs["1 month late"], rungs["wrong 30%"]
    still = rungs["best basket throughout"]
    if zh:
        return (
            f"年化：完全预知{top:+.1%}，晚一个月{late:+.1%}，三成判断错误{wrong:+.1%}，始终持有最好的组合"
            f"{still:+.1%}，策略本身{own:+.1%}。"
        )
    return (
        f"A year: perfect foresight {top:+.1%}, a month late {late:+.1%}, wrong three times in ten "
        f"{wrong:+.1%}, the best basket throughout {still:+.1%}, the strategy itself {own:+.1%}."
    )


def _events(found: StrategyEvidence, zh: bool) -> list[str]:
    told = []
    for name, made in found.events.items():
        count = int(made.figures["sessions"])
        if not count:
            told.append(
                f"{name}：没有可用事件。" if zh else f"{name}: no event with enough sessions."
            )
            continue
        p, rank, bmp = made.p, made.figures["rank_p"], made.figures["bmp_p"]
        car, design = 100 * made.car, made.design
        bounds = made.interval
        if zh:
            width = (
                f"无区间（{made.reason_zh}）"
                if bounds is None
                else f"{bounds.level:.0%}区间{100 * bounds.low:+.1f}至{100 * bounds.high:+.1f}"
            )
            told.append(
                f"{name}：{count}个事件日，首日起{design.horizon}个交易日累计超额{car:+.1f}个百分点，{width}；"
                f"p值：其他日期{p:.2f}，BMP {bmp:.2f}，秩检验{rank:.2f}。"
            )
        else:
            width = (
                f"no interval ({made.reason})"
                if bounds is None
                else f"{bounds.level:.0%} interval {100 * bounds.low:+.1f} to "
                f"{100 * bounds.high:+.1f}"
            )
            told.append(
                f"{name}: over the {design.horizon} sessions from {count} events on, the mean "
                f"abnormal return was {car:+.1f} points, {width}; p {p:.2f} against other dates, "
                f"BMP {bmp:.2f}, ranks {rank:.2f}."
            )
    return told
