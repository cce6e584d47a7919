"""Questions about the shared vocabulary of skills."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from freeagents.country.entries import Words
from freeagents.country.pack import Pack
from freeagents.extensions import db
from freeagents.skills.models import Skill


def skills() -> Sequence[Skill]:
    """Return the whole vocabulary, by code."""
    return db.session.scalars(select(Skill).order_by(Skill.code)).all()


def skills_after(code: str | None, limit: int) -> Sequence[Skill]:
    """Return up to ``limit`` skills that follow ``code`` in order of their codes; None starts at the first."""
    query = select(Skill).order_by(Skill.code).limit(limit)
    return db.session.scalars(query if code is None else query.where(Skill.code > code)).all()


def by_family(pack: Pack, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the pack's vocabulary for a list to choose from: family, then code and name of each skill, by name."""
    groups = []
    for family, names in pack.families.items():
        found = [
            (skill.code, pack.text(skill.names, locale)[0]) for skill in pack.skills.values() if skill.family == family
        ]
        groups.append((pack.text(names, locale)[0], sorted(found, key=lambda item: item[1].casefold())))
    return groups


def roles_by_discipline(pack: Pack, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the pack's role levels for a list to choose from: discipline, then code and name of each, lowest first."""
    groups = []
    for discipline, names in pack.disciplines.items():
        found = sorted(
            (role for role in pack.roles if role.discipline == discipline),
            key=lambda role: (role.family, role.seniority, role.code),
        )
        if found:
            groups.append(
                (pack.text(names, locale)[0], [(role.code, pack.text(role.names, locale)[0]) for role in found])
            )
    return groups


def names_of(codes: Collection[str]) -> dict[str, Words]:
    """Return code → names of these skills."""
    return dict(db.session.execute(select(Skill.code, Skill.names).where(Skill.code.in_(codes))).all()) if codes else {}


def by_words(words: Iterable[str], pack: Pack) -> dict[str, Skill]:
    """Return word → skill for those words that are a skill's code, or one of its names in the pack."""
    codes = {word: known.code if (known := pack.skill(word)) else word for word in words}
    rows = db.session.scalars(select(Skill).where(Skill.code.in_(set(codes.values()))))
    found = {skill.code: skill for skill in rows}
    return {word: found[code] for word, code in codes.items() if code in found}
