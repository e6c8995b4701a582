"""Pictures that are kept: what a figure looked like, to compare it with within a tolerance.

One that is not there is written, and its test fails once: look at it and commit it.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

KEPT = Path(__file__).parent / "render" / "pictures"
SIDE = 6  # pixels of the squares whose mean shade is compared: letters may differ, places may not


def differs(figure: Figure, name: str) -> float:
    """Return how many squares in a hundred are another shade than in the picture kept."""
    file, content = KEPT / f"{name}.png", BytesIO()
    figure.savefig(content, format="png", dpi=50)
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        few = Image.open(content).convert("RGB").quantize(64)
        few.save(file, optimize=True)
        raise AssertionError(f"{file.name} was not there and is now: look at it")
    now, kept = _squares(Image.open(content)), _squares(Image.open(file))
    assert now.shape == kept.shape, "another size"
    return float(100.0 * (np.abs(now - kept).max(axis=2) > 24.0).mean())


def _squares(picture: Image.Image) -> np.ndarray:
    shades = np.asarray(picture.convert("RGB"), dtype=float)
    high, wide = (length // SIDE for length in shades.shape[:2])
    return shades[: high * SIDE, : wide * SIDE].reshape(high, SIDE, wide, SIDE, 3).mean(axis=(1, 3))
