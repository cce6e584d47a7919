"""A plain check of a plan's proof: reads the full problem, with none of the arrays the plan was found with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from freeagents.matching._allowed import qualifying
from freeagents.matching._arrays import Whole
from freeagents.matching._certificate import Cover
from freeagents.matching._limits import breaches
from freeagents.matching._order import Order
from freeagents.matching._plan import Plan
from freeagents.matching._policy import STABLE, Objective, Policy
from freeagents.matching._problem import Problem
from freeagents.matching._score import RANK, score_parts
from freeagents.matching._verify_rules import Allowed, beside_rules

Liking = tuple[int, int, int]
NO_RANK, NO_WISH = 2**62, 2**62 + 1


def verify(problem: Problem, policy: Policy, plan: Plan) -> tuple[str, ...]:
    """Return what is wrong with a plan's proof, as codes; empty: no plan of the full problem is better.

    Reads the problem itself, pair by pair, with none of the arrays or lists that the plan was found with.

    ``not_allowed`` a pair breaks a hard rule · ``person_twice`` on one project, or with no
    rule that lets anybody have several seats · ``too_many`` people on a project · ``limit`` too many
    people of a group · ``parts`` of a score are not the pair's · ``cut_off`` is not the best score that was not listed.

    Of prices: ``negative`` price or worth · ``empty_seat_priced`` a seat stays empty and has a price · ``group_priced``
    a group has room and a price · ``worth_unplaced`` somebody of worth is not placed · ``beaten`` an allowed pair
    weighs more than price, worth and the price of the group · ``seat_weight`` is not as the objective needs it ·
    ``not_equal`` the plan weighs less than the bound, or the bound is not the sum.

    Beside side rules other than one limit: ``rule_priced`` a row that there is not, or not at that price · ``breaches``
    are not those of the plan · ``bound`` is below what the plan weighs, or above what prices prove. Where it is below
    that, it is HiGHS's word: it is not checked here.

    Of the worst-off pair: ``floor`` is not its score · ``more_seats`` it is not proven that no plan fills more ·
    ``higher_floor`` nor that above the floor fewer are filled.

    Of stable plans: ``blocking_pair`` a person and a project would rather have each other · ``not_theirs`` another
    stable plan is better for the side whose plan it is.
    """
    check = _Check(problem, policy, plan)
    wrong = set(check.placements())
    wrong |= set(check.stability() if policy.objective in STABLE else check.prices())
    return tuple(sorted(wrong))


@dataclass(frozen=True)
class _Check:
    problem: Problem
    policy: Policy
    plan: Plan

    def placements(self) -> Iterator[str]:
        """Yield what is wrong with the pairs themselves."""
        problem, plan = self.problem, self.plan
        own = plan.person if problem.shares is None else plan.person * len(problem.projects) + plan.project
        if len(np.unique(own)) < len(own):
            yield "person_twice"
        hard = tuple(rule for rule in problem.limits if rule.price is None)
        if breaches(hard, plan.person, plan.project):
            yield "limit"
        if (np.bincount(plan.project[~plan.kept], minlength=len(problem.seats)) > problem.free_seats).any():
            yield "too_many"
        for each in np.flatnonzero(problem.seats > 0).tolist():
            here = plan.project == each
            if not np.isin(plan.person[here], qualifying(problem, each)).all():
                yield "not_allowed"
            if not np.array_equal(score_parts(problem, self.policy, plan.person[here], each), plan.parts[here]):
                yield "parts"

    def prices(self) -> Iterator[str]:
        """Yield what is wrong with prices and covers."""
        seats_first = self.policy.objective in (Objective.MOST_SEATS, Objective.WORST_OFF)
        if self.problem.limits and self.problem.layer is None:
            yield from beside_rules(self.problem, self.plan, self._allowed(), seats_first=seats_first)
            return
        problem, plan, proof = self.problem, self.plan, self.plan.certificate
        chosen, free = ~plan.kept, problem.free_seats
        person, project = plan.person[chosen], plan.project[chosen]
        if min(column.min(initial=0) for column in (proof.price, proof.worth, proof.group_price)) < 0:
            yield "negative"
        if (proof.price[np.bincount(project, minlength=len(free)) < free] != 0).any():
            yield "empty_seat_priced"
        worth = np.zeros(len(problem.people), dtype=np.int64)
        worth[proof.person] = proof.worth
        placed = np.zeros(len(problem.people), dtype=np.bool_)
        placed[person] = True
        if (worth[~placed] != 0).any():
            yield "worth_unplaced"
        own, room = self._groups()
        if len(room) != len(proof.group_price):
            yield "group_priced"
            return
        of_group = np.append(proof.group_price, 0)[own]
        if (proof.group_price[np.bincount(own[person] + 1, minlength=len(room) + 1)[1:] < room] != 0).any():
            yield "group_priced"
        most = fillable = weight = 0
        for each, people, score in self._allowed(proof.floor):
            if (score + proof.seat_weight > proof.price[each] + worth[people] + of_group[people]).any():
                yield "beaten"
            # Under a limit a list may have been made by score less the price of the group.
            if not any(self._cut_off(each, -np.sort(-by)) for by in (score, score - of_group[people])):
                yield "cut_off"
            weight += int(score[np.isin(people, person[project == each])].sum())
            most = max(most, int(score.max(initial=0)))
            fillable += min(int(free[each]), len(people))
        if proof.seat_weight <= fillable * most if seats_first else proof.seat_weight != 0:
            yield "seat_weight"
        weight += proof.seat_weight * len(person)
        if not weight == proof.bound == int(proof.price @ free + proof.worth.sum() + proof.group_price @ room):
            yield "not_equal"
        yield from self._floor(len(person))

    def _groups(self) -> tuple[Whole, Whole]:
        """Return each person's group, −1 for none, and how many of each may be placed besides those kept."""
        if (limit := self.problem.layer) is not None:
            return limit.group, limit.room(self.problem.kept.person)
        return np.full(len(self.problem.people), -1), np.zeros(0, np.int64)

    def _floor(self, filled: int) -> Iterator[str]:
        """Yield what is wrong with the proof that the worst-off pair cannot be better."""
        plan, proof = self.plan, self.plan.certificate
        if self.policy.objective is not Objective.WORST_OFF:
            if proof.floor:
                yield "floor"
            return
        if filled and plan.scores[~plan.kept].min() != proof.floor:
            yield "floor"
        if proof.most is None or proof.most.floor or not self._covers(proof.most) or proof.most.bound != filled:
            yield "more_seats"
        if not filled:
            return
        higher = proof.higher
        if higher is None or higher.floor != proof.floor + 1 or not self._covers(higher) or higher.bound >= filled:
            yield "higher_floor"

    def stability(self) -> Iterator[str]:
        """Yield what is wrong with a stable plan."""
        problem, plan, proof = self.problem, self.plan, self.plan.certificate
        m = len(problem.projects)
        owner = np.full(len(problem.people), m)
        owner[plan.person[~plan.kept]] = plan.project[~plan.kept]
        if proof.bound or proof.price.any() or proof.worth.any() or proof.seat_weight or proof.floor:
            yield "not_equal"
        order = Order.of(problem)
        liked: list[dict[int, Liking]] = [{} for _ in range(len(problem.people) if m else 0)]
        wanted: list[list[int]] = [[] for _ in range(m)]
        wishes = _Wishes(problem)
        for each, anybody, scores in self._allowed():
            tie_bits = order.ties(anybody, each)
            falling = np.lexsort((order.person_hash[anybody], ~tie_bits, -scores))
            people, score, ties = anybody[falling], scores[falling], tie_bits[falling]
            if not self._cut_off(each, score):
                yield "cut_off"
            left_out = np.flatnonzero(owner[people] == m)
            above = int(left_out[0]) if len(left_out) else len(people)
            here = np.flatnonzero(owner[people] == each)
            if len(left_out) and (len(here) < problem.free_seats[each] or above < here.max(initial=-1)):
                yield "blocking_pair"
            if above != proof.listed[each]:
                yield "cut_off"
            wanted[each] = people[:above].tolist()
            for person, points, tie in zip(wanted[each], score[:above].tolist(), ties[:above].tolist(), strict=True):
                liked[person][each] = (wishes.of(person, each), -points, -tie)
        placed = np.flatnonzero(owner < m).tolist()
        if self._blocks(owner, liked, wanted):
            yield "blocking_pair"
            return
        of_people = {person: sorted(liked[person], key=liked[person].__getitem__) for person in placed}
        if self.policy.objective is Objective.STABLE_PEOPLE:
            best = _deferred(of_people, problem.free_seats.tolist(), wanted)
        else:
            best = _turned_down(of_people, problem.free_seats.tolist(), wanted)
        if any(best.get(person) != owner[person] for person in placed):
            yield "not_theirs"

    def _blocks(self, owner: Whole, liked: list[dict[int, Liking]], wanted: list[list[int]]) -> bool:
        """Return whether a person placed and some project would rather have each other."""
        for project, row in enumerate(wanted):
            here = [at for at, person in enumerate(row) if owner[person] == project]
            is_full = len(here) >= self.problem.free_seats[project]
            for person in row[: here[-1]] if is_full and here else row:
                own = liked[person].get(int(owner[person]))
                if own is None or liked[person][project] < own:
                    return True
        return False

    def _allowed(self, floor: int = 0) -> Iterator[Allowed]:
        """Yield for each project with a seat that is not kept who may be chosen and scores at least the floor."""
        problem, policy = self.problem, self.policy
        for each in np.flatnonzero(problem.free_seats > 0).tolist():
            people = qualifying(problem, each)
            people = people[~problem.is_taken[people] & ~problem.kept.has(each, people)]
            parts = score_parts(problem, policy, people, each)
            if policy.objective in STABLE:
                parts[:, RANK] = 0
            score = parts.sum(axis=1)
            if policy.objective is Objective.FEWEST_CHANGES:
                score += policy.change_units * self.plan.previous.has(each, people)
            high = score >= floor
            yield Allowed(each, people[high], score[high])

    def _cut_off(self, project: int, falling: Whole) -> bool:
        """Return whether the best score that was not listed is as stated."""
        proof = self.plan.certificate
        listed = proof.listed[project]
        return bool(proof.cut_off[project] == (falling[listed] if listed < len(falling) else -1))

    def _covers(self, cover: Cover) -> bool:
        """Return whether a cover covers what it says."""
        person = np.zeros(len(self.problem.people), dtype=np.bool_)
        person[cover.person] = True
        if cover.bound != int(self.problem.free_seats[cover.project].sum()) + int(person.sum()):
            return False
        return all(cover.project[each] or person[people].all() for each, people, _ in self._allowed(cover.floor))


