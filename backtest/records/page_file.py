"""Pages kept as JSON beside what they are of, in every language, to be rendered again.

Nothing in such a file is trusted: only the classes of `views.page` and `views.charts` are built,
and what would become a file's name or a color is checked.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from backtest.atomic import write_file, writing
from backtest.records.folder import write_report
from backtest.records.record import damaged, read_json
from backtest.views import charts, page
from backtest.views.words import LANGUAGES

PAGES = "pages.json"
KINDS = {
    kind.__name__: kind
    for module in (page, charts)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind)
}
CHECKED = {"id": re.compile(r"[a-z0-9-]*"), "color": re.compile(r"#[0-9a-fA-F]{3,8}|")}
PLAIN = (str, int, float, bool)


def write_pages(made: Callable[[str], page.Page], folder: Path, language: str) -> None:
    """Keep the page that `made` returns for each language, and write the report in one of them."""
    every = {spoken: made(spoken) for spoken in LANGUAGES}
    pages = {spoken: _encoded(one) for spoken, one in every.items()}
    with writing(folder):
        text = json.dumps(
            {"pages": pages}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        write_file(folder / PAGES, text.encode())
    write_report(every[language], folder)


def read_page(folder: Path, language: str) -> page.Page:
    """Return a page as it was written.

    Raises
    ------
    UserError
        If the file is missing, damaged, or was made to do harm.
    """
    path = folder / PAGES
    try:
        found = _decoded(read_json(path)["pages"][language])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise damaged(path, "it holds no page of a report") from error
    if not isinstance(found, page.Page) or found.language != language:
        raise damaged(path, "it holds no page of a report")
    return found


def _encoded(value: Any) -> Any:
    """Return a value as JSON has it; classes, tables and mappings under their names."""
    if is_dataclass(value) and not isinstance(value, type):
        own = {spec.name: _encoded(getattr(value, spec.name)) for spec in fields(value)}
        return {"": type(value).__name__, **own}
    if isinstance(value, pd.DataFrame):
        columns = [_labels(value.iloc[:, place]) for place in range(value.shape[1])]
        return {"": "table", "index": _labels(value.index), "cells": columns} | {
            "columns": _labels(value.columns)
        }
    if isinstance(value, pd.Series):
        return {"": "series", "index": _labels(value.index), "values": _labels(value)}
    if isinstance(value, Mapping):
        return {"": "mapping", "items": [[key, _encoded(one)] for key, one in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_encoded(one) for one in value]
    return None if value is None else _plain(value)


def _labels(values: pd.Index | pd.Series) -> list[Any]:
    """Return values of one column, the first entry saying whether they are dates."""
    kind = values.dtype.kind if isinstance(values.dtype, np.dtype) else ""
    if kind == "M":
        return ["dates", *np.datetime_as_string(values.to_numpy(), "D").tolist()]
    if kind == "f":
        return ["plain", *(one if isfinite(one) else None for one in values.tolist())]
    return ["plain", *map(_plain, values)]


def _plain(value: Any) -> Any:
    item = value.item() if isinstance(value, np.generic) else value
    if item is pd.NA or item is None or (isinstance(item, float) and not np.isfinite(item)):
        return None
    return item if isinstance(item, PLAIN) else str(item)


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(one) for one in value)
    if not isinstance(value, dict):
        return value
    named = str(value[""])
    if named == "mapping":
        return {str(key): _decoded(one) for key, one in value["items"]}
    if named == "series":
        return pd.Series(_values(value["values"]), _values(value["index"]))
    if named == "table":
        cells = dict(enumerate(map(_values, value["cells"])))
        index, columns = _values(value["index"]), _values(value["columns"])
        return pd.DataFrame(cells, index=index).set_axis(columns, axis=1)
    kind = KINDS[named]
    own = {name: _decoded(one) for name, one in value.items() if name}
    hints = get_type_hints(kind)
    for name, one in own.items():
        wanted = (float, int) if hints[name] is float else hints[name]
        if hints[name] in PLAIN and not isinstance(one, wanted):
            raise TypeError(name)
        pattern = CHECKED.get(name.removesuffix("s"))
        texts = one.values() if isinstance(one, Mapping) else [one] if isinstance(one, str) else one
        if pattern is not None and not all(pattern.fullmatch(text) for text in texts):
            raise ValueError(name)
    return kind(**own)


def _values(listed: list[Any]) -> Any:
    """Return what `_labels` wrote; missing numbers are NaN."""
    kind, *values = listed
    if kind == "dates":
        return pd.DatetimeIndex(pd.to_datetime(values, format="%Y-%m-%d")).as_unit("ns")
    known = [one for one in values if one is not None]
    if known and all(isinstance(one, bool) for one in known):
        return pd.Index(values, dtype="boolean")
    if known and all(isinstance(one, (int, float)) for one in known):
        return pd.Index(values, dtype=float if len(known) < len(values) else None)
    return pd.Index(values, dtype=object)
