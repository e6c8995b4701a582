"""The page of a check: whether something looks ahead, what it reads of the future, what else."""

from backtest.strategy.check import Check, said
from backtest.views.page import Page, Section
from backtest.views.words import Words

NAMED = 6  # instruments


def check_page(found: Check, say: Words) -> Page:
    """Return what a check found, what fails it first."""
    leaks = tuple(say.note(said(leak)) for leak in found.leaks)
    fails = tuple(say.note(fault.note) for fault in found.faults if fault.fails)
    names = found.instruments
    more = [say("and {count} more", count=len(names) - NAMED)] if len(names) > NAMED else []
    if names:
        whose = say.listed([*names[:NAMED], *more])
        leaks = (*leaks, say("weights that change first: {names}", names=whose))
    return Page(
        title=say("check of {name} on {market}", name=found.subject, market=found.market),
        subtitle=say(
            "{count} dates; deciding once took {seconds} s and {megabytes} MB",
            count=len(found.cuts),
            seconds=f"{found.seconds:.2f}",
            megabytes=f"{found.megabytes:.0f}",
        ),
        language=say.language,
        conclusion=_conclusion(found, say),
        tone="good" if found.passes else "bad",
        sections=(Section("found", "", (*leaks, *fails)),) if leaks or fails else (),
        notes=tuple(say.note(fault.note) for fault in found.faults if not fault.fails),
    )


def _conclusion(found: Check, say: Words) -> str:
    if found.first is not None:
        day = f"{found.first:%Y-%m-%d}"
        return say("It looks ahead: its decisions change with later data, first on {day}.", day=day)
    if not found.passes:
        return say("It does not pass.")
    return say("It passes: no decision changes when later data are cut off or altered.")
