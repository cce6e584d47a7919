"""From a folder to the contents of a pack: every table read, every reference checked, all problems reported at once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zoneinfo import available_timezones

from holidays.registry import COUNTRIES

from freeagents.country.demo_tables import WORK_MODES, read_demo
from freeagents.country.entries import (
    Contents,
    Department,
    LanguageScheme,
    Place,
    Region,
    RoleLevel,
    Rules,
    Rung,
    Skill,
    Template,
    Words,
)
from freeagents.country.tables import (
    Locales,
    Notes,
    PackError,
    Record,
    Section,
    columns,
    read_settings,
    read_table,
    unique,
)

LEVELS = (1, 2, 3, 4)
DEPARTMENT_KINDS = ("department", "branch")
TERMS = tuple(
    f"{word}{number}"
    for word in ("deployment", "agent", "department", "grade", "clearance", "public_servant", "release", "agreement")
    for number in ("", "s")
)


def read_pack(folder: Path) -> Contents:
    """Return what the files in ``folder`` say.

    :raises PackError: naming every problem found, when there is any.
    """
    notes = Notes(folder)
    settings = read_settings(notes, "pack.toml")
    contents = _contents(notes, settings) if settings else None
    if contents is None or notes.problems:
        raise PackError(notes.problems)
    return contents


def _contents(notes: Notes, settings: Section) -> Contents:
    locales = settings.listed("locales")
    if not locales:
        settings.problem("locales", 'The list is missing. Write for example locales = ["en", "fr"].')
    regions = _regions(notes, locales)
    families = _named(settings.sections("families"), locales)
    disciplines = _named(settings.sections("disciplines"), locales)
    grades = _grades(notes, locales)
    clearances = _clearances(settings.sections("clearances"), locales)
    departments = _departments(notes, locales)
    skills = _skills(notes, locales, families, disciplines)
    roles = _roles(notes, locales, disciplines, grades, skills)
    country, categories = _holidays(settings.section("holidays"))
    return Contents(
        code=settings.code(),
        digest=_digest(notes.folder),
        names=settings.words("names", locales),
        locales=locales,
        languages=settings.listed("languages") or locales,
        currency=settings.text("currency"),
        service_name=settings.words("service_name", locales),
        colour=settings.text("colour"),
        terms=_fixed_words(settings.section("terms"), TERMS, locales),
        levels={int(level): names for level, names in _level_words(settings, locales).items()},
        work_modes=_fixed_words(settings.section("work_modes"), WORK_MODES, locales),
        disciplines=disciplines,
        families=families,
        rules=_rules(settings.section("rules"), grades),
        language_scheme=_language_scheme(settings.section("language_scheme"), locales),
        holidays_country=country,
        holidays_categories=categories,
        regions=regions,
        departments=departments,
        grades=grades,
        bands_source=settings.text("bands_source"),
        clearances=clearances,
        places=_places(notes, locales, regions),
        skills=skills,
        roles=roles,
        templates=_templates(notes, locales, disciplines, skills),
        demo=read_demo(
            notes,
            locales,
            regions=regions,
            departments=departments,
            disciplines=disciplines,
            skills=skills,
            roles=roles,
            clearances=clearances,
        ),
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".toml", ".csv"}):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _named(records: list[Section], locales: Locales) -> dict[str, Words]:
    return unique(records, lambda record, _: record.words("names", locales))


def _fixed_words(section: Section, keys: tuple[str, ...], locales: Locales) -> dict[str, Words]:
    section.check("", [key for key in section.cells if key not in keys], keys, "the words of this section")
    return {key: section.words(key, locales) for key in keys}


def _level_words(settings: Section, locales: Locales) -> dict[str, Words]:
    return _fixed_words(settings.section("levels"), tuple(str(level) for level in LEVELS), locales)


def _regions(notes: Notes, locales: Locales) -> dict[str, Region]:
    return unique(
        read_table(notes, "regions.csv", columns(locales, "code", "holidays")),
        lambda record, code: Region(code, record.words("name", locales), record.listed("holidays")),
    )


def _holidays(section: Section) -> tuple[str, tuple[str, ...]]:
    """Return country and categories; whether the calendars exist is asked when they load, which takes half a second."""
    country = section.text("country")
    known = {alpha2 for _, alpha2, *_ in COUNTRIES.values()}
    section.check("country", [country] if country else [], known, "the countries of the holidays library")
    return country, section.listed("categories")


def _grades(notes: Notes, locales: Locales) -> dict[str, Rung]:
    records = read_table(notes, "grades.csv", columns(locales, "code", "ladder", "rank", "band"))
    taken: dict[tuple[str, int], str] = {}

    def rung(record: Record, code: str) -> Rung:
        ladder, rank = record.code("ladder"), record.whole("rank", 1, 99)
        if taken.setdefault((ladder, rank), code) != code:
            other = taken[ladder, rank]
            record.problem("rank", f"{other!r} already has rank {rank} of ladder {ladder!r}. Give each its own rank.")
        return Rung(code, ladder, rank, record.optional_whole("band", 1, 99), record.words("name", locales))

    return unique(records, rung)


def _clearances(sections: list[Section], locales: Locales) -> dict[str, Rung]:
    ranks = {id(section): rank for rank, section in enumerate(sections, 1)}
    return unique(
        sections,
        lambda record, code: Rung(code, "clearance", ranks[id(record)], None, record.words("names", locales)),
    )


def _departments(notes: Notes, locales: Locales) -> dict[str, Department]:
    words = ("name", "abbreviation", "portfolio")
    needed = columns(locales, "code", "kind", "parent", "headcount", words=words)
    records = read_table(notes, "departments.csv", needed)

    def department(record: Record, code: str) -> Department:
        return Department(
            code=code,
            names=record.words("name", locales),
            abbreviation=record.words("abbreviation", locales, required=False),
            kind=record.one_of("kind", DEPARTMENT_KINDS, "department, branch"),
            parent=record.optional("parent") or None,
            portfolio=record.words("portfolio", locales, required=False),
            headcount=record.optional_whole("headcount", 0, 10_000_000),
        )

    departments = unique(records, department)
    for record in records:
        _check_parent(record, departments)
    return departments


def _check_parent(record: Record, departments: dict[str, Department]) -> None:
    parent = record.optional("parent")
    if not parent:
        if record.optional("kind") == "branch":
            record.problem("parent", "A branch belongs to a department. Write that department's code.")
        return
    record.check("parent", [parent], departments, "departments.csv")
    code = record.optional("code")
    seen, above = {code}, departments.get(parent)
    while above is not None:
        if above.code in seen:
            if above.code == code:
                record.problem("parent", f"{code!r} would be its own parent by way of {parent!r}. Break the circle.")
            return
        seen.add(above.code)
        above = departments.get(above.parent or "")


def _places(notes: Notes, locales: Locales, regions: dict[str, Region]) -> dict[str, Place]:
    plain = ("code", "region", "latitude", "longitude", "timezone", "population")
    zones = available_timezones()

    def place(record: Record, code: str) -> Place:
        return Place(
            code=code,
            names=record.words("name", locales),
            region=record.one_of("region", regions, "regions.csv"),
            lat=record.number("latitude", -90, 90),
            lon=record.number("longitude", -180, 180),
            timezone=record.one_of("timezone", zones, "the IANA time zones"),
            population=record.whole("population", 0, 100_000_000),
        )

    return unique(read_table(notes, "places.csv", columns(locales, *plain)), place)


def _skills(
    notes: Notes, locales: Locales, families: dict[str, Words], disciplines: dict[str, Words]
) -> dict[str, Skill]:
    def skill(record: Record, code: str) -> Skill:
        return Skill(
            code=code,
            names=record.words("name", locales),
            family=record.one_of("family", families, "the families of pack.toml"),
            discipline=record.one_of("discipline", disciplines, "the disciplines of pack.toml"),
            descriptions=record.words("description", locales, required=False),
        )

    words = ("name", "description")
    return unique(read_table(notes, "skills.csv", columns(locales, "code", "family", "discipline", words=words)), skill)


def _roles(
    notes: Notes,
    locales: Locales,
    disciplines: dict[str, Words],
    grades: dict[str, Rung],
    skills: dict[str, Skill],
) -> tuple[RoleLevel, ...]:
    records = read_table(notes, "roles.csv", columns(locales, "code", "family", "discipline", "seniority", "grades"))
    codes = {record.optional("code") for record in records}
    levels: dict[str, dict[str, int]] = {code: {} for code in codes}
    for record in read_table(notes, "role_skills.csv", ("role", "skill", "level")):
        role = record.one_of("role", codes, "roles.csv")
        skill = record.one_of("skill", skills, "skills.csv")
        level = record.whole("level", LEVELS[0], LEVELS[-1])
        if skill in levels.get(role, {}):
            record.problem("skill", f"{role!r} has {skill!r} twice. Keep one row.")
        levels.setdefault(role, {})[skill] = level

    def role_level(record: Record, code: str) -> RoleLevel:
        record.check("grades", record.listed("grades"), grades, "grades.csv")
        if code and not levels[code]:
            record.problem("code", f"{code!r} has no skill. Add rows to role_skills.csv.")
        return RoleLevel(
            code=code,
            names=record.words("name", locales),
            family=record.code("family"),
            discipline=record.one_of("discipline", disciplines, "the disciplines of pack.toml"),
            seniority=record.whole("seniority", 1, 7),
            grades=record.listed("grades"),
            skills=levels.get(code, {}),
        )

    return tuple(unique(records, role_level).values())


def _templates(
    notes: Notes, locales: Locales, disciplines: dict[str, Words], skills: dict[str, Skill]
) -> dict[str, Template]:
    """Return the projects to start from; a pack without that table has none."""
    if not (notes.folder / "templates.csv").is_file():
        return {}

    def levels(record: Record, column: str) -> dict[str, int]:
        asked = record.weights(column)
        record.check(column, asked, skills, "skills.csv")
        for skill, level in asked.items():
            if level not in LEVELS:
                record.problem(column, f"{skill!r} has level {level}. Write a whole number from 1 to 4.")
        return asked

    def template(record: Record, code: str) -> Template:
        essential, asset = levels(record, "essential"), levels(record, "asset")
        for skill in sorted(essential.keys() & asset.keys()):
            record.problem("asset", f"{skill!r} is essential already. Name it in one of the two columns.")
        return Template(
            code=code,
            names=record.words("name", locales),
            discipline=record.one_of("discipline", disciplines, "the disciplines of pack.toml"),
            weeks=record.whole("weeks", 1, 104),
            seats=record.whole("seats", 1, 50),
            time_percent=record.whole("time_percent", 1, 100),
            work_mode=record.one_of("work_mode", WORK_MODES, "on_site, hybrid, remote"),
            essential=essential,
            asset=asset,
            outcomes=record.words("outcome", locales),
            tasks=tuple(record.words(f"task{number}", locales) for number in (1, 2, 3)),
        )

    plain = ("code", "discipline", "weeks", "seats", "time_percent", "work_mode", "essential", "asset")
    words = ("name", "outcome", "task1", "task2", "task3")
    return unique(read_table(notes, "templates.csv", columns(locales, *plain, words=words)), template)


def _rules(section: Section, grades: dict[str, Rung]) -> Rules:
    signs = section.optional("host_signs_at")
    section.check("host_signs_at", [signs] if signs else [], grades, "grades.csv")
    rules = Rules(
        to_confirm=section.truth("to_confirm"),
        notice_working_days=section.whole("notice_working_days", 0, 250),
        release_due_working_days=section.whole("release_due_working_days", 1, 250),
        release_by_default=section.truth("release_by_default"),
        shortest_days=section.whole("shortest_days", 1, 3660),
        longest_days=section.whole("longest_days", 1, 3660),
        recovery_percent=section.whole("recovery_percent", 0, 300),
        bonus_recovered=section.truth("bonus_recovered"),
        acting_notice_working_days=section.whole("acting_notice_working_days", 0, 250),
        host_signs_at=signs or None,
        second_language_texts=section.truth("second_language_texts"),
    )
    if rules.longest_days < rules.shortest_days:
        section.problem("longest_days", "The longest is shorter than the shortest. Write a larger number.")
    return rules


def _language_scheme(section: Section, locales: Locales) -> LanguageScheme:
    letters = tuple(letter.upper() for letter in section.listed("letters"))
    if not letters or len(set(letters)) != len(letters):
        section.problem("letters", "The letters are missing or repeated. Write each once, the lowest first.")
    return LanguageScheme(
        parts=_named(section.sections("parts"), locales),
        letters=letters,
        languages=_named(section.sections("languages"), locales),
    )
