"""What people get wrong: one sentence each, and the store's bytes as they were before."""

import re

import pytest

from backtest.data.intake import RejectedDataError, Sources, import_market, read_sources
from backtest.errors import UserError

HEADER = "date,open,high,low,close\n"
TWO_DAYS = HEADER + "2024-01-02,10,11,9,10\n2024-01-03,10,11,9,{}\n"

# What the file of the banks holds, and what is said about it.
PRICES = {
    "empty": ("", "801780.csv is empty; it needs a header and at least one row"),
    "header only": (HEADER, "801780.csv is empty"),
    "not text": (b"\xff\xff\xff", "is not UTF-8 or GB18030 text; save it as CSV in UTF-8"),
    "spreadsheet": (b"PK\x03\x04\x00", "is no readable workbook; save it as CSV"),
    "text in a price": (
        TWO_DAYS.format("abc"),
        "801780 has 'abc' for its close on 2024-01-03, which is no number; correct the data",
    ),
    "infinite price": (TWO_DAYS.format("inf"), "'inf' for its close on 2024-01-03, which is no"),
    "zero price": (TWO_DAYS.format(0), "801780 has 0 for its close on 2024-01-03, which is no"),
    "negative price": (TWO_DAYS.format(-3), "has -3 for its close on 2024-01-03, which is no"),
    "duplicate dates": (
        TWO_DAYS.format(10) + "2024-01-03,10,11,9,10\n",
        "801780 has 2024-01-03 more than once",
    ),
    "several errors": (
        TWO_DAYS.format(0) + "2024-01-03,10,11,9,0\n",
        "which is no price .and 2 more.; correct the data and try again",
    ),
    "no date column": ("when,close\nx,1\n", "has no date column .its columns are when, close"),
    "unreadable dates": (
        HEADER + "03/01/2024,1,1,1,1\n",
        "has '03/01/2024' for its date, whose day and month cannot be told apart; write dates as",
    ),
    "no close column": (
        "date,open,price\n2024-01-02,1,2\n",
        "has no close column .its columns are date, open, price",
    ),
    "ragged rows": (HEADER + "2024-01-02,1,2,3,4,5,6\n", "give every row the same columns"),
}


@pytest.fixture
def refused(home, prices_folder, universe_file, digest):
    """Import something bad over a good market, and return the sentence."""
    good = Sources(prices_folder, universe_file)
    import_market("mine", good)
    before = digest(home)

    def refused(**changes):
        given = {"prices": prices_folder, "universe": universe_file, **changes}
        with pytest.raises(UserError) as caught:
            import_market("mine", Sources(**given))
        assert digest(home) == before
        sentence = str(caught.value)
        assert "\n" not in sentence
        return sentence

    return refused


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("case", PRICES)
def test_bad_prices(case, refused, prices_folder):
    content, says = PRICES[case]
    write(prices_folder / "801780.csv", content)
    matches(says, refused())


@pytest.mark.parametrize("case", PRICES)
def test_the_same_in_a_benchmark_and_a_bond(case, refused, tmp_path):
    content, _ = PRICES[case]
    path = write(tmp_path / "other.csv", content)
    assert refused(benchmark=path)
    assert refused(bond=path)


def matches(says, sentence):
    assert re.search(says, sentence), sentence


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "rates.csv is empty"),
        ("date\n2024-01-02\n", "has no column besides its dates; add one column per series"),
        ("cn10y\n2.5\n", "has no date column"),
        ("date,cn10y\n2024-01-02,high\n", "cn10y has 'high' for its value on 2024-01-02, which"),
        ("date,cn10y\n2024-01-02,1\n2024-01-02,2\n", "cn10y has 2024-01-02 more than once"),
    ],
)
def test_bad_series(content, says, refused, tmp_path):
    matches(says, refused(series=(write(tmp_path / "rates.csv", content),)))


def test_files_that_are_not_there(refused, tmp_path):
    nowhere = tmp_path / "nowhere.csv"
    for key, value in {"benchmark": nowhere, "bond": nowhere, "series": (nowhere,)}.items():
        matches(r"there is no file .*nowhere.csv; check the path", refused(**{key: value}))
    matches(r"there is no file .*nowhere; check the path", refused(prices=tmp_path / "nowhere"))


def test_a_folder_without_files(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    matches("has no CSV, Excel or Parquet file", refused(prices=tmp_path / "empty"))


def test_universes(refused, tmp_path, universe_file):
    text = universe_file.read_text(encoding="utf-8")
    matches(
        "there is no universe or TOML file 'shenwann'; did you mean 'shenwan'",
        refused(universe="shenwann"),
    )
    matches("say which universe the prices are of: --universe shenwan,", refused(universe=None))
    matches("have no overlap: it holds 512480, 801780", refused(universe="us-spdr"))
    for old, new, says in [
        ("[[instruments]]", "[[instruments", "is not valid TOML"),
        ('kind = "etf"', 'kind = "fund"', "kind 'fund' is not known; choose from etf, index"),
        ('sector = "banks"', 'sector = "bank"', "sector 'bank' is not known; did you mean 'banks'"),
        ("launched =", "lanched =", "lanched is no key here; did you mean 'launched'"),
        ('calendar = "XSHG"', 'calendar = "XSHQ"', "no exchange calendar 'XSHQ'; did you mean"),
    ]:
        matches(says, refused(universe=write(tmp_path / "bad.toml", text.replace(old, new))))


def test_a_hostile_name(home, prices_folder, universe_file):
    with pytest.raises(UserError, match=r"'../x' is no name for a market; use up to 64 small"):
        import_market("../x", Sources(prices_folder, universe_file))
    assert not home.exists()


def test_rejected_data_bring_their_findings(home, prices_folder, universe_file):
    content = TWO_DAYS.format(0) + "2024-01-05,10,11,9,10\n"
    write(prices_folder / "801780.csv", content)
    with pytest.raises(RejectedDataError) as caught:
        import_market("mine", Sources(prices_folder, universe_file))
    kinds = [(item.severity, item.kind) for item in caught.value.findings]
    assert ("error", "non_positive_price") in kinds
    assert ("warning", "missing_session") in kinds


def test_text_for_a_volume_is_only_a_warning(home, prices_folder, universe_file):
    path = prices_folder / "801780.csv"
    text = path.read_text(encoding="utf-8").replace("100,1050", "many,1050")
    write(path, text)
    intake = read_sources(Sources(prices_folder, universe_file))
    raw, findings = intake.raw, intake.findings
    (finding,) = (item for item in findings if item.kind == "no_number")
    assert (finding.severity, finding.value) == ("warning", "many")
    assert raw.prices["volume"].isna().sum() == 1


def test_a_benchmark_among_the_prices_gives_way_to_its_own_file(
    home, prices_folder, universe_file, tmp_path
):
    write(prices_folder / "000300.csv", "date,close\n2024-01-02,1\n2024-01-05,2\n")
    own = write(tmp_path / "csi300.csv", "date,close\n2024-01-02,3000\n2024-01-05,3001\n")
    intake = read_sources(Sources(prices_folder, universe_file, benchmark=own))
    raw, findings = intake.raw, intake.findings
    rows = raw.prices[raw.prices["instrument"] == "000300.SH"]
    assert rows["close"].tolist() == [3000, 3001]
    assert "replaced" in {finding.kind for finding in findings}
