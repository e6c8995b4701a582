"""What a strategy's docstring says: its rule, and what would refute it."""

import inspect
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A strategy in its own words; "" where it says nothing.

    Attributes
    ----------
    summary : str
        The first sentence.
    rule : str
        What it does, a paragraph each.
    refuted_by : str
        The paragraph that begins with "Refuted".
    """

    summary: str
    rule: tuple[str, ...]
    refuted_by: str


def said_by(kind: type) -> Said:
    """Return what a class says of itself; a dataclass without a docstring says nothing.

    Examples
    --------
    >>> class Steel:
    ...     '''Hold steel.
    ...
    ...     It buys once.
    ...
    ...     Refuted if steel
    ...     falls.
    ...     '''
    >>> said_by(Steel)
    Said(summary='Hold steel.', rule=('It buys once.',), refuted_by='Refuted if steel falls.')
    """
    text = inspect.cleandoc(kind.__doc__ or "")
    if text.startswith(f"{kind.__name__}("):
        text = ""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    refuted = [part for part in paragraphs[1:] if part.startswith("Refuted")]
    rule = tuple(part for part in paragraphs[1:] if part not in refuted)
    return Said(paragraphs[0] if paragraphs else "", rule, " ".join(refuted))
