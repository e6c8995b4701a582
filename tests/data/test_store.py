"""The store keeps what it was given, and says so when it cannot."""

import json
import os
import shutil
import threading

import pytest

from backtest.data import store
from backtest.data.intake import Sources, import_market
from backtest.data.load import check_market, export, list_markets, load_market
from backtest.errors import UserError


@pytest.fixture
def sources(prices_folder, universe_file):
    return Sources(prices_folder, universe_file)


@pytest.fixture
def changed(tmp_path, prices_folder, universe_file):
    """The same market with one price changed."""
    folder = tmp_path / "changed"
    shutil.copytree(prices_folder, folder)
    path = folder / "801780.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("10.8", "10.9"), encoding="utf-8")
    return Sources(folder, universe_file)


def snapshot_folder(home, manifest):
    return home / "snapshots" / manifest.snapshot


def test_an_imported_market_loads_and_is_listed(home, sources):
    manifest = import_market("mine", sources)
    market = load_market("mine")
    assert market.snapshot == manifest.snapshot
    assert market.close["801780"].tolist() == [10, 10.5, 10.2, 10.8]
    assert market.close["512480.SS"].tolist() == [1.0, 1.02, 1.01, 1.03]
    assert not market.synthetic
    assert market.findings == (
        "warning: 512480.SS has 1 prices before its launch on 2024-01-03 (back-filled history)",
    )
    sample, mine = list_markets()
    assert (sample.name, sample.synthetic) == ("sample", True)
    assert mine.to_json() == {
        "name": "mine",
        "universe": "small",
        "first": "2024-01-02",
        "last": "2024-01-05",
        "instruments": 2,
        "snapshot": manifest.snapshot,
        "synthetic": False,
    }
    assert [finding.kind for finding in check_market("mine")] == ["before_launch"]


def test_the_store_holds_three_files_and_a_manifest_that_names_its_sources(home, sources):
    manifest = import_market("mine", sources)
    folder = snapshot_folder(home, manifest)
    assert sorted(path.name for path in folder.iterdir()) == sorted(store.FILES)
    assert os.listdir(home / "markets") == ["mine.json"]
    plain = json.loads((home / "markets" / "mine.json").read_text(encoding="utf-8"))
    assert plain["sources"]["prices"] == str(sources.prices)
    assert plain["snapshot"] == manifest.snapshot


def test_the_same_data_give_the_same_snapshot_in_any_form(home, sources, tmp_path):
    first = import_market("a", sources)
    second = import_market("b", sources)
    assert first.snapshot == second.snapshot
    assert len(os.listdir(home / "snapshots")) == 1


def test_importing_again_keeps_the_older_snapshots(home, sources, changed, digest):
    old = import_market("mine", sources)
    before = digest(snapshot_folder(home, old))
    new = import_market("mine", changed)
    assert new.snapshot != old.snapshot
    assert new.previous == (old.snapshot,)
    assert digest(snapshot_folder(home, old)) == before
    again = import_market("mine", sources)
    assert (again.snapshot, again.previous) == (old.snapshot, (new.snapshot,))


def test_export_and_import_give_the_same_snapshot(home, sources, universe_file, tmp_path):
    rates = tmp_path / "rates.csv"
    rates.write_text("date,cn10y\n2024-01-02,2.5500000000000003\n", encoding="utf-8")
    bond = tmp_path / "b.csv"
    bond.write_text("date,close\n2024-01-02,0.3\n2024-01-05,0.30000000000000004\n")
    full = Sources(sources.prices, universe_file, bond=bond, series=(rates,))
    stored = import_market("mine", full)
    files, snapshot = export("mine", tmp_path / "out")
    assert [path.name for path in files] == ["prices.csv", "series.csv", "universe.toml"]
    assert snapshot == stored.snapshot
    assert import_market("folder", Sources(tmp_path / "out")).snapshot == snapshot
    assert load_market(tmp_path / "out").snapshot == snapshot
    assert load_market(str(tmp_path / "out")).close.equals(load_market("mine").close)
    single = Sources(
        tmp_path / "out" / "prices.csv",
        tmp_path / "out" / "universe.toml",
        series=(tmp_path / "out" / "series.csv",),
    )
    assert import_market("files", single).snapshot == snapshot
    export("mine", tmp_path / "out")
    assert load_market(tmp_path / "out").snapshot == snapshot


def test_a_market_without_series_exports_none(home, sources, tmp_path):
    stored = import_market("mine", sources)
    files, _ = export("mine", tmp_path / "out")
    assert [path.name for path in files] == ["prices.csv", "universe.toml"]
    assert load_market(tmp_path / "out").snapshot == stored.snapshot


