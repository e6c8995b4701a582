"""search: it finds what is there, and goes on where it stopped."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.storages import InMemoryStorage

from backtest.costs import FREE
from backtest.errors import UserError
from backtest.market import Market
from backtest.strategy import RotationStrategy
from backtest.tuning.joint import trials_on
from backtest.tuning.remote import figures_here
from backtest.tuning.search import Search, search
from backtest.tuning.space import Choice, Integer, Real, When, sample
from backtest.tuning.sweep import sweep, sweep_variants
from strategies import RateRotation
from tests.markets import make_market

ROOT = Path(__file__).parents[2]
BEST = (60, 200)


@dataclass(frozen=True)
class Held(RotationStrategy):
    """Holds machinery from one session to another; `extra` shortens that where `use_extra`."""

    enter: int = 10
    leave: int = 20
    use_extra: bool = False
    extra: int = 0
    share: float = 1.0
    sector: tuple[str, ...] = ("MACHINERY",)

    def regime(self, market: Market) -> pd.Series:
        session = np.arange(len(market.sessions))
        last = self.leave - (self.extra if self.use_extra else 0)
        held = (session >= self.enter) & (session < last)
        return pd.Series(np.where(held, "machinery", "cash"), market.sessions)

    def baskets(self, market: Market) -> dict[str, pd.DataFrame]:
        nothing = market.close * 0.0
        weights = nothing.copy()
        weights[list(self.sector)] = self.share / len(self.sector)
        return {"machinery": weights, "cash": nothing}


def hill() -> Market:
    """Return a market whose one sector rises between two sessions and falls around them."""
    session = np.arange(260)
    moves = np.where((session > BEST[0]) & (session <= BEST[1]), 0.004, -0.004)
    moves = moves + 0.002 * (-1.0) ** session
    close = 100.0 * np.cumprod(1.0 + moves)
    return make_market(close={"machinery": close, "computer": close[::-1]}, opens=False)


WHOLE = {"enter": Integer(0, 259), "leave": Integer(0, 259)}


def ordered(parameters: dict[str, int]) -> bool:
    return parameters["enter"] < parameters["leave"]


def look(space: dict[str, object] | None = None, **options: object) -> Search:
    """Search the hill in memory."""
    given = {"storage": InMemoryStorage(), "costs": FREE, "progress": lambda done: None} | options
    return search(Held(), WHOLE if space is None else space, hill(), **given)


def equal(one: Search, two: Search) -> bool:
    return one.trials.equals(two.trials)


def test_it_finds_a_planted_optimum_better_than_chance() -> None:
    options = {"score": "total_return", "costs": FREE}
    found = look(trials=60, batch=10, constraints=[ordered], **options)
    assert len(found) == 60
    drawn = sample(Held(), WHOLE, 60, seed=0, constraints=[ordered])
    chance = sweep_variants(drawn, hill(), progress=lambda done: None, **options)
    ours, theirs = (each.trials["total_return"].max() for each in (found, chance))
    ideal = sweep(Held(), {"enter": [BEST[0] - 1], "leave": [BEST[1] - 1]}, hill(), **options)
    most = ideal.trials["total_return"].max()
    assert ours > theirs
    assert ours > 0.9 * most


def test_more_trials_are_those_of_a_longer_search(tmp_path: Path) -> None:
    kept = f"sqlite:///{tmp_path / 'new folder' / 'kept.sqlite3'}"
    asked: list[int] = []

    def counted(variants, market, **options):  # type: ignore[no-untyped-def]
        asked.append(len(variants))
        return figures_here(variants, market, **options)

    look(trials=10, storage=kept, engine=counted, constraints=[ordered], batch=8)
    assert asked == [8, 2]
    asked.clear()
    longer = look(trials=25, storage=kept, engine=counted, constraints=[ordered], batch=8)
    assert asked == [6, 8, 1, 10]  # the last are those recalled
    assert longer.storage == kept
    assert equal(longer, look(trials=25, constraints=[ordered], batch=8))
    again = look(trials=3, storage=kept, engine=counted, constraints=[ordered], batch=8)
    assert asked[4:] == [25]
    assert equal(again, longer)


SCRIPT = """
import sys
from backtest.tuning.search import search
from backtest.tuning.space import Integer
from strategies import RateRotation
from tests.markets import make_market
space = {"fall_window": Integer(5, 120), "rate_window": Integer(20, 200)}
search(RateRotation(), space, make_market(), trials=5000, batch=8, storage=sys.argv[1])
"""


def test_a_killed_search_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    file = tmp_path / "killed.sqlite3"
    running = subprocess.Popen([sys.executable, "-c", SCRIPT, f"sqlite:///{file}"], cwd=ROOT)
    try:
        while written(file) < 19:
            assert running.poll() is None
            time.sleep(0.02)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    before = written(file)
    space = {"fall_window": Integer(5, 120), "rate_window": Integer(20, 200)}
    options = {"trials": before + 12, "batch": 8, "progress": lambda done: None}
    counted: list[int] = []

    def engine(variants, market, **given):  # type: ignore[no-untyped-def]
        counted.append(len(variants))
        return figures_here(variants, market, **given)

    resumed = search(
        RateRotation(), space, make_market(), storage=f"sqlite:///{file}", engine=engine, **options
    )
    assert sum(counted[:-1]) == 12
    whole = search(RateRotation(), space, make_market(), storage=InMemoryStorage(), **options)
    assert equal(resumed, whole)
    assert written(file) == before + 12


def written(file: Path) -> int:
    """Return how many trials a study's file holds."""
    if not file.exists():
        return 0
    connection = sqlite3.connect(file)
    try:
        (count,) = connection.execute("SELECT COUNT(*) FROM trials").fetchone()
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
    return int(count)


