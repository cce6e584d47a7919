"""A policy: the objective of a round and what each part of a score may earn."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from freeagents.matching._errors import Fault, PolicyError

UNITS_PER_POINT = 1000
PARTS = ("skills", "growth", "rank", "short_list", "bench", "distance")
MOST_POINTS = 1000


class Objective(StrEnum):
    """What a round aims for."""

    MOST_SCORE = "most_score"
    """The greatest total score, then the most seats filled."""
    MOST_SEATS = "most_seats"
    """The most seats filled, then the greatest total score."""
    WORST_OFF = "worst_off"
    """The most seats filled, then the greatest score of the worst-off pair, then the greatest total score."""
    STABLE_PEOPLE = "stable_people"
    """No blocking pair; of all such plans the one that is best for every person."""
    STABLE_PROJECTS = "stable_projects"
    """No blocking pair; of all such plans the one that is best for every project."""
    FEWEST_CHANGES = "fewest_changes"
    """The greatest total score less a price for each pair of a previous plan that is not kept, then the most seats."""


STABLE = (Objective.STABLE_PEOPLE, Objective.STABLE_PROJECTS)
LIMITED_BY = ("department", "discipline", "grade", "region")
"""What people may be grouped by to limit how many of a group are placed."""
MOST_PEOPLE = 1_000_000
PRICED = (Objective.MOST_SCORE, Objective.MOST_SEATS, Objective.FEWEST_CHANGES)
"""The objectives that are sums of pairs, so that a change has a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The most each part of a score can earn, in whole points, 0–1000."""

    skills: int = 50
    growth: int = 10
    rank: int = 15
    short_list: int = 10
    bench: int = 10
    distance: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named, versioned policy; immutable once made.

    :ivar points: the most each part can earn.
    :ivar above_percent: the share of an essential criterion's points kept for levels above the asked one.
    :ivar growth_full_goals: so many learning goals served in full earn all growth points.
    :ivar ranks_counted: from this rank on, applications earn the same least share of the rank points.
    :ivar bench_full_days: bench days that earn all bench points.
    :ivar distance_full_km: kilometres from which on distance earns nothing.
    :ivar change_points: what a pair of the previous plan that is not kept costs, under ``fewest_changes``.
    :ivar limits: for each of ``LIMITED_BY``, by the word of a group, how many of its people may be placed at most; or a
        table with ``least``, ``most`` or both.
    :ivar one_team: projects of three seats or more stay empty unless they have somebody of each discipline they name.
    :ivar least_people: projects of so many seats or more have so many people, or nobody.
    :ivar several_seats: people may have several part-time seats, as long as they have the time.
    :ivar breach_points: what each person too many or too few costs, by limit, or for ``team``,
        ``least_people`` or ``apart``; what is not named must hold.
    :raises PolicyError: with all that is wrong.
    """

    name: str = "balanced"
    version: int = 1
    objective: Objective = Objective.MOST_SCORE
    points: Points = field(default_factory=Points)
    above_percent: int = 20
    growth_full_goals: int = 2
    ranks_counted: int = 5
    bench_full_days: int = 90
    distance_full_km: int = 100
    change_points: int = 10
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    one_team: bool = False
    least_people: int = 0
    several_seats: bool = False
    breach_points: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults = tuple(_faults(asdict(self)))
        if faults:
            raise PolicyError(faults)
        object.__setattr__(self, "objective", Objective(self.objective))

    def most(self, part: str) -> int:
        """Return the most a part can earn, in units (1000 to a point)."""
        return int(getattr(self.points, part)) * UNITS_PER_POINT

    @property
    def most_score(self) -> int:
        """The most a pair can score, in units."""
        return sum(self.most(part) for part in PARTS)

    @property
    def change_units(self) -> int:
        """What a change costs, in units."""
        return self.change_points * UNITS_PER_POINT

    def ranges(self, name: str) -> dict[str, tuple[int, int]]:
        """Return how many people of each group of a limit are to be placed, from and to."""
        found = {}
        for word, stated in self.limits[name].items():
            both = stated if isinstance(stated, Mapping) else {"most": stated}
            found[word] = both.get("least", 0), both.get("most", MOST_PEOPLE)
        return found

    def breach_units(self, name: str) -> int | None:
        """Return what a breach costs, in units; None: the rule must hold."""
        points = self.breach_points.get(name)
        return None if points is None else points * UNITS_PER_POINT

    @property
    def has_side_rules(self) -> bool:
        """Whether anything must hold between pairs."""
        return bool(self.limits) or self.one_team or self.least_people > 1 or self.several_seats

    def to_toml(self) -> str:
        """Return the policy as TOML, which :func:`policy_from_toml` reads back."""
        own = [each.name for each in fields(self) if each.name not in {"points", "limits", "breach_points"}]
        lines = [f"{name} = {json.dumps(getattr(self, name), ensure_ascii=False)}" for name in own]
        points = [f"{part} = {getattr(self.points, part)}" for part in PARTS]
        tables = ["[points]", *points, ""]
        for name, groups in self.limits.items():
            told = [f"{json.dumps(word, ensure_ascii=False)} = {_inline(stated)}" for word, stated in groups.items()]
            tables += [f"[limits.{name}]", *told, ""]
        if self.breach_points:
            tables += ["[breach_points]", *(f"{name} = {points}" for name, points in self.breach_points.items()), ""]
        return "\n".join([*lines, "", *tables])


RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "version": (1, 2**31 - 1),
        "above_percent": (0, 100),
        "growth_full_goals": (1, 100),
        "ranks_counted": (1, 1000),
        "bench_full_days": (1, 36_500),
        "distance_full_km": (1, 20_040),
        "change_points": (0, MOST_POINTS),
        **{f"points.{part}": (0, MOST_POINTS) for part in PARTS},
    }
)
"""What each whole number of a policy may be, from and to; points by part."""


def policy_from_toml(text: str) -> Policy:
    """Return the policy a TOML text states; what it leaves out is as in the default policy.

    :raises PolicyError: with all that is wrong, each fault naming its key.
    """
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError((Fault("", "not_toml", str(error)),)) from error
    points = stated.pop("points", {})
    if not isinstance(points, dict):
        raise PolicyError((Fault("points", "not_a_table"),))
    known = {each.name for each in fields(Policy)}
    unknown = [key for key in stated if key not in known] + [f"points.{key}" for key in points if key not in PARTS]
    wrong = [Fault(key, "unknown_key") for key in unknown]
    wrong += _faults({"points": points, **stated})
    if wrong:
        raise PolicyError(tuple(wrong))
    return Policy(points=Points(**points), **stated)


def _faults(stated: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the values that are stated."""
    name = stated.get("name", "balanced")
    if not isinstance(name, str) or not name.strip() or len(name) > 80 or not name.isprintable():
        yield Fault("name", "not_a_name", "1-80 printable characters")
    if stated.get("objective", Objective.MOST_SCORE) not in tuple(Objective):
        yield Fault("objective", "unknown_objective", ", ".join(Objective))
    flat = {**stated, **{f"points.{part}": value for part, value in stated["points"].items()}}
    for key, (low, high) in RANGES.items():
        value = flat.get(key, low)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            yield Fault(key, "out_of_range", f"whole number {low}-{high}")
    yield from _limit_faults(stated)
    if all(flat.get(f"points.{part}", 1) == 0 for part in PARTS):
        yield Fault("points", "all_zero")


def _inline(stated: int | Mapping[str, int]) -> str:
    if isinstance(stated, Mapping):
        return "{ " + ", ".join(f"{name} = {count}" for name, count in stated.items()) + " }"
    return str(stated)


def _limit_faults(stated: Mapping[str, Any]) -> Iterator[Fault]:
    limits, breaches = stated.get("limits", {}), stated.get("breach_points", {})
    tables = {"limits": limits, "breach_points": breaches}
    wrong = [name for name, table in tables.items() if not isinstance(table, Mapping)]
    yield from (Fault(name, "not_a_table") for name in wrong)
    switches = {name: stated.get(name, False) for name in ("one_team", "several_seats")}
    yield from (Fault(name, "not_true_or_false") for name, value in switches.items() if not isinstance(value, bool))
    if wrong:
        return
    least = stated.get("least_people", 0)
    if not _is_whole(least, MOST_PEOPLE):
        yield Fault("least_people", "out_of_range", f"whole number 0-{MOST_PEOPLE}")
    rules = {"limits": limits, "least_people": least, **switches}
    stated_rule = next((name for name, value in rules.items() if value), None)
    if stated_rule and stated.get("objective", Objective.MOST_SCORE) not in PRICED:
        yield Fault(stated_rule, "not_with_objective", ", ".join(PRICED))
    for name, points in breaches.items():
        if name not in {*limits, "team", "least_people", "apart"}:
            yield Fault(f"breach_points.{name}", "unknown_key")
        elif not _is_whole(points, MOST_POINTS):
            yield Fault(f"breach_points.{name}", "out_of_range", f"whole number 0-{MOST_POINTS}")
    for name, groups in limits.items():
        if name not in LIMITED_BY:
            yield Fault(f"limits.{name}", "unknown_key")
        elif not isinstance(groups, Mapping):
            yield Fault(f"limits.{name}", "not_a_table")
        else:
            yield from (fault for word, count in groups.items() for fault in _range_faults(name, word, count))


def _range_faults(name: str, word: str, stated: Any) -> Iterator[Fault]:
    key = f"limits.{name}.{word}"
    both = stated if isinstance(stated, Mapping) else {"most": stated}
    if not both or not set(both) <= {"least", "most"}:
        yield Fault(key, "not_a_range")
    elif not all(_is_whole(count, MOST_PEOPLE) for count in both.values()):
        yield Fault(key, "out_of_range", f"whole number 0-{MOST_PEOPLE}")
    elif both.get("least", 0) > both.get("most", MOST_PEOPLE):
        yield Fault(key, "least_above_most")


def _is_whole(value: Any, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= high
