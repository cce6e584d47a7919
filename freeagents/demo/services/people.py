"""Draws the people of a made-up government: posts, skills, languages, places, availability, admission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from freeagents.country.pack import Department, Pack, RoleLevel
from freeagents.demo.services.abilities import draw_skills
from freeagents.demo.services.chance import Bools, Ints, chance, draw
from freeagents.demo.services.setting import Setting
from freeagents.demo.services.speech import in_region

PYRAMID: Mapping[int, float] = {1: 8, 2: 24, 3: 32, 4: 20, 5: 11, 6: 2, 7: 3}
"""Seniority → weight: many who do the work, few who lead it."""
PEOPLE_TO_A_MANAGER = 25
PEOPLE_WITH_OWN_HR = 150
MODE_SETS = (("hybrid", "remote"), ("on_site", "hybrid", "remote"), ("on_site", "hybrid"), ("remote",), ("hybrid",))
DESK_WEIGHTS, FLOOR_WEIGHTS = (44, 30, 12, 8, 6), (22, 38, 32, 3, 5)
FLOOR = ("operations", "legal", "corporate")  # disciplines with more work at a counter, on the road, on site
GUARDED = (
    "defence",
    "intelligence",
    "foreign",
    "global affairs",
    "crime",
    "border",
    "police",
    "home office",
    "nuclear",
)
DISTANCES = (0, 20, 40, 80, 150, 400)  # kilometres; 0: that very place
DISTANCE_WEIGHTS = (4, 10, 24, 28, 20, 14)
SECOND_PLACE = 0.3
PATTERNS = ("open", "part_time", "later", "gap", "ending")
PATTERN_WEIGHTS = (66, 14, 10, 5, 5)
ADMISSION_DAYS = 730


@dataclass(kw_only=True)
class People:
    """The people as columns; a position in them is a person. Members that are pairs of arrays are (person, skill).

    :ivar department: position in :attr:`Setting.employers`; ``unit`` the code of the node within it.
    :ivar mode_set: position in MODE_SETS; ``pattern`` in PATTERNS; ``clearance`` in :attr:`Setting.clearances`.
    :ivar reaches: (person, place, position in DISTANCES), the home town first.
    :ivar admitted_ago: days since admission; -1 never admitted.
    :ivar managers: employer → people who manage there, the most senior first.
    :ivar staff: part in the demo (``hr``, ``auditor`` …) → person.
    """

    department: Ints
    unit: list[str]
    place: Ints
    role: Ints
    grade: list[str]
    clearance: Ints
    first_language: list[str]
    other_languages: list[tuple[int, str, str]]
    mode_set: Ints
    reaches: tuple[Ints, Ints, Ints]
    pattern: Ints
    admitted_ago: Ints
    paused: Bools
    countable: Bools
    findable: Bools
    held: tuple[Ints, Ints, Ints]
    goals: tuple[Ints, Ints]
    managers: dict[int, list[int]]
    staff: dict[str, int]

    def __len__(self) -> int:
        return len(self.department)

    @cached_property
    def in_pool(self) -> Bools:
        """Who is an agent today and not paused."""
        return (self.admitted_ago >= 0) & (self.admitted_ago < ADMISSION_DAYS) & ~self.paused


def draw_people(rng: np.random.Generator, setting: Setting, count: int) -> People:
    """Draw ``count`` people; the same generator state gives the same people."""
    pack = setting.pack
    department = setting.draw_department(rng, 1.0, count)
    place = setting.draw_place(rng, department)
    role = _draw_roles(rng, setting, department)
    seniority = np.array([level.seniority for level in pack.roles], dtype=np.int64)[role]
    floor = np.array([level.discipline in FLOOR for level in pack.roles])[role]
    first, others = _draw_languages(rng, setting, place)
    held, goals = draw_skills(rng, setting, role)
    managers = _choose_managers(rng, department, seniority)
    staff = _choose_staff(setting, role, seniority, managers)
    admitted = _draw_admission(rng, count)
    admitted[list(staff.values())] = -1
    for manager in (person for some in managers.values() for person in some):
        if manager % 3:
            admitted[manager] = -1
    return People(
        department=department,
        unit=_draw_units(rng, setting, department),
        place=place,
        role=role,
        grade=_draw_grades(rng, pack.roles, role),
        clearance=_draw_clearance(rng, setting, department, seniority),
        first_language=first,
        other_languages=others,
        mode_set=np.where(floor, draw(rng, FLOOR_WEIGHTS, count), draw(rng, DESK_WEIGHTS, count)),
        reaches=_draw_reaches(rng, setting, place),
        pattern=draw(rng, PATTERN_WEIGHTS, count),
        admitted_ago=admitted,
        paused=chance(rng, 0.03, count),
        countable=chance(rng, 0.7, count),
        findable=chance(rng.spawn(1)[0], 0.5, count),
        held=held,
        goals=goals,
        managers=managers,
        staff=staff,
    )


def _draw_units(rng: np.random.Generator, setting: Setting, department: Ints) -> list[str]:
    """Half of a department's people sit in one of its branches, where it has any."""
    lot = rng.random(len(department)).tolist()
    found = []
    for one, number in zip(department.tolist(), lot, strict=True):
        units = setting.units[one]
        inside = number < 0.5 and len(units) > 1
        found.append(units[1 + int(number * 2 * (len(units) - 1))] if inside else units[0])
    return found


