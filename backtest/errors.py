"""The one exception for a user's mistake.

Whatever a person can get wrong (a name, a file, a parameter) raises `UserError` with one sentence
that says what is wrong and what to do. The command line prints it and exits with 2; any other
exception is a fault of this package and exits with 1.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from backtest.notes import Note

LONGEST = 60  # characters of a value that are shown


class UserError(ValueError):
    """A mistake in what was asked for; the message is one sentence that says what to do.

    Parameters
    ----------
    code : str
        The sentence, with the names of its values in braces; see `backtest.notes.Note`.
    values
        What stands in the places. Of another mistake, its sentence.

    Examples
    --------
    >>> UserError("{folder} is a file; name a folder", folder="a.csv")
    UserError('a.csv is a file; name a folder')
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        said = {n: v.args[0] if isinstance(v, UserError) else v for n, v in values.items()}
        super().__init__(code if isinstance(code, Note) else Note(code, **said))


@contextmanager
def within(source: str) -> Iterator[None]:
    """Say before a mistake where it was made."""
    try:
        yield
    except UserError as error:
        raise UserError("{source}: {error}", source=source, error=error) from error


def unknown(kind: str, name: str, known: Iterable[str]) -> UserError:
    """Return the mistake of a name that is none of those known.

    Examples
    --------
    >>> unknown("sector", "stel", ["agriculture", "steel"])
    UserError("there is no sector 'stel'; did you mean 'steel'?")
    """
    hint = suggest(name, known)
    return UserError("there is no {kind} {name!r}; {hint}", kind=Note(kind), name=name, hint=hint)


def refused(option: str, value: str, known: Iterable[str]) -> UserError:
    """Return the mistake of a value that an option or a parameter cannot have.

    Examples
    --------
    >>> refused("side", "bye", ["buy", "sell"])
    UserError("side was 'bye'; did you mean 'buy'?")
    """
    hint = suggest(value, known)
    return UserError("{option} was {value!r}; {hint}", option=option, value=value, hint=hint)


def check_least(least: float, **values: float) -> None:
    """Raise the mistake of the first value, by its name, that is below the least there is."""
    for name, value in values.items():
        if not value >= least:
            raise UserError(
                "{name} was {value}; give {least} or more", name=name, value=value, least=least
            )


def suggest(name: str, known: Iterable[str]) -> Note:
    """Say what was probably meant, or what there is to choose from.

    Examples
    --------
    >>> suggest("agricultur", ["agriculture", "steel"])
    "did you mean 'agriculture'?"
    >>> suggest("xyz", ["agriculture", "steel"])
    'choose from agriculture, steel'
    >>> suggest("xyz", [])
    'there is none'
    """
    names = sorted(known)
    if not names:
        return Note("there is none")
    close = get_close_matches(name, names, n=1)
    if close:
        return Note("did you mean {name!r}?", name=close[0])
    return Note("choose from {names}", names=", ".join(names))


def shown(text: str) -> str:
    """Return text without what a terminal obeys, and no more of it than fits a sentence."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