class _Wishes:
    """The ranks of applications; smaller is more wanted."""

    def __init__(self, problem: Problem) -> None:
        ranks = problem.fit.ranks
        pairs = zip(ranks.person.tolist(), ranks.project.tolist(), ranks.value.tolist(), strict=True)
        self._rank = {(person, project): rank or NO_RANK for person, project, rank in pairs}

    def of(self, person: int, project: int) -> int:
        return self._rank.get((person, project), NO_WISH)


def _deferred(lists: dict[int, list[int]], seats: list[int], wanted: list[list[int]]) -> dict[int, int]:
    """Return where people end who ask down their lists (Gale and Shapley 1962, word for word)."""
    place = [{person: at for at, person in enumerate(row)} for row in wanted]
    sitting: list[list[int]] = [[] for _ in wanted]
    asking = {person: iter(projects) for person, projects in lists.items()}
    waiting = list(lists)
    while waiting:
        person = waiting.pop()
        project = next(asking[person], None)
        if project is None:
            continue
        sitting[project].append(person)
        if len(sitting[project]) > seats[project]:
            worst = max(sitting[project], key=place[project].__getitem__)
            sitting[project].remove(worst)
            waiting.append(worst)
    return {person: project for project, row in enumerate(sitting) for person in row}


def _turned_down(lists: dict[int, list[int]], seats: list[int], wanted: list[list[int]]) -> dict[int, int]:
    """Return where people end when projects ask down their lists, a seat at a time."""
    place = {person: {project: at for at, project in enumerate(row)} for person, row in lists.items()}
    of: dict[int, int] = {}
    asking = [iter(row) for row in wanted]
    waiting = [project for project, count in enumerate(seats) for _ in range(count)]
    while waiting:
        project = waiting.pop()
        person = next(asking[project], None)
        if person is None:
            continue
        before = of.get(person)
        if before is None or place[person][project] < place[person][before]:
            of[person] = project
        waiting += [project] if of[person] != project else ([] if before is None else [before])
    return of
