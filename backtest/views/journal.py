"""The page of the forward journal: what was recorded, and what came of it since."""

from collections.abc import Sequence

from backtest.today.forward import Forward
from backtest.today.journal import Journal
from backtest.today.registration import Judgement
from backtest.today.thesis_registration import ThesisJudgement
from backtest.views.numbers import column, written
from backtest.views.page import Page, Section, Table, table
from backtest.views.palette import VERDICTS
from backtest.views.words import Words

SIGNED = "signed percent"


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
    made = scored.entries
    told = say(
        "Recorded forward since {day}: {count} entries.",
        day=str(made["written"].iloc[0])[:10],
        count=len(made),
    )
    if scored.returns.empty:
        return f"{told} {_needed(scored, say)}"
    grown = (1 + scored.returns).prod() - 1
    earned = say(
        "Over the {sessions} sessions since then it earned {forward} after costs, the static "
        "blend {blend}.",
        sessions=len(scored.returns),
        forward=written(grown["forward"], SIGNED),
        blend=written(grown["blend"], SIGNED),
    )
    return f"{told} {earned} {_needed(scored, say)}"


def _decisions(number: int, scored: Forward, say: Words) -> Section:
    made, rival = scored.entries, say.name(scored.benchmark)
    cells = {
        "recorded on": made["written"],
        "position": map(say.name, made["regime"]),
        "sessions": made["sessions"].map(str),
        "forward return": column(made["forward"], SIGNED),
        rival: column(made["benchmark"], SIGNED),
        "static blend": column(made["blend"], SIGNED),
    }
    left, drop = ("recorded on", "position"), (rival, "position")
    entries = table(say, cells, made.index, left=left, drop=drop, head="entry")
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
    cells = {
        "instrument": moved["instrument"],
        "recorded": column(moved["recorded"], "percent"),
        "on today's data": column(moved["now"], "percent"),
        "restated since": moved["changed"],
    }
    caption = say("Recorded weights that the same rules would not give on today's data")
    left = ("instrument", "restated since")
    return (table(say, cells, moved["entry"], caption=caption, left=left, head="entry"),)


def _registered(judged: Sequence[Judgement], say: Words) -> Table:
    rows = [
        {
            "registered": one.entry.day,
            "strategy": one.entry.body["strategy"],
            "until": one.entry.body["until"],
            "sessions": str(one.sessions),
            "excess over the static blend": written(one.ahead, SIGNED),
            "verdict": say(one.verdict) if one.complete else say("window not over"),
        }
        for one in judged
    ]
    return table(
        say,
        rows,
        [one.entry.number for one in judged],
        left=("registered", "strategy", "until", "verdict"),
        drop=("sessions", "registered"),
        tones=VERDICTS,
        head="entry",
    )


def _theses(judged: Sequence[ThesisJudgement], say: Words) -> Table:
    rows = [
        {
            "title": one.entry.body["title"],
            "registered": one.entry.day,
            "until": one.entry.body["until"],
            **{
                verdict: ", ".join(name for name, its in one.verdicts.items() if its == verdict)
                or "–"
                for verdict in VERDICTS
            },
            "refuted": ", ".join(one.refuted_by) or "–",
        }
        for one in judged
    ]
    numbers = [one.entry.number for one in judged]
    drop = ("registered", "cannot tell")
    return table(say, rows, numbers, left=None, drop=drop, head="entry")
