"""The tables under ``demo/``: what a believable made-up government is drawn from."""

from __future__ import annotations

from freeagents.country.entries import Demo, Department, Region, RoleLevel, Rung, Skill, Theme, Topic, Words
from freeagents.country.tables import Locales, Notes, Record, columns, read_table, unique

WORK_MODES = ("on_site", "hybrid", "remote")
ANY = "*"


def read_demo(
    notes: Notes,
    locales: Locales,
    *,
    regions: dict[str, Region],
    departments: dict[str, Department],
    disciplines: dict[str, Words],
    skills: dict[str, Skill],
    roles: tuple[RoleLevel, ...],
    clearances: dict[str, Rung],
) -> Demo:
    """Return the tables under ``demo/``; a pack without that folder has none."""
    if not (notes.folder / "demo").is_dir():
        return Demo({}, {}, (), ())
    families = {role.family for role in roles}

    def theme(record: Record, code: str) -> Theme:
        record.check("families", record.listed("families"), families, "the families of roles.csv")
        for column in ("essential", "asset"):
            record.check(column, record.listed(column), skills, "skills.csv")
        work_modes, asked = record.weights("work_modes"), record.weights("clearances")
        record.check("work_modes", work_modes, WORK_MODES, "on_site, hybrid, remote")
        record.check("clearances", asked, ("none", *clearances), "the clearances of pack.toml")
        return Theme(
            code=code,
            discipline=record.one_of("discipline", disciplines, "the disciplines of pack.toml"),
            families=record.listed("families"),
            essential=record.listed("essential"),
            asset=record.listed("asset"),
            seniority=_span(record, "seniority", 7),
            weeks=_span(record, "weeks", 104),
            seats=_span(record, "seats", 50),
            percents=_percents(record),
            work_modes=work_modes,
            clearances=asked,
            weight=record.whole("weight", 1, 1000),
            titles=record.words("title", locales),
            outcomes=record.words("outcome", locales),
            tasks=tuple(record.words(f"task{number}", locales) for number in (1, 2, 3)),
        )

    def topic(record: Record, code: str) -> Topic:
        record.check("departments", record.listed("departments"), departments, "departments.csv")
        return Topic(code, record.words("name", locales), record.listed("departments"))

    plain = ("code", "discipline", "families", "essential", "asset", "seniority", "weeks", "seats", "percents")
    more = ("work_modes", "clearances", "weight")
    words = ("title", "outcome", "task1", "task2", "task3")
    themes = read_table(notes, "demo/themes.csv", columns(locales, *plain, *more, words=words))
    topics = read_table(notes, "demo/topics.csv", columns(locales, "code", "departments"))
    return Demo(
        regions=_shares(notes, "demo/regions.csv", "region", departments, regions),
        disciplines=_shares(notes, "demo/disciplines.csv", "discipline", departments, disciplines),
        themes=tuple(unique(themes, theme).values()),
        topics=tuple(unique(topics, topic).values()),
    )


def _span(record: Record, column: str, high: int) -> tuple[int, int]:
    """Return ``lowest-highest`` such as ``2-4``, or one number for both."""
    low, _, top = record.text(column).partition("-")
    if not (low.isdigit() and (top or low).isdigit() and 1 <= int(low) <= int(top or low) <= high):
        record.problem(column, f"This is not a span. Write two whole numbers such as 2-4, up to {high}.")
        return 1, 1
    return int(low), int(top or low)


def _shares(
    notes: Notes,
    file: str,
    column: str,
    departments: dict[str, Department],
    known: dict[str, Region] | dict[str, Words],
) -> dict[str, dict[str, int]]:
    shares: dict[str, dict[str, int]] = {}
    for record in read_table(notes, file, ("department", column, "people")):
        department = record.one_of("department", {ANY, *departments}, "departments.csv")
        word = record.one_of(column, known, f"the {column}s of the pack")
        shares.setdefault(department, {})[word] = record.whole("people", 0, 10_000_000)
    return shares


def _percents(record: Record) -> tuple[int, ...]:
    percents = record.listed("percents")
    wrong = [percent for percent in percents if not (percent.isdigit() and 1 <= int(percent) <= 100)]
    if wrong or not percents:
        record.problem("percents", "These are not shares of time. Write whole numbers from 1 to 100 such as 50;100.")
        return ()
    return tuple(int(percent) for percent in percents)
