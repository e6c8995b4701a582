"""Build the documentation: the pages of backtest/docs, the gallery, run anew, and the reference.

`python .ci/site.py FOLDER`. A warning, a dead link, a script that fails or a dotted name in
backticks, in a docstring, that cannot be imported ends it.
"""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PACKAGES = ("backtest", "strategies")
NAMED = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)`")
# What is public, in the order of a first reading; a name stands where it comes first.
ROOMS = {
    "backtest": "The framework",
    "strategies": "Strategies",
    "backtest.triggers": "Triggers",
    "backtest.strategy": "Writing strategies",
    "backtest.strategy.allocation": "Weights",
    "backtest.engine.metrics": "Figures",
    "backtest.evidence": "Evidence",
    "backtest.composite": "Composite index",
    "backtest.today": "Today",
}


def main() -> None:
    """Build the site into the folder named."""
    folder = Path(sys.argv[1]).resolve()
    if dead := [*_dead_names()]:
        sys.exit("\n".join(["these names lead nowhere:", *dead]))
    with TemporaryDirectory() as work:
        source = Path(work) / "docs"
        shutil.copytree(ROOT / "backtest" / "docs", source)
        shutil.copytree(ROOT / "notebooks" / "gallery", source / "examples")
        _write_reference(source / "reference")
        built = ["-q", "-W", "--keep-going", "-c", ROOT / ".ci" / "site", source, folder]
        subprocess.run([sys.executable, "-m", "sphinx", "-b", "html", *map(str, built)], check=True)


def _write_reference(folder: Path) -> None:
    """Write a page of the reference for each room, and their index."""
    folder.mkdir()
    known: set[int] = set()
    for room, title in ROOMS.items():
        lines = [title, "=" * len(title), "", f".. currentmodule:: {room}", ""]
        for name, value in _public(room):
            if id(value) not in known and callable(value):
                kind = "class" if inspect.isclass(value) else "function"
                lines += [f".. auto{kind}:: {name}", *["   :members:"] * (kind == "class"), ""]
                known.add(id(value))
        (folder / f"{room}.rst").write_text("\n".join(lines), encoding="utf-8")
    index = ["API reference", "=============", "", ".. toctree::", "   :maxdepth: 1", ""]
    index += [f"   {room}" for room in ROOMS]
    (folder / "index.rst").write_text("\n".join(index) + "\n", encoding="utf-8")


def _public(room: str) -> Iterator[tuple[str, object]]:
    """Yield the public names of a room and what they stand for."""
    module = import_module(room)
    own = [name for name in vars(module) if not name.startswith("_")]
    for name in getattr(module, "__all__", own):
        value = getattr(module, name)
        if hasattr(module, "__all__") or getattr(value, "__module__", "") == room:
            yield name, value


def _dead_names() -> Iterator[str]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in sorted(set(NAMED.findall(path.read_text(encoding="utf-8")))):
                try:
                    resolve_name(name)
                except (ImportError, AttributeError):
                    yield f"{path.relative_to(ROOT)}: `{name}`"


if __name__ == "__main__":
    main()
