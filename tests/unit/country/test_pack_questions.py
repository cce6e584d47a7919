"""What one asks a pack: words looked up, ladders, language levels, days off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freeagents.country.pack import fold, load_pack

UK, CANADA = load_pack("uk"), load_pack("canada")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("word", "code"),
    [("Montréal", "montreal"), ("MONTREAL", "montreal"), ("st johns", "st-johns"), ("Québec", "quebec-city")],
)
def test_a_place_is_found_by_code_or_name_in_any_locale(word: str, code: str) -> None:
    place = CANADA.place(word)
    assert place is not None
    assert place.code == code


def test_a_name_several_places_bear_means_the_largest_and_an_unknown_one_nothing() -> None:
    london = CANADA.places["london"]
    small, large = replace(london, code="a", population=1), replace(london, code="b", population=10**7)
    for places in ([small, london, large], [large, london, small]):
        found = replace(CANADA, places={place.code: place for place in places}).place("LONDON")
        assert found is not None
        assert found.code == "london", "a code wins over a name"
        found = replace(CANADA, places={place.code: place for place in places if place != london}).place("LONDON")
        assert found == large
    assert UK.place("Atlantis") is None


@pytest.mark.parametrize("word", ["esdc", "EDSC", "Emploi et Développement social Canada"])
def test_a_department_is_found_by_code_abbreviation_or_name(word: str) -> None:
    department = CANADA.department(word)
    assert department is not None
    assert department.code == "esdc"


@pytest.mark.parametrize("word", ["AS-04", "as-4", "AS 04", "Services administratifs, niveau 4"])
def test_a_grade_is_found_however_it_is_written(word: str) -> None:
    assert CANADA.known_grade(word) == CANADA.grades["AS-04"]


def test_an_unknown_grade_or_clearance_equals_only_itself() -> None:
    rung = UK.grade("Wizard")
    assert (rung.ladder, rung.rank, rung.band, rung.is_known) == ("=Wizard", 0, None, False)
    assert rung == UK.grade("Wizard")
    assert rung != UK.grade("wizards")
    assert UK.known_grade("Wizard") is None
    assert UK.clearance("cosmic").ladder == "=cosmic"
    assert UK.clearance("sc").rank < UK.clearance("Developed Vetting").rank


def test_languages_that_fold_alike_stay_apart() -> None:
    found = [CANADA.skill(word) for word in ("C#", "C++", "C")]
    assert [skill.code if skill else None for skill in found] == ["csharp", "cpp", None]


def test_text_falls_back_to_another_language_and_says_so() -> None:
    assert CANADA.text({"en": "loan", "fr": "prêt"}, "fr") == ("prêt", False)
    assert CANADA.text({"en": "loan"}, "fr") == ("loan", True)
    assert CANADA.text({"cy": "benthyciad"}, "fr") == ("benthyciad", True)
    assert CANADA.text({}, "fr") == ("", True)


@pytest.mark.parametrize(("letters", "ranks"), [("CBC", (3, 2, 3)), (" eee ", (4, 4, 4)), ("", ()), ("  ", ())])
def test_letters_of_three_parts_become_ranks(letters: str, ranks: tuple[int, ...]) -> None:
    assert CANADA.language_scheme.parse(letters) == ranks


@pytest.mark.parametrize("letters", ["CB", "CBCA", "XYZ", "B2"])
def test_letters_that_are_no_level_are_refused_with_a_sentence(letters: str) -> None:
    with pytest.raises(ValueError, match=r"is not a language level\. Write one of A, B, C, E for each of: reading"):
        CANADA.language_scheme.parse(letters)


def test_one_part_of_two_letters() -> None:
    assert UK.language_scheme.parse("b2") == (4,)
    with pytest.raises(ValueError, match="not a language level"):
        UK.language_scheme.parse("B2B2")


@given(st.lists(st.sampled_from(CANADA.language_scheme.letters), min_size=3, max_size=3))
def test_every_level_of_the_scheme_is_read_back(letters: list[str]) -> None:
    ranks = CANADA.language_scheme.parse("".join(letters))
    assert [CANADA.language_scheme.letters[rank - 1] for rank in ranks] == letters


@given(st.text())
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)


def test_days_off_follow_the_region() -> None:
    assert UK.is_holiday(date(2026, 11, 30), "SCT")
    assert not UK.is_holiday(date(2026, 11, 30), "LON")
    assert CANADA.is_holiday(date(2026, 6, 24), "QC")
    assert CANADA.is_holiday(date(2026, 6, 24), "NCR"), "off on the Quebec side of the river"
    assert not CANADA.is_holiday(date(2026, 6, 24), "ON")
    assert not CANADA.is_holiday(date(2026, 6, 24))
    with pytest.raises(KeyError):
        CANADA.is_holiday(date(2026, 6, 24), "Atlantis")


def test_ten_working_days_before_step_over_weekends_and_holidays() -> None:
    assert CANADA.working_days_before(date(2026, 7, 6), 10, "QC") == date(2026, 6, 18)
    assert CANADA.working_days_before(date(2026, 7, 6), 10, "AB") == date(2026, 6, 19)
    assert CANADA.working_days_before(date(2026, 7, 6), 0) == date(2026, 7, 6)
    with pytest.raises(ValueError, match="negative"):
        CANADA.working_days_before(date(2026, 7, 6), -1)


@given(DAYS, st.integers(1, 40), st.sampled_from(sorted(UK.regions)))
def test_the_days_stepped_over_hold_exactly_so_many_working_days(day: date, n: int, region: str) -> None:
    start = UK.working_days_before(day, n, region)
    between = [start + timedelta(days=step) for step in range((day - start).days)]
    assert sum(UK.is_working_day(each, region) for each in between) == n
    assert UK.is_working_day(start, region)
