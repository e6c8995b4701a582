"""The store's folder, files written whole or not at all, and locks. Standard library only.

A lock is the kernel's own on an open file, so it ends with its process, however that ends. Drafts
carry their process in their name: what a dead one left behind is swept away by the next writer.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from backtest.errors import UserError
from backtest.home import home
from backtest.notes import Note

DRAFTS = ".draft-*"  # what is half written, beside its later place
STALE_DRAFT_SECONDS = 24 * 3600.0


def unwritable(error: OSError) -> UserError:
    """Return the sentence for a store that cannot be written."""
    return UserError(
        "the store at {home} cannot be written ({value}); make room, or set NQP_HOME to another "
        "folder",
        home=home(),
        value=str(error.strerror or error),
    )


@contextmanager
def storing() -> Iterator[None]:
    """Say in a `UserError` what keeps the store from being written."""
    try:
        yield
    except OSError as error:
        raise unwritable(error) from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in a `UserError` what keeps a folder or file from being written."""
    try:
        yield
    except OSError as error:
        raise UserError(
            "cannot write to {folder} ({strerror}); name another",
            folder=folder,
            strerror=error.strerror,
        ) from error


def new_draft(shelf: Path) -> Path:
    """Return a name for something half written, beside its later place."""
    return shelf / f".draft-{os.getpid()}-{uuid4().hex}"


def write_file(path: Path, content: bytes) -> None:
    """Put a file in its place in one step, on the disk before it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = new_draft(path.parent)
    try:
        write_through(draft, content)
        os.replace(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def write_through(path: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's names."""
    # Windows cannot open a folder; there the rename itself is all there is.
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(shelf: Path) -> None:
    """Remove drafts whose process is gone."""
    for draft in shelf.glob(DRAFTS):
        with suppress(OSError):
            if _abandoned(draft):
                if draft.is_dir():
                    shutil.rmtree(draft, ignore_errors=True)
                else:
                    draft.unlink()


def _abandoned(draft: Path) -> bool:
    if time.time() - draft.stat().st_mtime > STALE_DRAFT_SECONDS:
        return True
    owner = draft.name.removeprefix(".draft-").partition("-")[0]
    if not owner.isdigit() or int(owner) == os.getpid() or sys.platform == "win32":
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def locked(name: str, work: str, *, patience: float) -> Iterator[None]:
    """Hold the lock of one kind of work on one market, waiting for it up to `patience` seconds.

    Raises
    ------
    UserError
        If another process still holds it then, or the store cannot be written.
    """
    path = home() / "locks" / f"{name}.{work}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise unwritable(error) from error
    try:
        until = time.monotonic() + patience
        while not _take(handle):
            if time.monotonic() >= until:
                owner = os.read(handle, 20).decode("ascii", "replace").strip()
                raise UserError(
                    "{name}: another nqp (process {owner}) is at its {work}; wait for it, then try "
                    "again",
                    name=name,
                    owner=owner if owner.isdigit() else "?",
                    work=Note(work),
                )
            time.sleep(0.02)
        with suppress(OSError):
            os.write(handle, f"{os.getpid():<19}\n".encode())
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        os.lseek(handle, 64, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
