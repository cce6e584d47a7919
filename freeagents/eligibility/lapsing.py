"""Rules that are broken only since what a person holds ends before the project does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from freeagents.country.entries import Rung
from freeagents.eligibility.columns import People, rung_of
from freeagents.eligibility.facts import Lapse, ProjectFacts


def lapses(people: People, row: int, project: ProjectFacts) -> tuple[Lapse, ...]:
    """Return what the person of a row holds as the project asks, but not to its last day."""
    if project.span is None or project.span.last is None:
        return ()
    return (
        *_of_clearance(people, row, project, project.span.last),
        *_of_languages(people, row, project, project.span.last),
    )


def _of_clearance(people: People, row: int, project: ProjectFacts, needed: date) -> Iterator[Lapse]:
    word, until = (int(people.single[name][row]) for name in ("clearance", "clearance_until"))
    if project.clearance and word >= 0 and until < needed.toordinal():
        held = rung_of(people.words["clearance"][word])
        if _reaches(held, project.clearance):
            yield Lapse("clearance", held.code, date.fromordinal(until), needed)


def _of_languages(people: People, row: int, project: ProjectFacts, needed: date) -> list[Lapse]:
    spoken = people.lists["languages"]
    entries = slice(spoken.indptr[row], spoken.indptr[row + 1])
    numbers, ends = (spoken[column][entries].tolist() for column in ("word", "until"))
    held = {people.words["languages"][number]: end for number, end in zip(numbers, ends, strict=True)}
    as_asked = {
        language: end
        for (language, ranks), end in held.items()
        if language in project.languages and _covers(ranks, project.languages[language])
    }
    if len(as_asked) < len(project.languages):
        return []
    return [
        Lapse("languages", language, date.fromordinal(end), needed)
        for language, end in as_asked.items()
        if end < needed.toordinal()
    ]


def _reaches(held: Rung, asked: Rung) -> bool:
    return held.ladder == asked.ladder and held.rank >= asked.rank


def _covers(held: tuple[int, ...], asked: tuple[int, ...]) -> bool:
    return not asked or (bool(held) and all(one >= other for one, other in zip(held, asked, strict=False)))
