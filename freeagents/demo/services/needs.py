"""Draws the projects of a made-up government: themes and topics of the pack put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from freeagents.country.pack import Pack, Place, RoleLevel, Theme, Topic
from freeagents.demo.services.chance import chance, draw, draw_one, whole
from freeagents.demo.services.people import People
from freeagents.demo.services.setting import Setting
from freeagents.demo.services.speech import in_region

DRAFT_SHARE = 0.04
OWN_TOPIC = 6  # times as likely as one that any department may have
LOWER_SHARE = 0.8  # criteria one role level below the one the grades come from
THREE_ESSENTIALS = 0.25
GRADE_RANGES: Mapping[str, float] = {"none": 40, "lowest": 30, "both": 30}
TO_HEADQUARTERS = 2.0  # power: projects sit where most of a department is
OPENED_DAYS = 45
EARLIEST_START, LATEST_START = 14, 110  # days from today


@dataclass(kw_only=True)
class Need:
    """One project. Skills are positions in :attr:`Setting.skills`.

    :ivar department: position in :attr:`Setting.employers`; ``owner`` the position of a person.
    :ivar place: None where the work is remote.
    :ivar essential: skill → level; ``asset`` likewise.
    :ivar opened_ago: days since it was opened, None for a draft.
    """

    theme: Theme
    topic: Topic
    department: int
    owner: int
    place: Place | None
    work_mode: str
    language: str
    starts_on: date
    ends_on: date
    time_percent: int
    seats: int
    grade_min: str | None
    grade_max: str | None
    clearance: str | None
    languages: Mapping[str, str]
    essential: Mapping[int, int]
    asset: Mapping[int, int]
    opened_ago: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is no draft."""
        return self.opened_ago is not None

    def words(self) -> tuple[str, str, str]:
        """Return title, outcome and tasks in the project's language."""
        topic = self.topic.names[self.language]
        outcome = self.theme.outcomes[self.language].replace("{topic}", topic)
        tasks = "\n".join(task[self.language] for task in self.theme.tasks)
        return self.theme.titles[self.language].replace("{topic}", topic), outcome, tasks