def test_an_interrupt_says_how_to_go_on(tmp_path: Path) -> None:
    def interrupted(done: int) -> None:
        if done == 32:
            raise KeyboardInterrupt

    kept = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    with pytest.raises(KeyboardInterrupt) as stopped:
        look(trials=90, batch=32, storage=kept, progress=interrupted)
    assert stopped.value.__notes__ == [
        f"32 of 90 trials are kept in {kept}; the same call goes on from there"
    ]


def test_studies_are_kept_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NQP_HOME", str(tmp_path / "home"))
    found = look(trials=5, storage=None)
    assert written(tmp_path / "home" / "studies.sqlite3") == 5
    study = optuna.load_study(study_name=found.study_name, storage=found.storage)
    assert study.best_value == pytest.approx(found.trials["sharpe"].max())
    study._storage.remove_session()  # type: ignore[attr-defined]


def test_the_study_s_name_tells_apart_what_differs() -> None:
    base = {"trials": 1, "constraints": [ordered]}
    others = [
        {},
        {"constraints": []},
        {"seed": 1},
        {"score": "cagr"},
        {"cash": 5e5},
        {"start": "2020-02-03"},
        {"batch": 8},
        {"space": {**WHOLE, "leave": Integer(0, 258)}},
        {"space": {**WHOLE, "extra": When("enter", lambda v: v > 100, [1, 2])}},
        {"space": {**WHOLE, "extra": When("enter", lambda v: v > 150, [1, 2])}},
    ]
    names = [look(**(base | other)).study_name for other in others]
    assert len(set(names)) == len(names)
    assert names[0] == look(**base).study_name


def test_several_scores_give_a_front() -> None:
    found = look(trials=30, score=("total_return", "volatility"), constraints=[ordered])
    front = found.pareto
    assert len(front) > 3
    assert front["total_return"].is_monotonic_decreasing
    assert (front["volatility"].diff().dropna() <= 0).all()
    rest = found.trials.drop(front.index)
    for _, row in rest.iterrows():
        better = (front["total_return"] >= row["total_return"]) & (
            front["volatility"] <= row["volatility"]
        )
        assert better.any()
    study_best = found.trials["total_return"].max()
    assert front["total_return"].iloc[0] == study_best


def test_a_field_without_its_condition_keeps_its_own_value() -> None:
    space = {
        "extra": When("use_extra", bool, Integer(10, 50, step=7)),
        "use_extra": [False, True],
        "enter": range(0, 100, 20),
        "leave": Integer(120, 250, log=True),
        "share": Real(0.2, 1.0),
        "sector": Choice((("MACHINERY",), ("COMPUTER",), ("MACHINERY", "COMPUTER"))),
    }
    trials = look(space, trials=50).trials
    used = trials["use_extra"].astype(bool)
    assert used.any()
    assert not used.all()
    assert set(trials.loc[~used, "extra"]) == {0}
    assert set(trials.loc[used, "extra"]) <= set(range(10, 51, 7))
    assert set(trials["enter"]) == {0, 20, 40, 60, 80}
    assert trials["leave"].between(120, 250).all()
    assert trials["share"].between(0.2, 1.0).all()
    assert len(set(trials["sector"])) == 3
    assert list(trials.columns[:6]) == list(space)


