"""What a profile lacks is told in the order in which to mend it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from freeagents.profiles.models import AcceptedPlace, Availability, HeldSkill, Profile
from freeagents.profiles.queries import gaps

TODAY = date(2027, 3, 1)
OVER = Availability(starts_on=date(2027, 1, 1), ends_on=date(2027, 2, 28), percent=100)
UNTIL_TODAY = Availability(starts_on=date(2027, 1, 1), ends_on=TODAY, percent=100)
OPEN = Availability(starts_on=date(2028, 1, 1), ends_on=None, percent=50)
LEEDS = AcceptedPlace(place="leeds")


def a_profile(**parts: Any) -> Profile:
    whole = {"skills": [HeldSkill(level=2)], "availability": [OPEN], "work_modes": ["remote"], "places": []}
    return Profile(paused=False, **(whole | parts))


@pytest.mark.parametrize(
    ("parts", "lacking"),
    [
        ({}, ()),
        ({"skills": []}, ("skills",)),
        ({"availability": []}, ("availability",)),
        ({"availability": [OVER]}, ("availability",)),
        ({"availability": [OVER, UNTIL_TODAY]}, ()),
        ({"work_modes": []}, ("work_modes",)),
        ({"work_modes": ["remote", "hybrid"]}, ("places",)),
        ({"work_modes": ["on_site"]}, ("places",)),
        ({"work_modes": ["on_site"], "places": [LEEDS]}, ()),
    ],
)
def test_each_lacking_part_is_named(parts: dict[str, Any], lacking: tuple[str, ...]) -> None:
    assert gaps(a_profile(**parts), employed=True, admitted=True, today=TODAY) == lacking


def test_an_empty_profile_of_a_stranger_lacks_all_but_places() -> None:
    empty = a_profile(skills=[], availability=[], work_modes=[])
    told = gaps(empty, employed=False, admitted=False, today=TODAY)
    assert told == ("skills", "availability", "work_modes", "post", "admission")


def test_a_pause_is_told_last() -> None:
    profile = a_profile()
    profile.paused = True
    assert gaps(profile, employed=True, admitted=False, today=TODAY) == ("admission", "paused")
