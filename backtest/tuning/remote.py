"""Where the figures of variants are computed: here, or on a Dask cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, TypedDict, Unpack

import numpy as np

from backtest.costs import Costs
from backtest.engine.metrics import Metric
from backtest.errors import UserError
from backtest.market import Market
from backtest.notes import Note
from backtest.tuning.space import Variants
from backtest.tuning.trials import Progress, trials
from backtest.tuning.work_parts import part_of, parts

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEDULER = Note("the scheduler")
PATIENCE = 10.0  # seconds to wait for the cluster
PROBE = 4.0  # seconds for a scheduler to say that it is one
TERMS = ("costs", "fill", "cash", "first")
ROUNDS = 3  # times the market is sent again after workers that had it were lost


class Asked(TypedDict):
    """How to compute figures; `progress` hears of every few variants that are done."""

    costs: Costs
    fill: str
    cash: float
    first: int
    progress: Progress
    extra: NotRequired[Sequence[Metric]]


class Engine(Protocol):
    """Computes the figures of all variants, row × kernel.FIGURES and what is asked beyond."""

    def __call__(self, variants: Variants, market: Market, **asked: Unpack[Asked]) -> np.ndarray:
        """Return the figures."""
        ...


def figures_here(variants: Variants, market: Market, **asked: Unpack[Asked]) -> np.ndarray:
    """Compute in this process, on all its cores."""
    terms: dict[str, Any] = {name: asked[name] for name in TERMS}  # type: ignore[literal-required]
    computed = trials(variants, market, **terms)
    return computed.figures(np.arange(len(variants)), asked["progress"], asked.get("extra", ()))


@contextmanager
def dask_engine(address: str) -> Iterator[Engine]:
    """Connect to a Dask cluster for all the sweeps and searches made inside.

    The scheduler and the workers need this package and the strategy's module. What a lost worker
    was at, others do again. Numbers are those computed here, to the last bit on equal processors.

    Raises
    ------
    UserError
        If dask is not installed, nothing answers at the address, or there are no workers; from
        the engine, if the cluster cannot import what it needs or has other versions of it.

    Examples
    --------
    ::

        with dask_engine("tcp://10.0.0.1:8786") as engine:
            found = search(strategy, space, market, trials=2000, engine=engine)
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UserError(
            "dask is not installed; install it with pip install 'nqp-rotation[dask]'"
        ) from error
    try:
        # A client that finds no scheduler cannot be closed, so look first.
        with ThreadPoolExecutor(1) as aside:  # a notebook has a loop of its own running
            aside.submit(asyncio.run, _scheduler_at(address)).result()
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception as error:  # what a stranger answers can end in anything
        raise UserError(
            "no Dask scheduler answers at {address!r}; start one with 'dask scheduler' and give "
            "the address it prints, like tcp://10.0.0.1:8786",
            address=address,
        ) from error
    try:
        yield _Cluster(client, address)
    finally:
        client.close()


async def _scheduler_at(address: str) -> None:
    """Raise an error unless a Dask scheduler answers at an address, within `PROBE` seconds."""
    from distributed.core import rpc
    from distributed.security import Security

    options = Security().get_connection_args("client")
    async with rpc(address, timeout=PROBE, connection_args=options) as asked:
        answer = await asyncio.wait_for(asked.identity(), PROBE)
    if not isinstance(answer, dict) or answer.get("type") != "Scheduler":
        raise ValueError("that is no scheduler")


