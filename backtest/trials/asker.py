"""Who asks for trials, where it is not the person at the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ASKER: ContextVar[str] = ContextVar("asker", default="")


@contextmanager
def asked_by(name: str) -> Iterator[None]:
    """Record a name with every trial made inside."""
    token = _ASKER.set(name)
    try:
        yield
    finally:
        _ASKER.reset(token)


def with_asker(origin: str) -> str:
    """Return what tried something, with who asked for it: "run", or "run (agent: NAME)"."""
    asker = _ASKER.get()
    return f"{origin} ({asker})" if asker else origin
