"""Studies: where a search's trials are kept, and under which name.

A study holds finished trials only, each written in one transaction, and numbered by an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backtest.errors import UserError
from backtest.market import Market
from backtest.trials.fingerprints import canonical
from backtest.tuning.proposals import Direction, told
from backtest.tuning.suggestions import SearchPlan

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

# SQLite without a file (SQLAlchemy, "Connect Strings").
IN_MEMORY = re.compile(
    r"sqlite(\+\w+)?:(/{0,3}|/{2,3}(:memory:|file::memory:.*|file:.*mode=memory.*))"
)
PLACE = "nqp_place"  # the number of a trial; trials without one are not ours


def study_name(plan: SearchPlan, market: Market, asked: dict[str, Any]) -> str:
    """Name a study by all that its trials depend on."""
    kind = type(plan.strategy)
    whole = {
        "strategy": [kind.__module__, plan.strategy],
        "space": plan.text(),
        "market": market.identity,
        **asked,
    }
    digest = blake2b(canonical(whole, kind.__name__).encode(), digest_size=8)
    return f"{kind.__name__}-{digest.hexdigest()}"


@contextmanager
def opened(
    storage: str | BaseStorage | None, name: str, directions: Sequence[Direction]
) -> Iterator[tuple[Study, str]]:
    """Open a study, or make it, and give the address it is at, without its password.

    Raises
    ------
    UserError
        If the storage cannot be used.
    """
    import optuna
    from sqlalchemy.exc import SQLAlchemyError

    if storage is None:
        from backtest.home import home

        storage = f"sqlite:///{home() / 'studies.sqlite3'}"
    if isinstance(storage, str) and IN_MEMORY.fullmatch(storage):
        raise UserError(
            "--storage {storage} would keep the study in memory, where it ends with the "
            "command; name a file, as sqlite:///studies.sqlite3",
            storage=storage,
        )
    address = _shown(storage) if isinstance(storage, str) else type(storage).__name__
    ours: optuna.storages.RDBStorage | None = None
    try:
        try:
            if isinstance(storage, str):
                _make_folder(storage)
                storage = ours = optuna.storages.RDBStorage(storage)
            study = optuna.create_study(
                storage=storage, study_name=name, directions=directions, load_if_exists=True
            )
        except (ImportError, OSError, RuntimeError) as error:
            raise _unkept(address, error) from error
        yield study, address
    except (SQLAlchemyError, optuna.exceptions.OptunaError) as error:
        raise _unkept(address, error.__cause__ or error) from error
    finally:
        if ours is not None:
            ours.remove_session()
            ours.engine.dispose()


def _unkept(address: str, error: BaseException) -> UserError:
    return UserError(
        "no studies can be kept at {address} ({reason}); give an address that can be written, like "
        "sqlite:///studies.sqlite3",
        address=address,
        reason=next(iter(str(error).splitlines()), ""),
    )


def tried(study: Study) -> list[FrozenTrial]:
    """Return a study's trials as they were proposed.

    Two processes in the same search propose the same; what is there twice counts once.
    """
    found: dict[int, FrozenTrial] = {}
    for trial in study.get_trials(deepcopy=False):
        if PLACE in trial.user_attrs and trial.state.is_finished():
            found.setdefault(trial.user_attrs[PLACE], trial)
    whole = next((place for place in range(len(found)) if place not in found), len(found))
    return [found[place] for place in range(whole)]


def write(
    study: Study, proposals: Sequence[FrozenTrial], scores: Sequence[Sequence[float]], place: int
) -> None:
    """Add finished trials to a study, numbered from `place` on."""
    from optuna.trial import create_trial

    for number, (proposal, values) in enumerate(zip(proposals, scores, strict=True), place):
        state, kept = told(values)
        study.add_trial(
            create_trial(
                state=state,
                values=kept,
                params=proposal.params,
                distributions=proposal.distributions,
                user_attrs={PLACE: number},
            )
        )


def _shown(address: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        shown: str = make_url(address).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise UserError(
            "{address!r} is no storage address; write it like sqlite:///studies.sqlite3",
            address=address,
        ) from error
    return shown


def _make_folder(address: str) -> None:
    """Make the folder an SQLite file is to be in."""
    from sqlalchemy.engine import make_url

    url = make_url(address)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
