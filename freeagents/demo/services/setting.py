"""What a made-up government is drawn from: a country pack, ordered so that an array can point into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from freeagents.country.pack import Department, Pack, Place
from freeagents.demo.services.chance import Ints, draw
from freeagents.demo.services.speech import Speech, in_region, speech_of

BESIDE_DEMAND = 0.35  # how much a theme asks for each family that does not lead it, beside the one that does
LEAST_DEMAND = 0.5


@dataclass(frozen=True)
class Setting:
    """A pack and its entries by position."""

    pack: Pack

    @cached_property
    def employers(self) -> tuple[Department, ...]:
        """The departments that are known to have people."""
        return tuple(each for each in self.pack.departments.values() if each.kind == "department" and each.headcount)

    @cached_property
    def units(self) -> tuple[tuple[str, ...], ...]:
        """For each employer, the codes of the nodes its people may sit in: itself and its branches."""
        below: dict[str, list[str]] = {}
        for each in self.pack.departments.values():
            if each.kind == "branch" and each.parent:
                below.setdefault(each.parent, []).append(each.code)
        return tuple((each.code, *_with_branches(below, each.code)) for each in self.employers)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places."""
        return tuple(self.pack.places.values())

    @cached_property
    def skills(self) -> tuple[str, ...]:
        """All codes of skills."""
        return tuple(self.pack.skills)

    @cached_property
    def skill_index(self) -> dict[str, int]:
        """Code of a skill → its position in :attr:`skills`."""
        return {code: position for position, code in enumerate(self.skills)}

    @cached_property
    def clearances(self) -> tuple[str, ...]:
        """Codes of clearances, lowest first."""
        return tuple(sorted(self.pack.clearances, key=lambda code: self.pack.clearances[code].rank))

    @cached_property
    def demand(self) -> dict[str, float]:
        """Family → how much the pack's themes ask for it."""
        found = dict.fromkeys((level.family for level in self.pack.roles), LEAST_DEMAND)
        for theme in self.pack.demo.themes:
            for place, family in enumerate(theme.families):
                found[family] += theme.weight * (BESIDE_DEMAND if place else 1)
        return found

    def discipline_weights(self, department: int) -> dict[str, float]:
        """Return discipline → weight: between how many work there and how many are sought, who join a pool more."""
        sought: dict[str, float] = {}
        for family, discipline in {level.family: level.discipline for level in self.pack.roles}.items():
            sought[discipline] = sought.get(discipline, 0) + self.demand[family]
        there = in_region(self.pack.demo.disciplines, self.employers[department].code)
        return {code: (weight * sought[code]) ** 0.5 for code, weight in there.items() if code in sought}

    @cached_property
    def speech(self) -> Speech:
        """Who speaks what."""
        return speech_of(self.pack)

    def draw_department(self, rng: np.random.Generator, power: float, count: int) -> Ints:
        """Return employers, each as likely as its headcount to a power."""
        return draw(rng, [float(each.headcount or 0) ** power for each in self.employers], count)

    def draw_place(self, rng: np.random.Generator, department: Ints, power: float = 1.0) -> Ints:
        """Return a place for each person or project of a department: a region of the department, a town by inhabitants.

        :param power: above 1, what happens where most of the department's people are happens there even more.
        """
        place = np.zeros(len(department), dtype=np.int64)
        for one in np.unique(department).tolist():
            who = np.flatnonzero(department == one)
            regions = in_region(self.pack.demo.regions, self.employers[one].code)
            known = {region: weight**power for region, weight in regions.items() if region in self.towns}
            region = draw(rng, list(known.values()), len(who))
            for number, code in enumerate(known):
                there = who[region == number]
                towns = self.towns[code]
                sizes = [self.places[town].population for town in towns]
                place[there] = np.asarray(towns)[draw(rng, sizes, len(there))]
        return place

    @cached_property
    def towns(self) -> dict[str, list[int]]:
        """Region → positions of its places."""
        found: dict[str, list[int]] = {}
        for position, place in enumerate(self.places):
            found.setdefault(place.region, []).append(position)
        return found


def _with_branches(below: Mapping[str, Sequence[str]], code: str) -> list[str]:
    return [unit for branch in below.get(code, ()) for unit in (branch, *_with_branches(below, branch))]
