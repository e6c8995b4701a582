"""What is known about a strategy in words."""

import math
from collections.abc import Iterator

from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.placebo import PlaceboTest
from backtest.views.events import p_value, points, width
from backtest.views.sections.origins import origin_of
from backtest.views.words import Words

KINDS = {
    "switch dates": "random switch dates",
    "time shifts": "the signal shifted in time",
    "sectors dealt again": "sectors reassigned at random",
}
SIGNIFICANT = 0.05


def strategy_sentences(found: StrategyEvidence, say: Words) -> list[str]:
    """Say where the return came from, whether the dates earned it, and what it could have been."""
    chosen = found.selection
    timing = None if chosen is None else chosen.timing
    among = math.nan if timing is None else timing.p
    told = [
        _return(found, say),
        origin_of(found.split, say),
        "" if chosen is None else say.note(chosen.sentence),
        _placebos(found.placebos, "Over the whole record", among, say),
        _placebos(found.placebos_after, "After the report", among, say),
        _worth(found, say),
        *_events(found, say),
    ]
    return [text for text in told if text]


def _return(found: StrategyEvidence, say: Words) -> str:
    ours = found.attributions[0]
    rows = found.differences[found.differences["suggested"]]
    p = float(rows.loc[rows["against"] == ours.against, "sharpe_p"].iloc[0])
    test = (
        say("too few sessions to test the difference of their Sharpe ratios")
        if math.isnan(p)
        else say("the difference of their Sharpe ratios has p = {p} (Ledoit-Wolf)", p=f"{p:.2f}")
    )
    start, end = (f"{day:%Y-%m-%d}" for day in ours.window)
    return say(
        "From {start} to {end}{synthetic} {name} returned {ours}, the equal-weight market "
        "{theirs}; {test}.",
        start=start,
        end=end,
        synthetic=say(" on synthetic data") if found.result.synthetic else "",
        name=found.result.name,
        ours=f"{ours.portfolio:+.1%}",
        theirs=f"{ours.benchmark:+.1%}",
        test=test,
    )


def _placebos(tests: tuple[PlaceboTest, ...], when: str, among: float, say: Words) -> str:
    known = {test.kind: test.p["sharpe"] for test in tests}
    known = {kind: p for kind, p in known.items() if not math.isnan(p)}
    if not known:
        return ""
    # It has to beat every placebo, and with the choice among all trials in mind.
    worst = max(*known.values(), 0.0 if math.isnan(among) else among)
    return say(
        "{when}, placebo p-values of its Sharpe ratio: {listed}; {verdict}.",
        when=say(when),
        listed=say.listed([f"{say(KINDS[kind])} {p:.2f}" for kind, p in known.items()]),
        verdict=say("significant at the 5% level")
        if worst <= SIGNIFICANT
        else say("not significant at the 5% level"),
    )


def _worth(found: StrategyEvidence, say: Words) -> str:
    if found.foresight is None:
        return ""
    rungs = found.foresight.rungs["cagr"]
    rate = {name: f"{rungs[name]:+.1%}" for name in rungs.index}
    return say(
        "Return a year: perfect foresight {top}, perfect foresight one month late {late}, wrong "
        "three times in ten {wrong}, the best basket throughout {still}, the strategy {own}.",
        top=rate["perfect foresight"],
        late=rate["1 month late"],
        wrong=rate["wrong 30%"],
        still=rate["best basket throughout"],
        own=rate[found.result.name],
    )


def _events(found: StrategyEvidence, say: Words) -> Iterator[str]:
    for name, made in found.events.items():
        count = int(made.figures["sessions"])
        if not count:
            yield say("{name}: no event with enough sessions.", name=say.name(name))
            continue
        yield say(
            "{name}: over the {horizon} sessions from {count} events on, the mean abnormal "
            "return was {car} points ({width}); p = {p} against other dates, {bmp} by BMP, "
            "{rank} by ranks.",
            name=say.name(name),
            horizon=made.design.horizon,
            count=count,
            car=points(made.car),
            width=width(made, say),
            p=p_value(made.p),
            bmp=p_value(made.figures["bmp_p"]),
            rank=p_value(made.figures["rank_p"]),
        )
