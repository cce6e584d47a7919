"""Draws what people can do and want to learn, from the role levels of the pack."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from freeagents.country.pack import Pack, RoleLevel
from freeagents.demo.services.chance import Ints, chance, draw, some_of_each
from freeagents.demo.services.setting import Setting

LEVEL_NOISE = ((-1, 0, 1), (0.1, 0.6, 0.3))
SKILL_KEPT = 0.94
GOALS = (12, 30, 36, 22)
"""Weights of wanting to learn no skill, one, two or three."""


def draw_skills(
    rng: np.random.Generator, setting: Setting, role: Ints
) -> tuple[tuple[Ints, Ints, Ints], tuple[Ints, Ints]]:
    """Draw what people can do (their role's skills and a few of a job beside it) and what they want to learn."""
    held: list[tuple[Ints, Ints, Ints]] = []
    goals: list[tuple[Ints, Ints]] = []
    for position in np.unique(role).tolist():
        level = setting.pack.roles[position]
        ahead = _ahead(setting.pack, level)
        near = _neighbours(setting.pack, level)
        everybody = np.flatnonzero(role == position)
        held.append(_own_skills(rng, setting, level, everybody))
        family = rng.integers(0, len(near), len(everybody))
        for number, other in enumerate(near):
            who = everybody[family == number]
            beside = {code: asked for code, asked in other.skills.items() if code not in level.skills}
            if len(who) and beside:
                held.append(_some_beside(rng, setting, beside, who, most=level.seniority))
            aims = [setting.skill_index[code] for code in dict.fromkeys((*ahead, *beside))]
            if len(who) and aims:
                person, aim = some_of_each(rng, aims, draw(rng, GOALS, len(who)), favour=len(ahead))
                goals.append((who[person], aim))
    person, skill, reached = (np.concatenate(column) for column in zip(*held, strict=True))
    by_person = np.lexsort((skill, person))
    aimer, aim = (np.concatenate(column) for column in zip(*goals, strict=True))
    return (person[by_person], skill[by_person], reached[by_person]), (aimer, aim)


def _own_skills(rng: np.random.Generator, setting: Setting, level: RoleLevel, who: Ints) -> tuple[Ints, Ints, Ints]:
    own = np.array([setting.skill_index[code] for code in level.skills], dtype=np.int64)
    asked = np.array(list(level.skills.values()), dtype=np.int64)
    shape = (len(who), len(own))
    noise = np.asarray(LEVEL_NOISE[0])[draw(rng, LEVEL_NOISE[1], len(who) * len(own))].reshape(shape)
    kept = rng.random(shape) < SKILL_KEPT
    person, skill = np.nonzero(kept)
    return who[person], own[skill], np.clip(asked + noise, 1, 4)[kept]


def _some_beside(
    rng: np.random.Generator, setting: Setting, beside: Mapping[str, int], who: Ints, *, most: int
) -> tuple[Ints, Ints, Ints]:
    """Draw 2–4 skills of another job, those it names first most often, at its level or one below."""
    skills = np.array([setting.skill_index[code] for code in beside], dtype=np.int64)
    asked = np.array(list(beside.values()), dtype=np.int64)
    person, which = some_of_each(rng, range(len(skills)), rng.integers(2, 5, len(who)), favour=3)
    level = np.minimum(asked[which], max(most, 2)) - chance(rng, 0.35, len(which))
    return who[person], skills[which], np.clip(level, 1, 4)


def _neighbours(pack: Pack, level: RoleLevel) -> list[RoleLevel]:
    """Return, for each other family of the discipline (of any, where it has none), its level nearest to this one."""
    others = [other for other in pack.roles if other.family != level.family]
    others = [other for other in others if other.discipline == level.discipline] or others
    families: dict[str, list[RoleLevel]] = {}
    for other in others:
        families.setdefault(other.family, []).append(other)
    return [min(family, key=lambda other: abs(other.seniority - level.seniority)) for family in families.values()]


def _ahead(pack: Pack, level: RoleLevel) -> list[str]:
    """Return what the next role level of the family asks for and this one does not, or lower."""
    later = [other for other in pack.roles if other.family == level.family and other.seniority > level.seniority]
    if not later:
        return []
    following = min(later, key=lambda other: other.seniority)
    return [code for code, asked in following.skills.items() if asked > level.skills.get(code, 0)]
