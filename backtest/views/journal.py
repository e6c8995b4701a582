"""The page of the forward journal: what was recorded, and what came of it since."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from backtest.today.forward import Forward
from backtest.today.journal import Journal
from backtest.today.registration import Judgement
from backtest.today.thesis_registration import ThesisJudgement
from backtest.views.numbers import shaped
from backtest.views.page import Page, Section, Table
from backtest.views.words import Words

SIGNED = "{:+.1%}"
TONES = {"held": "good", "failed": "bad", "cannot tell": "unsure"}


def journal_page(
    journal: Journal,
    scored: Sequence[Forward],
    judged: Sequence[Judgement],
    theses: Sequence[ThesisJudgement],
    skipped: Sequence[str],
    say: Words,
) -> Page:
    """Return the journal's page.

    Parameters
    ----------
    scored, judged, theses : sequence
        Decisions by strategy and market, registered strategies and registered theses.
    skipped : sequence of str
        Why some entries could not be scored.
    """
    count = len(journal.entries)
    conclusion = say("{count} entries; the hash chain is intact.", count=count)
    if journal.problems:
        conclusion = say("{count} entries; the hash chain is broken.", count=count)
    if not count:
        conclusion = say("Nothing is recorded yet; 'nqp today STRATEGY --record' adds an entry.")
    sections = [_decisions(number, one, say) for number, one in enumerate(scored, start=1)]
    if judged:
        sections.append(
            Section("registered", say("Registered"), tables=(_registered(judged, say),))
        )
    if theses:
        sections.append(Section("theses", say("Theses"), tables=(_theses(theses, say),)))
    return Page(
        title=say("Forward journal"),
        language=say.language,
        conclusion=conclusion,
        banners=journal.problems,
        tone="bad" if journal.problems else "",
        sections=tuple(sections),
        notes=tuple(skipped),
    )


def recorded_line(scored: Forward, say: Words) -> str:
    """Say since when a strategy's decisions are recorded, and what came of them."""
    table = scored.entries
    told = say(
        "Recorded forward since {day}: {count} entries.",
        day=str(table["written"].iloc[0])[:10],
        count=len(table),
    )
    if scored.returns.empty:
        return f"{told} {_needed(scored, say)}"
    grown = (1 + scored.returns).prod() - 1
    earned = say(
        "Over the {sessions} sessions since then it earned {forward} after costs, the static "
        "blend {blend}.",
        sessions=len(scored.returns),
        forward=SIGNED.format(grown["forward"]),
        blend=SIGNED.format(grown["blend"]),
    )
    return f"{told} {earned} {_needed(scored, say)}"


def _decisions(number: int, scored: Forward, say: Words) -> Section:
    table, rival = scored.entries, say.name(scored.benchmark)
    cells = pd.DataFrame(
        {
            say("recorded on"): table["written"],
            say("position"): [say.name(name) for name in table["regime"]],
            say("sessions"): table["sessions"].map(str),
            say("forward return"): [shaped(value, SIGNED) for value in table["forward"]],
            rival: [shaped(value, SIGNED) for value in table["benchmark"]],
            say("static blend"): [shaped(value, SIGNED) for value in table["blend"]],
        }
    ).set_axis(table.index.map(str))
    left = (say("recorded on"), say("position"))
    drop = (rival, say("position"))
    entries = Table("", cells, left, drop, head=say("entry"))
    return Section(
        id=f"decisions-{number}",
        title=say("{name} on {market}", name=scored.strategy, market=scored.market),
        sentences=(_needed(scored, say),),
        tables=(entries, *_diverged(scored, say)),
    )


def _needed(scored: Forward, say: Words) -> str:
    if scored.returns.empty:
        return say("No session has passed since the first entry: there is nothing to evaluate yet.")
    if scored.needed is None:
        return say("The record is not ahead of the static blend.")
    return say(
        "At this rate {needed} entries would be needed for significance (5 % one-sided, power 80 "
        "%); there are {count}.",
        needed=scored.needed,
        count=len(scored.entries),
    )


def _diverged(scored: Forward, say: Words) -> tuple[Table, ...]:
    moved = scored.divergence
    if moved.empty:
        return ()
    cells = pd.DataFrame(
        {
            say("instrument"): moved["instrument"],
            say("recorded"): [shaped(value, "{:.1%}") for value in moved["recorded"]],
            say("on today's data"): [shaped(value, "{:.1%}") for value in moved["now"]],
            say("restated since"): moved["changed"],
        }
    ).set_axis(moved["entry"].map(str))
    left = (say("instrument"), say("restated since"))
    caption = say("Recorded weights that the same rules would not give on today's data")
    return (Table(caption, cells, left, head=say("entry")),)


def _registered(judged: Sequence[Judgement], say: Words) -> Table:
    cells = pd.DataFrame(
        {
            say("registered"): [one.entry.day for one in judged],
            say("strategy"): [one.entry.body["strategy"] for one in judged],
            say("until"): [one.entry.body["until"] for one in judged],
            say("sessions"): [str(one.sessions) for one in judged],
            say("excess over the static blend"): [shaped(one.ahead, SIGNED) for one in judged],
            say("verdict"): [
                say(one.verdict) if one.complete else say("window not over") for one in judged
            ],
        }
    ).set_axis([str(one.entry.number) for one in judged])
    left = tuple(say(name) for name in ("registered", "strategy", "until", "verdict"))
    tones = {say(word): tone for word, tone in TONES.items()}
    return Table("", cells, left, (say("sessions"), say("registered")), tones, say("entry"))


def _theses(judged: Sequence[ThesisJudgement], say: Words) -> Table:
    cells = pd.DataFrame(
        {
            say("title"): [one.entry.body["title"] for one in judged],
            say("registered"): [one.entry.day for one in judged],
            say("until"): [one.entry.body["until"] for one in judged],
            **{
                say(verdict): [
                    ", ".join(name for name, its in one.verdicts.items() if its == verdict) or "–"
                    for one in judged
                ]
                for verdict in TONES
            },
            say("refuted"): [", ".join(one.refuted_by) or "–" for one in judged],
        },
        index=[str(one.entry.number) for one in judged],
    )
    drop = (say("registered"), say("cannot tell"))
    return Table("", cells, tuple(cells.columns), drop, head=say("entry"))
