"""The fence around an agent's jobs: files of the store and the workspace, and no network.

It keeps an agent, and a strategy file it wrote, from reaching further by mistake or by a path in a
parameter. It is no sandbox against code that sets out to break it.
"""

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backtest.errors import UserError, shown
from backtest.strategy.process import CHILD

CALLED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")
REACHED = ("socket.connect", "socket.getaddrinfo", "socket.bind")
LISTED = ("open", "os.listdir", "os.scandir", "sqlite3.connect")
CHANGED = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PRIVATE = ("passwd", "shadow", "group", "sudoers", "ssh", "ssl/private")  # below /etc


def inside(workspace: Path, name: str) -> Path:
    """Return a path of the workspace.

    Raises
    ------
    UserError
        If it leads out of it, by "..", an absolute path or a link.
    """
    found = (workspace / name).resolve()
    if not found.is_relative_to(workspace):
        raise UserError(
            "{name} is outside the workspace; name a file or folder inside it", name=shown(name)
        )
    return found


def raise_fence(own: Iterable[Path]) -> None:
    """Refuse, from now on and in this process, to leave the folders given.

    What Python and its libraries read of themselves stays readable, and their caches writable.
    """
    kept = tuple(str(folder.resolve()) for folder in (*own, Path(tempfile.gettempdir())))
    readable = (*kept, *_of_python())
    private = tuple(f"/etc/{name}" for name in PRIVATE)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in REACHED:
            raise PermissionError("an agent's job has no network")
        if event in CALLED and not _is_check(event, arguments):
            raise PermissionError("an agent's job starts no other program")
        if event not in LISTED and event not in CHANGED:
            return
        places = [one for one in arguments[:2] if isinstance(one, (str, bytes, os.PathLike))]
        for place in places[: 2 if event in ("os.rename", "os.link") else 1]:
            path = os.path.realpath(os.fsdecode(place))
            writes = event in CHANGED or (event == "open" and _writes(arguments))
            allowed = is_below(path, kept) or (
                "__pycache__" in path if writes else is_below(path, readable)
            )
            if path.startswith(private) or not (allowed or is_below(path, ("/dev",))):
                raise PermissionError(f"{path} is outside the workspace and the store")

    sys.addaudithook(hook)


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders or inside one; a neighbour with a longer name is not."""
    return any(path == folder or path.startswith(f"{folder}{os.sep}") for folder in folders)


def _is_check(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether a program to be started is the second process of a check."""
    words = arguments[1] if event in ("subprocess.Popen", "os.posix_spawn") else ()
    return list(words[:3]) == [sys.executable, "-c", CHILD]


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITES)


def _of_python() -> tuple[str, ...]:
    """Return the folders that hold Python, its libraries, this package, fonts and time zones."""
    import backtest
    import strategies

    package = [str(Path(str(one.__file__)).parent) for one in (backtest, strategies)]
    homes = [sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()]
    system = ["/usr", "/etc", "/lib", "/proc", "/sys"]
    caches = [str(Path.home() / name) for name in (".cache", ".config/matplotlib")]
    return tuple(str(Path(one).resolve()) for one in (*package, *homes, *system, *caches))
