"""Plateaus, heat-maps and rasters against small grids worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from backtest.errors import UserError
from backtest.market.universe import sectors
from backtest.tuning.maps import heat_map, plateau, plateau_choice, switch_raster
from backtest.tuning.sweep import sweep
from strategies import RateRotation
from tests.markets import make_market


@pytest.fixture(scope="module")
def swept():
    market = make_market(sessions=400, sectors=tuple(sectors()), seed=3)
    space = {"rate_window": [60, 20, 40], "min_hold": [5, 10]}
    return sweep(RateRotation(fall_bp=2, fall_window=10), space, market)


def test_a_plateau_is_the_median_of_a_variant_and_its_neighbors(swept):
    score = swept.trials.set_index(["rate_window", "min_hold"])["sharpe"]
    level = plateau(swept).set_axis(score.index)
    corner = [score[20, 5], score[40, 5], score[20, 10]]
    middle = [score[40, 10], score[20, 10], score[60, 10], score[40, 5]]
    assert level[20, 5] == pytest.approx(np.median(corner))
    assert level[40, 10] == pytest.approx(np.median(middle))


def test_the_plateaus_choice_has_the_best_plateau(swept):
    assert plateau(swept).iloc[plateau_choice(swept)] == plateau(swept).max()


def test_a_heat_map_is_sorted_and_takes_the_median(swept):
    table = heat_map(swept, "rate_window", "min_hold")
    assert table.index.tolist() == [20, 40, 60]
    assert table.columns.tolist() == [5, 10]
    score = swept.trials.set_index(["rate_window", "min_hold"])["sharpe"]
    assert table.loc[40, 10] == pytest.approx(score[40, 10])


def test_a_raster_shows_what_each_variant_holds(swept):
    raster = switch_raster(swept)
    assert raster.index.tolist() == swept.ranking.tolist()
    row = int(swept.ranking[0])
    pd.testing.assert_series_equal(
        raster.loc[row], swept.strategy(row).regime(swept.market), check_names=False
    )


@pytest.mark.parametrize(
    ("names", "says"),
    [(("rate_windw", "min_hold"), "did you mean 'rate_window'"), (("min_hold",) * 2, "different")],
)
def test_a_heat_map_of_nothing(swept, names, says):
    with pytest.raises(UserError, match=says):
        heat_map(swept, *names)
