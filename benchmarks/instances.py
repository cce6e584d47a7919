"""Made-up rounds of any size, the same for the same seed: the matcher's input without a database."""

from __future__ import annotations

import numpy as np

from freeagents.matching import (
    Differs,
    Fit,
    Flag,
    Free,
    Holds,
    Levels,
    Near,
    Pairs,
    Places,
    Problem,
    Rungs,
    Within,
)

SKILLS, DEPARTMENTS, TOWNS, YEAR = 300, 40, 60, 365


def instance(people: int, seats: int, seed: int = 1) -> Problem:
    """Return a problem with so many people and seats in all.

    Projects have 1–5 seats and ask 1 or 2 essential skills and 2–5 assets of 300, some of which many hold; people hold
    5–25 skills, want to learn 3 and apply for up to 5 projects. Of the projects a third is remote, half ask for a
    clearance, and each runs two weeks to a year.
    """
    chance = np.random.default_rng(seed)
    sizes = _sizes(chance, seats)
    projects = len(sizes)
    popularity = 1 / np.arange(10, SKILLS + 10) ** 0.8
    popularity /= popularity.sum()
    held = _levels(chance, people, chance.integers(5, 26, people), popularity)
    essential = _levels(chance, projects, chance.integers(1, 3, projects), popularity, top=3)
    asset = _levels(chance, projects, chance.integers(2, 6, projects), popularity)
    goals = _levels(chance, people, np.full(people, 3), popularity)
    places = _places(chance, people, projects)
    fit = Fit(
        essential=essential,
        asset=asset,
        held=held,
        goals=goals,
        bench_days=chance.integers(0, 180, people),
        ranks=_applications(chance, people, projects),
        places=places,
    )
    home, host = chance.integers(0, DEPARTMENTS, people), chance.integers(0, DEPARTMENTS, projects)
    cleared, asked = chance.integers(0, 4, people), chance.integers(-2, 3, projects)
    rules = (
        Holds("essential_skills", held, essential),
        Flag("admission", chance.random(people) < 0.95),
        Differs("another_department", home, host),
        Within("clearance", _rungs(cleared), _rungs(asked), Rungs.unstated(projects)),
        _free(chance, people, projects),
        Near("place", places),
    )
    keys = (
        tuple(f"person {number}" for number in range(people)),
        tuple(f"project {number}" for number in range(projects)),
    )
    return Problem(people=keys[0], projects=keys[1], seats=sizes, rules=rules, fit=fit, salt=b"bench")


def _sizes(chance: np.random.Generator, seats: int) -> np.ndarray:
    sizes = chance.integers(1, 6, seats)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), seats) + 1]
    sizes[-1] -= sizes.sum() - seats
    return sizes


def _levels(chance: np.random.Generator, rows: int, counts: np.ndarray, popularity: np.ndarray, top: int = 4) -> Levels:
    row = np.repeat(np.arange(rows), counts)
    thing = chance.choice(SKILLS, len(row), p=popularity)
    row, thing = np.divmod(np.unique(row * SKILLS + thing), SKILLS)
    return Levels.of((rows, SKILLS), row, thing, chance.integers(1, top + 1, len(row)))


def _applications(chance: np.random.Generator, people: int, projects: int) -> Pairs:
    wishes = min(5, projects)
    # Steps of one size around the ring of projects: no person names a project twice.
    first, step = chance.integers(0, projects, (people, 1)), max(1, projects // 7)
    project = (first + np.arange(wishes) * step) % projects
    rank = np.tile(np.arange(1, wishes + 1), (people, 1))
    applied = np.arange(wishes) < chance.integers(0, wishes + 1, (people, 1))
    return Pairs(np.repeat(np.arange(people), wishes)[applied.ravel()], project[applied], rank[applied])


def _places(chance: np.random.Generator, people: int, projects: int) -> Places:
    latitude, longitude = chance.uniform(50, 58, TOWNS), chance.uniform(-5, 1, TOWNS)
    counts = chance.integers(1, 4, people)
    town = chance.integers(0, TOWNS, counts.sum())
    site = np.where(chance.random(projects) < 1 / 3, -1, chance.integers(0, TOWNS, projects))
    nowhere = site < 0
    return Places(
        np.concatenate(([0], np.cumsum(counts))),
        town,
        latitude[town],
        longitude[town],
        chance.choice([np.nan, 20.0, 60.0, 200.0, 600.0], len(town)),
        site,
        np.where(nowhere, np.nan, latitude[site]),
        np.where(nowhere, np.nan, longitude[site]),
    )


def _free(chance: np.random.Generator, people: int, projects: int) -> Free:
    # Two spells each with a gap between them; the second is open-ended.
    gap = chance.integers(0, YEAR, people)
    first = np.stack((np.zeros(people, dtype=int), gap + chance.integers(7, 90, people)), axis=1)
    last = np.stack((gap, np.full(people, 10 * YEAR)), axis=1)
    percent = chance.choice([50, 80, 100], (people, 2))
    start = chance.integers(0, YEAR, projects)
    end = start + chance.integers(14, YEAR, projects)
    asked = chance.choice([20, 50, 80, 100], projects)
    offsets = np.arange(0, 2 * people + 1, 2)
    return Free("availability", offsets, first.ravel(), last.ravel(), percent.ravel(), start, end, asked)


def _rungs(ranks: np.ndarray) -> Rungs:
    return Rungs(np.where(ranks < 0, -1, 0), np.maximum(ranks, -1), np.full(len(ranks), -1))
