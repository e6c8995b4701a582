"""What a parameter of a strategy or trigger means, in which unit, and which values make sense."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any

from backtest.notes import Note, either

KEY = "parameter"  # in a field's metadata


@dataclass(frozen=True)
class Parameter:
    """What a field means, its unit and its range.

    Attributes
    ----------
    says : str
        What it is, as the end of "NAME is …".
    unit : str
        Of its value, in the plural; "" where it has none.
    least, above, most : float or None
        Numbers: from `least` on, or above `above`, up to `most`.
    choices : tuple
        All values there are; () where there is a range, or nothing is said.
    check : callable or None
        Raises a `UserError` on a value that no range tells.
    """

    says: str
    unit: str = ""
    least: float | None = None
    above: float | None = None
    most: float | None = None
    choices: tuple[Any, ...] = ()
    check: Callable[[Any], object] | None = None

    @cached_property
    def bounded(self) -> bool:
        """Whether its values have a range, or are chosen from a few."""
        return bool(self.choices) or (self.least, self.above, self.most) != (None, None, None)

    @property
    def range(self) -> Note:
        """Which values make sense, in words; "" where any of its type do.

        Examples
        --------
        >>> Parameter("", least=0, most=1).range, Parameter("", least=1).range
        ('from 0 to 1', '1 or more')
        >>> Parameter("", above=0).range, Parameter("", choices=(1, 2)).range
        ('above 0', '1 or 2')
        """
        if self.choices:
            return either([str(one) for one in self.choices])
        low, most = self.least if self.above is None else self.above, self.most
        if low is None:
            return Note("") if most is None else Note("up to {most:g}", most=most)
        if self.above is not None and most is None:
            return Note("above {low:g}", low=low)
        if self.above is not None:
            return Note("above {low:g} to {most:g}", low=low, most=most)
        if most is None:
            return Note("{low:g} or more", low=low)
        return Note("from {low:g} to {most:g}", low=low, most=most)


def parameter(
    says: str,
    default: Any = MISSING,
    unit: str = "",
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """Return a dataclass field that carries a `Parameter`; without a default it has to be given.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Rule:
    ...     fall_bp: float = parameter("how far the yield fell", 10.0, "basis points", least=0)
    >>> Rule().fall_bp, said_of(Rule)["fall_bp"].range
    (10.0, '0 or more')
    """
    said = Parameter(says, unit, least, above, most, tuple(choices))
    return field(default=default, metadata={KEY: said})


def said_of(kind: type) -> dict[str, Parameter]:
    """Return what is said of a class's fields, by name; fields nothing is said of are left out."""
    if not is_dataclass(kind):
        return {}
    return {spec.name: spec.metadata[KEY] for spec in fields(kind) if KEY in spec.metadata}
