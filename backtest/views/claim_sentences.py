"""Findings in words, generated from the numbers."""

import math

from backtest.evidence.chance import SIGNIFICANCE
from backtest.evidence.concentration import Concentration
from backtest.evidence.finding import ClaimFinding
from backtest.evidence.observables import OBSERVABLES
from backtest.evidence.scorecard import Scorecard
from backtest.evidence.verdict import CANNOT_TELL, FAILED, HELD
from backtest.strategy.basket import Basket
from backtest.views.words import Words

STRIP = {HELD: "+", FAILED: "-", CANNOT_TELL: "."}
PRICE_ONLY = "Price only: the market carries no valuation of it."
SIGNS = {
    "trend": "trend",
    "breadth": "breadth",
    "turnover": "turnover",
    "calm": "volatility",
    "margin": "margin balance",
    "highs": "new highs",
    "northbound": "northbound flows",
    "funds": "flows into funds",
}
HARDLY = 0.25  # of a number: what came before its burst, if less, is hardly any of it

PLACEBOS = {
    "sectors permuted": "baskets of randomly drawn sectors",
    "other windows": "other windows of the same length",
    "other dates": "the same events on other dates",
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
    say = Words(language)
    if unit == "return":
        return say("{number} points", number=f"{100 * value:+.1f}")
    if unit == "bp":
        return say("{number} bp", number=f"{value:+.0f}")
    return f"{value:.0%}" if unit == "share" else f"{value:+.2f}"


def finding_sentences(finding: ClaimFinding, say: Words) -> list[str]:
    """Return the sentences on one finding, as one text."""
    return [sentence(finding, say)]


def card_sentences(card: Scorecard, say: Words) -> list[str]:
    """Return the whole first, then a text for each claim."""
    return [overview(card, say), *(sentence(item, say) for item in card.findings)]


def sentence(finding: ClaimFinding, say: Words) -> str:
    """Say what happened, how easily it could have, when it did, and how robust that is."""
    if math.isnan(finding.value):
        return say("Cannot tell: {reason}.", reason=say.said(finding.reason))
    told = [_what(finding, say), say(PRICE_ONLY) if finding.basis == "price only" else ""]
    told += [
        say(
            "Behind it, as known then: {series} {start} at the start, {end} at the end "
            "({claimed}).",
            series=one.series,
            start=f"{one.start:,.4g}",
            end=f"{one.end:,.4g}",
            claimed=say("as claimed") if one.as_claimed else say("not as claimed"),
        )
        for one in finding.causes
    ]
    told.append(_leans(finding, say))
    told += [_chance(finding, say), _resolved(finding, say), _width(finding, say)]
    if finding.concentration is not None:
        told.append(_when(finding, finding.concentration, say))
    told += [_robustness(finding, say), _known(finding, say)]
    return say.joined(told)


def _leans(finding: ClaimFinding, say: Words) -> str:
    """Say how far each sign of risk appetite moves the number."""
    moved = {name: finding.parts.get(f"lean_{key}") for key, name in SIGNS.items()}
    named = [f"{say(name)} {100.0 * by:+.0f}" for name, by in moved.items() if by is not None]
    if not named:
        return ""
    return say("Each sign moves it, in points: {signs}.", signs=say.listed(named))


def overview(card: Scorecard, say: Words) -> str:
    """Say how many claims held, and how many of those beyond what chance would do."""
    counts, chance = card.counts, card.by_chance
    beyond = [f.claim.id for f in card.findings if f.verdict == HELD and f.beyond_chance]
    reversed_ = [f.claim.id for f in card.findings if f.verdict != CANNOT_TELL and f.turned]
    told = [
        say(
            "As of {date}{synthetic}, {held} of {all} claims held, {failed} failed and {open} "
            "cannot be judged.",
            date=f"{card.as_of:%Y-%m-%d}",
            synthetic=say(" on synthetic data") if card.synthetic else "",
            held=counts[HELD],
            all=len(card.findings),
            failed=counts[FAILED],
            open=counts[CANNOT_TELL],
        ),
        say("The record is too short to say how many would hold by chance.")
        if math.isnan(chance.expected)
        else say(
            "By chance alone about {expected} of the {judged} that can be judged would hold "
            "({held} or more with probability {p}).",
            expected=f"{chance.expected:.0f}",
            judged=chance.judged,
            held=chance.held,
            p=f"{max(chance.p, 0.001):.2g}",
        ),
        say(
            "Held and significant after correction for multiple testing: {claims}.",
            claims=say.listed(beyond) if beyond else say("none"),
        ),
        say("1 verdict is reversed by an alternative definition.")
        if len(reversed_) == 1
        else say(
            "{count} verdicts are reversed by an alternative definition.", count=len(reversed_)
        ),
    ]
    return say.joined(told)


def _what(finding: ClaimFinding, say: Words) -> str:
    """Say what was measured, in the observable's own words, and the verdict."""
    claim, measure = finding.claim, OBSERVABLES[finding.claim.observable]
    words = dict(finding.parts) | {
        "window": finding.window,
        "value": amount(finding.value, finding.unit, say.language),
        "ours": _title(claim.basket, say),
        "theirs": _title(claim.against, say),
    }
    said = say(measure.sentence, **words)
    verdict, reason = say(finding.verdict), say.said(finding.reason)
    if reason:
        return say("{said}: {verdict} ({reason}).", said=said, verdict=verdict, reason=reason)
    return say("{said}: {verdict}.", said=said, verdict=verdict)


def _title(basket: Basket | None, say: Words) -> str:
    return say("the equal-weight market") if basket is None else say.of(basket, "title")


def _chance(finding: ClaimFinding, say: Words) -> str:
    """Say how probably a placebo does as well, and in how many windows the claim would hold."""
    placebo = finding.placebo
    if placebo is None:
        reason = say.said(finding.unplaced)
        return say("No comparison with chance: {reason}.", reason=reason) if reason else ""
    told = say(
        "Placebo p-value ({name}): {p}",
        name=say(PLACEBOS[placebo.kind]),
        p=f"{placebo.p:.2f}" if placebo.p >= 0.01 else f"{max(placebo.p, 0.001):.3f}",
    )
    if finding.beyond_chance:
        told += say(", significant after correction for multiple testing")
    if not math.isnan(finding.base_rate):
        told += say(
            "; the claim would have held in {share} of other windows of the same length",
            share=f"{finding.base_rate:.0%}",
        )
    return say("{sentence}.", sentence=told)


def _resolved(finding: ClaimFinding, say: Words) -> str:
    """Say what this record can resolve: how far a number has to lie, or how small p can be."""
    placebo = finding.placebo
    if placebo is None:
        return ""
    if placebo.resolution > SIGNIFICANCE:
        return say(
            "This record cannot resolve p-values below {least}.", least=f"{placebo.resolution:.2f}"
        )
    if math.isnan(placebo.least):
        return ""
    return say(
        "The smallest deviation from the average this record can detect (p = 0.05) is {least}.",
        least=amount(placebo.least, finding.unit, say.language).removeprefix("+"),
    )


def _width(finding: ClaimFinding, say: Words) -> str:
    """Say how far the number could be from where it is, or why that cannot be said."""
    bounds = finding.interval
    if bounds is None:
        return say("No interval: {reason}.", reason=say.said(finding.unbounded))
    low, high = (amount(x, finding.unit, say.language) for x in (bounds.low, bounds.high))
    return say(
        "{level} interval: {low} to {high}.", level=f"{bounds.level:.0%}", low=low, high=high
    )


def _when(finding: ClaimFinding, found: Concentration, say: Words) -> str:
    """Say whether the number came in one burst, and what there was of it before."""
    if not found.made_it:
        return ""
    claim = finding.claim
    days, without = found.without_best[-2] if len(found.without_best) > 1 else (0, math.nan)
    before, within, after, left = (
        amount(x, finding.unit, say.language)
        for x in (found.before, found.within, found.after, without)
    )
    start = f"{found.start:%Y-%m-%d}"
    told = say(
        "The move{of} is concentrated in {start} to {end} ({count} sessions): {before} before, "
        "{within} within, {after} after; {left} without the {days} best days.",
        of=say(" of stocks") if claim.observable == "two_bulls" else "",
        start=start,
        end=f"{found.end:%Y-%m-%d}",
        count=found.sessions,
        before=before,
        within=within,
        after=after,
        left=left,
        days=days,
    )
    gained, early = claim.sign * finding.value, claim.sign * found.before
    if finding.verdict != HELD or early >= HARDLY * gained:
        return told
    text = "None of it was visible before {start}."
    if early > 0:
        text = "Hardly any of it was visible before {start}."
    return say.joined([told, say(text, start=start)])


def _robustness(finding: ClaimFinding, say: Words) -> str:
    """Say how many alternative definitions reverse the verdict, and which."""
    if not finding.sensitivity or finding.verdict == CANNOT_TELL:
        return ""
    turned, total = finding.turned, len(finding.sensitivity)
    if not turned:
        return say("None of {count} alternative definitions reverses the verdict.", count=total)
    shown = [
        say(
            "{what} ({value})",
            what=say.said(row.label),
            value=amount(row.value, finding.unit, say.language),
        )
        for row in turned[:3]
    ]
    which = ("；" if say.chinese else "; ").join(shown)
    told = say(
        "{reversed} of {count} alternative definitions reverse the verdict, among them {which}.",
        reversed=len(turned),
        count=total,
        which=which,
    )
    if len(turned) == 1:
        only = "1 of {count} alternative definitions reverses the verdict: {which}."
        told = say(only, count=total, which=which)
    order = sorted(finding.sensitivity, key=lambda row: row.value)
    strip = "".join(STRIP[row.verdict] for row in order)
    every = say("All, by value: {strip} (+ held, - failed, . cannot tell).", strip=strip)
    return say.joined([told, every])


def _known(finding: ClaimFinding, say: Words) -> str:
    """Say how much of the window was known when the report came out."""
    if finding.in_sample:
        return say("In sample: the window had ended when the report was published.")
    if finding.known_share > 0:
        return say(
            "{share} of the window had passed when the report was published.",
            share=f"{finding.known_share:.0%}",
        )
    return ""