def test_every_batch_is_in_the_ledger() -> None:
    def interrupted(done: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    market = hill()
    with pytest.raises(KeyboardInterrupt):
        look(trials=90, batch=8, progress=interrupted)
    assert trials_on(market, 0).trials == 8


def test_constraints_hold_and_no_variant_counts_twice() -> None:
    trials = look(trials=40, constraints=[ordered]).trials
    assert (trials["enter"] < trials["leave"]).all()
    assert not trials.duplicated(["enter", "leave"]).any()


def test_a_small_space_is_tried_whole() -> None:
    found = look({"enter": [1, 5, 70], "leave": [60, 200]}, trials=50, constraints=[ordered])
    assert len(found) == 5


def test_a_variant_that_never_trades_is_no_end() -> None:
    # Those that leave before they enter have no Sharpe ratio.
    found = look(trials=40)
    assert found.trials["sharpe"].isna().any()
    assert found.trials["sharpe"].notna().any()
    assert found.pareto["sharpe"].notna().all()


def test_optuna_is_silent_and_its_log_level_as_it_was(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = optuna.logging.get_verbosity()
    look(
        {"enter": [1, 5, 70], "extra": When("enter", lambda v: v > 1, [1, 2, 3])},
        trials=4,
        storage=f"sqlite:///{tmp_path / 'kept.sqlite3'}",
    )
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")


def test_a_password_is_not_shown() -> None:
    with pytest.raises(UserError, match=r"kept at .*//me:\*\*\*@") as refused:
        look(storage="postgresql://me:secret@127.0.0.1:1/studies")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"trials": 0}, "trials was 0; give a whole number of 1 or more"),
        ({"trials": 2.5}, "trials was 2.5"),
        ({"batch": 0}, "batch was 0"),
        ({"seed": -1}, "seed was -1"),
        ({"cash": 0}, "cash was 0"),
        ({"score": "sharp"}, "no score 'sharp'; did you mean 'sharpe'"),
        ({"score": ()}, "give at least one"),
        ({"score": ("cagr", "cagr")}, "each once"),
        ({"storage": "studies.sqlite3"}, "no storage address"),
        ({"storage": "sqlite:////dev/null/studies.sqlite3"}, "no studies can be kept"),
        ({"space": {}}, "the space is empty"),
        ({"space": {"entr": [1, 2]}}, "no parameter 'entr'; did you mean 'enter'"),
        ({"space": {"enter": Real(1, 5)}}, "enter was a range of real numbers"),
        ({"space": {"enter": [1.5]}}, r"enter was 1\.5"),
        ({"space": {"enter": []}}, "enter has no values"),
        (
            {
                "space": {
                    "enter": When("leave", bool, [1, 2]),
                    "leave": When("enter", bool, [1, 2]),
                }
            },
            "enter, leave depend on each other",
        ),
        ({"constraints": [lambda parameters: False]}, "no combination satisfies"),
        ({"space": {"enter": [50, 60]}, "trials": 2}, "no variant has a sharpe"),
    ],
)
def test_a_mistake_is_one_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        look(**options)
    assert "\n" not in str(refused.value)


def test_what_a_search_has_computed_is_not_computed_again() -> None:
    computed: list[int] = []

    def engine(variants, market, **given):  # type: ignore[no-untyped-def]
        computed.append(len(variants))
        return figures_here(variants, market, **given)

    found = search(
        RateRotation(),
        {"fall_window": Integer(5, 120)},
        make_market(),
        trials=12,
        score=("sharpe", "alpha"),
        storage=InMemoryStorage(),
        engine=engine,
        progress=lambda done: None,
    )
    assert sum(computed) == len(found) == 12
    assert found.scores == ("sharpe", "alpha")
    again = sweep_variants(found.sweep.variants, make_market(), score=found.scores)
    pd.testing.assert_frame_equal(found.trials, again.trials)
    assert set(found.pareto.index) >= {int(found.trials[name].idxmax()) for name in found.scores}
