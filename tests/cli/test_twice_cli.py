"""Commands of every day say the same twice, in 80 columns; what writes has both languages."""

import json

import pytest

from backtest.cli.commands import every_command
from tests.command import nqp

DAILY = (
    "baskets",
    "config",
    "data list",
    "journal",
    "map",
    "policy --kind P1",
    "runs",
    "strategies",
    "strategies rate-rotation",
    "thesis list",
    "thesis schema",
    "thesis show nqp-2024",
    "today rate-rotation",
    "trials",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A store in which something was run and recorded."""
    home = tmp_path_factory.mktemp("home")
    assert nqp("run", "buy-and-hold", "--window", "2022", home=home).returncode == 0
    assert nqp("today", "buy-and-hold", "--record", home=home).returncode == 0
    return home


@pytest.mark.parametrize("words", DAILY)
def test_a_command_says_the_same_twice(home, words):
    first, again = (nqp(*words.split(), home=home) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first == again
    if not words.startswith("thesis s"):  # these are files to be read as they are
        assert max(map(len, first.stdout.splitlines())) <= 80


def commands(group, path=()):
    """Every command with its words."""
    for name, one in getattr(group, "commands", {}).items():
        yield (*path, name), one
        yield from commands(one, (*path, name))


def test_whatever_has_a_folder_to_write_to_speaks_either_language():
    found = {
        path: {word for one in command.params for word in one.opts}
        for path, command in commands(every_command())
    }
    writing = {path for path, words in found.items() if "--out" in words}
    assert {("run",), ("evidence",), ("walk-forward",), ("thesis", "new")} <= writing
    assert {path for path in writing if "--lang" not in found[path]} == set()
    groups = {path[:1] for path in found if len(path) > 1}
    silent = {path for path, words in found.items() if "--json" not in words}
    assert silent - groups == {("mcp",)}


def test_what_writes_files_names_them_in_json(tmp_path):
    for words, files in (
        ("new mine", ["mine.py", "test_mine.py"]),
        ("thesis new ours", ["ours.toml"]),
    ):
        done = nqp(*words.split(), "--out", tmp_path, "--json", cwd=tmp_path)
        assert json.loads(done.stdout) == {"written": [str(tmp_path / file) for file in files]}
    shown = json.loads(nqp("thesis", "show", tmp_path / "ours.toml", "--json").stdout)
    assert shown["text"] == (tmp_path / "ours.toml").read_text("utf-8")
