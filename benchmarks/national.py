"""A made-up public service of any size: a round as arrays, the same for the same seed, and the problem they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.graphs import Graph
from freeagents.matching import (
    Apart,
    Differs,
    Fit,
    Flag,
    Free,
    Holds,
    Levels,
    Near,
    Pairs,
    Places,
    Policy,
    Problem,
    Rungs,
    Within,
    qualifying,
    score_parts,
)

MOST_SKILLS, DEPARTMENTS, TOWNS, LANGUAGES, MODES, YEAR = 1500, 100, 80, 3, 3, 365
REMOTE = 2
MOST_HELD, MOST_ASKED = 25, 8
CHUNK = 100_000
"""People are drawn so many at a time, each chunk from a stream of its own, so that memory stays small."""

Arrays = dict[str, NDArray[Any]]


def national(people: int, seats: int, seed: int = 1) -> Arrays:
    """Return the arrays of a round with so many people and seats, by name.

    Projects have 1–5 seats, 2.5 on average, and ask 3–8 of 1,500 skills, of which 1–3 are essential; people hold 5–25,
    some skills far more often than others, and want to learn 3. Two thirds of projects have a place, half ask for a
    clearance, four fifths for a grade, a quarter for a language, and each runs two weeks to a year at a share of time.
    People apply for up to 5 projects, mostly such as ask what they hold; managers name up to 3 people.
    """
    skills = skills_of(people)
    projects = _projects(_stream(seed, 0), people, seats, skills)
    asking = _asking(projects, skills)
    chunks = [
        _people(_stream(seed, 1, number), min(CHUNK, people - first), skills, asking)
        for number, first in enumerate(range(0, people, CHUNK))
    ]
    found = {name: np.concatenate([chunk.pop(name) for chunk in chunks]) for name in tuple(chunks[0])}
    conflicted = np.arange(0, people, 500, dtype=np.int32)
    opposed = _stream(seed, 2).integers(0, len(projects["seats"]), len(conflicted), dtype=np.int32)
    return projects | found | {"conflict_person": conflicted, "conflict_project": opposed}


def skills_of(people: int) -> int:
    """Return how many skills a service of so many people names: 1,500 from 500,000 people on, fewer in a small one."""
    return min(MOST_SKILLS, int(MOST_SKILLS * (people / 500_000) ** 0.5) + 40)


def problem_of(arrays: Arrays) -> Problem:
    """Return the matcher's problem made of the arrays, with rules named as the service names them."""
    people, projects = len(arrays["bench_days"]), len(arrays["seats"])
    skills = skills_of(people)

    def table(name: str, rows: int, columns: int) -> Levels:
        counts, column = arrays[f"{name}_count"], arrays[f"{name}_thing"]
        levels = arrays[f"{name}_level"] if f"{name}_level" in arrays else np.ones(len(column), dtype=np.uint8)
        return Levels.of((rows, columns), np.repeat(np.arange(rows), counts), column, levels)

    held, essential = table("held", people, skills), table("essential", projects, skills)
    places = Places(
        _offsets(arrays["place_count"]),
        arrays["place"],
        arrays["town_latitude"][arrays["place"]],
        arrays["town_longitude"][arrays["place"]],
        arrays["place_km"],
        arrays["site"],
        np.where(arrays["site"] < 0, np.nan, arrays["town_latitude"][arrays["site"]]),
        np.where(arrays["site"] < 0, np.nan, arrays["town_longitude"][arrays["site"]]),
    )
    wish_person = np.repeat(np.arange(people), arrays["wish_count"])
    fit = Fit(
        essential=essential,
        asset=table("asset", projects, skills),
        held=held,
        goals=table("goal", people, skills),
        bench_days=arrays["bench_days"],
        ranks=Pairs(wish_person, arrays["wish_project"], arrays["wish_rank"]),
        short_list=_pairs(arrays, "named"),
        places=places,
    )
    rules = (
        Holds("essential_skills", held, essential),
        Flag("admission", arrays["admitted"]),
        Differs("another_department", arrays["home"], arrays["department"]),
        Within("clearance", _one_ladder(arrays["cleared"]), _one_ladder(arrays["clearance"]), Rungs.unstated(projects)),
        Within("grade", _grades(arrays, "grade"), _grades(arrays, "low"), _grades(arrays, "high")),
        Holds("languages", table("spoken", people, LANGUAGES), table("language", projects, LANGUAGES)),
        Holds("work_mode", table("accepted", people, MODES), table("mode", projects, MODES)),
        Near("place", places),
        Free(
            "availability",
            _offsets(arrays["spell_count"]),
            arrays["spell_first"],
            arrays["spell_last"],
            arrays["spell_percent"],
            arrays["start"],
            arrays["end"],
            arrays["share"],
        ),
        Apart("conflict", _pairs(arrays, "conflict")),
    )
    keys = tuple(f"p{number}" for number in range(people)), tuple(f"j{number}" for number in range(projects))
    return Problem(people=keys[0], projects=keys[1], seats=arrays["seats"], rules=rules, fit=fit, salt=b"bench")


