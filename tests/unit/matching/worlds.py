"""Small made-up worlds in plain values, the problems made from them, and the hard rules told pair by pair."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

import numpy as np

from freeagents.matching import (
    All,
    Apart,
    Differs,
    Fit,
    Flag,
    Free,
    Holds,
    Lasts,
    Levels,
    Near,
    Objective,
    Pairs,
    Places,
    Points,
    Policy,
    Problem,
    Rungs,
    Segment,
    Within,
)

SKILLS = 5
TOWNS = ((51.5, -0.12), (53.8, -1.55), (55.95, -3.19), (51.45, -2.58))
NOWHERE = (math.nan, math.nan)
UNSTATED = (-1, -1, -1)


@dataclass
class APerson:
    key: str
    skills: dict[int, int] = field(default_factory=dict)
    goals: set[int] = field(default_factory=set)
    home: int = 0
    admitted: bool = True
    grade: tuple[int, int, int] = UNSTATED
    places: list[tuple[int, float, float, float]] = field(default_factory=list)
    free: list[Segment] = field(default_factory=lambda: [Segment(0, 400, 100)])
    bench: int = 0
    graded_until: int = 400


@dataclass
class AProject:
    key: str
    seats: int = 1
    essential: dict[int, int] = field(default_factory=dict)
    asset: dict[int, int] = field(default_factory=dict)
    department: int = -1
    low: tuple[int, int, int] = UNSTATED
    high: tuple[int, int, int] = UNSTATED
    place: tuple[int, float, float] = (-1, *NOWHERE)
    span: tuple[int, int, int] = (0, 0, 0)


@dataclass
class World:
    people: list[APerson]
    projects: list[AProject]
    ranks: dict[tuple[str, str], int] = field(default_factory=dict)
    short_list: set[tuple[str, str]] = field(default_factory=set)
    apart: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[tuple[str, str], int] = field(default_factory=dict)
    salt: bytes = b"a salt for tests"

    def problem(self) -> Problem:
        people, projects = self.people, self.projects
        held = _levels(SKILLS, (person.skills for person in people))
        essential = _levels(SKILLS, (project.essential for project in projects))
        places = self._places()
        fit = Fit(
            essential=essential,
            asset=_levels(SKILLS, (project.asset for project in projects)),
            held=held,
            goals=_levels(SKILLS, (dict.fromkeys(person.goals, 1) for person in people)),
            ranks=self._pairs(self.ranks),
            short_list=self._pairs(dict.fromkeys(self.short_list, 0)),
            bench_days=np.array([person.bench for person in people]),
            places=places,
        )
        rules = (
            Holds("essential_skills", held, essential),
            Flag("admission", np.array([person.admitted for person in people], dtype=bool)),
            Differs("department", [person.home for person in people], [project.department for project in projects]),
            self._grade(),
            Near("place", places),
            self._free(),
            Apart("apart", self._pairs(dict.fromkeys(self.apart, 0))),
        )
        return Problem(
            people=tuple(person.key for person in people),
            projects=tuple(project.key for project in projects),
            seats=np.array([project.seats for project in projects]),
            rules=rules,
            fit=fit,
            kept=self._pairs(self.kept),
            salt=self.salt,
        )

    def _rungs(self) -> tuple[list[tuple[int, int, int]], ...]:
        low, high = ([getattr(project, end) for project in self.projects] for end in ("low", "high"))
        return [person.grade for person in self.people], low, high

    def _grade(self) -> All:
        until = [person.graded_until for person in self.people]
        needed = [0 if project.low == UNSTATED else project.span[1] for project in self.projects]
        rungs = Within("grade", *(_rungs(each) for each in self._rungs()))
        return All("grade", (rungs, Lasts("grade", until, needed)))

    def _places(self) -> Places:
        stated = [place for person in self.people for place in person.places]
        columns = np.array(stated, dtype=float).reshape(-1, 4).T
        sites = np.array([project.place for project in self.projects], dtype=float).reshape(-1, 3).T
        return Places(_indptr(person.places for person in self.people), *columns, *sites)

    def _free(self) -> Free:
        segments = np.array([each for person in self.people for each in person.free], dtype=int).reshape(-1, 3).T
        spans = np.array([project.span for project in self.projects], dtype=int).reshape(-1, 3).T
        return Free("availability", _indptr(person.free for person in self.people), *segments, *spans)

    def _pairs(self, pairs: dict[tuple[str, str], int]) -> Pairs:
        person = {each.key: index for index, each in enumerate(self.people)}
        project = {each.key: index for index, each in enumerate(self.projects)}
        return Pairs.from_rows((person[one], project[other], value) for (one, other), value in pairs.items())

    def failing(self, person: APerson, project: AProject) -> tuple[str, ...]:
        """The rules told slowly, in plain Python, one pair and one day at a time."""
        first, last, percent = project.span
        told = {
            "essential_skills": all(person.skills.get(skill, 0) >= level for skill, level in project.essential.items()),
            "admission": person.admitted,
            "department": project.department == -1 or person.home != project.department,
            "grade": _between(person.grade, project.low, project.high)
            and (project.low == UNSTATED or person.graded_until >= last),
            "place": _near(person, project),
            "availability": not percent
            or all(
                any(each.first <= day <= each.last and each.percent >= percent for each in person.free)
                for day in range(first, last + 1)
            ),
            "apart": (person.key, project.key) not in self.apart,
        }
        return tuple(code for code, fine in told.items() if not fine)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance by the law of cosines, as a second formula beside the haversine."""
    (a, b), (c, d) = (map(math.radians, point) for point in (one, other))
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(b - d)
    return 6371.0088 * math.acos(min(1.0, cosine))


