"""`nqp new`: a strategy file that runs, and a test for it."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path
from typing import Annotated

import typer

from backtest.cli.options import JsonOption, LangOption, print_json
from backtest.notes import Note

STRATEGY = '''"""{kind}: what it claims, in a sentence; and what would refute it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backtest import Market, TriggerRotation
from backtest.triggers import Always, RateFall, Trigger


@dataclass(frozen=True)
class {kind}(TriggerRotation):
    """Hold technology after the ten-year yield has fallen, else banks and utilities.

    Every field with a type is a parameter: --set fall_bp=20 in the shell, swept by 'nqp tune'.
    """

    # The parameters that shape the baskets; sweeps lay these out once for all others.
    basket_parameters: ClassVar[tuple[str, ...]] = ()

    fall_bp: float = 15.0  # basis points
    window: int = 60  # sessions

    def rules(self) -> Mapping[str, Trigger]:
        """Return triggers by the basket they call for: the first one that fires is held.

        Triggers combine with & | ~. Where none fires cash is held, so Always() stands last.
        """
        return {{"technology": RateFall(self.fall_bp, self.window), "defensive": Always()}}

    def baskets(self, market: Market) -> Mapping[str, Any]:
        """Return each basket: names of sectors or instruments, or weights, session × instrument."""
        return {{
            "technology": ["computer", "electronics", "telecom"],
            "defensive": ["banks", "utilities"],
        }}
'''

TEST = '''"""{kind} looks at nothing that was not known, and does what it says."""

from {module} import {kind}

from backtest import check, load_market, run


def test_it_does_not_look_ahead():
    assert check({kind}(), load_market("sample")).passes


def test_it_holds_technology_after_a_fall_of_the_yield():
    market = load_market("sample")
    result = run({kind}(fall_bp=20), market)
    fallen = market.need("rate").diff(60).mul(100).round(6) <= -20
    held = result.regime.eq("technology")
    assert held.iloc[1:].tolist() == fallen.iloc[:-1].tolist()  # decided, then filled
'''


def new(
    name: Annotated[str, typer.Argument(help="What to call it, as my-rotation or MyRotation.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
    lang: LangOption = "en",
    json: JsonOption = False,
) -> None:
    """Write a commented strategy that runs at once, and a test for it, to this folder."""
    from backtest.atomic import write_file
    from backtest.errors import UserError
    from backtest.render.terminal import tell

    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    module = "_".join(words).lower()
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,39}", name) or not words or iskeyword(module):
        raise UserError(
            "{name!r} is no name for a strategy; give letters, as my-rotation", name=name
        )
    if not out.is_dir():
        raise UserError("there is no folder {out}; make it first", out=out)
    kind = "".join(word[0].upper() + word[1:] for word in words)
    texts = {f"{module}.py": STRATEGY, f"test_{module}.py": TEST}
    for file in texts:
        if (out / file).exists():
            raise UserError("{path} exists already; give another name", path=out / file)
    for file, text in texts.items():
        write_file(out / file, text.format(kind=kind, module=module).encode())
    if json:
        print_json({"written": [str(out / file) for file in texts]})
        return
    tell(Note("wrote {module}.py and {test}.py", module=out / module, test=out / f"test_{module}"))
    tell(
        Note(
            "next: nqp check {module}.py, nqp run {module}.py, pytest {out}",
            module=out / module,
            out=out,
        )
    )
