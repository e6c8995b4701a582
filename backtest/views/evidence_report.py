"""The report of a scorecard, and of a strategy taken apart."""

from dataclasses import replace

from backtest.evidence.event_kinds import EventsByKind
from backtest.evidence.examine import StrategyEvidence
from backtest.evidence.scorecard import Scorecard
from backtest.market import Market
from backtest.views.claim_sentences import overview
from backtest.views.events import events_section
from backtest.views.page import Page, Section, Table
from backtest.views.run_report import NO_PROMISE, result_page, run_report
from backtest.views.sections.curves import curves
from backtest.views.sections.headline import WARNING, resting_on
from backtest.views.sections.periods import cells_of, halves, regimes
from backtest.views.sections.switching import switching
from backtest.views.sections.valuation import valuation
from backtest.views.sections.verdicts import each_claim, scorecard, taken_apart
from backtest.views.thesis import falsifiers_section
from backtest.views.words import Words


def evidence_report(
    card: Scorecard,
    found: StrategyEvidence | None,
    *,
    market: Market,
    events: EventsByKind | None = None,
    language: str = "en",
) -> Page:
    """Report on the claims; on a strategy with its evidence and the claims, if one was taken apart.

    Parameters
    ----------
    market : Market
        Which was looked at.
    events : EventsByKind, optional
        What followed the events of a file.
    """
    say = Words(language)
    studied = () if events is None else (events_section(events, say),)
    claims, *rest = _claims(card, say)
    if found is not None:
        extra = (*taken_apart(found, say), *studied, claims, *rest)
        return run_report(
            found.result, market=market, source=card.source, extra=extra, language=language
        )
    sections = (replace(claims, sentences=()), *rest, *studied)
    return replace(_card_page(card, say), sections=sections)


def _claims(card: Scorecard, say: Words) -> tuple[Section, ...]:
    """List the claims, what would refute the thesis, what valuations did, and say each claim."""
    valued = () if card.reratings is None else (valuation(card.reratings, say),)
    whole = falsifiers_section(card.settled, say)
    return (scorecard(card, say), *whole, *valued, each_claim(card, say))


def _card_page(card: Scorecard, say: Words) -> Page:
    """Return the page of a scorecard as far as it is the same whatever follows its top."""
    data = say("data {snapshot}", snapshot=card.snapshot[:12])
    return Page(
        title=say.of(card.source, "title"),
        subtitle=say(
            "{author}, {dated} · market {market}, as of {date}",
            author=card.source.author,
            dated=card.source.dated,
            market=card.market,
            date=f"{card.as_of:%Y-%m-%d}",
        ),
        language=say.language,
        conclusion=overview(card, say),
        banners=(say(WARNING),) if card.synthetic else (),
        footer=(say("Data snapshot {name}.", name=card.snapshot[:12]), say(NO_PROMISE)),
        origin=resting_on([card.market, data], say, synthetic=card.synthetic),
    )


def scorecard_page(card: Scorecard, say: Words) -> Page:
    """Return a row per claim, then a sentence or two on each."""
    claims, *rest = _claims(card, say)
    bare = replace(claims, title="", sentences=())
    return replace(_card_page(card, say), sections=(bare, *rest))


def strategy_page(found: StrategyEvidence, say: Words) -> Page:
    """Return what is known about a strategy, in words, then what the words come from."""
    result = found.result
    words, *apart = taken_apart(found, say)
    if found.year is not None:
        words, apart = apart[0], [words, *apart[1:]]
    folded = [replace(section, folded=True) for section in (*apart, *_periods(found, say))]
    bare = replace(words, title="", tables=())
    tables = Section("tests", say("Tests"), tables=words.tables, folded=True)
    page = result_page(result, say)
    return replace(page, conclusion="", sections=(bare, tables, *folded), notes=())


def _periods(found: StrategyEvidence, say: Words) -> list[Section]:
    """List results by what was held, by half and around the report, drawdowns and switches."""
    result = found.result
    fallen = Section("falls", say("Largest drawdowns"), tables=curves(result, say).tables)
    by_half = halves(result, say)
    halved = replace(by_half, tables=(Table("", by_half.charts[0].data),))
    switched = switching(result, say)
    held = regimes(result, None, say)
    around = Table(say("Before and after the report"), cells_of(found.published, say))
    sections = [replace(held, tables=(*held.tables, around)), halved]
    sections += [fallen] * bool(fallen.tables)
    return sections if switched is None else [*sections, switched]
