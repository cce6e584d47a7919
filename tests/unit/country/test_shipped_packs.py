"""The packs that are shipped: complete in every language, consistent, quick to load."""

from __future__ import annotations

import time
from datetime import date

import pytest

from freeagents.country.pack import PACK_FOLDERS, Pack, available_packs, load_pack, load_pack_from

FOLDER = next(folder for folder in PACK_FOLDERS if folder.is_dir())


@pytest.fixture(params=available_packs())
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def test_both_countries_are_shipped() -> None:
    assert available_packs() == ("canada", "uk")
    assert load_pack("canada").locales == ("en", "fr")


def test_an_unknown_country_names_those_there_are() -> None:
    with pytest.raises(LookupError, match="canada, uk"):
        load_pack("../uk")


def test_every_name_is_written_in_every_locale(pack: Pack) -> None:
    named = (
        *pack.departments.values(),
        *pack.grades.values(),
        *pack.clearances.values(),
        *pack.places.values(),
        *pack.regions.values(),
        *pack.skills.values(),
        *pack.roles,
        *pack.demo.topics,
        *pack.templates.values(),
    )
    assert all(set(entry.names) == set(pack.locales) for entry in named)
    plain = (pack.names, pack.service_name, *pack.terms.values(), *pack.levels.values(), *pack.disciplines.values())
    assert all(set(words) == set(pack.locales) for words in plain)


def test_departments_form_a_tree_in_one_portfolio(pack: Pack) -> None:
    for department in pack.departments.values():
        above = [department]
        while above[-1].parent:
            above.append(pack.departments[above[-1].parent])
            assert len(above) <= len(pack.departments)
        assert above[-1].kind == "department"
        assert department.portfolio == above[-1].portfolio


def test_ladders_rise_strictly_and_bands_never_fall(pack: Pack) -> None:
    ladders: dict[str, list[tuple[int, int]]] = {}
    for rung in pack.grades.values():
        assert rung.band is not None
        ladders.setdefault(rung.ladder, []).append((rung.rank, rung.band))
    for rungs in ladders.values():
        assert [rank for rank, _ in sorted(rungs)] == list(range(1, len(rungs) + 1))
        bands = [band for _, band in sorted(rungs)]
        assert bands == sorted(bands)
    assert [rung.rank for rung in pack.clearances.values()] == list(range(1, len(pack.clearances) + 1))


def test_roles_cover_every_discipline_and_every_skill(pack: Pack) -> None:
    assert {role.discipline for role in pack.roles} == set(pack.disciplines)
    assert {skill for role in pack.roles for skill in role.skills} == set(pack.skills)
    assert all(1 <= level <= 4 for role in pack.roles for level in role.skills.values())
    assert 150 <= len(pack.skills) <= 250


def test_levels_asked_grow_with_seniority(pack: Pack) -> None:
    levels: dict[int, list[int]] = {}
    for role in pack.roles:
        levels.setdefault(role.seniority, []).extend(role.skills.values())
    means = [sum(found) / len(found) for _, found in sorted(levels.items())]
    assert means == sorted(means)


def test_no_two_skills_share_a_name(pack: Pack) -> None:
    for locale in pack.locales:
        assert len({skill.names[locale].casefold() for skill in pack.skills.values()}) == len(pack.skills)
    assert all(
        pack.skill(name) == skill for skill in pack.skills.values() for name in (skill.code, *skill.names.values())
    )


def test_every_region_has_a_place_and_a_calendar(pack: Pack) -> None:
    assert {place.region for place in pack.places.values()} == set(pack.regions)
    assert set(pack.calendars) == {None, *pack.regions}
    assert all(pack.is_holiday(date(2030, 12, 25), region) for region in pack.calendars)


def test_templates_ask_little_as_essential_and_say_the_rest_in_every_locale(pack: Pack) -> None:
    assert len(pack.templates) >= 6
    for template in pack.templates.values():
        assert 1 <= len(template.essential) <= 3, template.code
        assert not template.essential.keys() & template.asset.keys(), template.code
        assert all(set(words) == set(pack.locales) for words in (template.outcomes, *template.tasks)), template.code
        assert template.weeks * 7 <= pack.rules.longest_days


def test_demo_tables_give_a_generator_enough_to_draw_from(pack: Pack) -> None:
    demo = pack.demo
    assert len(demo.themes) >= 60
    assert {theme.discipline for theme in demo.themes} == set(pack.disciplines)
    assert (
        len({theme.titles["en"].format(topic=topic.names["en"]) for theme in demo.themes for topic in demo.topics})
        > 3000
    )
    for theme in demo.themes:
        assert len(theme.essential) >= 3
        assert theme.asset
        assert not set(theme.essential) & set(theme.asset)
        held = {skill for role in pack.roles if role.family == theme.families[0] for skill in role.skills}
        assert set(theme.essential) <= held
        assert all("{topic}" in text for words in (theme.titles, theme.outcomes) for text in words.values())
    assert set(demo.regions["*"]) == set(pack.regions)
    assert set(demo.disciplines["*"]) == set(pack.disciplines)


def test_french_patterns_never_put_de_or_a_before_the_article_of_a_topic() -> None:
    for theme in load_pack("canada").demo.themes:
        for text in (theme.titles["fr"], theme.outcomes["fr"]):
            assert " de {topic}" not in text, theme.code
            assert " à {topic}" not in text, theme.code


@pytest.mark.parametrize("code", available_packs())
def test_loading_twice_gives_equal_values_in_little_time(code: str) -> None:
    first = load_pack_from(FOLDER / code)
    started = time.process_time()
    second = load_pack_from(FOLDER / code)
    assert time.process_time() - started < 0.3
    assert first == second
    assert hash(first) == hash(second)
    assert first is not second
    assert len(first.digest) == 64
