"""The search beside side rules: HiGHS among the candidates, and prices that bound what any plan could come to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from freeagents.matching._arrays import Flags, Whole, frozen
from freeagents.matching._assign import NOBODY, Flow
from freeagents.matching._candidates import Basis, Candidates, Progress, best_of, in_pieces
from freeagents.matching._certificate import NOT_TOLD, Certificate
from freeagents.matching._index import Index
from freeagents.matching._limited import lowered
from freeagents.matching._limits import Key, Limit, Team, dearest
from freeagents.matching._parts import parts_of_pairs
from freeagents.matching._programme import Duals, Prices, Programme, Relaxed
from freeagents.matching._search import LONGER, Search
from freeagents.matching._views import among

MOST_ROUNDS = 40
"""So many times at most candidates are listed and priced."""
MOST_PAIRS, MOST_TO_PROVE = 200_000, 25_000
"""Lists grow to so many pairs at most: for prices, and for the last of a gap; what is not proven then is stated."""


class Sided(Candidates):
    """Lists of projects in a problem with side rules: whoever could add something at their prices joins.

    :ivar beyond: p units by which the best person not listed may weigh more than the price of a seat.
    """

    def __init__(self, index: Index, executor: Executor | None = None, progress: Progress | None = None) -> None:
        super().__init__(index, executor, progress)
        self.problem = index.problem
        self.beyond = np.zeros(len(self.projects), np.int64)
        for at, project in enumerate(self.projects.tolist()):
            people, scores, bits = self._lists[at]
            other = ~self.problem.kept.has(project, people.astype(np.int64))
            self._lists[at] = people[other], scores[other], bits[other]
        self.count, self.room = int(self.lengths.sum()), MOST_PAIRS

    def programme(self, *, fill_first: bool) -> tuple[Programme, int]:
        """Return the listed pairs as a programme, and what a seat weighs."""
        graph, people = self.graph()
        seat_weight = graph.weights(fill_first=fill_first).seat_weight
        if fill_first:
            # A seat more is worth whatever it costs.
            seat_weight += dearest(self.problem.limits, int(self.problem.seats.sum()))
        return Programme(self.problem, graph, people, self.projects, graph.score + seat_weight), seat_weight

    def price(self, proof: Relaxed, seat_weight: int, less: int = 0) -> bool:
        """Let everybody join a list with whom a plan could come to more than the bound less so much.

        Returns whether anybody joined.
        """
        of_person = np.zeros(len(self.problem.people), np.int64)
        of_person[proof.person] = proof.worth
        if self.problem.shares is not None:
            # Whoever may have several seats adds something with each that weighs more than its price.
            of_person[:] = 0
        for rule in self.problem.limits:
            if isinstance(rule, Limit):
                keys = [(rule.code, (group,)) for group in range(len(rule.most))]
                most, least = ([proof.prices.get((kind, *key), 0) for key in keys] for kind in ("most", "least"))
                of_person += np.append(np.array(most, dtype=np.int64) - np.array(least, dtype=np.int64), 0)[rule.group]
        place = {project: at for at, project in enumerate(self.projects.tolist())}
        threshold = proof.price - seat_weight - less
        for (kind, _, where), price in proof.prices.items():
            if kind == "minimum" and where[0] in place:
                threshold[place[where[0]]] -= price
        view, raised = lowered(self.index, of_person)
        self.beyond[:] = 0
        joined = self._reach(view, raised, np.arange(len(self.projects)), threshold, of_person)
        for some, places, own in self._teams(proof.prices, threshold, place):
            joined |= self._reach(among(view, some), raised, places, own, of_person)
        return joined

    def _teams(self, prices: Prices, threshold: Whole, place: dict[int, int]) -> Iterator[tuple[Flags, Whole, Whole]]:
        """Yield, for each discipline that teams name, who has it, and the places of projects with their thresholds."""
        for rule in self.problem.limits:
            if not isinstance(rule, Team):
                continue
            of_discipline: dict[int, list[int]] = {}
            for project, discipline in rule.named:
                if project in place:
                    of_discipline.setdefault(discipline, []).append(project)
            for discipline, projects in of_discipline.items():
                places = np.array([place[project] for project in projects])
                keys: list[Key] = [("team", rule.code, (project, discipline)) for project in projects]
                own = np.array([prices.get(key, 0) for key in keys], dtype=np.int64)
                yield rule.held == discipline, places, threshold[places] - own

    def _reach(self, view: Index, raised: Whole, places: Whole, threshold: Whole, price: Whole) -> bool:
        """List people of some projects, best first, until nobody who is not listed is above the threshold.

        Where people joined it may be over at other prices: the list grows no further now.

        :param raised: n units that the view adds to scores; ``price``: n units that are to be taken off them.
        """
        n, joined = len(self.problem.people), False
        above = np.zeros(len(self.projects), np.int64)
        above[places] = threshold
        sizes = np.minimum(2 * self.seats + 5, n)
        while len(places):
            wanted = np.minimum(sizes + 1, n)
            columns = (self.projects, wanted)
            longer: list[int] = []
            for piece, lists in in_pieces(view, best_of, places, columns, self.executor, self.progress, "candidates"):
                reduced = lists.score - (raised + price)[lists.person]
                for number, at in enumerate(piece.tolist()):
                    span = slice(lists.indptr[number], lists.indptr[number + 1])
                    person, own = lists.person[span].astype(np.int64), reduced[span] - above[at]
                    is_full = len(own) == wanted[at] < n
                    is_open, last = is_full and own[-1] > 0, own[-1] if is_full else 0
                    other = ~self.problem.kept.has(int(self.projects[at]), person)
                    person, own = person[other], own[other]
                    new = self._join(at, person[own > 0])
                    joined |= new
                    left = np.append(own[~np.isin(person, self._lists[at][0])], 0)
                    if is_open and not new and self.count < self.room:
                        longer.append(at)
                    else:
                        self.beyond[at] = max(self.beyond[at], left.max(), last if is_open else 0)
            places = np.array(longer, dtype=np.int64)
            sizes[places] = np.minimum(LONGER * sizes[places], n)
        return joined

    def _join(self, at: int, person: Whole) -> bool:
        """Let people join a list, as far as there is room; return whether any did."""
        people, scores, bits = self._lists[at]
        new = person[~np.isin(person, people)][: max(0, self.room - self.count)]
        if not len(new):
            return False
        self.count += len(new)
        order, project = self.index.order, int(self.projects[at])
        people = np.concatenate((people, new.astype(np.int32)))
        own = parts_of_pairs(self.index, new, np.full(len(new), project)).sum(axis=1)
        scores, bits = np.concatenate((scores, own)), np.concatenate((bits, order.ties(new, project)))
        falling = np.lexsort((order.person_hash[people], ~bits, -scores))
        self._lists[at] = people[falling], scores[falling], bits[falling]
        return True


class Found(NamedTuple):
    """The best plan that was found beside side rules.

    :ivar person: those placed, by index; ``project``: where each is.
    :ivar bound: the weight that no plan exceeds; the plan's own weight where it is proven to be the best.
    """

    person: Whole
    project: Whole
    basis: Basis
    certificate: Certificate
    bound: int


def best_beside(search: Search, candidates: Sided, *, fill_first: bool) -> Found:
    """Return the best choice that could be found in which all side rules hold that must, and how good any could be.

    :raises ProblemError: side rules cannot all hold (``cannot_be_met``), or HiGHS gives up (``not_solved``).
    """
    proof, seat_weight = _proven(search, candidates, fill_first=fill_first)
    while True:
        search.begin()
        programme, _ = candidates.programme(fill_first=fill_first)
        found = programme.best()
        search.watch.lap("assign")
        if found is None:
            if not candidates.price(proof, seat_weight, programme.dear):
                raise programme.impossible()
            continue
        (chosen, ended), bound = found, proof.bound
        if (value := programme.value(chosen)) == bound:
            break
        candidates.room = max(candidates.count, min(MOST_TO_PROVE, LONGER * candidates.count))
        joined = candidates.price(proof, seat_weight, bound - value)
        search.watch.lap("candidates")
        if not joined:
            # A plan with a pair that is not listed comes to no more than the best of these lets it.
            bound = value + int(candidates.beyond.max(initial=0)) if ended else bound
            break
    return Found(
        programme.person[chosen],
        programme.project[chosen],
        _basis(candidates, programme, chosen, proof, seat_weight),
        _certificate(candidates, proof, seat_weight),
        bound,
    )


def _proven(search: Search, candidates: Sided, *, fill_first: bool) -> tuple[Relaxed, int]:
    """Return what is proven of all plans by prices, and what a seat weighs: lists grow until it is of all pairs."""
    duals: Duals | None = None
    turn = 0
    while True:
        search.begin()
        programme, seat_weight = candidates.programme(fill_first=fill_first)
        if duals is None or turn < MOST_ROUNDS:
            duals = programme.duals()
        proof = programme.relaxed(duals)
        search.watch.lap("certify")
        joined = candidates.price(proof, seat_weight)
        search.watch.lap("candidates")
        if not joined:
            break
        turn += 1
    # Where lists could grow no further, a seat costs as much as the best who is not listed could add.
    beyond = candidates.beyond.copy()
    return proof._replace(price=proof.price + beyond, bound=proof.bound + int(beyond @ candidates.seats)), seat_weight


def _basis(candidates: Sided, programme: Programme, chosen: Whole, proof: Relaxed, seat_weight: int) -> Basis:
    """Return the choice as a flow of the graph."""
    graph = programme.graph
    pair_of = np.full(graph.people, NOBODY)
    pair_of[graph.person[chosen]] = chosen
    worth = np.zeros(len(programme.problem.people), np.int64)
    worth[proof.person] = proof.worth
    nothing = np.zeros(len(graph.capacity), np.int64)
    flow = Flow(pair_of, proof.price, nothing, worth[programme.people], np.zeros_like(pair_of), seat_weight, 0, 0)
    return Basis(candidates, graph, programme.people, flow)


def _certificate(candidates: Sided, proof: Relaxed, seat_weight: int) -> Certificate:
    m = len(candidates.problem.projects)
    price, listed = np.zeros(m, np.int64), np.zeros(m, np.int64)
    price[candidates.projects], listed[candidates.projects] = proof.price, candidates.lengths
    return Certificate(
        price=frozen(price),
        person=frozen(proof.person),
        worth=frozen(proof.worth),
        listed=frozen(listed),
        cut_off=frozen(np.full(m, NOT_TOLD)),
        seat_weight=seat_weight,
        bound=proof.bound,
        rule_prices=proof.prices,
    )
