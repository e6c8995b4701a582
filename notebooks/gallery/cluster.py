"""
A sweep on a cluster
====================

The same sweep, its variants shared out among a Dask cluster's workers. The cluster here is one
worker of this process; on several machines ``dask scheduler`` prints the address to give.
"""

from distributed import LocalCluster

from backtest import load_market, sweep
from backtest.render.plots import plot
from backtest.tuning.remote import dask_engine
from strategies import RateRotation

market = load_market("sample").between("2021-01-01", None)
space = {"fall_bp": [5.0, 10.0, 15.0, 20.0], "rate_window": [60, 90, 120]}
here = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "silence_logs": 40}

with (
    LocalCluster(protocol="tcp://", **here) as cluster,
    dask_engine(cluster.scheduler_address) as engine,
):
    there = sweep(RateRotation(), space, market, engine=engine)

# %%
# Where it is computed changes no digit.

print(there.trials.equals(sweep(RateRotation(), space, market).trials))
picture = plot(there)
