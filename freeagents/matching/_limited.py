"""The search under a limit: lists made at the prices of groups, until nobody who is not listed could add anything."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from freeagents.matching._arrays import Hashes, Numbers, Whole
from freeagents.matching._assign import Flow, Graph
from freeagents.matching._candidates import Basis, Candidates, Progress, best_of, in_pieces
from freeagents.matching._errors import ProblemError
from freeagents.matching._index import Index
from freeagents.matching._limits import IN_NONE, Limit
from freeagents.matching._search import LONGER, Search

PLAIN = 0
MOST_UNITS = 2**31 - 1


class Limited(Candidates):
    """Lists of projects in a problem with a limit.

    At first lists are made by score. Whoever is not listed has no worth, but may have the price of a group: a list that
    leaves the proof open is made again, by score less that price, and its people join those listed before.

    :ivar cut_group: p groups of the best person not listed; −1: in none.
    :ivar made_at: p numbers of the prices at which lists were made; 0: by score alone.
    """

    def __init__(
        self, index: Index, limit: Limit, executor: Executor | None = None, progress: Progress | None = None
    ) -> None:
        super().__init__(index, executor, progress)
        self.limit = limit
        self.room = limit.room(index.problem.kept.person)
        self.depth = super().listed
        self.cut_group = np.full(len(self.projects), IN_NONE)
        self.made_at = np.full(len(self.projects), PLAIN)
        # The latest prices of groups, and how many there have been.
        self._prices: bytes | None = None
        self._now = PLAIN

    @property
    def listed(self) -> Whole:
        """How many of the best were listed for each project, at the prices at which its list was made."""
        return self.depth

    def graph(self) -> tuple[Graph, Whole]:
        """Return the listed pairs as a graph within the limit, and the people it numbers."""
        graph, people = super().graph()
        return graph.within(self.limit.group[people], self.room), people

    def cut_off(self, flow: Flow) -> Whole:
        """Return the best scores that are not listed, less the prices of groups where lists were made at these."""
        return np.where(self.cut < 0, self.cut, self.cut - self._of_cut(flow.group_price))

    def open_ends(self, basis: Basis, *, fill_first: bool) -> Whole:
        """Return the places of projects whose best person not listed could add something at the present prices.

        A list made at other prices than the present ones tells nothing.
        """
        flow, weights = basis.flow, basis.graph.weights(fill_first=fill_first)
        if self._prices != (prices := flow.group_price.tobytes() + flow.group_price_ties.tobytes()):
            self._prices = prices
            self._now += 1
        first = weights.first(self.cut) - self._of_cut(flow.group_price)
        second = weights.second(self.cut_ties, len(first)) - self._of_cut(flow.group_price_ties)
        above = (first > flow.price) | ((first == flow.price) & (second > flow.price_ties))
        stale = (self.made_at != PLAIN) & (self.made_at != self._now)
        return np.flatnonzero((self.cut >= 0) & (above | stale))

    def _of_cut(self, price: Whole) -> Whole:
        """Return the price of the group of each project's best person not listed; 0: it is not counted."""
        counts = (self.made_at != PLAIN) & (self.cut_group != IN_NONE)
        return (
            np.where(counts, price[np.where(counts, self.cut_group, 0)], 0) if len(price) else np.zeros_like(self.cut)
        )

    def price(self, places: Whole, basis: Basis) -> bool:
        """List people of some projects at the present prices, besides those listed; return whether any joined.

        A list that was made at these prices already grows.
        """
        flow, n = basis.flow, len(self.index.problem.people)
        again = self.made_at[places] == self._now
        self.sizes[places] = np.minimum(np.where(again, LONGER, 1) * self.sizes[places], n)
        # One more than is listed: the best who is not.
        wanted = np.minimum(self.sizes + 1, n)
        view, raised = at_prices(self.index, self.limit, flow)
        columns = (self.projects, wanted)
        grown = False
        for piece, lists in in_pieces(view, best_of, places, columns, self.executor, self.progress, "candidates"):
            score = lists.score - raised[lists.person]
            for number, place in enumerate(piece.tolist()):
                span = slice(lists.indptr[number], lists.indptr[number + 1])
                grown |= self._join(place, lists.person[span], score[span])
        self.made_at[places] = self._now
        return grown

    def _join(self, place: int, person: Numbers, score: Whole) -> bool:
        """Let people join a project's list; return whether any was new. One too many only tells who comes next."""
        order, project = self.index.order, int(self.projects[place])
        ties = order.ties(person.astype(np.int64), project)
        size = self.sizes[place]
        self.depth[place] = min(size, len(person))
        self.cut[place], self.cut_ties[place], self.cut_group[place] = -1, 0, IN_NONE
        if len(person) > size:
            self.cut[place], self.cut_ties[place] = score[size], ties[size]
            self.cut_group[place] = self.limit.group[person[size]]
        people, scores, bits = self._lists[place]
        new = np.flatnonzero(~np.isin(person[:size], people))
        if not len(new):
            return False
        people, scores = np.concatenate((people, person[new])), np.concatenate((scores, score[new]))
        bits = np.concatenate((bits, ties[new]))
        falling = np.lexsort((order.person_hash[people], ~bits, -scores))
        self._lists[place] = people[falling], scores[falling], bits[falling]
        return True


def best_within(search: Search, candidates: Limited, *, fill_first: bool) -> Basis:
    """Return the best choice among all allowed pairs within the limit."""
    while True:
        search.begin()
        basis = candidates.basis(fill_first=fill_first)
        search.watch.lap("assign")
        grown = False
        while not grown:
            open_ends = candidates.open_ends(basis, fill_first=fill_first)
            search.watch.lap("certify")
            if not len(open_ends):
                return basis
            grown = candidates.price(open_ends, basis)
            search.watch.lap("candidates")


def at_prices(index: Index, limit: Limit, flow: Flow) -> tuple[Index, Whole]:
    """Return the index with scores less the prices of people's groups, and the units that raise each person's score."""
    members = limit.group != IN_NONE
    later = drawn_together(np.append(-flow.group_price_ties, 0), 1 << flow.tie_bits)
    view, raised = lowered(index, np.where(members, np.append(flow.group_price, 0)[limit.group], 0))
    handicap: Hashes = np.where(members, later[limit.group], later[-1]).astype(np.uint64)
    people = view.people._replace(handicap=handicap, tie_shift=np.uint64(64 - flow.tie_bits))
    return replace(view, people=people), raised


def lowered(index: Index, price: Whole) -> tuple[Index, Whole]:
    """Return the index with scores less a price for each person, and the units that raise each person's score.

    Only differences count, so that nobody is lowered and others are raised. What lies further apart than any two scores
    do is drawn together: the order stays.

    :raises ProblemError: there are too many different prices for that.
    """
    most = index.policy.most_score + index.policy.change_units
    raised = drawn_together(-price, most)
    if int(raised.max(initial=0)) + most > MOST_UNITS:
        raise ProblemError("limits", "too_many_prices")
    bench = (index.people.bench + raised).astype(np.int32)
    by_bench = np.argsort(-bench, kind="stable").astype(np.int32)
    return replace(index, people=index.people._replace(bench=bench), by_bench=by_bench), raised


def drawn_together(values: Whole, span: int) -> Whole:
    """Return numbers from 0 that stand to each other as the values do, as far as a span reaches."""
    ordered, place = np.unique(values, return_inverse=True)
    steps = np.minimum(np.diff(ordered), span + 1)
    return np.concatenate((np.zeros(min(len(ordered), 1), np.int64), np.cumsum(steps)))[place]
