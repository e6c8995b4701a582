"""Signals as runs of days, a hundred bytes each, and back onto any sessions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from backtest.trials.tried import Codes, Days

# From which day on a signal held which basket; −1 for none. The last run ends the record.
RUN = np.dtype([("day", "<i4"), ("code", "i1")])


def pack(codes: Codes, days: Days) -> list[bytes]:
    """Return each signal as the days on which it changed.

    Examples
    --------
    >>> packed = pack(np.array([[0, 0, 1]], dtype=np.int8), np.array([3, 4, 7], dtype=np.int32))
    >>> unpack(packed, np.array([3, 4, 5, 7, 8], dtype=np.int32)).tolist()
    [[0, 0, 0, 1, -1]]
    """
    count, sessions = codes.shape
    changes = np.ones((count, sessions + 1), dtype=bool)  # the last one ends the record
    np.not_equal(codes[:, 1:], codes[:, :-1], out=changes[:, 1:-1])
    flat = np.flatnonzero(changes)
    ends = np.searchsorted(flat, np.arange(1, count + 1) * (sessions + 1))
    row = np.repeat(np.arange(count), np.diff(ends, prepend=0))
    runs = np.empty(len(flat), dtype=RUN)
    runs["day"] = np.append(days, days[-1:] + 1)[flat - row * (sessions + 1)]
    runs["code"] = codes.reshape(-1).take(flat - row, mode="clip")
    runs["code"][ends - 1] = -1
    whole, bounds = runs.tobytes(), (ends * RUN.itemsize).tolist()
    return [whole[start:stop] for start, stop in pairwise([0, *bounds])]


def unpack(packed: Sequence[bytes], days: Days) -> Codes:
    """Return signals on the sessions asked for; −1 where they are not on record."""
    if not packed:
        return np.empty((0, len(days)), dtype=np.int8)
    runs = np.frombuffer(b"".join(packed), dtype=RUN)
    counts = np.array([len(one) for one in packed]) // RUN.itemsize
    firsts = np.cumsum(counts) - counts
    place = np.searchsorted(days, runs["day"]).astype(np.int64)
    row = np.repeat(np.arange(len(packed)), counts)
    # What comes before a signal's first day belongs to no run.
    start = np.insert(place + row * len(days), firsts, np.arange(len(packed)) * len(days))
    code = np.insert(runs["code"], firsts, -1)
    lengths = np.diff(np.r_[start, len(packed) * len(days)])
    return np.repeat(code, lengths).reshape(len(packed), len(days))


def joined(old: bytes, new: bytes) -> bytes:
    """Return one variant's signal over the days of two records; the new one counts where both do.

    Examples
    --------
    >>> one, two = (np.array([list(days)], dtype=np.int8) for days in ((0, 0), (1, 1)))
    >>> early, late = pack(one, np.array([1, 2], np.int32)), pack(two, np.array([2, 3], np.int32))
    >>> unpack([joined(early[0], late[0])], np.array([1, 2, 3, 4], dtype=np.int32)).tolist()
    [[0, 1, 1, -1]]
    """
    if old == new:
        return old
    before, after = np.frombuffer(old, dtype=RUN), np.frombuffer(new, dtype=RUN)
    if before["day"][0] >= after["day"][0] and before["day"][-1] <= after["day"][-1]:
        return new
    first, last = after["day"][0], after["day"][-1]
    rest = before[max(before["day"].searchsorted(last, "right") - 1, 0) :].copy()
    if before["day"][-1] <= last:
        rest = after[-1:]
    elif before["day"][0] > last:  # days between the records belong to neither
        rest = np.concatenate([after[-1:], rest])
    else:
        rest["day"][0] = last
    runs = np.concatenate([before[: before["day"].searchsorted(first)], after[:-1], rest])
    kept = np.r_[True, runs["code"][1:] != runs["code"][:-1]]
    kept[-1] = True
    return runs[kept].tobytes()
