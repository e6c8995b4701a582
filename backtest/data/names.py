"""Which of a universe's instruments a file or a column means."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backtest.market.universe import Universe

Match = Callable[[str], str | None]


def matcher(universe: Universe) -> Match:
    """Return a function from a name in a file to the universe's identifier, None where unknown.

    Case does not matter; a suffix may be absent on either side, and `.SH` is `.SS`; leading zeros
    that a spreadsheet dropped are put back; an instrument may be called by its English or Chinese
    name. What could mean two instruments means none.

    Examples
    --------
    >>> from backtest.market.universe import load_universe
    >>> match = matcher(load_universe("shenwan"))
    >>> [match(name) for name in ("801010.SI", "511260", "300", "000300.SS", "银行", "801010.SS")]
    ['801010', '511260.SS', '000300.SH', '000300.SH', '801780', None]
    """
    known = universe.instruments
    exact = _unambiguous((_exchange(entry.id), entry.id) for entry in known)
    bare = _unambiguous((_base(entry.id), entry.id) for entry in known)
    named = _unambiguous((name, entry.id) for entry in known for name in _titles(entry))

    def match(name: str) -> str | None:
        asked = _exchange(name)
        if asked in exact:
            return exact[asked]
        found = bare.get(_base(name)) or bare.get(_base(name).zfill(6))
        if found is not None and _compatible(asked, _exchange(found)):
            return found
        return named.get(name.strip().lower())

    return match


def _titles(entry: object) -> set[str]:
    return {getattr(entry, key).lower() for key in ("name", "name_zh") if getattr(entry, key)}


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    meant: dict[str, set[str]] = {}
    for name, identifier in pairs:
        meant.setdefault(name, set()).add(identifier)
    return {name: next(iter(ids)) for name, ids in meant.items() if len(ids) == 1}


def _exchange(name: str) -> str:
    lower = name.strip().lower()
    return f"{lower[:-3]}.ss" if lower.endswith(".sh") else lower


def _base(name: str) -> str:
    return name.strip().lower().partition(".")[0]


def _compatible(asked: str, found: str) -> bool:
    """One of the two has no suffix, or the file's is that of an index publisher (.SI, .CSI)."""
    suffix, own = asked.partition(".")[2], found.partition(".")[2]
    return not suffix or (not own and suffix in ("si", "sw", "csi"))
