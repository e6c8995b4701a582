"""`nqp map` as a shell meets it."""

import json

import pytest

from tests.command import nqp


def test_the_map_of_the_tracks_in_both_languages_and_a_folder(tmp_path):
    done = nqp("map", "--baskets", "tracks", "--as-of", "2024-10-08", "--json")
    found = json.loads(done.stdout)
    assert found["as_of"] == "2024-10-08"
    assert found["synthetic"] is True
    assert {point["name"] for point in found["points"]} == {
        "technology",
        "manufacturing",
        "medicine",
    }
    own = json.loads(nqp("map", "--benchmark", "banks", "--json").stdout)
    assert own["against"] == "banks"
    banks = next(point for point in own["points"] if point["name"] == "banks")
    assert (banks["strength"], banks["momentum"]) == pytest.approx((100.0, 100.0))
    narrow = nqp("map", columns=60)
    assert narrow.returncode == 0, narrow.stderr
    assert max(map(len, narrow.stdout.splitlines())) <= 60
    assert "SYNTHETIC" in narrow.stdout
    chinese = nqp("map", "--lang", "zh", "--out", tmp_path / "map")
    assert "相对强度与动量" in chinese.stdout
    assert json.loads((tmp_path / "map" / "map.json").read_text())["points"]
    assert "轮动图" in (tmp_path / "map" / "report.zh.html").read_text("utf-8")


def test_a_wrong_basket_and_a_wrong_day_are_one_sentence():
    done = nqp("map", "--baskets", "nqp,medicin")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "did you mean 'medicine'" in done.stderr
    assert "the map needs 70" in nqp("map", "--as-of", "2015-02-02").stderr
