"""What makes two markets the same: their content, whatever they are called and came from."""

from collections.abc import Mapping
from hashlib import blake2b

import numpy as np
import pandas as pd


def content_hash(facts: str, frames: Mapping[str, pd.DataFrame | pd.Series | None]) -> str:
    """Return 32 hexadecimal digits (BLAKE2b) of texts, dates and numbers by name.

    Equal values give the same digits in any process; NaN equals NaN and −0 equals 0. The order of
    columns counts.

    Examples
    --------
    >>> day = pd.to_datetime(["2024-01-02"])
    >>> one, other = pd.Series([1.0], day), pd.Series([2.0], day)
    >>> content_hash("", {"a": one}) == content_hash("", {"a": one.copy()})
    True
    >>> content_hash("", {"a": one}) == content_hash("", {"a": other})
    False
    """
    digest = blake2b(facts.encode(), digest_size=16)
    for name, frame in frames.items():
        table = frame.to_frame() if isinstance(frame, pd.Series) else frame
        shape = "none" if table is None else f"{table.shape} {[*map(str, table.columns)]}"
        digest.update(f"\n{name} {shape}\n".encode())
        if table is not None:
            digest.update(_bytes(table.index.to_series()))
            if all(dtype.kind in "iufb" for dtype in table.dtypes):
                digest.update(_numbers(table))
            else:
                for number in range(table.shape[1]):
                    digest.update(_bytes(table.iloc[:, number]))
    return digest.hexdigest()


def _bytes(values: pd.Series) -> bytes:
    if values.dtype.kind == "M":
        return values.to_numpy(dtype="datetime64[ns]").tobytes()
    if values.dtype.kind in "iufb":
        return _numbers(values)
    return "\n".join(map(str, values)).encode()


def _numbers(values: pd.Series | pd.DataFrame) -> bytes:
    numbers = values.to_numpy(dtype=float)
    return (np.where(np.isnan(numbers), np.nan, numbers) + 0.0).tobytes()
