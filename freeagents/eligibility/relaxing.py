"""The smallest thing that a project could ask less, so that a seat left empty is filled; tried, not guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from freeagents.country.entries import Rung
from freeagents.country.pack import Pack
from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.bridge import Answer
from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import PROJECTS, Listing, People, offsets
from freeagents.eligibility.facts import ProjectFacts
from freeagents.matching import Trial, qualifies

LATER = timedelta(weeks=2)
BOUND = ("wishes", "short_list", "conflicts", "barred")
MOST_TRIED = 2_000
"""Up to so many changes are tried in one round; each costs an assignment of the whole."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One thing that a project would ask less.

    :ivar facts: ``change``, a code, and what it is about: a ``skill`` at a ``level``, a ``language``.
    :ivar project: as it would be.
    """

    facts: dict[str, Any]
    project: ProjectFacts


def relaxations(project: ProjectFacts, pack: Pack) -> Iterator[list[Relaxation]]:
    """Yield what a project could ask less, one thing at a time, the smallest first; those of one list are as small.

    One essential skill one level lower, then two, then three; one essential skill as an asset; one language less; the
    start two weeks later; a grade more at either end of the band; hybrid instead of on site; remote; the clearance one
    rung lower.
    """
    for fewer in (1, 2, 3):
        yield [
            Relaxation(
                {"change": "lower", "skill": skill, "level": level - fewer},
                replace(project, essential={**project.essential, skill: level - fewer}),
            )
            for skill, level in sorted(project.essential.items())
            if level > fewer
        ]
    yield [
        Relaxation({"change": "asset", "skill": skill}, _as_asset(project, skill))
        for skill in sorted(project.essential)
    ]
    yield [
        Relaxation(
            {"change": "language", "language": language},
            replace(
                project, languages={each: project.languages[each] for each in project.languages if each != language}
            ),
        )
        for language in sorted(project.languages)
    ]
    if project.starts_on and (project.ends_on is None or project.starts_on + LATER <= project.ends_on):
        yield [Relaxation({"change": "later"}, replace(project, starts_on=project.starts_on + LATER))]
    yield list(_wider(project, pack))
    modes = {"on_site": ("hybrid", "remote"), "hybrid": ("remote",)}.get(project.work_mode or "", ())
    yield from ([Relaxation({"change": mode}, replace(project, work_mode=mode))] for mode in modes)
    if project.clearance:
        lower = _next_rung(project.clearance, pack.clearances.values(), -1)
        if lower or project.clearance.is_known:
            yield [Relaxation({"change": "clearance"}, replace(project, clearance=lower))]


def fillings(case: Case, answer: Answer, pack: Pack) -> Iterator[tuple[str, Relaxation | None]]:
    """Yield each project with an empty seat, by key, and the smallest change that fills one; None: no single one does.

    Its facts are told with ``qualify``, how many people would then meet every hard rule, and
    ``filled``, how many of the project's empty seats would be filled if the round were solved with this change: that is
    what was done. Of changes as small the one is told for which most people qualify. No more projects are looked
    at once ``MOST_TRIED`` changes were tried; none, where nothing has a price.
    """
    if not answer.plan.is_priced or not answer.unfilled:
        return
    short = Counter(row.project for row in answer.unfilled)
    number_of = {project.key: number for number, project in enumerate(case.projects)}
    wanted = [(key, list(relaxations(case.projects[number_of[key]], pack))) for key in sorted(short)]
    flat = [(number_of[key], each) for key, sizes in wanted for size in sizes for each in size]
    originals = [number for number, _ in flat]
    trial = Trial(answer.plan, Arrays(_with(case, flat)).problem(), originals)
    start, tried = 0, 0
    for key, sizes in wanted:
        number = number_of[key]
        found, looks = _smallest(
            trial,
            start,
            sizes,
            qualifies(answer.plan.index.problem, number),
            int(((answer.plan.project == number) & ~answer.plan.kept).sum()),
        )
        tried += looks
        yield key, found
        if tried >= MOST_TRIED:
            return
        start += sum(map(len, sizes))


def _smallest(
    trial: Trial, start: int, sizes: Sequence[Sequence[Relaxation]], qualify: int, placed: int
) -> tuple[Relaxation | None, int]:
    """Return the smallest change that fills a seat, if one does, and how many were tried.

    :param start: the number, in the trial, of the first change.
    :param qualify: how many people qualify as it is; ``placed``: how many are placed.
    """
    tried = 0
    for size in sizes:
        numbered = [(trial.qualify(start + at), start + at, each) for at, each in enumerate(size)]
        for more, number, each in sorted(numbered, key=lambda row: (-row[0], row[1])):
            if more <= qualify:
                break
            tried += 1
            filled = len(trial.placed(number)) - placed
            if filled > 0:
                return replace(each, facts=each.facts | {"qualify": more, "filled": filled}), tried
        start += len(size)
    return None, tried


def _as_asset(project: ProjectFacts, skill: str) -> ProjectFacts:
    essential = {each: level for each, level in project.essential.items() if each != skill}
    level = max(project.essential[skill], project.asset.get(skill, 0))
    return replace(project, essential=essential, asset={**project.asset, skill: level})


def _wider(project: ProjectFacts, pack: Pack) -> Iterator[Relaxation]:
    lower = project.grade_min and _next_rung(project.grade_min, pack.grades.values(), -1)
    higher = project.grade_max and _next_rung(project.grade_max, pack.grades.values(), 1)
    if lower:
        yield Relaxation({"change": "grade_min"}, replace(project, grade_min=lower))
    if higher:
        yield Relaxation({"change": "grade_max"}, replace(project, grade_max=higher))


def _next_rung(rung: Rung, rungs: Any, step: int) -> Rung | None:
    """Return the next rung of the ladder below (−1) or above (1); None: there is none."""
    own = [each for each in rungs if each.ladder == rung.ladder and (each.rank - rung.rank) * step > 0]
    return min(own, key=lambda each: each.rank * step, default=None)


def _with(case: Case, changed: Sequence[tuple[int, Relaxation]]) -> Case:
    """Return the case with changed projects at its end, without seats, and bound to people as their originals are."""
    own = [replace(each.project, key=f"{each.project.key}\n{at}", seats=()) for at, (_, each) in enumerate(changed)]
    projects = (*case.projects, *own)
    originals = np.array([number for number, _ in changed], dtype=np.int64)
    people = case.people
    return Case(
        people=People(
            key=people.key,
            words={**people.words, PROJECTS: tuple(project.key for project in projects)},
            single=people.single,
            lists={
                **people.lists,
                **{name: _bound(people.lists[name], originals, len(case.projects)) for name in BOUND},
            },
        ),
        projects=projects,
        salt=case.salt,
    )


def _bound(listing: Listing, originals: Any, start: int) -> Listing:
    """Return a list that binds people to projects, each entry of an original repeated for all that it is changed to."""
    order = np.argsort(originals, kind="stable")
    word = listing["word"].astype(np.int64)
    first, last = (np.searchsorted(originals[order], word, side=side) for side in ("left", "right"))
    counts = last - first
    entry = np.repeat(np.arange(len(word)), counts)
    again = order[np.arange(len(entry)) - np.repeat(np.cumsum(counts) - counts - first, counts)] + start
    row = np.concatenate((listing.row, listing.row[entry]))
    place = np.argsort(row, kind="stable")
    columns = {name: np.concatenate((values, values[entry]))[place] for name, values in listing.columns.items()}
    columns["word"] = np.concatenate((word, again))[place]
    return Listing(offsets(np.bincount(row, minlength=len(listing.indptr) - 1)), columns)
