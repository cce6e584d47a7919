"""What a country pack holds: the frozen entries of its tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

Words = dict[str, str]
"""A text in several languages: locale → text."""


@dataclass(frozen=True)
class Rung:
    """A grade or a clearance: its place in a ladder (rank 1 is the lowest) and, for grades, across ladders (band).

    A word that no ladder orders has a ladder of its own, so that it equals itself and compares with nothing else.
    """

    code: str
    ladder: str
    rank: int
    band: int | None
    names: Words

    @property
    def is_known(self) -> bool:
        """Whether the pack orders this word."""
        return not self.ladder.startswith("=")


@dataclass(frozen=True)
class Department:
    """An organisation (kind ``department``) or a part of one (``branch``). ``headcount`` None: not known."""

    code: str
    names: Words
    abbreviation: Words
    kind: str
    parent: str | None
    portfolio: Words
    headcount: int | None


@dataclass(frozen=True)
class Region:
    """A part of the country; a day off in any of its ``holidays`` subdivisions is a day off in the region."""

    code: str
    names: Words
    holidays: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A town; ``lat`` and ``lon`` in degrees (WGS 84), ``timezone`` an IANA name, ``region`` a region's code."""

    code: str
    names: Words
    region: str
    lat: float
    lon: float
    timezone: str
    population: int


@dataclass(frozen=True)
class Skill:
    """An entry of the shared taxonomy; ``family`` groups skills in lists, ``discipline`` is where it is typical."""

    code: str
    names: Words
    family: str
    discipline: str
    descriptions: Words


@dataclass(frozen=True)
class RoleLevel:
    """A job at one seniority (1 trainee … 7 head of profession): the skills it asks for, each with its level 1–4.

    ``family`` is the job whose levels these are (all *user researchers*); ``grades`` are codes it is typically held at.
    """

    code: str
    names: Words
    family: str
    discipline: str
    seniority: int
    grades: tuple[str, ...]
    skills: dict[str, int]


@dataclass(frozen=True)
class Template:
    """A project to start from: what is usual for a kind of need, to be corrected by whoever posts it.

    :ivar weeks: how long it usually takes; the dates themselves are the manager's.
    :ivar essential: skill → level 1–4; ``asset`` likewise.
    """

    code: str
    names: Words
    discipline: str
    weeks: int
    seats: int
    time_percent: int
    work_mode: str
    essential: dict[str, int]
    asset: dict[str, int]
    outcomes: Words
    tasks: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The government's own rules for a deployment. Days are calendar days unless named working days.

    :ivar to_confirm: these are sensible defaults that the government has not yet confirmed.
    :ivar release_by_default: a home manager's silence past the due date grants the release.
    :ivar recovery_percent: what the host repays, of salary at the deployment's level (120: salary and a fifth).
    :ivar bonus_recovered: a language bonus is repaid as well.
    :ivar host_signs_at: the lowest grade that may sign an agreement for the host; None where no grade is prescribed.
    :ivar acting_notice_working_days: a letter of offer for acting at a higher level comes so long before its start.
    """

    to_confirm: bool
    notice_working_days: int
    release_due_working_days: int
    release_by_default: bool
    shortest_days: int
    longest_days: int
    recovery_percent: int
    bonus_recovered: bool
    acting_notice_working_days: int
    host_signs_at: str | None
    second_language_texts: bool


@dataclass(frozen=True)
class LanguageScheme:
    """How a level of language is written: one letter group for each part, letters in rising order.

    ``parts`` and ``languages`` are code → names; Canada's ``CBC`` has the parts reading, writing and oral.
    """

    parts: dict[str, Words]
    letters: tuple[str, ...]
    languages: dict[str, Words]

    def parse(self, letters: str) -> tuple[int, ...]:
        """Return one rank for each part (1 is the lowest letter); blank gives ``()``.

        :raises ValueError: with a sentence for people when the letters are not a level of this scheme.
        """
        written = letters.strip().upper()
        if not written:
            return ()
        longest_first = sorted(self.letters, key=len, reverse=True)
        one = "|".join(re.escape(letter) for letter in longest_first)
        groups = re.findall(one, written)
        if "".join(groups) != written or len(groups) != len(self.parts):
            parts = ", ".join(self.parts)
            raise ValueError(
                f"{letters!r} is not a language level. Write one of {', '.join(self.letters)} "
                f"for each of: {parts}, for example {self.example}."
            )
        return tuple(self.letters.index(group) + 1 for group in groups)

    @property
    def example(self) -> str:
        """A level as one would write it: the middle letter for each part."""
        return self.letters[len(self.letters) // 2] * len(self.parts)


@dataclass(frozen=True)
class Theme:
    """A pattern of project for made-up needs; ``{topic}`` in its texts stands for a topic of the same pack.

    :ivar families: the job families it draws people from; the first is the one that leads.
    :ivar essential: skills to ask for, the most telling first; ``asset`` likewise. Levels come from the role level.
    :ivar seniority: lowest and highest seniority of the role levels it fits.
    :ivar weeks: shortest and longest length; ``seats`` likewise.
    :ivar percents: shares of time to choose from, 1–100.
    :ivar work_modes: work mode → weight; ``clearances`` clearance code or ``none`` → weight.
    :ivar weight: how often this pattern occurs beside the others.
    """

    code: str
    discipline: str
    families: tuple[str, ...]
    essential: tuple[str, ...]
    asset: tuple[str, ...]
    seniority: tuple[int, int]
    weeks: tuple[int, int]
    seats: tuple[int, int]
    percents: tuple[int, ...]
    work_modes: dict[str, int]
    clearances: dict[str, int]
    weight: int
    titles: Words
    outcomes: Words
    tasks: tuple[Words, ...]


@dataclass(frozen=True)
class Topic:
    """What a made-up project is about; ``departments`` empty: any department may have it."""

    code: str
    names: Words
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Demo:
    """What a believable made-up government is drawn from; empty where a pack has none.

    :ivar regions: (department or ``*`` for the rest) → region → people (or weight).
    :ivar disciplines: (department or ``*``) → discipline → weight.
    :ivar topics: topics in file order, ``themes`` likewise.
    """

    regions: dict[str, dict[str, int]]
    disciplines: dict[str, dict[str, int]]
    themes: tuple[Theme, ...]
    topics: tuple[Topic, ...]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything a pack's files say; ``digest`` is the SHA-256 of those files, 64 hexadecimal digits.

    :ivar locales: the languages of its vocabularies; ``languages``: those that pages are offered in.
    """

    code: str
    digest: str
    names: Words
    locales: tuple[str, ...]
    languages: tuple[str, ...]
    currency: str
    service_name: Words
    colour: str
    terms: dict[str, Words]
    levels: dict[int, Words]
    work_modes: dict[str, Words]
    disciplines: dict[str, Words]
    families: dict[str, Words]
    rules: Rules
    language_scheme: LanguageScheme
    holidays_country: str
    holidays_categories: tuple[str, ...]
    regions: dict[str, Region]
    departments: dict[str, Department]
    grades: dict[str, Rung]
    bands_source: str
    clearances: dict[str, Rung]
    places: dict[str, Place]
    skills: dict[str, Skill]
    roles: tuple[RoleLevel, ...]
    templates: dict[str, Template]
    demo: Demo