def test_an_export_never_overwrites_what_is_no_export(home, sources, tmp_path):
    import_market("mine", sources)
    with pytest.raises(UserError, match="is not empty and no exported market"):
        export("mine", sources.prices)
    with pytest.raises(UserError, match=r"cannot write to .* \(Not a directory\)"):
        export("mine", sources.prices / "801780.csv" / "out")
    with pytest.raises(UserError, match="sample market is synthetic"):
        export("sample", tmp_path / "out")


@pytest.mark.parametrize("name", store.FILES)
def test_a_flipped_byte_is_noticed_and_importing_again_repairs_it(home, sources, name, digest):
    manifest = import_market("mine", sources)
    path = snapshot_folder(home, manifest) / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    damaged = digest(snapshot_folder(home, manifest))
    for read in (load_market, check_market):
        with pytest.raises(UserError, match=r"damaged or incomplete; .* --repair"):
            read("mine")
    import_market("mine", sources)
    assert load_market("mine").snapshot == manifest.snapshot
    (aside,) = (home / "snapshots").glob(".damaged-*")
    assert digest(aside) == damaged


def test_a_missing_snapshot_is_noticed(home, sources):
    shutil.rmtree(snapshot_folder(home, import_market("mine", sources)))
    with pytest.raises(UserError, match="damaged or incomplete"):
        load_market("mine")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda text: text[: len(text) // 2],
            "manifest of market mine is damaged; .nqp data check mine --repair",
        ),
        (lambda text: "[]", "manifest of market mine is damaged"),
        (lambda text: "{}", "manifest of market mine is damaged"),
        (lambda text: text.replace('"snapshot": "', '"snapshot": "../'), "mine is damaged"),
        (lambda text: text.replace('"format": 1', '"format": 9'), "another version of nqp"),
    ],
)
def test_a_damaged_manifest_is_noticed_and_others_are_still_listed(home, sources, spoil, says):
    import_market("fine", sources)
    import_market("mine", sources)
    path = home / "markets" / "mine.json"
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UserError, match=says):
        load_market("mine")
    problems = {entry.name: entry.problem for entry in list_markets()}
    assert problems["fine"] == ""
    assert says.split(" is ")[0] in problems["mine"]
    import_market("mine", sources)
    assert load_market("mine").name == "mine"


def test_a_store_that_cannot_be_written(home, sources):
    home.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(UserError, match=r"cannot be written .*; make room, or set NQP_HOME"):
        import_market("mine", sources)


def test_an_import_that_dies_leaves_the_market_as_it_was(
    home, sources, changed, digest, monkeypatch
):
    import_market("mine", sources)
    before = digest(home)

    def dies(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", dies)
        with pytest.raises(UserError, match=r"\(No space left on device\); make room"):
            import_market("mine", changed)
    assert digest(home) == before


def test_two_imports_at_once_both_succeed(home, sources, changed):
    failures = []

    def work(name, given):
        try:
            import_market(name, given)
        except Exception as error:
            failures.append(error)

    jobs = [("a", sources), ("b", sources), ("a", changed), ("b", changed)]
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {load_market(name).snapshot for name in "ab"} <= set(os.listdir(home / "snapshots"))
    assert not list(home.rglob(".draft-*"))


@pytest.mark.parametrize("whole", [True, False])
def test_another_import_of_the_same_content_may_be_faster(home, sources, monkeypatch, whole):
    rename = os.rename

    def second(draft, target):
        shutil.copytree(draft, target)
        if not whole:
            (target / "prices.parquet").unlink()
        rename(draft, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", second)
        if whole:
            import_market("mine", sources)
        else:
            with pytest.raises(UserError, match="cannot be written"):
                import_market("mine", sources)
    assert not list(home.rglob(".draft-*"))
    assert import_market("mine", sources).snapshot == load_market("mine").snapshot


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "Real", "sample", "x" * 65, "-a", "真"])
def test_names_never_become_paths(home, sources, name):
    with pytest.raises(UserError, match=r"is no name for a market|sample is the embedded market"):
        import_market(name, sources)
    assert not home.exists()


def test_unknown_markets_are_answered_with_a_suggestion(home, sources, tmp_path):
    import_market("real", sources)
    with pytest.raises(UserError, match="there is no market 'reel'; did you mean 'real'"):
        load_market("reel")
    with pytest.raises(UserError, match=r"there is no folder .*nowhere/x, and it is no name"):
        load_market(tmp_path / "nowhere" / "x")
    with pytest.raises(UserError, match=r"holds no exported market .*; import its files with"):
        load_market(sources.prices)


def test_the_platform_has_a_place_for_the_store(monkeypatch):
    monkeypatch.delenv("NQP_HOME", raising=False)
    assert store.home().name == "nqp-rotation"


def test_checking_the_sample_finds_only_late_starts(home):
    assert {finding.kind for finding in check_market("sample")} == {"late_start"}
