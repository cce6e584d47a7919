"""The pool as arrays that live counts read: whoever is alike to a rule is asked once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from freeagents.eligibility.arrays import Arrays
from freeagents.eligibility.case import Case
from freeagents.eligibility.columns import LISTS, NUMBERS, WORDS, Array, Listing, People, nothing
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.gathering import Pool
from freeagents.eligibility.rules import RULES, HardRule, Kind

Flags = NDArray[np.bool_]

BESIDE = {"available": ("committed",)}
"""Facts that a rule looks at beside the one it names."""
SKILLS = "skills"


@dataclass(frozen=True, eq=False, slots=True)
class Alike:
    """What one rule tells people apart by.

    :ivar kind: the kind that each of n people is of; ``people``: one of each kind, with what the rule looks at.
    """

    rule: HardRule
    kind: Array
    people: People

    @classmethod
    def of(cls, rule: HardRule, people: People) -> Alike:
        """Return who is alike to a rule."""
        facts = (rule.person, *BESIDE.get(rule.person, ()), *({rule.until} & NUMBERS.keys()))
        kind, first = _kinds([each for fact in facts for each in _columns(people, fact)])
        order = np.argsort(first)
        renumbered = np.empty_like(order)
        renumbered[order] = np.arange(len(order))
        return cls(
            rule,
            renumbered[kind].astype(np.min_scalar_type(max(len(order) - 1, 0))),
            _only(people, first[order], facts),
        )

    def allows(self, project: ProjectFacts) -> Flags:
        """Return whom of the n people the rule allows on a project."""
        rule = Arrays(Case(people=self.people, projects=(project,))).rule(self.rule)
        found: Flags = rule.allows(0, np.arange(len(self.people)))[self.kind]
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Tally:
    """All n people of the pool, as far as the hard rules look at them.

    :ivar person: n person ids, ascending.
    :ivar countable: n flags: they agreed to be counted for managers.
    :ivar alike: rule → who is alike to it.
    :ivar holders: skill → rows of those who hold it, and at which level.
    """

    person: Array
    countable: Flags
    alike: Mapping[str, Alike]
    holders: Mapping[str, tuple[Array, Array]]

    @classmethod
    def of(cls, pool: Pool, countable: Array) -> Tally:
        """Return the tally of the pool.

        :param countable: the ids of all who agreed to be counted.
        """
        people = pool.people(np.char.mod("%010d", pool.person).astype("S"), (), {})
        person = np.sort(pool.person)
        rules = [rule for rule in RULES if rule.person and rule.person != SKILLS and rule.kind is not Kind.IS_SO]
        return cls(
            person,
            np.isin(person, countable),
            {rule.code: Alike.of(rule, people) for rule in rules},
            _holders(people),
        )

    def rows(self, ids: Collection[int]) -> Array:
        """Return the rows of those of these people who are here."""
        wanted = np.fromiter(ids, dtype=self.person.dtype)
        at = np.searchsorted(self.person, wanted)
        there = at < len(self.person)
        at, wanted = at[there], wanted[there]
        return at[self.person[at] == wanted]

    def holds(self, skill: str, level: int) -> Flags:
        """Return who holds a skill, at least at a level."""
        found = np.zeros(len(self.person), dtype=np.bool_)
        if skill in self.holders:
            row, held = self.holders[skill]
            found[row[held >= level]] = True
        return found

    def allows(self, rule: HardRule, detail: str, project: ProjectFacts) -> Flags:
        """Return who meets one thing that a project asks.

        :param detail: the code of the skill or language meant; blank for other rules.
        """
        if rule.person == SKILLS:
            return self.holds(detail, project.essential[detail])
        if rule.code not in self.alike:
            return np.ones(len(self.person), dtype=np.bool_)
        if rule.kind is Kind.HOLDS:
            project = replace(project, languages={detail: project.languages[detail]})
        return self.alike[rule.code].allows(project)


def _columns(people: People, fact: str) -> list[Array]:
    """Return what tells people apart in a fact: a number, of a word or itself, or that of their list of entries."""
    if fact in WORDS or fact in NUMBERS:
        return [people.single[fact]]
    listing = people.lists[fact]
    columns = [np.unique(values, return_inverse=True)[1] for values in listing.columns.values()]
    entry, _first = _kinds(columns)
    return [_numbered_lists(listing, entry)]


def _numbered_lists(listing: Listing, entry: Array) -> Array:
    """Return a number for each row, the same for those with the same entries, which stand in order.

    Entries are taken in one by one, those who have fewer standing aside: what came before is one number by then.
    """
    counts = np.diff(listing.indptr)
    number = np.zeros(len(counts), dtype=np.int64)
    for place in range(int(counts.max(initial=0))):
        more = np.flatnonzero(counts > place)
        number[more], _first = _kinds([number[more], entry[listing.indptr[more] + place]])
        # Apart from those who stood aside before: their lists are shorter.
        number[more] += place * len(counts) + 1
    return number


def _kinds(columns: Sequence[Array]) -> tuple[Array, Array]:
    """Return a number for each row of columns, the same for equal rows, and where each number is met first."""
    joined = columns[0].astype(np.int64)
    for column in columns[1:]:
        _values, joined = np.unique(joined, return_inverse=True)
        joined = joined * (int(column.max(initial=0)) + 2) + column + 1
    _values, first, number = np.unique(joined, return_index=True, return_inverse=True)
    return number, first


def _only(people: People, rows: Array, facts: Sequence[str]) -> People:
    """Return these people with these facts and no others."""
    nobody = np.zeros(len(rows) + 1, dtype=np.int64)
    return People(
        key=people.key[rows],
        words=people.words,
        single={name: people.single[name][rows] for name in (*WORDS, *NUMBERS)},
        lists={
            name: people.lists[name].take(rows) if name in facts else Listing(nobody, nothing(name)[1])
            for name in LISTS
        },
    )


def _holders(people: People) -> dict[str, tuple[Array, Array]]:
    listing = people.lists[SKILLS]
    words = people.words[SKILLS]
    order = np.argsort(listing["word"], kind="stable")
    row, level = listing.row.astype(np.int32)[order], listing["level"][order]
    ends = np.searchsorted(listing["word"][order], np.arange(len(words) + 1))
    return {
        word: (row[start:end], level[start:end]) for word, start, end in zip(words, ends[:-1], ends[1:], strict=True)
    }
