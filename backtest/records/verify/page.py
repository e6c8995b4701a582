"""The page of a verification: the outcome, what it was of, and what was compared."""

from backtest.errors import shown
from backtest.records.verify.rerun import Verification
from backtest.views.page import Page
from backtest.views.sections.headline import WARNING
from backtest.views.words import Words

LISTED = 5  # files left out that are named


def verification_page(found: Verification, say: Words) -> Page:
    """Return whether a run reproduced, and on what."""
    manifest = found.manifest
    about = say(
        "{strategy} on {market}, {window}; data: {snapshot}",
        strategy=manifest["strategy"],
        market=shown(manifest["market"]),
        window=" … ".join(manifest["window"]),
        snapshot=manifest["snapshot"][:12],
    )
    footer = [about, say("compared: {files}", files=say.listed(list(found.compared)))]
    if found.left_out:
        named = say.listed(list(found.left_out[:LISTED]))
        footer.append(say("not compared: {files}", files=named))
    return Page(
        title="",
        language=say.language,
        conclusion=say.note(found.sentence),
        banners=(say(WARNING),) if manifest["synthetic"] else (),
        tone="good" if found.reproduces else "bad",
        footer=tuple(footer),
    )
