"""The policy register as a shell meets it: listed, filtered by the tree of kinds, extended."""

import json

import pytest

from tests.command import nqp


def events(*words, cwd=None):
    done = nqp("policy", *words, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["events"]


def test_the_register_is_listed_and_filtered_by_the_tree():
    everything = events()
    assert len(everything) == 134
    finance = events("--kind", "P1")
    assert {one["kind"] for one in finance} == {"P1.1", "P1.2", "P1.3", "P1.4", "P1.5"}
    assert len(finance) == 5 + 4 + 10 + 7 + 3
    assert len(events("--kind", "P1.2")) == 4
    assert [one["kind"] for one in events("--kind", "V2")] == ["V2"] * 3
    year = events("--start", "2024-01-01", "--end", "2024-12-31", "--confidence", "high")
    assert {one["date"][:4] for one in year} == {"2024"}
    assert {one["confidence"] for one in year} == {"high"}
    health = events("--basket", "medicine")
    assert all("big_health" in one["tracks"] for one in health)
    late = next(one for one in everything if one["time_known"] == "after_close")
    assert late["first_day"] > late["date"]


def test_a_file_extends_it(tmp_path):
    (tmp_path / "mine.csv").write_text(
        "date,kind,basket,title_en\n2026-01-05,P1.2,technology,Mine\n", "utf-8"
    )
    both = events("--events", "policy+mine.csv", "--kind", "P1.2", cwd=tmp_path)
    assert [one["title"] for one in both][-1] == "Mine"
    assert len(both) == 5
    assert len(events("--events", "mine.csv", cwd=tmp_path)) == 1


def test_the_page_has_the_reports_words_in_both_languages():
    page = nqp("policy", "--kind", "P2").stdout
    assert "Tax cuts and fee reductions" in page
    assert "in sample" in " ".join(page.split())
    assert "减税降费" in nqp("policy", "--kind", "P2", "--lang", "zh").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "P9"), "there is no kind 'P9'"),
        (("--basket", "npq"), "there is no basket 'npq'; did you mean 'nqp'?"),
        (("--confidence", "sure"), "--confidence was 'sure'; choose from high"),
        (("--events", "gone.csv"), "there is no event file gone.csv"),
        (("--start", "spring"), "not a date"),
    ],
)
def test_slips(words, said):
    done = nqp("policy", *words)
    assert done.returncode == 2
    assert said in done.stderr
