"""The side rules of a policy over a case: what holds between pairs, as the matcher reads it and as people say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagents.eligibility.case import Case
from freeagents.matching import Limit, Minimum, Policy, ProblemError, Separate, SideRule, Team

TEAM = 3
"""From so many seats on a project can be one team."""
_GROUPED_BY = {"department": "home", "discipline": "discipline", "grade": "grade"}


def side_rules(case: Case, policy: Policy) -> Iterator[SideRule]:
    """Yield the side rules that a policy states, and that two people are not together where the case says so."""
    for name in policy.limits:
        ranges = policy.ranges(name)
        least, most = zip(*ranges.values(), strict=True) if ranges else ((), ())
        groups = _groups(case, name, list(ranges))
        yield Limit(name, groups, _whole(most), _whole(least), price=policy.breach_units(name))
    if policy.one_team:
        words = _disciplines(case)
        place = {word: number for number, word in enumerate(words)}
        named = [(project, place[word]) for project, word in _named(case)]
        held = _groups(case, "discipline", words)
        projects, disciplines = (_whole(row[side] for row in named) for side in (0, 1))
        yield Team("team", held, projects, disciplines, price=policy.breach_units("team"))
    if policy.least_people > 1:
        few = policy.least_people
        least_here = _whole(few if len(facts.seats) >= few else 0 for facts in case.projects)
        yield Minimum("least_people", least_here, price=policy.breach_units("least_people"))
    if case.apart:
        one, other = (_whole(case.people.find(pair[side]) for pair in case.apart) for side in (0, 1))
        yield Separate("apart", one, other, price=policy.breach_units("apart"))


def where(case: Case, policy: Policy, code: str, numbers: Sequence[int]) -> dict[str, str]:
    """Return in words where a side rule asks something: a group, two people, a project, a discipline."""
    if code in policy.limits:
        return {"of": code, "group": list(policy.limits[code])[numbers[0]]}
    if code == "apart":
        one, other = (case.people.key_of(person) for person in numbers[:2])
        return {"of": code, "one": one, "other": other, "project": case.projects[numbers[2]].key}
    if code == "time":
        return {"of": code, "person": case.people.key_of(numbers[0])}
    found = {"of": code, "project": case.projects[numbers[0]].key}
    return found | ({"discipline": _disciplines(case)[numbers[1]]} if code == "team" else {})


def refused(case: Case, policy: Policy, error: ProblemError) -> dict[str, Any]:
    """Return the facts of a refusal, in keys and words where the matcher gives rows and numbers."""
    found: dict[str, Any] = dict(error.params)
    code = error.field.removeprefix("limits.")
    if error.code == "kept_above" and error.index is not None:
        found |= {"kind": "most", "people": found["kept"] - found["most"], "where": (error.index,)}
    if error.code == "kept_together":
        found |= {"kind": "apart", "people": 1, "where": tuple(found.pop(name) for name in ("one", "other", "project"))}
    if "where" in found:
        return found | where(case, policy, code, found.pop("where"))
    if "rule" in found:
        found |= {"person": case.people.key_of(found["person"]), "project": case.projects[found["project"]].key}
    return found


def _named(case: Case) -> Iterator[tuple[int, str]]:
    """Yield each project that can be one team with each discipline that it names."""
    for project, facts in enumerate(case.projects):
        if len(facts.seats) >= TEAM:
            yield from ((project, word.casefold()) for word in facts.disciplines)


def _disciplines(case: Case) -> list[str]:
    return sorted({word for _, word in _named(case)})


def _groups(case: Case, name: str, words: Sequence[str]) -> NDArray[np.int64]:
    """Return which of the words each person has, by its place; −1: none of them."""
    number = {word.casefold(): place for place, word in enumerate(words)}
    if name == "region":
        return _in_regions(case, number)
    fact = _GROUPED_BY[name]
    held = [str(word[0] if isinstance(word, tuple) else word).casefold() for word in case.people.words[fact]]
    of_word = np.array([*(number.get(word, -1) for word in held), -1], dtype=np.int64)
    found: NDArray[np.int64] = of_word[case.people.single[fact]]
    return found


def _in_regions(case: Case, number: dict[str, int]) -> NDArray[np.int64]:
    """Return in which of the regions each person would work; −1: in none of them, or in another one too."""
    regions = sorted(set(case.regions.values()))
    place = {region: at for at, region in enumerate(regions)}
    words = (case.regions.get(word[0], "") for word in case.people.words["places"])
    of_place = _whole(place.get(region, -1) for region in words)
    listing, n = case.people.lists["places"], len(case.people)
    region = of_place[listing["word"]] if len(of_place) else np.zeros(0, np.int64)
    known = region >= 0
    first, last = np.full(n, len(regions)), np.full(n, -1)
    np.minimum.at(first, listing.row[known], region[known])
    np.maximum.at(last, listing.row[known], region[known])
    asked = np.array([*(number.get(region.casefold(), -1) for region in regions), -1], dtype=np.int64)
    found: NDArray[np.int64] = asked[np.where(first == last, last, -1)]
    return found


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)
