"""Run the notebooks from clean: `python -m tests.notebooks` does, and keeps their new outputs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


# Before each notebook: a kernel as if just started, in a folder and with a store of its own.
CLEAN = """%reset -f
import os
os.makedirs({folder!r})
os.chdir({folder!r})
os.environ["NQP_HOME"] = {home!r}
del os
"""


def main() -> None:
    for path in NOTEBOOKS:
        with TemporaryDirectory() as place:
            (fresh,) = executed([path], Path(place))
        path.write_text(nbformat.writes(fresh) + "\n", encoding="utf-8")
        print(path.name)


def executed(paths: Sequence[Path], place: Path) -> list[nbformat.NotebookNode]:
    """Return notebooks as they come out of one fresh kernel, without what varies.

    Each is run in `place / "work" / its name`. A cell that fails shows its error among its outputs.
    """
    os.environ.pop("MPLBACKEND", None)  # Streamlit, once imported, has kernels draw nothing
    os.environ["IPYTHONDIR"] = str(place / ".ipython")
    notebooks = [nbformat.read(path, as_version=4) for path in paths]
    cells = []
    for path, notebook in zip(paths, notebooks, strict=True):
        folder, home = place / "work" / path.stem, place / "home" / path.stem
        cells.append(nbformat.v4.new_code_cell(CLEAN.format(folder=str(folder), home=str(home))))
        cells += notebook.cells
    NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        timeout=300,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(place)}},
    ).execute()
    for notebook in notebooks:
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for number, cell in enumerate(code, start=1):
            cell.execution_count = number
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = number
    return notebooks


if __name__ == "__main__":
    main()
