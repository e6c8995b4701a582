"""The forward journal: nothing finished is lost, nothing changed goes unnoticed."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from backtest.errors import UserError
from backtest.today.journal import append, clock_set_back, journal_path, read

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WRITER = """
import sys
from backtest.today.journal import append
for number in range(int(sys.argv[1])):
    append("decision", {"who": sys.argv[2], "n": number})
    print(number, flush=True)
"""


def three():
    return [append("decision", {"n": n}, NOON + timedelta(days=n)) for n in range(3)]


def rewrite(change):
    lines = journal_path().read_text("utf-8").splitlines()
    journal_path().write_text("".join(f"{line}\n" for line in change(lines)), "utf-8")


def altered(line):
    document = json.loads(line)
    document["body"]["n"] = 99
    return json.dumps(document, sort_keys=True)


def test_entries_come_back_as_they_were_written():
    written = three()
    found = read()
    assert list(found.entries) == written
    assert found.problems == ()
    assert [entry.number for entry in found.entries] == [1, 2, 3]
    assert found.entries[0].written == "2026-03-02T12:00:00Z"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda ls: [ls[0], altered(ls[1]), ls[2]], "entry 2 of 2026-03-03 was changed"),
        (lambda ls: [ls[0], ls[2]], "stands where entry 2 should"),
        (lambda ls: ls[:2], "had 3 entries and has 2"),
        (lambda ls: [], "had 3 entries and has 0"),
        (lambda ls: [*ls[:2], "nothing"], "line 3 of journal.jsonl is no entry"),
        (lambda ls: [ls[1], ls[0], ls[2]], "stands where entry 1 should"),
    ],
)
def test_what_was_changed_removed_or_moved_is_named(change, said):
    three()
    rewrite(change)
    assert said in " ".join(read().problems)
    with pytest.raises(UserError, match="nothing is added to a journal that does not hold"):
        append("decision", {})


def test_an_entry_forged_with_its_own_hash_does_not_fit_the_chain():
    three()
    whole = journal_path().read_text("utf-8").splitlines()
    journal_path().unlink()
    journal_path().with_name("journal.head").unlink()
    append("decision", {"n": 50}, NOON)
    forged = journal_path().read_text("utf-8").splitlines()[0]
    journal_path().write_text("".join(f"{line}\n" for line in [forged, *whole[1:]]), "utf-8")
    assert "entry 2 of 2026-03-03 does not follow" in " ".join(read().problems)


def test_a_half_written_line_is_cut_off_and_nothing_else_is_lost():
    three()
    with journal_path().open("ab") as file:
        file.write(b'{"number": 4, "wri')
    assert len(read().entries) == 3
    assert read().problems == ()
    assert append("decision", {}).number == 4
    assert read().problems == ()


def test_a_kill_between_the_line_and_the_count_is_no_problem():
    three()
    head = journal_path().with_name("journal.head")
    before = head.read_bytes()
    append("decision", {})
    head.write_bytes(before)
    assert read().problems == ()
    assert append("decision", {}).number == 5


def test_a_clock_that_was_set_back_is_said_and_the_entry_kept():
    three()
    append("decision", {}, NOON - timedelta(days=40))
    found = read()
    assert found.problems == ()
    assert "entry 4 says 2026-01-21" in clock_set_back(found.entries)[0]


def test_two_writers_one_of_them_killed(monkeypatch):
    monkeypatch.setattr("backtest.today.journal.PATIENCE", 600.0)
    code = [sys.executable, "-c", WRITER]
    one = subprocess.Popen([*code, "500", "one"], stdout=subprocess.PIPE, text=True)
    assert one.stdout is not None
    for _ in range(5):
        one.stdout.readline()
    append("decision", {"who": "two"})
    one.kill()
    said = one.stdout.read().splitlines()
    one.stdout.close()
    one.wait()
    append("decision", {"who": "two"})
    found = read()
    assert found.problems == ()
    ours = [entry for entry in found.entries if entry.body["who"] == "one"]
    assert len(ours) in (5 + len(said), 5 + len(said) + 1)
    assert [entry.body["n"] for entry in ours] == list(range(len(ours)))


@pytest.mark.parametrize("content", ["[]", "[[[[", '{"number": 1}', "\x00", "1e999"])
def test_a_hostile_line_is_named(content):
    journal_path().parent.mkdir(parents=True, exist_ok=True)
    journal_path().write_text(content + "\n", "utf-8")
    assert read().problems
