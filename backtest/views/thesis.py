"""Theses as a page: what there is, and what refutes one as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from backtest.evidence.verdict import NOT_DUE, REFUTED, STANDS, Settled
from backtest.strategy.thesis import Thesis
from backtest.views.page import Page, Section, table
from backtest.views.words import Words

TONES = {STANDS: "good", REFUTED: "bad", NOT_DUE: "unsure", "cannot tell": "unsure"}


def thesis_document(name: str, thesis: Thesis, say: Words) -> dict[str, Any]:
    """Return a thesis as `nqp thesis list --json` prints it."""
    source = thesis.source
    return {
        "name": name,
        "title": say.of(source, "title"),
        "author": source.author,
        "published_in": source.published_in,
        "dated": source.dated,
        "claims": [claim.id for claim in thesis.claims],
        "rules": dict(thesis.rules),
    }


def theses_page(theses: Mapping[str, Thesis], say: Words) -> Page:
    """Return a row per thesis."""
    told = [thesis_document(name, one, say) for name, one in theses.items()]
    rows = [
        {key: one[key] for key in ("title", "author", "dated")}
        | {"claims": str(len(one["claims"]))}
        for one in told
    ]
    listed = table(say, rows, theses, left=("title", "author", "dated"), drop=("author",))
    return Page(
        title=say("Theses"),
        language=say.language,
        conclusion=say("Measure one with nqp evidence --thesis NAME, trade it with nqp run NAME."),
        sections=(Section("theses", "", tables=(listed,)),),
    )


def falsifiers_section(found: Sequence[Settled], say: Words) -> tuple[Section, ...]:
    """List what refutes a thesis as a whole and whether it did; nothing where nothing is named."""
    if not found:
        return ()
    cells = {
        "what would refute it": [say.of(one.falsifier, "statement") for one in found],
        "claims": [", ".join(one.falsifier.claims) for one in found],
        "by": [f"{one.falsifier.by:%Y-%m-%d}" for one in found],
        "outcome": [say(one.outcome) for one in found],
    }
    names = [one.falsifier.id for one in found]
    listed = table(say, cells, names, left=None, drop=("claims",), tones=TONES)
    said = say("The thesis is refuted if, by its day, all claims of a row have failed.")
    title = say("What would refute the thesis as a whole")
    return (Section("falsifiers", title, (said,), tables=(listed,)),)