@dataclass(frozen=True)
class NeedDrawer:
    """Draws one need after the other for the people of a setting."""

    rng: np.random.Generator
    setting: Setting
    people: People
    today: date
    levels: dict[str, list[RoleLevel]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for level in self.setting.pack.roles:
            self.levels.setdefault(level.family, []).append(level)

    def needs(self, count: int) -> Iterator[Need]:
        """Yield ``count`` needs, some of them still drafts; the first manager of a department posts most."""
        themes = self.setting.pack.demo.themes
        theme = draw(self.rng, [each.weight for each in themes], count).tolist()
        with_managers = sorted(self.people.managers)
        sizes = [float(self.setting.employers[each].headcount or 0) ** 0.7 for each in with_managers]
        department = np.asarray(with_managers)[draw(self.rng, sizes, count)]
        place = self.setting.draw_place(self.rng, department, TO_HEADQUARTERS).tolist()
        draft = chance(self.rng, DRAFT_SHARE, count).tolist()
        for number in range(count):
            need = self._need(themes[theme[number]], int(department[number]), self.setting.places[place[number]])
            need.opened_ago = None if draft[number] else whole(self.rng, 0, OPENED_DAYS)
            yield need

    def _need(self, theme: Theme, department: int, place: Place) -> Need:
        rng, pack = self.rng, self.setting.pack
        level = self._role_level(theme)
        asked = self._one_below(level) if rng.random() < LOWER_SHARE else level
        essential = self._criteria(theme.essential, 2 + int(rng.random() < THREE_ESSENTIALS), asked, theme)
        asset = self._criteria(theme.asset, whole(rng, 1, 4), asked, theme)
        starts_on = self._monday(whole(rng, EARLIEST_START, LATEST_START))
        days = min(max(whole(rng, *theme.weeks) * 7 - 3, pack.rules.shortest_days), pack.rules.longest_days)
        low, high = self._grades(level, asked)
        clearance = draw_one(rng, theme.clearances)
        work_mode = draw_one(rng, theme.work_modes)
        managers = self.people.managers[department]
        return Need(
            theme=theme,
            topic=self._topic(department),
            department=department,
            owner=managers[min(whole(rng, 0, len(managers) - 1), whole(rng, 0, len(managers) - 1))],
            place=None if work_mode == "remote" else place,
            work_mode=work_mode,
            language=self._language(place),
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=days - 1),
            time_percent=int(rng.choice(theme.percents)),
            seats=whole(rng, *theme.seats),
            grade_min=low,
            grade_max=high,
            clearance=None if clearance == "none" else clearance,
            languages=self._languages(place),
            essential=essential,
            asset={skill: wanted for skill, wanted in asset.items() if skill not in essential},
        )

    def _role_level(self, theme: Theme) -> RoleLevel:
        """Draw a role level of the family that leads, within the theme's seniority; the lower the likelier."""
        family = self.levels[theme.families[0]]
        fitting = [each for each in family if theme.seniority[0] <= each.seniority <= theme.seniority[1]] or family
        return fitting[int(draw(self.rng, [9.0 - each.seniority for each in fitting], 1)[0])]

    def _one_below(self, level: RoleLevel) -> RoleLevel:
        below = [each for each in self.levels[level.family] if each.seniority < level.seniority]
        return max(below, key=lambda each: each.seniority, default=level)

    def _criteria(self, codes: tuple[str, ...], count: int, level: RoleLevel, theme: Theme) -> dict[int, int]:
        """Choose skills, the most telling one always among them, at the level people of that seniority have."""
        others = self.rng.permutation(np.arange(1, len(codes)))[: count - 1]
        chosen = [codes[position] for position in (0, *sorted(others.tolist()))] if codes else []
        return {self.setting.skill_index[code]: self._level(code, level, theme) for code in chosen}

    def _level(self, code: str, level: RoleLevel, theme: Theme) -> int:
        if code in level.skills:
            return level.skills[code]
        near = [
            other.skills[code]
            for family in theme.families
            for other in self.levels[family]
            if code in other.skills and other.seniority <= level.seniority
        ]
        return max(near, default=2)

    def _grades(self, level: RoleLevel, asked: RoleLevel) -> tuple[str | None, str | None]:
        """Return a range from the lower role level's lowest grade to the higher one's highest."""
        kind = draw_one(self.rng, GRADE_RANGES)
        grades = self.setting.pack.grades
        rungs = sorted((grades[code] for code in {*level.grades, *asked.grades}), key=lambda rung: rung.rank)
        same = [rung for rung in rungs if rung.ladder == rungs[0].ladder]
        if kind == "none" or not same:
            return None, None
        return same[0].code, same[-1].code if kind == "both" else None

    def _topic(self, department: int) -> Topic:
        code = self.setting.employers[department].code
        topics = self.setting.pack.demo.topics
        fitting = [topic for topic in topics if not topic.departments or code in topic.departments]
        weights = [OWN_TOPIC if topic.departments else 1 for topic in fitting]
        return fitting[int(draw(self.rng, weights, 1)[0])]

    def _monday(self, days: int) -> date:
        day = self.today + timedelta(days=days)
        return day + timedelta(days=-day.weekday() % 7)

    def _language(self, place: Place) -> str:
        """Return the language it is written in: one of the pack's, as usual in the region."""
        pack = self.setting.pack
        spoken = in_region(self.setting.speech.first, place.region)
        return draw_one(self.rng, {locale: spoken.get(locale, 0) for locale in pack.locales})

    def _languages(self, place: Place) -> dict[str, str]:
        shares = in_region(self.setting.speech.asked, place.region)
        words = draw_one(self.rng, {**shares, "": 1 - sum(shares.values())})
        return dict(pair.split(":") for pair in words.split(";") if pair)


def needs_of(rng: np.random.Generator, setting: Setting, people: People, *, count: int, today: date) -> list[Need]:
    """Return ``count`` needs; the same generator state gives the same needs."""
    return list(NeedDrawer(rng, setting, people, today).needs(count))


def has_demo(pack: Pack) -> bool:
    """Whether the pack says what a made-up government is drawn from."""
    return bool(pack.demo.themes and pack.demo.topics and pack.demo.regions and pack.demo.disciplines)