def _draw_roles(rng: np.random.Generator, setting: Setting, department: Ints) -> Ints:
    roles = setting.pack.roles
    levels: dict[str, list[int]] = {}
    for position, level in enumerate(roles):
        levels.setdefault(level.discipline, []).append(position)
    pyramids = {
        code: [PYRAMID[roles[level].seniority] * setting.demand[roles[level].family] for level in those]
        for code, those in levels.items()
    }
    role = np.zeros(len(department), dtype=np.int64)
    for one in np.unique(department).tolist():
        who = np.flatnonzero(department == one)
        weights = setting.discipline_weights(one)
        discipline = draw(rng, list(weights.values()), len(who))
        for number, code in enumerate(weights):
            there = who[discipline == number]
            role[there] = np.asarray(levels[code])[draw(rng, pyramids[code], len(there))]
    return role


def _draw_grades(rng: np.random.Generator, roles: Sequence[RoleLevel], role: Ints) -> list[str]:
    lot = rng.random(len(role)).tolist()
    return [
        roles[level].grades[int(number * len(roles[level].grades))] if roles[level].grades else ""
        for level, number in zip(role.tolist(), lot, strict=True)
    ]


def _draw_clearance(rng: np.random.Generator, setting: Setting, department: Ints, seniority: Ints) -> Ints:
    """Most hold the lowest rungs; departments that guard secrets, and those who lead, hold higher ones."""
    guarded = np.array([_is_guarded(setting.pack, each) for each in setting.employers])[department]
    rising = np.where(guarded, 1.1, 0.35) + 0.1 * seniority
    height = rng.beta(rising, np.where(guarded, 1.3, 1.7))
    return np.minimum((height * len(setting.clearances)).astype(np.int64), len(setting.clearances) - 1)


def _is_guarded(pack: Pack, department: Department) -> bool:
    words = f"{pack.text(department.names, 'en')[0]} {pack.text(department.portfolio, 'en')[0]}".casefold()
    return any(word in words for word in GUARDED)


def _draw_reaches(rng: np.random.Generator, setting: Setting, place: Ints) -> tuple[Ints, Ints, Ints]:
    """Everybody accepts the home town and some way around it; some a second town, the bigger the likelier."""
    second = np.flatnonzero(chance(rng, SECOND_PLACE, len(place)))
    away = draw(rng, [where.population for where in setting.places], len(second))
    moved = away != place[second]
    person = np.concatenate([np.arange(len(place)), second[moved]])
    where = np.concatenate([place, away[moved]])
    order = np.argsort(person, kind="stable")
    return person[order], where[order], draw(rng, DISTANCE_WEIGHTS, len(person))


def _draw_languages(
    rng: np.random.Generator, setting: Setting, place: Ints
) -> tuple[list[str], list[tuple[int, str, str]]]:
    region = np.array([where.region for where in setting.places])[place]
    first = np.full(len(place), setting.pack.locales[0], dtype=object)
    others: list[tuple[int, str, str]] = []
    letters = list(setting.speech.letters)
    for one in sorted(set(region.tolist())):
        who = np.flatnonzero(region == one)
        weights = in_region(setting.speech.first, one)
        first[who] = np.array(list(weights), dtype=object)[draw(rng, list(weights.values()), len(who))]
        for language, share in in_region(setting.speech.others, one).items():
            speak = who[chance(rng, share, len(who)) & (first[who] != language)]
            level = draw(rng, list(setting.speech.letters.values()), len(speak))
            others += [
                (person, language, letters[letter])
                for person, letter in zip(speak.tolist(), level.tolist(), strict=True)
            ]
    return [str(language) for language in first], others


def _draw_admission(rng: np.random.Generator, count: int) -> Ints:
    """Most are in the pool, more of them since lately; some never were, for some it has ended."""
    days = (rng.beta(1.0, 2.2, count) * 600).astype(np.int64)
    ended = chance(rng, 0.03, count)
    days[ended] += ADMISSION_DAYS
    return np.where(chance(rng, 0.9, count), days, -1)


def _choose_managers(rng: np.random.Generator, department: Ints, seniority: Ints) -> dict[int, list[int]]:
    """In each department the most senior manage, at least one."""
    order = np.lexsort((rng.random(len(department)), -seniority))
    found: dict[int, list[int]] = {}
    for one in np.unique(department).tolist():
        there = order[department[order] == one]
        found[one] = there[: 1 + len(there) // PEOPLE_TO_A_MANAGER].tolist()
    return found


def _choose_staff(
    setting: Setting, role: Ints, seniority: Ints, managers: Mapping[int, Sequence[int]]
) -> dict[str, int]:
    """Name who runs the service: senior people of a fitting discipline who manage nothing else."""
    taken = {person for some in managers.values() for person in some}
    disciplines = [setting.pack.roles[level].discipline for level in role.tolist()]
    by_rank = np.argsort(-seniority, kind="stable").tolist()
    found: dict[str, int] = {}
    wanted = {"hr": "human-resources", "hr2": "human-resources", "auditor": "finance", "administrator": "it-operations"}
    for part, discipline in wanted.items():
        free = [person for person in by_rank if person not in taken] or by_rank
        found[part] = next((person for person in free if disciplines[person] == discipline), free[0])
        taken.add(found[part])
    return found
