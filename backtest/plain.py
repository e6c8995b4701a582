"""Values as JSON has them, for whatever a command prints or a folder keeps."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def document(entries: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping as JSON has it; see `plain`."""
    return {str(key): plain(item) for key, item in entries.items()}


def plain(value: Any) -> Any:
    """Turn a value into what JSON has: mappings, lists, text, finite numbers, None.

    What knows its own JSON is asked for it.
    """
    if hasattr(value, "to_json") and not isinstance(value, str):
        return plain(value.to_json())
    if isinstance(value, Mapping):
        return document(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (pd.Timestamp, np.datetime64)):
        return f"{pd.Timestamp(value):%Y-%m-%d}"
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.integer):
        return int(value)
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return json.loads(json.dumps(value, default=str))