class _Cluster:
    """A connection, and the market last sent over it."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.sent: tuple[Market, Future] | None = None
        self.checked: set[type] = set()

    def __call__(self, variants: Variants, market: Market, **asked: Unpack[Asked]) -> np.ndarray:
        """Return the figures of all variants."""
        from distributed.comm import CommClosedError

        from backtest.engine.kernel import FIGURES

        told: dict[str, Any] = {name: value for name, value in asked.items() if name != "progress"}
        found = np.empty((len(variants), len(FIGURES) + len(asked.get("extra", ()))))
        rows: list[np.ndarray] | None = None
        try:
            for _ in range(ROUNDS):
                threads = self._threads()
                self._check(type(variants.strategy))
                rows = parts(variants, threads) if rows is None else rows
                rows = self._compute(variants, market, rows, told, found, asked["progress"])
                if not rows:
                    return found
                self.sent = None
        except (CommClosedError, OSError) as error:
            raise UserError(
                "the Dask scheduler at {address} is gone ({error}); start it again",
                address=self.address,
                error=error,
            ) from error
        raise UserError(
            "the workers at {address} are lost as fast as they come; look into their logs, and "
            "give each more memory if they were killed for it",
            address=self.address,
        )

    def _compute(
        self,
        variants: Variants,
        market: Market,
        rows: list[np.ndarray],
        asked: Mapping[str, Any],
        found: np.ndarray,
        progress: Progress,
    ) -> list[np.ndarray]:
        """Fill in the figures of chunks as they come; return those lost with all their data."""
        from concurrent.futures import CancelledError

        from distributed import KilledWorker, as_completed

        lost: list[np.ndarray] = []
        futures: dict[Future, np.ndarray] = {}
        try:
            there = self._send(market)
            for chunk in rows:
                part = part_of(variants, chunk)
                futures[self.client.submit(_figures, part, there, **asked, pure=False)] = chunk
            for future in as_completed(futures, loop=self.client.loop):
                chunk = futures[future]
                try:
                    found[chunk] = future.result()
                except CancelledError:
                    lost.append(chunk)
                else:
                    progress(len(chunk))
        except KilledWorker as error:
            raise UserError(
                "a chunk of variants ended every worker at {address} it was tried on; look into "
                "their logs, and give each more memory if they were killed for it",
                address=self.address,
            ) from error
        finally:
            self.client.cancel([future for future in futures if not future.done()])
        return lost

    def _send(self, market: Market) -> Future:
        """Send a market to all workers, unless it was sent before."""
        if self.sent is None or self.sent[0] is not market:
            bare = replace(market)
            self.sent = market, self.client.scatter(bare, broadcast=True, hash=False)
        return self.sent[1]

    def _threads(self) -> int:
        """Return how many threads the workers have; wait for the first worker."""
        with suppress(TimeoutError):
            self.client.wait_for_workers(1, timeout=PATIENCE)
        threads: int = sum(self.client.nthreads().values())
        if threads == 0:
            raise UserError(
                "the Dask cluster at {address} has no workers; start some with 'dask worker "
                "{address} --nthreads 1'",
                address=self.address,
            )
        return threads

    def _check(self, kind: type) -> None:
        """Raise a `UserError` unless the whole cluster can run a strategy as it is run here."""
        if kind in self.checked:
            return
        module = None if kind.__module__ == "__main__" else kind.__module__
        ours = _environment(module)
        try:
            theirs = self.client.run(_environment, module, on_error="return")
            theirs[SCHEDULER] = self.client.run_on_scheduler(_environment, module)
        except (ImportError, AttributeError) as error:
            theirs = {SCHEDULER: error}
        for place, environment in theirs.items():
            if isinstance(environment, (ImportError, AttributeError)):
                raise UserError(
                    "the Dask cluster cannot import what this sweep needs ({place}: "
                    "{environment}); install this package and {module} on the scheduler and on "
                    "every worker",
                    place=place,
                    environment=environment,
                    module=kind.__module__,
                )
            for name, own in ours.items():
                if isinstance(environment, dict) and environment[name] != own:
                    raise UserError(
                        "{place} has {name} {environment} where this process has {own}; install "
                        "the same versions, so that numbers are the same",
                        place=place,
                        name=name,
                        environment=environment[name],
                        own=own,
                    )
        self.checked.add(kind)


def _environment(module: str | None) -> dict[str, str]:
    """Return the versions that figures depend on, after importing a strategy's module."""
    if module is not None:
        import_module(module)
    return {name: version(name) for name in ("nqp-rotation", "numpy", "pandas", "numba")}


def _figures(variants: Variants, market: Market, **asked: Any) -> np.ndarray:
    """Compute a chunk, on a worker, with as many threads as it was given."""
    from distributed import get_worker

    from backtest.engine.kernel.threads import at_most

    with at_most(get_worker().state.nthreads):
        return figures_here(variants, market, **asked, progress=lambda done: None)
