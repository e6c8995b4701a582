"""Displayed: values that show themselves by a renderer which is put in from above.

A value knows no page: what renders it stands above it, and `backtest` itself puts it in.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

RENDERERS: dict[str, Callable[..., Any]] = {}


class Displayed:
    """A value that a notebook shows as its page."""

    def _repr_html_(self) -> str | None:
        """Render in notebooks; None, and so as text, where no renderer was put in."""
        render = RENDERERS.get("notebook")
        return None if render is None else str(render(self))


def put_in(renderer: str) -> Callable[..., Any]:
    """Return the renderer of a name; `backtest` puts them in when it is imported."""
    return RENDERERS[renderer]


def advancing(
    progress: Callable[[int], None] | None, total: int, what: str
) -> AbstractContextManager[Callable[[int], None]]:
    """Give a function to call with the number just done: `progress`, or a bar's for None."""
    if progress is not None:
        return nullcontext(progress)
    bar: AbstractContextManager[Callable[[int], None]] = put_in("progress")(total, what)
    return bar
