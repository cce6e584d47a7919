"""Every change that would have helped has words, to the person and to others."""

from __future__ import annotations

import pytest

from freeagents.country.pack import load_pack
from freeagents.eligibility.advice import (
    NOT_USED,
    Naming,
    filling_sentence,
    nearest_sentence,
    your_nearest_sentence,
)
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.nearest import CHANGEABLE
from freeagents.eligibility.relaxing import relaxations
from freeagents.eligibility.rules import RULE_CODES
from freeagents.eligibility.sentences import your_answers

PACK = load_pack("uk")
NAMING = Naming(str.title, str, str.upper)
CHANGES = [{"skill": "law", "level": 3}, *({"rule": code} for code in CHANGEABLE)]


@pytest.mark.parametrize("change", CHANGES)
def test_what_would_have_placed_somebody(change):
    for facts in (change, change | {"alike": 2}):
        to_others, to_you = (say(facts, "Forms", NAMING) for say in (nearest_sentence, your_nearest_sentence))
        assert "the person would take a seat of “Forms”" in to_others
        assert "you would have taken a seat of “Forms”" in to_you
        assert ("another project" in to_others) == ("another project" in to_you) == ("alike" in facts)
        assert to_you[0].isupper()


def test_only_what_people_can_state_themselves_would_have():
    assert set(CHANGEABLE) < set(RULE_CODES) - {"grade", "another_department", "admission", "conflict", "barred"}
    assert "your skills" in your_nearest_sentence(None, "", NAMING)
    assert "the person’s skills" in nearest_sentence(None, "", NAMING)


def test_what_would_fill_a_seat():
    grades = sorted(
        (each for each in PACK.grades.values() if each.ladder == PACK.grade("G7").ladder), key=lambda g: g.rank
    )
    asks_all = ProjectFacts(
        key="j",
        department="dwp",
        starts_on=None,
        work_mode="on_site",
        grade_min=grades[1],
        grade_max=grades[-2],
        clearance=PACK.clearance("SC"),
        languages={"cy": ()},
        essential={"law": 4},
    )
    found = [each.facts for size in relaxations(asks_all, PACK) for each in size]
    assert [facts["change"] for facts in found] == [
        *("lower", "lower", "lower", "asset", "language", "grade_min", "grade_max", "hybrid", "remote", "clearance")
    ]
    for facts in (*found, {"change": "later"}):
        told = filling_sentence(facts | {"qualify": 12, "filled": 2}, NAMING)
        assert told.startswith("The smallest change that fills it: ")
        assert "Then 12 people meet every hard rule. Solved with it, the round fills 2 more seats" in told
    assert "Law at the level 3" in filling_sentence(found[0] | {"qualify": 1, "filled": 1}, NAMING)
    assert "would fill the seat" in filling_sentence(None, NAMING)


def test_an_answer_says_why_and_then_what_would_have_placed():
    assert your_answers("seats_kept", {"allowed": 1}) == [
        "All seats of the one project that would be allowed are kept for others."
    ]
    told = your_answers("seats_kept", {"allowed": 1, "nearest": {"rule": "place", "project": "j", "title": "Forms"}})
    assert told[1].startswith(
        "Willing to go as far as the project’s place of work, you would have taken a seat of “Forms”"
    )
    assert len(set(map(str, NOT_USED))) == len(NOT_USED)
