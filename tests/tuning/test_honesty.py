"""Verdicts: on noise, on a planted trigger, and on samples that cannot tell."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.tuning.assess import assess
from backtest.tuning.honesty import Honesty
from backtest.tuning.spa import superiority
from tests.tuning.sweeps import PER_YEAR, trigger_sweep

QUICK = {"draws": 200, "blocks": 8}
TEN_YEARS = 10 * PER_YEAR


@pytest.fixture(scope="module")
def planted() -> Honesty:
    return trigger_sweep(3, sessions=TEN_YEARS, skill=2.5).honesty(**QUICK)


def test_noise_is_luck_and_a_planted_trigger_is_found() -> None:
    for skill, said, at_least in ((0.0, "luck", 0.85), (2.0, "skill", 0.9)):
        found = Counter(
            trigger_sweep(seed, sessions=TEN_YEARS, skill=skill).honesty(**QUICK).verdict
            for seed in range(25)
        )
        assert found[said] / 25 >= at_least, found
        assert skill or found["skill"] <= 1


def test_overfitting_is_one_half_on_noise_and_small_with_skill(planted: Honesty) -> None:
    noise = [
        trigger_sweep(seed, sessions=1000, skill=0.0).honesty(**QUICK).overfitting
        for seed in range(20)
    ]
    assert np.mean(noise) == pytest.approx(0.5, abs=0.12)
    assert planted.overfitting < 0.1


def test_one_year_and_one_switch_can_never_tell(planted: Honesty) -> None:
    year = trigger_sweep(3, sessions=PER_YEAR, skill=8.0).honesty(**QUICK)
    assert year.verdict == "cannot tell"
    assert year.banner.startswith(
        "This sample cannot support tuning: 1.0 years are too few (at least 3), after 54 trials"
    )
    once = replace(planted, switches=1)
    assert (planted.verdict, once.verdict) == ("skill", "cannot tell")
    assert "1 switch is too few" in once.banner


def test_each_figure_can_withhold_the_verdict(planted: Honesty) -> None:
    no_better = replace(planted.against_blend, consistent=0.4)
    assert replace(planted, deflated_active=0.5, against_blend=no_better).verdict == "luck"
    assert replace(planted, deflated_active=0.5).verdict == "cannot tell"
    assert replace(planted, against_blend=no_better).verdict == "cannot tell"
    assert replace(planted, against_benchmark=no_better).verdict == "cannot tell"
    assert replace(planted, overfitting=0.6).verdict == "cannot tell"
    short = replace(
        planted, deflated_active=0.5, against_blend=no_better, minimum_years=planted.years + 1
    )
    assert short.verdict == "cannot tell"
    assert "would be needed" in short.banner
    assert replace(planted, overfitting=float("nan")).verdict == "skill"  # one variant alone


def test_more_trials_in_the_ledger_deflate_more() -> None:
    sweep = trigger_sweep(5, sessions=TEN_YEARS, skill=1.0)

    def judged(trials: int) -> Honesty:
        return assess(
            sweep.returns,
            sweep.best,
            sweep.benchmark,
            sweep.blend,
            per_year=PER_YEAR,
            trials=trials,
            **QUICK,
        )

    few, many = judged(54), judged(5400)
    assert many.effective_trials == 100 * few.effective_trials
    assert many.deflated_sharpe < few.deflated_sharpe < few.probabilistic_sharpe
    assert many.deflated_sharpe_all < many.deflated_sharpe
    assert many.minimum_years > few.minimum_years


def test_one_variant_tried_after_many_is_still_deflated() -> None:
    sweep = trigger_sweep(6, sessions=TEN_YEARS, skill=1.0)
    alone = assess(
        sweep.returns[:, [sweep.best]],
        0,
        sweep.benchmark,
        sweep.blend,
        per_year=PER_YEAR,
        trials=200,
        **QUICK,
    )
    assert alone.effective_trials == 200
    assert alone.deflated_sharpe < alone.probabilistic_sharpe
    assert np.isnan(alone.overfitting)
    assert json.loads(alone.to_json())["overfitting"] is None


def test_pieces_frames_and_arrays_are_the_same_sweep() -> None:
    sweep = trigger_sweep(7, sessions=800, skill=1.0)
    days = pd.bdate_range("2020-01-01", periods=800)
    cash = np.full(800, 0.00005)
    options = {"per_year": PER_YEAR, "trials": 54, "risk_free": cash, **QUICK}
    returns, rivals = sweep.returns, (sweep.benchmark, sweep.blend)
    array = assess(returns, sweep.best, *rivals, **options)
    frame = assess(
        pd.DataFrame(returns, index=days),
        sweep.best,
        *(pd.Series(rival, index=days) for rival in rivals),
        **options,
    )
    pieces = assess(lambda: iter(np.split(returns, 6, axis=1)), sweep.best, *rivals, **options)
    assert array.to_json() == frame.to_json()
    assert pieces.against_blend.better.tolist() == array.against_blend.better.tolist()
    for name, value in array.to_dict().items():
        if not isinstance(value, (dict, list)):
            assert pieces.to_dict()[name] == pytest.approx(value, abs=1e-12), name
    excess = returns[:, sweep.best] - cash
    assert array.sharpe == pytest.approx(excess.mean() / excess.std(ddof=1) * PER_YEAR**0.5)
    alone = superiority(
        lambda: [returns],
        {"benchmark": sweep.benchmark},
        block_length=array.against_blend.block_length,
        draws=200,
    )["benchmark"]
    assert array.against_benchmark.consistent == alone.consistent


def test_it_reads_well(planted: Honesty) -> None:
    text = repr(planted)
    assert text.startswith("SKILL: More than luck: over the same baskets held still, the best of")
    assert max(map(len, text.splitlines()[1:])) <= 100
    assert "Sharpe ratio" in planted._repr_html_()
    told = json.loads(planted.to_json())
    assert told["verdict"] == "skill"
    assert told["years"] == 10.0
    assert len(told["intervals"]) == 3
    assert isinstance(told["against_blend"]["better"], list)


def test_mistakes_are_sentences() -> None:
    good = np.random.default_rng(0).normal(0.0, 0.01, (100, 3))
    options = {"per_year": PER_YEAR, "trials": 3, "draws": 50}
    holed = good.copy()
    holed[5, 2] = np.nan
    with pytest.raises(UserError, match="variant 2 has sessions without a return"):
        assess(holed, 0, good[:, 0], good[:, 1], **options)
    with pytest.raises(UserError, match="the benchmark must have a return on each"):
        assess(good, 0, good[:50, 0], good[:, 1], **options)
    with pytest.raises(UserError, match="fewer blocks"):
        assess(good[:20], 0, good[:20, 0], good[:20, 1], **options)
    with pytest.raises(UserError, match="has 3 variants"):
        assess(good, 3, good[:, 0], good[:, 1], **options)
    with pytest.raises(UserError, match="no variant"):
        assess(good[:, :0], 0, good[:, 0], good[:, 1], **options)