def random_world(
    seed: int, people: int, projects: int, *, seats: int = 3, alike: bool = False, strict: int = 2
) -> World:
    """A world of so many; ``alike``: everybody and all projects the same; ``strict``: from 0, how much projects ask."""
    chance = Random(seed)
    world = World(
        [_person(chance, f"p{number}", alike=alike) for number in range(people)],
        [_project(chance, f"j{number}", seats, strict, alike=alike) for number in range(projects)],
        salt=seed.to_bytes(8, "big"),
    )
    ends = Random(seed)
    for person in world.people:
        person.graded_until = 400 if alike or ends.random() < 0.7 else ends.randint(10, 50)
        liked = chance.sample(world.projects, chance.randint(0, min(3, projects)))
        world.ranks |= {
            (person.key, project.key): rank for rank, project in enumerate(liked, start=chance.randint(0, 1))
        }
        world.short_list |= {(person.key, project.key) for project in world.projects if chance.random() < 0.1}
        world.apart |= {(person.key, project.key) for project in world.projects if chance.random() < 0.08}
    return world


def keep_some(world: World, seed: int) -> World:
    """The world with about a third of its projects keeping one allowed person in a random seat."""
    chance = Random(seed)
    for project in world.projects:
        free = [person for person in world.people if not any(key == person.key for key, _ in world.kept)]
        fit = [person for person in free if not world.failing(person, project)]
        if fit and project.seats and chance.random() < 0.35:
            world.kept[chance.choice(fit).key, project.key] = chance.randint(1, project.seats)
    return world


POLICIES = (
    Policy(),
    Policy(points=Points(skills=0, growth=0, rank=10, short_list=0, bench=0, distance=0)),
    Policy(points=Points(skills=1, growth=1, rank=0, short_list=1, bench=0, distance=0), above_percent=50),
    Policy(points=Points(skills=10, growth=20, rank=30, short_list=5, bench=20, distance=15), ranks_counted=2),
)


def policies(objective: Objective) -> tuple[Policy, ...]:
    """Policies with many and with few ties, under one objective."""
    return tuple(
        Policy(
            objective=objective, points=each.points, above_percent=each.above_percent, ranks_counted=each.ranks_counted
        )
        for each in POLICIES
    )


