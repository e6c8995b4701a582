"""The one exception for a user's mistake.

Whatever a person can get wrong (a name, a file, a parameter) raises `UserError` with one sentence
that says what is wrong and what to do. The command line prints it and exits with 2; any other
exception is a fault of this package and exits with 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from backtest.notes import Note

LONGEST = 60  # characters of a value that are shown


class UserError(ValueError):
    """A mistake in what was asked for; the message is one sentence that says what to do."""


def suggest(name: str, known: Iterable[str]) -> Note:
    """Say what was probably meant, or what there is to choose from.

    Examples
    --------
    >>> suggest("agricultur", ["agriculture", "steel"])
    "did you mean 'agriculture'?"
    >>> suggest("xyz", ["agriculture", "steel"])
    'choose from agriculture, steel'
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return Note("did you mean {name!r}?", name=close[0])
    return Note("choose from {names}", names=", ".join(names))


def shown(text: str) -> str:
    """Return text without what a terminal obeys, and no more of it than fits a sentence."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
