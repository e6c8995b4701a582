"""Terminals and pipes that cannot show every letter, and names a terminal would obey."""

import io
import json
import re
import subprocess
import sys

import pytest

from backtest import load_market
from backtest.cli import main
from backtest.render.plain import clean

ENCODINGS = ("ascii", "cp437", "gbk")
COMMANDS = (
    ("strategies",),
    ("run", "equal-weight", "--start", "2024-01-02"),
    ("today", "equal-weight", "--allow-stale"),
    ("data", "list"),
    ("run", "equal-weigh"),
    ("--help",),
)


@pytest.fixture
def nqp(monkeypatch):
    """Run the command with streams of an encoding; its exit code and what they say."""

    def nqp(encoding, *words):
        streams = [io.TextIOWrapper(io.BytesIO(), encoding, errors="strict") for _ in range(2)]
        with monkeypatch.context() as swapped:
            swapped.setattr(sys, "argv", ["nqp", *map(str, words)])
            swapped.setattr(sys, "stdout", streams[0])
            swapped.setattr(sys, "stderr", streams[1])
            with pytest.raises(SystemExit) as ended:
                main()
        for stream in streams:
            stream.flush()
        said = [stream.buffer.getvalue().decode(encoding) for stream in streams]
        return int(ended.value.code or 0), *said

    monkeypatch.setenv("COLUMNS", "160")
    return nqp


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_degrades_where_letters_are_missing(nqp, words):
    code, plain, _ = nqp("utf-8", *words)
    assert code == (2 if words == ("run", "equal-weigh") else 0)
    for encoding in ENCODINGS:
        again, out, err = nqp(encoding, *words)
        assert again == code
        assert "Traceback" not in err
        assert len(out.splitlines()) == len(plain.splitlines())
        assert "?" not in out


def test_json_is_the_same_document_in_every_encoding(nqp):
    words = ("strategies", "--json", "--lang", "zh")
    _, plain, _ = nqp("utf-8", *words)
    assert not plain.isascii()
    code, out, err = nqp("cp437", *words)
    assert code == 0
    assert out.isascii()
    assert json.loads(out) == json.loads(plain)
    assert "cannot be shown" not in err


def test_chinese_that_cannot_be_shown_is_said_once(nqp):
    code, out, err = nqp("cp437", "strategies", "--lang", "zh")
    assert code == 0
    assert "?" in out
    sentence = "nqp: Chinese cannot be shown in the encoding cp437 and stands as ?; set PYTHONIO"
    assert err.count(sentence) == 1


HOSTILE = [
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31m",
    "\x1bP1$q\x1b\\",
    "\r\x08\x08\x7f",
    "\u202egnp.exe",
    "\u2066x\u2069",
    "\x00\x01\x02",
    "\x1bc",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_what_a_terminal_obeys_is_taken_out(name):
    text = clean(f"before{name}after")
    assert text.startswith("before")
    assert text.endswith("after")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def hostile_market(folder, name):
    """Write an import whose names and currency hold an escape sequence."""
    quoted = json.dumps(name)[1:-1].replace("\\u00", "\\u00")
    universe = f"""name = "odd"
title = "{quoted}"
currency = "CNY{quoted}"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "B"
[price_limits]
index = 0.5
[[instruments]]
id = "B"
kind = "index"
name = "{quoted}"
[[instruments]]
id = "S"
kind = "index"
sector = "banks"
name = "bank{quoted}"
"""
    (folder / "odd.toml").write_text(universe, encoding="utf-8")
    close = load_market("sample").close.loc["2024-01":"2024-03"].iloc[:, :2]
    close.set_axis(["B", "S"], axis=1).to_csv(folder / "prices.csv", index_label="date")


def test_no_escape_sequence_reaches_the_terminal_by_any_command(nqp, tmp_path):
    name = "\x1b]0;owned\x07\u202egnp\x1b[2J"
    hostile_market(tmp_path, name)
    files = ("--prices", tmp_path / "prices.csv", "--universe", tmp_path / "odd.toml")
    for words, codes in (
        (("data", "import", "odd", *files), (0,)),
        (("run", "equal-weight", "--market", "odd"), (0, 2)),
        (("run", "equal-weight", "--market", "odd", "--json"), (0, 2)),
        (("compare", "equal-weight", "--market", "odd"), (0, 2)),
        (("today", "equal-weight", "--market", "odd", "--allow-stale"), (0, 2)),
        (("today", "equal-weight", "-m", "odd", "--allow-stale", "--capital", "1e7"), (0, 2)),
        (("data", "list"), (0,)),
        (("data", "check", "odd"), (0,)),
        (("data", "list", "--json"), (0,)),
        (("run", f"equal{name}"), (2,)),
        (("run", "--market", f"x{name}"), (2,)),
        (("run", "--set", f"x{name}=1"), (2,)),
        (("run", f"{tmp_path}/x{name}.py:X"), (2,)),
        (("report", f"{tmp_path}/x{name}"), (2,)),
        (("tune", "equal-weight", "--grid", f"a{name}=1"), (2,)),
        (("data", "import", "y", "--prices", f"x{name}.csv", "--universe", "cn-etf"), (2,)),
        ((f"ru{name}",), (2,)),
        (("run", f"--{name}"), (2,)),
    ):
        code, out, err = nqp("utf-8", *words)
        assert code in codes, (words, err)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out + err), words


def test_an_exception_text_is_cleaned_too(nqp, monkeypatch):
    from backtest.cli import data

    def broken():
        raise RuntimeError("wheel \x1b[2Jfell\x07 off")

    monkeypatch.setattr("backtest.data.load.list_markets", broken)
    code, _, err = nqp("utf-8", "data", "list")
    assert data
    assert code == 1
    assert "(wheel fell off)" in err
    assert "\x1b" not in err


def test_a_lone_surrogate_is_no_traceback(nqp):
    code, _, err = nqp("utf-8", "run", "equal\udcff")
    assert code == 2
    assert "Traceback" not in err


def test_a_full_disk_behind_stdout_is_a_sentence():
    code = "from backtest.cli import main; main()"
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", code, "data", "list", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    said = "nqp: nothing more can be written (No space left on device); make room and try again\n"
    assert done.stderr == said
