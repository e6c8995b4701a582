"""Compiled code out of date: Numba looks at a function's own file only, not at those it inlines."""

import inspect
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from backtest.atomic import write_file


def drop_stale(functions: Iterable[Any], inlined: Iterable[Any]) -> None:
    """Remove what was compiled of functions, where a file of what they inline is another by now.

    Beside what Numba keeps of a function lies a file with the SHA-256 of those sources.

    Parameters
    ----------
    functions : dispatchers
        Compiled with `cache=True`, and not called yet.
    inlined : dispatchers
        One of each module whose compiled functions these call or inline.
    """
    files = (inspect.getsource(sys.modules[each.__module__]) for each in inlined)
    sources = sha256("".join(files).encode()).hexdigest().encode()
    for function in functions:
        name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        known = Path(function.stats.cache_path) / f"{name}.sources"
        if not known.exists() or known.read_bytes() != sources:
            for index in known.parent.glob(f"{name}-*.nbi"):
                index.unlink(missing_ok=True)
            write_file(known, sources)
