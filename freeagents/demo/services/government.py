"""Makes up a whole government from a country pack, a seed and a day: the same one for the same arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from freeagents.country.pack import Pack
from freeagents.demo.services.interest import Interest, draw_interests
from freeagents.demo.services.names import draw_names
from freeagents.demo.services.needs import Need, needs_of
from freeagents.demo.services.people import People, draw_people
from freeagents.demo.services.setting import Setting

OPEN_FOR_THE_MANAGER = 4


@dataclass(frozen=True)
class Government:
    """Everybody and everything made up; ids are positions plus one.

    :ivar parts: part in the demo (``manager``, ``agent``, ``hr`` …) → position of the person.
    """

    setting: Setting
    today: date
    people: People
    names: list[str]
    needs: list[Need]
    interests: list[Interest]
    parts: dict[str, int]
    rng: np.random.Generator


def make_government(*, pack: Pack, people: int, projects: int, seed: int, today: date) -> Government:
    """Make up a government; the same arguments give the same one.

    :param people: how many, at least 20; ``projects`` likewise, drafts included.
    """
    rng = np.random.default_rng([seed, people, projects])
    setting = Setting(pack)
    drawn = draw_people(rng, setting, people)
    needs = needs_of(rng, setting, drawn, count=projects, today=today)
    manager = _give_the_manager_work(drawn, needs)
    interests, agent = draw_interests(rng, setting, drawn, needs)
    parts = {"manager": manager, "agent": agent, **drawn.staff}
    return Government(
        setting=setting,
        today=today,
        people=drawn,
        names=draw_names(rng, pack, drawn.first_language),
        needs=needs,
        interests=interests,
        parts={part: person for part, person in parts.items() if person is not None},
        rng=rng,
    )


def _give_the_manager_work(people: People, needs: list[Need]) -> int:
    """Let the first manager of the busiest department own some open projects and a draft; return that manager."""
    open_needs = [need for need in needs if need.is_open]
    busiest = np.bincount([need.department for need in open_needs] or list(people.managers)).argmax()
    manager = people.managers[int(busiest)][0]
    there = [need for need in needs if need.department == busiest]
    for need in [need for need in there if need.is_open][:OPEN_FOR_THE_MANAGER]:
        need.owner = manager
    if len(there) > OPEN_FOR_THE_MANAGER:
        draft = next((need for need in there if not need.is_open), there[-1])
        draft.owner, draft.opened_ago = manager, None
    return manager
