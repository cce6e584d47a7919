"""The country pack: data that turns the service into one government's own, and the questions one asks it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

import holidays

from freeagents.country.entries import (
    Contents,
    Demo,
    Department,
    LanguageScheme,
    Place,
    Region,
    RoleLevel,
    Rules,
    Rung,
    Skill,
    Template,
    Theme,
    Topic,
    Words,
)
from freeagents.country.loader import read_pack
from freeagents.country.tables import PackError, Problem

__all__ = [
    "Demo",
    "Department",
    "LanguageScheme",
    "Pack",
    "PackError",
    "Place",
    "Problem",
    "Region",
    "RoleLevel",
    "Rules",
    "Rung",
    "Skill",
    "Template",
    "Theme",
    "Topic",
    "Words",
    "available_packs",
    "fold",
    "load_pack",
    "load_pack_from",
]

PACKAGE = Path(__file__).resolve().parent.parent
REMEMBERED = 4_096
"""How many words of a file are kept with what they mean, so that one that comes again is looked up once."""
PACK_FOLDERS = (PACKAGE / "seed_data", PACKAGE.parent / "seed_data")
"""Where packs are: inside the package when installed from a wheel, else beside it."""


class Named(Protocol):
    """Anything with a code and names."""

    @property
    def code(self) -> str: ...
    @property
    def names(self) -> Words: ...


Entry = TypeVar("Entry", bound=Named)


@dataclass(frozen=True, kw_only=True)
class Pack(Contents):
    """One government's vocabularies, ladders, places, terms and rules. The first locale is the default one."""

    def __hash__(self) -> int:
        return hash(self.digest)

    def text(self, names: Mapping[str, str], locale: str) -> tuple[str, bool]:
        """Return the text in ``locale``, else in the first of the pack's that has one, and whether it is a fallback.

        No text at all gives ``("", True)``.
        """
        if names.get(locale):
            return names[locale], False
        others = (names[other] for other in (*self.locales, *names) if names.get(other))
        return next(others, ""), True

    def grade(self, word: str) -> Rung:
        """Return the grade of that code or name; an unknown word gives a rung that only equals itself."""
        return self.known_grade(word) or _loose_rung(word)

    def known_grade(self, word: str) -> Rung | None:
        """Return the grade of that code or name, or None; case, accents and punctuation do not matter."""
        return self._grade_index.get(fold(word))

    def clearance(self, word: str) -> Rung:
        """Return the clearance of that code or name; an unknown word gives a rung that only equals itself."""
        return self._clearance_index.get(fold(word)) or _loose_rung(word)

    def place(self, word: str) -> Place | None:
        """Return the place of that code or of that name in any locale; of several, the one with most inhabitants."""
        return self._place_index.get(fold(word))

    def department(self, word: str) -> Department | None:
        """Return the department of that code, abbreviation or name in any locale."""
        return self._department_index.get(fold(word))

    def skill(self, word: str) -> Skill | None:
        """Return the skill of that code or of that name in any locale."""
        return self._skill_index.get(fold(word))

    def is_holiday(self, day: date, region: str | None = None) -> bool:
        """Say whether ``day`` is a public holiday in ``region`` (a region's code), or everywhere when None.

        :raises KeyError: for a region the pack does not have.
        :raises PackError: when the holidays library lacks a calendar that regions.csv names.
        """
        return any(day in calendar for calendar in self.calendars[region])

    def is_working_day(self, day: date, region: str | None = None) -> bool:
        """Say whether ``day`` is neither a Saturday or Sunday nor a holiday."""
        return day.weekday() < 5 and not self.is_holiday(day, region)

    def working_days_before(self, day: date, n: int, region: str | None = None) -> date:
        """Return the latest day that leaves ``n`` working days, itself included, before ``day``; n = 0 gives ``day``.

        :raises ValueError: when ``n`` is negative.
        """
        if n < 0:
            raise ValueError("A number of working days cannot be negative.")
        while n:
            day -= timedelta(days=1)
            n -= self.is_working_day(day, region)
        return day

    @cached_property
    def calendars(self) -> dict[str | None, tuple[holidays.HolidayBase, ...]]:
        """The days off of each region, and under None those of the whole country. The first use takes half a second.

        :raises PackError: when the holidays library lacks a calendar that regions.csv or pack.toml names.
        """
        found: dict[str | None, tuple[holidays.HolidayBase, ...]] = {}
        problems: list[Problem] = []
        parts: dict[str | None, tuple[str, ...]] = {region.code: region.holidays for region in self.regions.values()}
        parts[None] = ()
        for region, subdivisions in parts.items():
            try:
                found[region] = tuple(self._calendar(part) for part in subdivisions or (None,))
            except (NotImplementedError, ValueError) as error:
                file = "regions.csv" if region else "pack.toml"
                problems.append(Problem(f"{self.code}/{file}", 0, region or "holidays", str(error)))
        if problems:
            raise PackError(problems)
        return found

    def _calendar(self, part: str | None) -> holidays.HolidayBase:
        return holidays.country_holidays(
            self.holidays_country, subdiv=part, categories=self.holidays_categories or None
        )

    @cached_property
    def _grade_index(self) -> dict[str, Rung]:
        return _index(self.grades.values())

    @cached_property
    def _clearance_index(self) -> dict[str, Rung]:
        return _index(self.clearances.values())

    @cached_property
    def _place_index(self) -> dict[str, Place]:
        return _index(sorted(self.places.values(), key=lambda place: -place.population))

    @cached_property
    def _department_index(self) -> dict[str, Department]:
        index = _index(self.departments.values())
        for department in self.departments.values():
            for abbreviation in department.abbreviation.values():
                index.setdefault(fold(abbreviation), department)
        return index

    @cached_property
    def _skill_index(self) -> dict[str, Skill]:
        return _index(self.skills.values())


@cache
def load_pack(code: str) -> Pack:
    """Return the shipped pack of that code.

    :raises PackError: when the pack's data is broken.
    :raises LookupError: when no such pack is shipped.
    """
    for folder in PACK_FOLDERS:
        if re.fullmatch(r"[a-z0-9_-]+", code) and (folder / code / "pack.toml").is_file():
            return load_pack_from(folder / code)
    raise LookupError(f"There is no country pack {code!r}. Choose one of: {', '.join(available_packs())}.")


def load_pack_from(path: Path) -> Pack:
    """Return the pack in the folder ``path``.

    :raises PackError: when the pack's data is broken; it names every problem.
    """
    contents = read_pack(path)
    return Pack(**{field.name: getattr(contents, field.name) for field in fields(contents)})


def available_packs() -> tuple[str, ...]:
    """Return the codes of the shipped packs, sorted."""
    return tuple(sorted({path.parent.name for folder in PACK_FOLDERS for path in folder.glob("*/pack.toml")}))


@lru_cache(maxsize=REMEMBERED)
def fold(word: str) -> str:
    """Return ``word`` as it is compared: no case, accents, blanks, punctuation or leading zeros (AS-4 is AS-04).

    ``+`` and ``#`` stay, as C, C++ and C# differ.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    kept = "".join(letter for letter in plain if letter.isalnum() or letter in "+#")
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", kept)


def _loose_rung(word: str) -> Rung:
    return Rung(code=word, ladder=f"={word}", rank=0, band=None, names={})


def _index(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return folded code or name → entry: codes win over names, earlier entries over later ones."""
    listed = list(entries)
    index = {fold(entry.code): entry for entry in listed}
    for entry in listed:
        for name in entry.names.values():
            index.setdefault(fold(name), entry)
    return index
