"""Build the documentation: the pages of backtest/docs, the gallery, run anew, and the reference.

`python .ci/site.py FOLDER`. A warning, a dead link between pages or a script that fails ends it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Build the site into the folder named."""
    folder = Path(sys.argv[1]).resolve()
    with TemporaryDirectory() as work:
        source = Path(work) / "docs"
        shutil.copytree(ROOT / "backtest" / "docs", source)
        shutil.copytree(ROOT / "notebooks" / "gallery", source / "examples")
        built = ["-q", "-W", "--keep-going", "-c", ROOT / ".ci" / "site", source, folder]
        subprocess.run([sys.executable, "-m", "sphinx", "-b", "html", *map(str, built)], check=True)
    reference = [sys.executable, ROOT / ".ci" / "reference.py", folder / "reference"]
    subprocess.run(list(map(str, reference)), check=True)


main()
