"""A small universe and its files, for the tests of data. Imports the standard library, pytest."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests import command
from tests.data import peoples

UNIVERSE = """
name = "small"
title = "Two sectors, an index and a bond fund"
currency = "CNY"
calendar = "XSHG"
sessions_per_year = 242
benchmark = "000300.SH"
rate = "cn10y"
bonds = ["511260.SS"]

[price_limits]
index = 0.12
etf = 0.10

[series.cn10y]
delay_days = 0
max_age_days = 15

[[instruments]]
id = "000300.SH"
name = "CSI 300"
kind = "index"

[[instruments]]
id = "511260.SS"
name = "Bond fund"
kind = "etf"

[[instruments]]
id = "801780"
sector = "banks"
name = "Banks"
name_zh = "银行"
kind = "index"

[[instruments]]
id = "512480.SS"
sector = "electronics"
name = "Chips"
name_zh = "芯片"
kind = "etf"
launched = 2024-01-03
"""

# The first week of 2024: the exchange was open from Tuesday to Friday.
BANKS = """date,open,high,low,close,volume,amount
2024-01-02,10,11,9,10,100,1000
2024-01-03,10,11,9,10.5,100,1050
2024-01-04,10,11,9,10.2,100,1020
2024-01-05,10,11,9,10.8,100,1080
"""
CHIPS = """date,open,high,low,close,volume
2024-01-02,1.00,1.10,0.90,1.00,500
2024-01-03,1.00,1.10,0.90,1.02,500
2024-01-04,1.00,1.10,0.90,1.01,500
2024-01-05,1.00,1.10,0.90,1.03,500
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NQP_HOME", str(folder))
    return folder


@pytest.fixture
def universe_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(UNIVERSE, encoding="utf-8")
    return path


@pytest.fixture
def prices_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "prices"
    folder.mkdir()
    (folder / "801780.csv").write_text(BANKS, encoding="utf-8")
    (folder / "512480.csv").write_text(CHIPS, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = os.environ.get("NQP_MARKET_DATA")
    if not folder:
        pytest.skip("NQP_MARKET_DATA is not set: real market data are not here")
    return Path(folder)


def content(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def digest():
    """Return a function that digests every file below a folder."""
    return content


@pytest.fixture
def nqp(home, digest):
    """Run `nqp data import m …`; an exit 2 leaves one sentence and the store as it was."""

    def nqp(prices, *words, universe="shenwan", name="m", fails=False):
        before = digest(home)
        said = ["data", "import", name, "--prices", prices, "--universe", universe, *words]
        done = command.nqp(*said, *([] if fails else ["--json"]))
        if fails:
            assert done.returncode == 2, (done.stdout, done.stderr)
            assert digest(home) == before
            sentence = done.stderr.rpartition("nqp: ")[2].removesuffix("\n")
            assert "\n" not in sentence
            return sentence
        assert done.returncode == 0, (done.stdout, done.stderr)
        return json.loads(done.stdout)["findings"]

    return nqp


@pytest.fixture
def own(tmp_path):
    """Two funds with opens and volumes, in a folder."""
    peoples.put(tmp_path / "own.toml", peoples.OWN)
    folder = tmp_path / "own"
    folder.mkdir()
    peoples.bars(peoples.BANKS).to_csv(folder / "510300.csv")
    peoples.bars(peoples.CHIPS).to_csv(folder / "510500.csv")
    return folder