def short_lists(people: int, seats: int) -> Graph:
    """Return the 2 × seats + 5 best allowed people of each project of a made-up service, and nobody else.

    Scored by the matcher's own rules and score for one project at a time; of equal scores the first people are listed.
    """
    problem, policy = problem_of(national(people, seats)), Policy()
    listed, scored = [], []
    for project, count in enumerate(problem.seats.tolist()):
        who = qualifying(problem, project)
        score = score_parts(problem, policy, who, project).sum(axis=1)
        best = np.argsort(-score, kind="stable")[: 2 * count + 5]
        listed.append(who[best])
        scored.append(score[best])
    project = np.repeat(np.arange(len(listed)), [len(row) for row in listed])
    named, person = np.unique(np.concatenate(listed), return_inverse=True)
    return Graph.of(person, project, np.concatenate(scored), len(named), problem.seats)


def _projects(chance: np.random.Generator, people: int, seats: int, skills: int) -> Arrays:
    sizes = _drawn(chance, (0.30, 0.25, 0.20, 0.15, 0.10), seats) + 1
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), seats) + 1].astype(np.int64)
    sizes[-1] -= sizes.sum() - seats
    count = len(sizes)
    asked, things = _distinct(chance, skills, chance.integers(3, MOST_ASKED + 1, count))
    owner = np.repeat(np.arange(count), asked)
    # Of what a project asks the more common skills are essential, the rarer ones assets.
    things = things[np.lexsort((things, owner))]
    is_essential = _within_row(asked) < np.repeat(_drawn(chance, (0.45, 0.35, 0.2), count) + 1, asked)
    mode = _drawn(chance, (0.35, 0.35, 0.30), count)
    start = chance.integers(0, YEAR, count, dtype=np.int32)
    speaks = chance.random(count) < 0.25
    low = np.where(chance.random(count) < 0.8, _drawn(chance, (0.3, 0.3, 0.25, 0.15), count).astype(np.int64), -1)
    named = min(3, people)
    of_named = np.arange(named) < chance.integers(0, named + 1, (count, 1))
    who = (chance.integers(0, people, (count, 1)) + np.arange(named) * max(1, people // 7)) % people
    return {
        "seats": sizes,
        "essential_count": np.bincount(owner[is_essential], minlength=count).astype(np.uint8),
        "essential_thing": things[is_essential],
        "essential_level": _drawn(chance, (0.5, 0.4, 0.1), int(is_essential.sum())) + 1,
        "asset_count": np.bincount(owner[~is_essential], minlength=count).astype(np.uint8),
        "asset_thing": things[~is_essential],
        "asset_level": _drawn(chance, (0.3, 0.3, 0.25, 0.15), int((~is_essential).sum())) + 1,
        "department": chance.integers(0, DEPARTMENTS, count, dtype=np.int16),
        "clearance": np.where(
            chance.random(count) < 0.5, _drawn(chance, (0.5, 0.3, 0.2), count).astype(np.int64), -1
        ).astype(np.int8),
        "low_ladder": np.where(low < 0, -1, 0).astype(np.int8),
        "low_rank": low.astype(np.int8),
        "high_ladder": np.where(low < 0, -1, 0).astype(np.int8),
        "high_rank": np.where(low < 0, -1, low + chance.integers(1, 4, count)).astype(np.int8),
        "language_count": speaks.astype(np.uint8),
        "language_thing": _drawn(chance, (0.5, 0.4, 0.1), int(speaks.sum())),
        "language_level": _drawn(chance, (0.2, 0.3, 0.3, 0.2), int(speaks.sum())) + 1,
        "mode_count": np.ones(count, dtype=np.uint8),
        "mode_thing": mode,
        "town_latitude": chance.random(TOWNS) * 8 + 50,
        "town_longitude": chance.random(TOWNS) * 6 - 5,
        "site": np.where(mode == REMOTE, -1, chance.integers(0, TOWNS, count)).astype(np.int16),
        "start": start,
        "end": start + chance.integers(14, YEAR, count, dtype=np.int32),
        "share": np.array((20, 50, 80, 100), dtype=np.uint8)[_drawn(chance, (0.3, 0.3, 0.2, 0.2), count)],
        "named_person": who[of_named].astype(np.int32),
        "named_project": np.repeat(np.arange(count, dtype=np.int32), of_named.sum(axis=1)),
    }


def _asking(projects: Arrays, skills: int) -> Callable[[np.random.Generator, NDArray[Any]], NDArray[Any]]:
    """Return a draw of projects that ask for each of some skills as essential; of any project where none does."""
    count, skill = len(projects["seats"]), projects["essential_thing"]
    order = np.argsort(skill, kind="stable")
    asker = np.repeat(np.arange(count, dtype=np.int32), projects["essential_count"])[order]
    first = np.searchsorted(skill[order], np.arange(skills + 1))

    def draw(chance: np.random.Generator, wanted: NDArray[Any]) -> NDArray[Any]:
        number = first[wanted + 1] - first[wanted]
        place = first[wanted] + (chance.random(len(wanted)) * number).astype(np.int64)
        anywhere = (chance.random(len(wanted)) * count).astype(np.int32)
        return np.where(number > 0, asker[np.minimum(place, len(asker) - 1)], anywhere)

    return draw


def _people(chance: np.random.Generator, count: int, skills: int, asking: Callable[..., NDArray[Any]]) -> Arrays:
    held_count, held = _distinct(chance, skills, chance.integers(5, MOST_HELD + 1, count))
    goal_count, goals = _distinct(chance, skills, np.full(count, 3))
    wishes = chance.integers(0, 6, count)
    wisher = np.repeat(np.arange(count), wishes)
    begins = np.cumsum(held_count, dtype=np.int64) - held_count
    because = held[begins[wisher] + (chance.random(len(wisher)) * held_count[wisher]).astype(np.int64)]
    wished = np.unique(wisher * 2**32 + asking(chance, because))
    wish_count = np.bincount(wished >> 32, minlength=count)
    ladder = _drawn(chance, (0.85, 0.15), count).astype(np.int8)
    spoken = np.stack((np.ones(count, dtype=bool), chance.random(count) < 0.4, chance.random(count) < 0.1), axis=1)
    accepted = chance.random((count, MODES)) < (0.6, 0.8, 0.9)
    accepted[~accepted.any(axis=1)] = True
    places = chance.integers(1, 3, count)
    town = chance.integers(0, TOWNS, (count, 2), dtype=np.int16)
    town[:, 1] = (town[:, 0] + 1 + town[:, 1] % (TOWNS - 1)) % TOWNS
    is_broken = chance.random(count) < 0.4
    stops = chance.integers(0, YEAR, count, dtype=np.int32)
    first = np.stack((np.zeros(count, dtype=np.int32), stops + chance.integers(7, 90, count, dtype=np.int32)), axis=1)
    last = np.stack((np.where(is_broken, stops, 10 * YEAR), np.full(count, 10 * YEAR)), axis=1).astype(np.int32)
    has_spell = np.stack((np.ones(count, dtype=bool), is_broken), axis=1)
    return {
        "held_count": held_count,
        "held_thing": held,
        "held_level": _drawn(chance, (0.35, 0.35, 0.2, 0.1), len(held)) + 1,
        "goal_count": goal_count,
        "goal_thing": goals,
        "bench_days": chance.integers(0, 180, count, dtype=np.int16),
        "wish_count": wish_count.astype(np.uint8),
        "wish_project": (wished & (2**32 - 1)).astype(np.int32),
        "wish_rank": (_within_row(wish_count) + 1).astype(np.uint8),
        "admitted": chance.random(count) < 0.95,
        "home": chance.integers(0, DEPARTMENTS, count, dtype=np.int16),
        "cleared": (_drawn(chance, (0.2, 0.35, 0.25, 0.15, 0.05), count).astype(np.int8) - 1),
        "grade_ladder": ladder,
        "grade_rank": _drawn(chance, (0.15, 0.25, 0.25, 0.2, 0.1, 0.05), count).astype(np.int8),
        "spoken_count": spoken.sum(axis=1).astype(np.uint8),
        "spoken_thing": np.nonzero(spoken)[1].astype(np.uint8),
        "spoken_level": np.where(spoken[:, :1] & (np.arange(LANGUAGES) == 0), 4, chance.integers(1, 5, (count, 1)))[
            spoken
        ].astype(np.uint8),
        "accepted_count": accepted.sum(axis=1).astype(np.uint8),
        "accepted_thing": np.nonzero(accepted)[1].astype(np.uint8),
        "place_count": places.astype(np.uint8),
        "place": town[np.arange(2) < places[:, None]],
        "place_km": np.array((np.nan, 20, 60, 200, 600), dtype=np.float32)[
            _drawn(chance, (0.1, 0.1, 0.2, 0.3, 0.3), int(places.sum()))
        ],
        "spell_count": has_spell.sum(axis=1).astype(np.uint8),
        "spell_first": first[has_spell],
        "spell_last": last[has_spell],
        "spell_percent": np.array((50, 80, 100), dtype=np.uint8)[
            _drawn(chance, (0.15, 0.25, 0.6), int(has_spell.sum()))
        ],
    }


def _stream(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def _drawn(chance: np.random.Generator, shares: tuple[float, ...], count: int) -> NDArray[np.uint8]:
    """Return numbers from 0, each as often as its share says."""
    steps = np.cumsum(shares)[:-1]
    return np.searchsorted(steps, chance.random(count), side="right").astype(np.uint8)


def _distinct(
    chance: np.random.Generator, skills: int, counts: NDArray[Any]
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Return, for each row, so many different skills, popular ones more often: lengths of rows, and all in one.

    Popularity falls as 1 / (rank + 20): plain division, so that every machine draws the same.
    """
    steps = np.cumsum(1 / np.arange(20, skills + 20))
    width = int(counts.max()) + 7
    drawn = chance.random(len(counts) * width) * steps[-1]
    drawn = np.minimum(np.searchsorted(steps, drawn, side="right"), skills - 1).reshape(-1, width)
    order = np.argsort(drawn, axis=1, kind="stable")
    lined = np.take_along_axis(drawn, order, axis=1)
    is_new = np.ones_like(lined, dtype=bool)
    np.put_along_axis(is_new, order[:, 1:], lined[:, 1:] != lined[:, :-1], axis=1)
    is_new &= np.cumsum(is_new, axis=1) <= counts[:, None]
    return is_new.sum(axis=1).astype(np.uint8), drawn[is_new].astype(np.int16)


def _within_row(counts: NDArray[Any]) -> NDArray[np.int64]:
    """Return the numbers 0, 1, … of each row's entries."""
    counts = counts.astype(np.int64)
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _offsets(counts: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def _pairs(arrays: Arrays, name: str) -> Pairs:
    person, project = arrays[f"{name}_person"], arrays[f"{name}_project"]
    return Pairs(person, project, np.zeros_like(person))


def _one_ladder(ranks: NDArray[Any]) -> Rungs:
    return Rungs(np.where(ranks < 0, -1, 0), ranks, np.full(len(ranks), -1))


def _grades(arrays: Arrays, name: str) -> Rungs:
    """Return grades of two ladders whose bands are their ranks."""
    return Rungs(arrays[f"{name}_ladder"], arrays[f"{name}_rank"], arrays[f"{name}_rank"])
