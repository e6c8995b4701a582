"""Event files: when news could be traded on, whom it was about, what is named as ignored."""

import csv
from importlib.resources import files

import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.evidence.event_kinds import study_file
from backtest.evidence.events import study
from backtest.evidence.market_model import Design
from backtest.market.event_file import policy_register, read_event_file
from backtest.strategy.basket import Basket, EventBaskets
from strategies.taxonomy import EVENT_BASKETS, POLICY_KINDS
from tests.markets import make_market

MAKERS = Basket.of("makers", ["machinery", "auto"], title="Car makers")
HEALTH = Basket.of("health", ["pharma_biotech"])
GROUPS = {"makers": MAKERS, "health": HEALTH}
ABOUT = EventBaskets((MAKERS, HEALTH), MAKERS)
DESIGN = Design(60, 5, 10)


def written(folder, *lines):
    path = folder / "mine.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder, *lines):
    return read_event_file(written(folder, *lines), ABOUT.names)


def test_columns_are_used_or_named(tmp_path):
    found = read(
        tmp_path,
        "date,time_known,kind,tracks,anticipated,adverse,agency,title_en,note",
        '2031-03-04,after_close,P1,"health,car_makers",yes,,PBOC,One,x',
        "2031-01-02,,,all,,no,,Two,",
    )
    assert found.ignored == ("note",)
    first, second = found.events
    assert (first.title, first.known, ABOUT.of(first).name) == ("Two", "day", "makers")
    assert set(ABOUT.of(second).sectors) == {"machinery", "auto", "pharma_biotech"}
    assert (second.kind, second.anticipated, second.adverse) == ("P1", True, False)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["day", "2031-01-01"], "needs a column date"),
        (["date", "2031-13-01"], "line 2: '2031-13-01' is no day"),
        (["date,basket", "2031-01-01,maker"], "did you mean 'makers'"),
        (["date,time_known", "2031-01-01,noon"], "time_known was 'noon'"),
        (["date,adverse", "2031-01-01,perhaps"], "write yes or no"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tmp_path, lines, said):
    with pytest.raises(UserError, match=said):
        read(tmp_path, *lines)


def test_the_time_known_decides_the_first_session(tmp_path):
    made = make_market(sessions=300, start="2030-01-01")
    days = [f"{made.sessions[k]:%Y-%m-%d}" for k in (120, 200)]
    file = read(tmp_path, "date,time_known", f"{days[0]},after_close", f"{days[1]},unknown")
    found = study_file(made, file, ABOUT, design=DESIGN)
    assert found.whole.events["session"].tolist() == [made.sessions[121], made.sessions[200]]
    later = study(made, GROUPS, [(made.sessions[k], "makers") for k in (121, 201)], design=DESIGN)
    assert found.unknown == 1
    assert found.later == pytest.approx(later.car)
    assert found.later != pytest.approx(found.whole.car)


def test_by_kind_is_each_kind_alone_and_corrected(tmp_path):
    made = make_market(sessions=500, start="2030-01-01")
    at = {"P1": (100, 180, 300), "P2": (140, 260, 400), "": (350,)}
    lines = [f"{made.sessions[k]:%Y-%m-%d},{kind}" for kind, days in at.items() for k in days]
    file = read(tmp_path, "date,kind", *lines)
    found = study_file(made, file, ABOUT, by_kind=True, design=DESIGN)
    assert found.kinds.index.tolist() == ["P1", "P2", "no kind"]
    alone = study(made, GROUPS, [(made.sessions[k], "makers") for k in at["P1"]], design=DESIGN)
    row = found.kinds.loc["P1"]
    assert (row["events"], row["car"], row["p"]) == (3, alone.car, alone.p)
    assert (row["low"], row["high"]) == (alone.interval.low, alone.interval.high)
    assert pd.isna(found.kinds.loc["no kind", "low"])
    smallest = found.kinds["p"].min()
    assert found.kinds["p_holm"].min() == pytest.approx(min(1.0, 3 * smallest))


def test_flagged_events_can_be_left_out(tmp_path):
    made = make_market(sessions=500, start="2030-01-01")
    lines = [f"{made.sessions[k]:%Y-%m-%d},{said}" for k, said in ((100, ""), (200, "yes"))]
    file = read(tmp_path, "date,adverse", *lines)
    found = study_file(made, file, ABOUT, leave_out=("adverse",), design=DESIGN)
    assert found.whole.events["session"].tolist() == [made.sessions[100]]
    assert (found.flagged["adverse"], found.left_out) == (1, {"adverse": 1})


def test_the_register_ships_and_can_be_read():
    found = policy_register()
    path = files("backtest.market") / "policy_events.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(found.events) == len(rows) == 134
    assert {one.kind for one in found.events} <= set(POLICY_KINDS)
    assert found.ignored == ()
    assert sum(one.anticipated for one in found.events) == 9
    assert sum(one.adverse for one in found.events) == 5
    assert {name for one in found.events for name in one.about} <= set(EVENT_BASKETS.names)
    assert all(one.confidence in ("high", "medium", "low") for one in found.events)


def test_the_first_day_known_and_the_tree_of_kinds(tmp_path):
    file = read(
        tmp_path,
        "date,time_known,kind",
        "2031-01-02,day,P1",
        "2031-01-02,after_close,P1.2",
        "2031-01-02,unknown,P12",
    )
    day, next_day = pd.Timestamp("2031-01-02"), pd.Timestamp("2031-01-03")
    assert [one.first() for one in file.events] == [day, next_day, next_day]
    assert file.events[2].first("day") == day
    assert [one.of_kind("P1") for one in file.events] == [True, True, False]
    assert all(one.of_kind("") for one in file.events)
