"""The Python that reproduces what the board shows.

Values are written as `repr` writes them and nothing else of a browser's gets in: which names they
may have is decided by `controls`.
"""

import sys
from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path

from backtest.cli.own_faults import OWN
from backtest.strategy import Strategy, field_names


def snippet(
    strategy: Strategy, market: str, pinned: Sequence[Strategy] = (), terms: str = ""
) -> str:
    """Return a script that runs a variant, and compares it with pinned ones.

    Parameters
    ----------
    market : str
        What `load_market` is to load: a name or a folder.
    terms : str
        Arguments of `run` besides the market, as `BoardTerms.changed` writes them.
    """
    kinds = {(type(each).__module__, type(each).__name__) for each in (strategy, *pinned)}
    names = "compare, load_market, run, run_many" if pinned else "load_market, run"
    lines = [f"from backtest import {names}", *_imports(sorted(kinds))]
    lines += [
        "",
        f"market = load_market({market!r})",
        f"result = run({written(strategy)}, market{terms})",
        'print(result.summary()["sharpe"])',
    ]
    if pinned:
        others = [f"    {written(each)}," for each in pinned]
        lines += [
            "pinned = run_many([",
            *others,
            f"], market{terms})",
            "print(compare([result, *pinned]).T)",
        ]
    return "\n".join(lines) + "\n"


def written(strategy: Strategy) -> str:
    """Write a strategy with the parameters that are not its defaults.

    Examples
    --------
    >>> from strategies import RateRotation
    >>> written(RateRotation(fall_bp=12.5))
    'RateRotation(fall_bp=12.5)'
    """
    usual = type(strategy)()
    changed = [
        f"{name}={getattr(strategy, name)!r}"
        for name in field_names(type(strategy))
        if getattr(strategy, name) != getattr(usual, name)
    ]
    return f"{type(strategy).__name__}({', '.join(changed)})"


def _imports(kinds: Sequence[tuple[str, str]]) -> list[str]:
    """Return the lines that import strategies: ours from the package, others from their files."""
    lines: list[str] = []
    for module, name in kinds:
        if module.startswith(OWN):
            file = Path(str(sys.modules[module].__file__)).resolve()
            lines = ["import sys", *lines, f"sys.path.insert(0, {str(file.parent)!r})"]
            if file.stem.isidentifier() and not iskeyword(file.stem):
                lines.append(f"from {file.stem} import {name}")
            else:
                lines += [
                    "from importlib import import_module",
                    f"{name} = import_module({file.stem!r}).{name}",
                ]
        else:
            lines.append(f"from {module.partition('.')[0]} import {name}")
    return lines
