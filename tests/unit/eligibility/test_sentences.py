"""Every code has a sentence, and none tells what its reader may not know."""

from __future__ import annotations

import pytest

from freeagents.eligibility.bridge import PARTS
from freeagents.eligibility.rules import RULE_CODES
from freeagents.eligibility.sentences import (
    objective_sentence,
    rule_name,
    rule_sentence,
    sentence_for_pair,
    sentence_for_person,
    sentence_for_seat,
)
from freeagents.matching import UNITS_PER_POINT, Objective, Reason
from freeagents.web import filters, words

ALONE = {"grade": 1, "essential_skills": 12}
SEATS = {
    Reason.NOBODY_ALLOWED: {"alone": ALONE},
    Reason.NOBODY_ELSE_ALLOWED: {"allowed": 1, "alone": {}},
    Reason.CHOSEN_ELSEWHERE: {"allowed": 3, "elsewhere": 2},
    Reason.LIMITED: {"allowed": 3, "idle": 2},
}
PEOPLE = {
    Reason.NO_SEAT_ALLOWED: {"projects": 9, "alone": ALONE},
    Reason.OTHERS_SCORED_MORE: {"allowed": 2, "project": "j1", "score": 20_500, "lowest": 31_007},
    Reason.SEATS_KEPT: {"allowed": 1},
    Reason.LIMITED: {"allowed": 2, "project": "j1", "score": 20_500, "lowest": -1},
}


def test_every_reason_has_a_sentence():
    assert {*SEATS, *PEOPLE, Reason.PLACED, Reason.KEPT} == set(Reason)
    told = [sentence_for_seat(code, facts) for code, facts in SEATS.items()]
    told += [sentence_for_person(code, facts, {}) for code, facts in PEOPLE.items()]
    told += [sentence_for_person(code, {}, {}) for code in ("approved", "reviewer", "placed_elsewhere")]
    for sentence in told:
        assert " " in sentence
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0].isdigit()


@pytest.mark.parametrize("code", RULE_CODES)
def test_every_rule_has_a_name_and_a_sentence(code):
    assert rule_name(code) != code or code in {"grade", "languages"}
    assert rule_sentence(code).endswith(".")
    assert rule_sentence(code) != f"{rule_name(code)}."
    assert rule_sentence(code, "agile working 3").endswith(" (agile working 3).")


def test_every_part_and_objective_has_words():
    assert all(words.part_name(part) for part in PARTS)
    assert all(" " in objective_sentence(objective) for objective in Objective)


def test_which_rule_alone_is_in_the_way():
    assert sentence_for_seat("nobody_allowed", {"alone": ALONE}) == (
        "Nobody meets every hard rule. Kept out by a single rule: essential skills, 12 people; grade, 1 person."
    )
    assert sentence_for_person("no_seat_allowed", {"projects": 2, "alone": {"place": 2}}, {}) == (
        "Every project with seats is ruled out. Ruled out by a single rule: place of work, 2 projects."
    )


def test_totals_are_for_reviewers_only():
    """Private parts are in the total and decide which project is nearest, so both stay out unless asked for."""
    facts, titles = PEOPLE[Reason.OTHERS_SCORED_MORE], {"j1": "Plain forms"}
    told = sentence_for_person("others_scored_more", facts, titles)
    assert told == (
        "2 projects would be allowed, but their seats went to people who add at least as much to the whole."
    )
    assert sentence_for_person("others_scored_more", facts, titles, scores=True).endswith(
        "The nearest was Plain forms: 20.5 points, where the lowest placed has 31.007."
    )


def test_an_answer_without_facts_is_still_a_sentence():
    assert sentence_for_person("others_scored_more", {}, {}).startswith("One project would be allowed")


def test_only_the_parts_given_are_told():
    most = dict.fromkeys(PARTS, 10_000)
    assert sentence_for_pair({"skills": 7_250, "growth": 0, "distance": 1}, most) == (
        "Meets every hard rule. Earns 7.25 of 10 for skills and 0.001 of 10 for distance."
    )
    assert sentence_for_pair({}, most, kept=True) == "Kept by HR. Earns nothing."


def test_points_are_exact_and_no_longer_than_they_need_be():
    units = (0, 1, 999, 1_000, 20_000, 49_980, 62_500, 1_234_500)
    said = ["0", "0.001", "0.999", "1", "20", "49.98", "62.5", "1,234.5"]
    assert [filters.points(one) for one in units] == said
    assert [filters.plain_points(one) for one in units] == [one.replace(",", "") for one in said]
    assert filters.UNITS_PER_POINT == UNITS_PER_POINT


def test_part_is_said_in_the_same_words_in_a_table_and_in_a_sentence():
    for part in PARTS:
        assert words.part_label(part).casefold() == words.part_name(part).casefold()
        assert words.part_name(part) in sentence_for_pair({part: 1}, {part: 1_000})
