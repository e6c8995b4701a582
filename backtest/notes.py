"""Note: a sentence as a value, a code and what it speaks of, worded once per language."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Self

SPOKEN = ContextVar("SPOKEN", default="en")  # the language of what a command says on the way


class Note(str):
    """A sentence; its code is the sentence with the names of its values in their places.

    It is the English sentence itself; `backtest.views.words.Words.note` says it in another
    language. A value may be a note.

    Attributes
    ----------
    code : str
        The sentence with names in braces: what it says, whatever its values.
    values : dict
        What stands in the places.

    Examples
    --------
    >>> late = Note("{count} trades were filled late", count=3)
    >>> late, late.code, late.values
    ('3 trades were filled late', '{count} trades were filled late', {'count': 3})
    """

    __slots__ = ("code", "values")
    code: str
    values: dict[str, Any]

    def __new__(cls, code: str, /, **values: Any) -> Self:
        """Word the sentence."""
        note = super().__new__(cls, code.format(**values) if values else code)
        note.code, note.values = code, values
        return note

    def to_json(self) -> dict[str, Any]:
        """Return the code and the values, notes among them likewise."""
        plain = {
            name: value.to_json() if isinstance(value, Note) else value
            for name, value in self.values.items()
        }
        return {"code": self.code, "values": plain}


class Titled(Note):
    """A text that somebody gave in both languages."""

    __slots__ = ("chinese",)
    chinese: str

    def __new__(cls, english: str, chinese: str = "") -> Self:
        """Take both; without the Chinese, the English is said in either language."""
        note = super().__new__(cls, "{said}", said=english)
        note.chinese = chinese or english
        return note


class Listed(Note):
    """Notes one after the other, with what separates them in the language spoken."""

    __slots__ = ()


def either(options: Sequence[str]) -> Note:
    """Return a choice in words.

    Examples
    --------
    >>> either(["open", "close", "mid"])
    'open, close or mid'
    """
    *others, last = options
    many = Note("{others} or {last}", others=listed(tuple(others)), last=last)
    return many if others else Note("{said}", said=last)


def listed(notes: tuple[str, ...]) -> Listed:
    """Return notes joined to one.

    Examples
    --------
    >>> listed((Note("one"), Note("{count} more", count=2)))
    'one, 2 more'
    """
    places = [f"part{number}" for number in range(len(notes))]
    code = ", ".join(f"{{{place}}}" for place in places)
    return Listed(code, **dict(zip(places, notes, strict=True)))
