"""A round's problem as frozen values: people, projects with seats, hard rules, soft inputs, kept pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from freeagents.matching._arrays import Flags, Whole, first, frozen, same_length, whole
from freeagents.matching._errors import ProblemError
from freeagents.matching._keys import Keys, keys
from freeagents.matching._limits import Limit, SideRule
from freeagents.matching._places import Places
from freeagents.matching._rules import Rule
from freeagents.matching._shares import Shares
from freeagents.matching._tables import TOP_LEVEL, Levels, Pairs

LONGEST_SALT = 64


@dataclass(frozen=True, eq=False, kw_only=True)
class Fit:
    """What a score looks at, for n people, m projects and k skills.

    :ivar essential: m × k, asked levels 1–4.
    :ivar asset: m × k, asked levels 1–4.
    :ivar held: n × k, held levels 1–4.
    :ivar goals: n × k, learning goals; their level says nothing.
    :ivar bench_days: n, from 0.
    :ivar ranks: applications, numbered by the person's rank from 1; 0: no rank given.
    :ivar short_list: the pairs managers asked for.
    :ivar places: where distance counts: a project without a place earns no distance points. None: nowhere.
    """

    essential: Levels
    asset: Levels
    held: Levels
    goals: Levels
    bench_days: Whole
    ranks: Pairs = field(default_factory=Pairs.none)
    short_list: Pairs = field(default_factory=Pairs.none)
    places: Places | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "bench_days", whole("fit.bench_days", self.bench_days, 0))

    def check(self, people: int, projects: int) -> None:
        """Refuse arrays that do not fit so many people and projects.

        :raises ProblemError: naming the array.
        """
        skills = self.held.shape[1]
        expected = {"held": people, "goals": people, "essential": projects, "asset": projects}
        for name, rows in expected.items():
            found = getattr(self, name).shape
            if found != (rows, skills):
                raise ProblemError(f"fit.{name}", "shape", expected=(rows, skills), found=found)
            top = int(getattr(self, name).table.data.max(initial=0))
            if top > TOP_LEVEL:
                raise ProblemError(f"fit.{name}", "out_of_range", value=top, low=1, high=TOP_LEVEL)
        same_length("fit", people, bench_days=self.bench_days)
        self.ranks.check("fit.ranks", people, projects)
        whole("fit.ranks", self.ranks.value, 0)
        self.short_list.check("fit.short_list", people, projects)
        if self.places is not None:
            self.places.check("fit.places", people, projects)


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """All that a round is solved from. The order of people and projects is of no consequence to the answer.

    :ivar people: n stable keys, each once: text, or an array of UTF-8 bytes.
    :ivar projects: m stable keys, each once.
    :ivar seats: m numbers of seats, from 0; a project's seats are numbered from 1.
    :ivar rules: the hard rules, each code once; cheap and strict ones first save time.
    :ivar fit: what a score looks at.
    :ivar kept: pairs placed whatever else is, numbered by their seat.
    :ivar limits: what holds between pairs, each code once.
    :ivar salt: orders ties; at most 64 bytes.
    :raises ProblemError: naming the value and the first place at fault.
    """

    people: Keys
    projects: Keys
    seats: Whole
    rules: tuple[Rule, ...]
    fit: Fit
    kept: Pairs = field(default_factory=Pairs.none)
    limits: tuple[SideRule, ...] = ()
    salt: bytes = b""

    def __post_init__(self) -> None:
        for name in ("people", "projects"):
            object.__setattr__(self, name, keys(name, getattr(self, name)))
        object.__setattr__(self, "rules", tuple(self.rules))
        object.__setattr__(self, "seats", whole("seats", self.seats, 0))
        same_length("", len(self.projects), seats=self.seats)
        _refuse_twice("rules", tuple(rule.code for rule in self.rules))
        for rule in self.rules:
            rule.check(len(self.people), len(self.projects))
        self.fit.check(len(self.people), len(self.projects))
        object.__setattr__(self, "limits", tuple(self.limits))
        self._check_kept()
        _refuse_twice("limits", tuple(limit.code for limit in self.limits))
        for limit in self.limits:
            limit.check(len(self.people), len(self.projects))
            limit.refuse_kept(self.kept)
        if len(self.salt) > LONGEST_SALT:
            raise ProblemError("salt", "too_long", high=LONGEST_SALT)

    def _check_kept(self) -> None:
        kept = self.kept
        kept.check("kept", len(self.people), len(self.projects))
        no_seat = (kept.value < 1) | (kept.value > self.seats[kept.project])
        if no_seat.any():
            index = first(no_seat)
            raise ProblemError("kept", "no_such_seat", index, seat=int(kept.value[index]))
        if self.shares is None:
            _refuse_twice("kept", tuple(kept.person.tolist()), "person_twice")
        _refuse_twice("kept", tuple(zip(kept.project.tolist(), kept.value.tolist(), strict=True)), "seat_twice")

    @property
    def layer(self) -> Limit | None:
        """The one limit that is a layer of the flow, if it is the only side rule there is."""
        alone = self.limits[0] if len(self.limits) == 1 else None
        return alone if isinstance(alone, Limit) and alone.is_layer else None

    @cached_property
    def everyone(self) -> Whole:
        """All people, by index."""
        return frozen(np.arange(len(self.people)))

    @cached_property
    def free_seats(self) -> Whole:
        """The m numbers of seats that are not kept."""
        return frozen(self.seats - np.bincount(self.kept.project, minlength=len(self.seats)))

    @property
    def shares(self) -> Shares | None:
        """The side rule by which somebody may have several seats, if there is one."""
        return Shares.among(self.limits)

    @cached_property
    def is_taken(self) -> Flags:
        """The n flags of people who are kept on some project and so can have no other seat."""
        taken = np.zeros(len(self.people), dtype=np.bool_)
        if self.shares is None:
            taken[self.kept.person] = True
        return frozen(taken)


def _refuse_twice(name: str, keys: tuple[object, ...], code: str = "twice") -> None:
    if len(set(keys)) == len(keys):
        return
    seen: set[object] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise ProblemError(name, code, index, key=key)
        seen.add(key)
