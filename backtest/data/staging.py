"""What arrived of a fetch that is not over yet, one file each.

A fetch that is interrupted, however, finds here what it need not ask for again. File names are
digests, so nothing from outside becomes a path; a damaged file counts as none.
"""

import json
import shutil
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backtest.atomic import storing, write_file
from backtest.data.sources.base import Arrival, Provenance, Wanted
from backtest.data.store import check_name
from backtest.home import home
from backtest.validation import validated

DIGEST = 64


def keep(name: str, source: str, arrival: Arrival) -> None:
    """Keep what arrived until the market is stored.

    Raises
    ------
    UserError
        If the store cannot be written.
    """
    table = pa.Table.from_pandas(arrival.frame, preserve_index=False)
    notes = {b"provenance": json.dumps(asdict(arrival.provenance)).encode()}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(notes), sink)
    content = sink.getvalue().to_pybytes()
    with storing():
        digest = sha256(content).hexdigest().encode()
        write_file(_place(name, source, arrival.wanted), digest + content)


def kept(name: str, source: str, wanted: Wanted) -> Arrival | None:
    """Return what an earlier fetch kept of exactly this, None where it kept nothing whole."""
    try:
        whole = _place(name, source, wanted).read_bytes()
    except OSError:
        return None
    digest, content = whole[:DIGEST], whole[DIGEST:]
    if sha256(content).hexdigest().encode() != digest:
        return None
    table = pq.read_table(pa.BufferReader(content))
    told = json.loads(table.schema.metadata[b"provenance"])
    return Arrival(wanted, table.to_pandas(), validated(Provenance, told, "provenance"))


def clear(name: str) -> None:
    """Forget what was kept: it is in the market now."""
    shutil.rmtree(_folder(name), ignore_errors=True)


def _folder(name: str) -> Path:
    return home() / "staging" / check_name(name)


def _place(name: str, source: str, wanted: Wanted) -> Path:
    words = (source, wanted.kind, wanted.id, wanted.first.isoformat(), wanted.last.isoformat())
    return _folder(name) / sha256("\n".join(words).encode()).hexdigest()
