"""How far the best of a search is to be believed: each figure with what it means."""

from dataclasses import replace

from backtest.tuning.honesty import Honesty
from backtest.tuning.intervals import SharpeInterval
from backtest.tuning.spa import SpaTest
from backtest.tuning.verdict import WORTH
from backtest.views.numbers import NOTHING, written
from backtest.views.page import Page, Section, table
from backtest.views.words import Words

VERDICTS = {"skill": "good", "luck": "bad", "cannot tell": "unsure"}
VERDICT_WORDS = {
    "skill": "evidence of timing skill",
    "luck": "no evidence of timing skill",
    "cannot tell": "inconclusive",
}
BP = "{:.1f} bp"
ENGLISH = Words()
Row = tuple[str, str, str]


def honesty(found: Honesty, say: Words) -> Section:
    """List how far the best of a search is to be believed."""
    names, values, meanings = zip(*reliability(found, say), strict=True)
    listed = table(say, {"value": values, "meaning": meanings}, names, left=("meaning",))
    verdict = say("Verdict: {verdict}.", verdict=say(VERDICT_WORDS[found.verdict]))
    return Section("honesty", say("Statistical reliability"), (verdict,), tables=(listed,))


def honesty_page(found: Honesty, say: Words) -> Page:
    """Return how far the best of a search is to be believed."""
    section = honesty(found, say)
    return Page(
        title=section.title,
        language=say.language,
        conclusion=say.note(found.banner),
        tone=VERDICTS[found.verdict],
        sections=(replace(section, title=""),),
    )


def reliability(found: Honesty, say: Words = ENGLISH) -> list[Row]:
    """Return name, value and meaning of each figure."""
    low, usual, high = found.intervals
    better = (found.against_benchmark, found.against_blend)
    count, sessions = f"{found.variants:,}", f"{found.sessions:,}"
    rows = [
        *_timing(found, say),
        (
            say("Sharpe ratio"),
            written(found.sharpe, "ratio"),
            say("best of {count} variants", count=count),
        ),
        (
            say("interval"),
            _span(usual),
            say("95 %, blocks of {count} sessions", count=usual.block_length),
        ),
        (
            say("… half, twice the block"),
            f"{_span(low)}, {_span(high)}",
            say("sensitivity to block length"),
        ),
        (say("trials"), f"{found.trials:,}", say("recorded on this market")),
    ]
    if found.unknown_trials:
        count = f"{found.unknown_trials:,}"
        rows.append((say("… with unknown signal"), count, say("from an earlier version")))
    rows += [
        (say("effective trials"), f"{found.effective_trials:,}", say("independent trials")),
        (
            say("probabilistic Sharpe"),
            written(found.probabilistic_sharpe, "percent"),
            say("probability that it is above 0, for a single trial"),
        ),
        (
            say("expected maximum"),
            written(found.expected_max_sharpe, "ratio"),
            say("best Sharpe ratio of as many trials without skill"),
        ),
        (
            say("deflated Sharpe"),
            written(found.deflated_sharpe, "percent"),
            say("probability that the true ratio exceeds it"),
        ),
        (
            say("Sharpe over blend"),
            written(found.active_sharpe, "ratio"),
            say("of the return over the static blend of its baskets"),
        ),
        (
            say("… deflated"),
            written(found.deflated_active, "percent"),
            say("probability that it exceeds the expected maximum"),
        ),
        (
            say("overfitting"),
            written(found.overfitting, "percent"),
            say("at 50 % the choice carries no information"),
        ),
        (
            say("… and a loss"),
            written(found.overfitting_loss, "percent"),
            say("best on one half, a loss in the other"),
        ),
        (say("against benchmark"), _p(found.against_benchmark), say("Hansen's p (lower, upper)")),
        (say("against the blend"), _p(found.against_blend), say("the static blend")),
        (
            say("significantly better"),
            ", ".join(NOTHING if test is None else f"{len(test.better):,}" for test in better),
            say("variants than benchmark, blend; stepwise SPA"),
        ),
        (say("years"), f"{found.years:.1f}", say("{count} sessions", count=sessions)),
        (
            say("years needed"),
            written(found.minimum_years, "{:.1f}"),
            say("until the expected maximum is below 1"),
        ),
        (say("switches"), written(found.switches, "{}"), say("of the best variant")),
    ]
    if found.holdout:
        rows.append((say("holdout"), found.holdout, _opened(found.openings, say)))
    return [*rows, *((say("left out"), NOTHING, say.note(text)) for text in found.missing)]


def _timing(found: Honesty, say: Words) -> list[Row]:
    timing = found.timing
    if timing is None:
        return []
    moved = {"shifts": f"{timing.shifts:,}", "trials": f"{timing.trials:,}"}
    paid = written(1e4 * found.costs, BP)
    return [
        (say("timing p"), f"{timing.p:.3f}", say("{shifts} shifts of {trials} signals", **moved)),
        (
            say("timing Sharpe"),
            written(timing.sharpe, "ratio"),
            say("of the return from switching, before costs"),
        ),
        (
            say("… at most"),
            written(timing.bound, "ratio"),
            say("upper 90 % bound; no evidence of skill below {worth}", worth=WORTH),
        ),
        (
            say("break-even cost"),
            written(1e4 * found.break_even, BP),
            say("per unit traded, where skill ends; paid: {paid}", paid=paid),
        ),
        (
            say("… still significant"),
            written(1e4 * found.significant_up_to, BP),
            say("cost at which timing net of it meets the 5 % bar"),
        ),
    ]


def _opened(openings: int, say: Words) -> str:
    if openings == 0:
        return say("sessions from then on kept out; opened never")
    if openings == 1:
        return say("sessions from then on kept out; opened once")
    return say("sessions from then on kept out; opened {count} times", count=openings)


def _span(interval: SharpeInterval) -> str:
    return f"{written(interval.low, 'ratio')} … {written(interval.high, 'ratio')}"


def _p(test: SpaTest | None) -> str:
    if test is None:
        return NOTHING
    return f"{test.consistent:.3f} ({test.lower:.3f}, {test.upper:.3f})"
