"""Draws who applies for what: people who roughly qualify, popular projects more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from freeagents.demo.services.chance import Bools, Ints
from freeagents.demo.services.needs import Need
from freeagents.demo.services.people import DISTANCES, MODE_SETS, PATTERNS, People
from freeagents.demo.services.setting import Setting

MOST_APPLICATIONS = 6
APPLICANTS = 9  # to a usual project
SPREAD = 0.8  # how much more popular some projects are: standard deviation of the logarithm
HOPEFUL = 4  # one in so many applies although something does not fit
LITTLE_TIME = 40  # percent that part-timers usually have
HIGHEST_BAND = 1000
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Interest:
    """One application: positions of person and need, and the person's own rank, 1 the first choice."""

    person: int
    need: int
    rank: int


class Talent:
    """Who holds which skill, to find those who roughly qualify without looking at everybody."""

    def __init__(self, setting: Setting, people: People) -> None:
        """Order the held skills of those in the pool by skill, and lay out first and second places."""
        person, skill, level = people.held
        keep = people.in_pool[person]
        order = np.argsort(skill[keep], kind="stable")
        self._setting, self._people = setting, people
        self._skill = skill[keep][order]
        self._person = person[keep][order]
        self._level = level[keep][order]
        grades = [setting.pack.grades.get(grade) for grade in people.grade]
        self._band = np.array([(rung.band if rung else None) or 0 for rung in grades])
        self._speakers: dict[tuple[str, str], Bools] = {}
        self._latitude = np.radians([place.lat for place in setting.places])
        self._longitude = np.radians([place.lon for place in setting.places])
        reacher, place, distance = people.reaches
        first = np.searchsorted(reacher, np.arange(len(people)))
        last = np.searchsorted(reacher, np.arange(len(people)), side="right") - 1
        self._reaches = [(place[each], np.asarray(DISTANCES)[distance[each]]) for each in (first, last)]

    def suited(self, need: Need) -> tuple[Ints, Bools]:
        """Return people of other departments who hold each essential skill, or nearly, and accept the mode.

        :returns: them in order, and whether each also fits by all that a glance at the project shows.
        """
        found = self._holders(need, short_by=1)
        modes = np.array([need.work_mode in accepted for accepted in MODE_SETS])
        found = found[(self._people.department[found] != need.department) & modes[self._people.mode_set[found]]]
        fits = np.isin(found, self._holders(need)) & self._near(need, found) & self._has_time(need)[found]
        fits &= self._people.clearance[found] >= self._asked_clearance(need)
        fits &= self._graded(need)[found]
        for language, letters in need.languages.items():
            fits &= self._speaks(language, letters)[found]
        return found, fits

    def _holders(self, need: Need, short_by: int = 0) -> Ints:
        """Return who holds all essential skills, each at most so many levels too low, in order."""
        holders = []
        for skill, asked in need.essential.items():
            first, last = np.searchsorted(self._skill, [skill, skill + 1])
            holders.append(self._person[first:last][self._level[first:last] >= max(asked - short_by, 1)])
        return reduce(partial(np.intersect1d, assume_unique=True), sorted(holders, key=len))

    def _has_time(self, need: Need) -> Bools:
        pattern = self._people.pattern
        part_time = (pattern == PATTERNS.index("part_time")) & (need.time_percent <= LITTLE_TIME)
        return (pattern == PATTERNS.index("open")) | part_time

    def _asked_clearance(self, need: Need) -> int:
        return self._setting.clearances.index(need.clearance) if need.clearance else 0

    def _graded(self, need: Need) -> Bools:
        """Say whose grade is about right: by band, not by ladder."""
        grades = self._setting.pack.grades
        low = grades[need.grade_min].band if need.grade_min else None
        high = grades[need.grade_max].band if need.grade_max else None
        return (self._band >= (low or 0)) & (self._band <= (high or HIGHEST_BAND))

    def _speaks(self, language: str, letters: str) -> Bools:
        if (language, letters) not in self._speakers:
            asked = self._setting.pack.language_scheme.parse(letters)
            speaks = np.array([first == language for first in self._people.first_language])
            for person, spoken, level in self._people.other_languages:
                held = self._setting.pack.language_scheme.parse(level) if spoken == language else ()
                if held and all(have >= want for have, want in zip(held, asked, strict=True)):
                    speaks[person] = True
            self._speakers[language, letters] = speaks
        return self._speakers[language, letters]

    def _near(self, need: Need, people: Ints) -> Bools:
        """Say who reaches the project's place, by the haversine formula over all towns at once."""
        if need.place is None:
            return np.ones(len(people), dtype=np.bool_)
        north, east = np.radians(need.place.lat), np.radians(need.place.lon)
        half = np.sin((self._latitude - north) / 2) ** 2
        half += np.cos(self._latitude) * np.cos(north) * np.sin((self._longitude - east) / 2) ** 2
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
        near = [kilometres[place[people]] <= limit[people] for place, limit in self._reaches]
        return near[0] | near[1]


def draw_interests(
    rng: np.random.Generator, setting: Setting, people: People, needs: Sequence[Need]
) -> tuple[list[Interest], int | None]:
    """Return all applications, by person and rank, and the person with most to choose from: the demo's agent."""
    talent = Talent(setting, people)
    chosen: dict[int, list[int]] = {}
    choices = np.zeros(len(people), dtype=np.int64)
    suited_to: dict[int, Ints] = {}
    for number, need in enumerate(needs):
        wanted = int(rng.lognormal(np.log(APPLICANTS), SPREAD))
        if not need.is_open:
            continue
        suited, fits = talent.suited(need)
        suited_to[number] = suited[fits]
        choices[suited[fits]] += 1
        fitting = rng.permutation(suited[fits])[:wanted]
        hopeful = rng.permutation(suited[~fits])[: min(wanted - len(fitting), wanted // HOPEFUL + 1)]
        for person in (*fitting.tolist(), *hopeful.tolist()):
            wishes = chosen.setdefault(person, [])
            if len(wishes) < MOST_APPLICATIONS:
                wishes.append(number)
    agent = _agent(people, choices)
    if agent is not None:
        may = [number for number, suited in suited_to.items() if agent in suited]
        chosen[agent] = [int(each) for each in rng.permutation(may)[:4]]
    interests = []
    for person in sorted(chosen):
        order = rng.permutation(len(chosen[person])).tolist()
        interests += [Interest(person, chosen[person][each], rank) for rank, each in enumerate(order, start=1)]
    return interests, agent


def _agent(people: People, choices: Ints) -> int | None:
    """Choose who has most to choose from among those free at once and full time."""
    free = people.in_pool & (people.pattern == PATTERNS.index("open")) & (choices > 0)
    free[[person for some in people.managers.values() for person in some]] = False
    return int(np.argmax(np.where(free, choices, -1))) if free.any() else None
