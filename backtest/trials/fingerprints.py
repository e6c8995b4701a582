"""Fingerprints: variants told apart by 128 bits, thousands in a millisecond.

A parameter that is a number is its IEEE 754 bits (3 and 3.0 are the same), anything else the
BLAKE2b of its canonical JSON. Columns are mixed in the order of their names by the bijective
64-bit finalizer of SplitMix64 (Steele, Lea & Flood 2014), in two lanes: two different variants
among a billion share a fingerprint with a probability of about 10⁻²¹.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backtest.errors import UserError

Fingerprints = NDArray[np.uint64]
"""Variant × 2."""

EXACT = 2**53  # up to here a float holds every whole number
LANES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03))


def fingerprints(parameters: Mapping[str, Any]) -> Fingerprints:
    """Return the fingerprint of each variant.

    Parameters
    ----------
    parameters : mapping
        Every parameter by name, with costs and fill among them: an array, list or Series with a
        value for each variant, or one value that all share. A value may be a number, a text, a
        date, a tuple, a mapping, None or a dataclass of these.

    Returns
    -------
    array of uint64, variant × 2
        One row for each variant; a single row if no parameter is a list.

    Raises
    ------
    UserError
        If a value cannot be written as JSON.

    Examples
    --------
    >>> a = fingerprints({"window": [20, 60], "drop": 0.5})
    >>> b = fingerprints({"drop": 0.5, "window": 60.0})
    >>> (a[1] == b[0]).all() and (a[0] != b[0]).all()
    np.True_
    """
    columns = {name: _words(name, parameters[name]) for name in sorted(parameters)}
    lengths = {len(words) for words in columns.values()} - {1}
    if len(lengths) > 1:
        raise UserError(
            "columns of parameters have different lengths: {lengths}", lengths=sorted(lengths)
        )
    mixed = np.zeros((lengths.pop() if lengths else 1, 2), dtype=np.uint64)
    for name, words in columns.items():
        key = _digest(name)
        for lane, constant in enumerate(LANES):
            mixed[:, lane] = _mix(mixed[:, lane] * constant + _mix(words[:, lane] ^ key[lane]))
    return mixed


def _words(name: str, values: Any) -> Fingerprints:
    """Return two 64-bit words for each value of a column."""
    if not isinstance(values, (np.ndarray, pd.Series, pd.Index, list)):
        values = [values]
    array = np.asarray(values) if not isinstance(values, list) else _plain(values)
    if array.dtype.kind in "iuf":
        exact = array.astype(np.float64) + 0.0  # minus zero becomes zero
        if array.dtype.kind == "f" or bool((np.abs(exact) <= EXACT).all()):
            bits = exact.view(np.uint64)
            return np.stack([bits, ~bits], axis=1)
    return np.array([_word(name, value) for value in array.tolist()]).reshape(-1, 2)


def _plain(values: Sequence[Any]) -> NDArray[Any]:
    """Return a list as an array of numbers if all are, else of the objects themselves."""
    small = all(type(value) is float or abs(value) <= EXACT for value in values if _number(value))
    if values and small and all(_number(value) for value in values):
        return np.array(values)
    held = np.empty(len(values), dtype=object)
    held[:] = values
    return held


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def _word(name: str, value: Any) -> NDArray[np.uint64]:
    if isinstance(value, np.generic):
        value = value.item()
    whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= EXACT
    if whole or isinstance(value, float):
        bits = (np.array([value], dtype=np.float64) + 0.0).view(np.uint64)
        return np.concatenate([bits, ~bits])
    return _digest(canonical(value, name))


def canonical(value: Any, name: str = "value") -> str:
    """Return a value as JSON that is the same for equal values, in any process.

    Examples
    --------
    >>> canonical({"b": (1, 2.0), "a": date(2024, 1, 31)})
    '{"a":"2024-01-31","b":[1,2]}'
    """
    return json.dumps(
        _simple(value, name), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def _simple(value: Any, name: str) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(value, Enum):
        return _simple(value.value, name)
    if isinstance(value, date):
        day = pd.Timestamp(value)
        return f"{day:%Y-%m-%d}" if day == day.normalize() else day.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        inner = {entry.name: getattr(value, entry.name) for entry in fields(value) if entry.compare}
        return {"": type(value).__qualname__, **_simple(inner, name)}
    if isinstance(value, Mapping):
        return {str(key): _simple(inner, name) for key, inner in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_simple(inner, name) for inner in value), key=json.dumps)
    if isinstance(value, (Sequence, np.ndarray)):
        return [_simple(inner, name) for inner in value]
    raise UserError(
        "parameter {name!r} holds a {kind}, which cannot be counted as a trial; use numbers, "
        "text, dates, tuples or dataclasses of these",
        name=name,
        kind=type(value).__name__,
    )


def _digest(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(blake2b(text.encode(), digest_size=16).digest(), dtype="<u8")


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit words; a bijection, so different words stay different."""
    words = words ^ (words >> np.uint64(30))
    words *= np.uint64(0xBF58476D1CE4E5B9)
    words ^= words >> np.uint64(27)
    words *= np.uint64(0x94D049BB133111EB)
    words ^= words >> np.uint64(31)
    return words
