"""Run the notebooks from clean: `python -m tests.notebooks` does, and keeps their new outputs."""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def main() -> None:
    for path in NOTEBOOKS:
        with TemporaryDirectory() as home:
            os.environ["NQP_HOME"] = home
            path.write_text(nbformat.writes(executed(path, home)) + "\n", encoding="utf-8")
        print(path.name)


def executed(path: Path, folder: str | Path) -> nbformat.NotebookNode:
    """Return a notebook as it comes out of a fresh kernel in `folder`, without what varies."""
    stored = nbformat.read(path, as_version=4)
    fresh = deepcopy(stored)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    os.environ.pop("MPLBACKEND", None)  # Streamlit, once imported, has kernels draw nothing
    os.environ["IPYTHONDIR"] = str(Path(folder) / ".ipython")
    NotebookClient(
        fresh,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    fresh.metadata = stored.metadata  # the kernel writes its version there
    return fresh


if __name__ == "__main__":
    main()