def _person(chance: Random, key: str, *, alike: bool) -> APerson:
    if alike:
        return APerson(key, {0: 2, 1: 2})
    pick = chance.randrange
    towns = chance.sample(range(len(TOWNS)), pick(3))
    reach = chance.choice((math.nan, 50.0, 300.0, 700.0))
    return APerson(
        key,
        {skill: pick(1, 5) for skill in range(SKILLS) if chance.random() < 0.7},
        {skill for skill in range(SKILLS) if chance.random() < 0.3},
        pick(3),
        chance.random() < 0.9,
        chance.choice((UNSTATED, (0, pick(1, 5), -1), (0, pick(1, 5), pick(1, 4)), (1, pick(1, 4), pick(1, 4)))),
        [(*chance.choice(((town, *TOWNS[town]), (town, *NOWHERE), (-1, *TOWNS[town]))), reach) for town in towns],
        [Segment(0, pick(5, 20), 50), Segment(30, pick(31, 50), 100)]
        if chance.random() < 0.3
        else [Segment(0, 60, 80)],
        chance.choice((0, 0, 45, 200)),
    )


def _project(chance: Random, key: str, seats: int, strict: int, *, alike: bool) -> AProject:
    if alike:
        return AProject(key, 1 + len(key) % max(seats, 1), {0: 2}, {1: 3})
    pick = chance.randrange
    project = AProject(key, pick(seats + 1))
    skills = chance.sample(range(SKILLS), 4)
    project.essential = {skill: pick(1, 4) for skill in skills[: pick(strict + 1)]}
    project.asset = {skill: pick(1, 5) for skill in skills[2 : 2 + pick(3)]}
    asks = strict / 4
    if chance.random() < asks:
        project.department = pick(3)
    if chance.random() < asks:
        project.low = chance.choice(((0, pick(1, 3), -1), (0, pick(1, 3), 1), (1, 1, 1)))
    if chance.random() < asks / 2:
        project.high = chance.choice(((0, pick(3, 5), -1), (0, 4, 3), (1, 3, 3)))
    if chance.random() < asks:
        town = pick(len(TOWNS))
        project.place = chance.choice(((town, *TOWNS[town]), (-1, *TOWNS[town]), (town, *NOWHERE)))
    if chance.random() < asks:
        first = pick(0, 40)
        project.span = (first, first + pick(0, 15), chance.choice((20, 50, 80, 100)))
    return project


def _levels(things: int, rows: Iterable[dict[int, int]]) -> Levels:
    listed = list(rows)
    entries = [(row, thing, level) for row, held in enumerate(listed) for thing, level in held.items()]
    return Levels.from_rows((len(listed), things), entries)


def _indptr(rows: Iterable[list[object]]) -> list[int]:
    return [0, *np.cumsum([len(row) for row in rows], dtype=int).tolist()]


def _rungs(rungs: list[tuple[int, int, int]]) -> Rungs:
    return Rungs(*np.array(rungs, dtype=int).reshape(-1, 3).T)


def _between(held: tuple[int, int, int], low: tuple[int, int, int], high: tuple[int, int, int]) -> bool:
    for asked, sign in ((low, 1), (high, -1)):
        if asked == UNSTATED:
            continue
        if held == UNSTATED:
            return False
        same = held[0] == asked[0]
        if not same and -1 in (held[2], asked[2]):
            return False
        mine, theirs = (held[1], asked[1]) if same else (held[2], asked[2])
        if sign * mine < sign * theirs:
            return False
    return True


def _near(person: APerson, project: AProject) -> bool:
    site, *point = project.place
    nowhere = site == -1 and math.isnan(point[0])
    return (
        nowhere
        or not person.places
        or any(
            (place == site != -1) or kilometres((latitude, longitude), (point[0], point[1])) <= reach
            for place, latitude, longitude, reach in person.places
            if place == site != -1 or not math.isnan(latitude + point[0])
        )
    )
