"""Framework: which indicators make the index, and the choices made.

A framework is a TOML file. The built-in ones lie in `frameworks/`: `observable` needs nothing but
prices and yields, `china` names official statistics. A user's own file works the same way and is
checked entry by entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from backtest.composite import aggregation, imputation, normalization, weighting
from backtest.composite.indicator import PILLARS, Indicator
from backtest.errors import UserError, refused, suggest, unknown, within
from backtest.market.universe import check_sectors
from backtest.validation import file_text, from_toml, validated

BUILT_IN = ("china", "observable")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "normalization": normalization.METHODS,
    "weighting": weighting.METHODS,
    "aggregation": aggregation.METHODS,
    "imputation": imputation.METHODS,
    "refit": ("monthly", "quarterly", "yearly"),
}


@dataclass(frozen=True)
class Framework:
    """Indicators in four pillars, and how they become one index.

    Attributes
    ----------
    indicators : tuple of Indicator
        As written; `concrete` has those that stand for every track spelled out.
    normalization, weighting, aggregation, imputation : str
        The methods, see the modules of these names.
    refit : str
        Weights are fitted on the first session of each "monthly", "quarterly" or "yearly" period,
        and whenever an indicator enters or leaves.
    min_coverage : float
        Below this share of indicators with a value that is not too old, the answer is NA.
    pillar_weights : tuple of (pillar, weight)
        Relative weights of the pillars; the thesis (M1) ranks none above another.
    tracks : tuple of (track, sectors)
        The tracks that `by_track` indicators are computed for.
    """

    name: str
    indicators: tuple[Indicator, ...]
    title: str = ""
    normalization: str = "z"
    weighting: str = "equal"
    aggregation: str = "arithmetic"
    imputation: str = "carry"
    refit: str = "monthly"
    min_coverage: float = 0.5
    pillar_weights: tuple[tuple[str, float], ...] = tuple((name, 1.0) for name in PILLARS)
    tracks: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        with within(f"framework {self.name}"):
            self._check()

    def _check(self) -> None:
        for key, known in CHOICES.items():
            value = getattr(self, key)
            if value not in known:
                raise refused(key, value, known)
        if not 0 <= self.min_coverage <= 1:
            raise UserError(
                "min_coverage was {min_coverage}; give a fraction from 0 to 1",
                min_coverage=self.min_coverage,
            )
        for pillar, weight in self.pillar_weights:
            if pillar not in PILLARS:
                raise unknown("pillar", pillar, PILLARS)
            if not 0 < weight < float("inf"):
                raise UserError(
                    "the weight of pillar {pillar} was {weight}; give a number above 0",
                    pillar=pillar,
                    weight=weight,
                )
        for track, sectors in self.tracks:
            if not sectors:
                raise UserError("track {track!r} has no sectors; name at least one", track=track)
            check_sectors(sectors)
        if not self.indicators:
            raise UserError("no pillar has an indicator; add an [[indicators]] table")
        names = [indicator.name for indicator in self.indicators]
        for number, indicator in enumerate(self.indicators):
            if indicator.name in names[:number]:
                raise UserError(
                    "indicator {indicator!r} stands twice; rename one", indicator=indicator.name
                )
            if indicator.pillar not in dict(self.pillar_weights):
                raise UserError(
                    "indicator {indicator!r} is of pillar {pillar}, which has no "
                    "weight; give it one above 0",
                    indicator=indicator.name,
                    pillar=indicator.pillar,
                )
            if indicator.track and indicator.track not in dict(self.tracks):
                raise UserError(
                    "indicator {indicator!r} speaks of track {track!r}, which is not "
                    "among the tracks; {suggestion}",
                    indicator=indicator.name,
                    track=indicator.track,
                    suggestion=suggest(indicator.track, dict(self.tracks)),
                )
            if indicator.by_track and not self.tracks:
                raise UserError(
                    "indicator {indicator!r} is by_track; add a [tracks] table",
                    indicator=indicator.name,
                )

    @cached_property
    def concrete(self) -> tuple[Indicator, ...]:
        """The indicators with those that stand for every track spelled out, "name.track"."""
        return tuple(
            one
            for indicator in self.indicators
            for one in (
                [
                    replace(
                        indicator, name=f"{indicator.name}.{track}", track=track, by_track=False
                    )
                    for track, _ in self.tracks
                ]
                if indicator.by_track
                else [indicator]
            )
        )

    @cached_property
    def pillars(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the concrete indicators by pillar, the pillars in the order of the weights."""
        return {
            pillar: tuple(one.name for one in self.concrete if one.pillar == pillar)
            for pillar, _ in self.pillar_weights
        }

    def sectors_of(self, indicator: Indicator) -> tuple[str, ...]:
        """Return the sectors an indicator speaks of, sorted: its track's, or all tracks'."""
        tracks = dict(self.tracks)
        names = tracks[indicator.track] if indicator.track else sum(tracks.values(), ())
        return tuple(sorted(set(names)))

    def about(self, track: str) -> Framework | None:
        """Return this framework with what speaks of one track only; None where nothing does.

        Pillars that have no such indicator are left out of it.
        """
        own = tuple(one for one in self.concrete if one.track == track)
        if not own:
            return None
        spoken = {one.pillar for one in own}
        return replace(
            self,
            name=f"{self.name} about {track}",
            indicators=own,
            pillar_weights=tuple(pair for pair in self.pillar_weights if pair[0] in spoken),
        )


def load_framework(name_or_path: str | Path) -> Framework:
    """Load a built-in framework by name, or one's own TOML file by path.

    Raises
    ------
    UserError
        If there is no such framework or an entry of the file is wrong.

    Examples
    --------
    >>> load_framework("china").pillars["potential"][0]
    'rd_intensity'
    """
    name = str(name_or_path)
    if name in BUILT_IN:
        built_in = files("backtest") / "composite" / "frameworks" / f"{name}.toml"
        return parse_framework(built_in.read_text(encoding="utf-8"), source=name)
    path = Path(name_or_path)
    if not path.is_file():
        raise unknown("framework or TOML file", name, BUILT_IN)
    return parse_framework(file_text(path), source=name)


@lru_cache(maxsize=64)
def parse_framework(text: str, source: str = "framework") -> Framework:
    """Read a framework from TOML text; errors name the entry and the fix."""
    raw = from_toml(text, source)
    weights = raw.get("pillars")
    if isinstance(weights, dict):
        for pillar in PILLARS:
            if pillar not in weights and set(weights) <= set(PILLARS):
                raise UserError(
                    "{source}: pillars.{pillar} must be a number; give one above 0",
                    source=source,
                    pillar=pillar,
                )
        raw["pillars"] = {name: weights[name] for name in PILLARS if name in weights} | weights
    return validated(Framework, raw, source, {"pillars": "pillar_weights"})
