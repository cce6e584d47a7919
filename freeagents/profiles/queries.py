"""Questions about profiles and the pool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from freeagents.accounts.models import Person
from freeagents.country.entries import RoleLevel
from freeagents.country.pack import Pack, fold
from freeagents.extensions import db
from freeagents.messages.models import Message
from freeagents.profiles.models import Admission, HeldLanguage, HeldSkill, LearningGoal, Profile


def admitted_today(person_id: Any) -> ColumnElement[bool]:
    """Return the condition that the person is an agent: admitted, and the admission has not expired."""
    return exists().where(
        Admission.person_id == person_id,
        Admission.admitted_on <= func.current_date(),
        Admission.expires_on >= func.current_date(),
    )


def whole_profile(person_id: int, *, lock: bool = False) -> Profile | None:
    """Return the person's profile with the person and all parts loaded, or None.

    :param lock: read it anew and hold it until the transaction ends.
    """
    query = (
        select(Profile)
        .where(Profile.person_id == person_id)
        .options(
            joinedload(Profile.person),
            selectinload(Profile.skills).joinedload(HeldSkill.skill),
            selectinload(Profile.goals).joinedload(LearningGoal.skill),
            selectinload(Profile.languages),
            selectinload(Profile.places),
            selectinload(Profile.availability),
        )
    )
    if lock:
        query = query.with_for_update(of=Profile).execution_options(populate_existing=True)
    return db.session.scalar(query)


def count_skills(person_id: int) -> int:
    """Return how many skills are on the person's profile."""
    query = (
        select(func.count())
        .select_from(HeldSkill)
        .join(Profile, Profile.id == HeldSkill.profile_id)
        .where(Profile.person_id == person_id)
    )
    return db.session.scalar(query) or 0


def profile_or_empty(person_id: int) -> Profile:
    """Return the person's profile with all parts loaded, or an empty one that is not in the database."""
    return whole_profile(person_id) or Profile(
        about="",
        work_modes=[],
        paused=False,
        countable=False,
        findable=False,
        version=0,
        skills=[],
        goals=[],
        languages=[],
        places=[],
        availability=[],
    )


def admission_today(person_id: int) -> Admission | None:
    """Return the admission that makes the person an agent today, or None."""
    return db.session.scalar(
        select(Admission).where(
            Admission.person_id == person_id,
            Admission.admitted_on <= func.current_date(),
            Admission.expires_on >= func.current_date(),
        )
    )


def ending_soon(after: date, until: date, *, limit: int) -> Sequence[Any]:
    """Return up to ``limit`` clearances and tests of languages that end in these days and nobody was told of yet.

    Each with the person, what it is (``clearance`` or ``language``), its code, the last day on which it counts, and the
    name of the event. Who has left is not told.
    """
    whose = select(Person.id.label("person_id")).join(Profile, Profile.person_id == Person.id)
    cleared = _ends("clearance", whose, Profile.clearance, Profile.clearance_until, (after, until))
    spoken = whose.join(HeldLanguage, HeldLanguage.profile_id == Profile.id)
    tested = _ends("language", spoken, HeldLanguage.language, HeldLanguage.until, (after, until))
    return db.session.execute(union_all(cleared, tested).limit(limit)).all()


def _ends(kind: str, whose: Select[Any], code: Any, last: Any, days: tuple[date, date]) -> Select[Any]:
    event = func.concat("profile/", Person.public_id, f"/{kind}/", code, "/", last)
    told = exists().where(Message.recipient_id == Person.id, Message.event == event)
    return whose.add_columns(
        literal(kind).label("kind"), code.label("code"), last.label("until"), event.label("event")
    ).where(last > days[0], last <= days[1], Person.left_on.is_(None), ~told)


def gaps(profile: Profile, *, employed: bool, admitted: bool, today: date) -> tuple[str, ...]:
    """Return the codes of what keeps the person out of every match, in the order in which to mend it.

    :param employed: whether the person holds a post today, which says what the home department is.
    :param admitted: whether the person is an agent today.
    """
    lacks = {
        "skills": not profile.skills,
        "availability": all(spell.ends_on is not None and spell.ends_on < today for spell in profile.availability),
        "work_modes": not profile.work_modes,
        "places": not profile.places and bool({"on_site", "hybrid"} & set(profile.work_modes)),
        "post": not employed,
        "admission": not admitted,
        "paused": profile.paused,
    }
    return tuple(code for code, lacking in lacks.items() if lacking)


LEVEL_WORDS = {
    **dict.fromkeys(("beginner", "basic", "novice", "elementary", "débutant"), 1),
    **dict.fromkeys(("intermediate", "competent", "intermédiaire"), 2),
    **dict.fromkeys(("advanced", "proficient", "avancé"), 3),
    **dict.fromkeys(("expert", "master", "maître"), 4),
}
"""How other scales call what a pack numbers 1–4."""
MOST_EVIDENCE = 2000
WORDS = re.compile(r"[^\W_]+")
YEAR = re.compile(r"(?:19|20)\d\d(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read from a file, in the pack's words.

    :ivar skills: skill, level (blank: in words not known here), evidence and last year of each, as a form has them.
    :ivar unknown: the words that are no skill of the vocabulary.
    """

    skills: Sequence[Mapping[str, Any]]
    unknown: Sequence[str]


def recognised(read: Mapping[str, Any], pack: Pack) -> Recognised:
    """Return the skills of the pack that a file names: by their names, or as words within the words it has for them.

    :param read: what :class:`ResumeSchema` loaded.
    """
    levels = {fold(word): level for word, level in LEVEL_WORDS.items()}
    levels |= {fold(name): level for level, names in pack.levels.items() for name in names.values()}
    levels |= {str(level): level for level in pack.levels}
    named = [(_spaced(name), code) for code, skill in pack.skills.items() for name in skill.names.values()]
    named.sort(key=lambda pair: -len(pair[0]))
    found: dict[str, dict[str, Any]] = {}
    unknown: list[str] = []
    for item in read["skills"]:
        level = levels.get(fold(item["level"] or ""))
        for word in filter(None, (item["name"], *(item["keywords"] or ()))):
            code = _code(word, pack, named)
            if code is None:
                unknown.append(word)
            elif code not in found:
                posts = _posts_with(word, code, read["work"], pack)
                evidence = item["evidence"] or "\n".join(map(_said, posts))
                found[code] = {
                    "skill": code,
                    "level": level or "",
                    "evidence": evidence[:MOST_EVIDENCE],
                    "last_used": _last_year(posts),
                }
    return Recognised(list(found.values()), list(dict.fromkeys(unknown)))


def _code(word: str, pack: Pack, named: Iterable[tuple[str, str]]) -> str | None:
    """Return the skill of that name, or else the one with the longest name that stands within the words."""
    known = pack.skill(word)
    if known is not None:
        return known.code
    spaced = _spaced(word)
    return next((code for name, code in named if name in spaced), None)


def _posts_with(word: str, code: str, work: Iterable[Mapping[str, Any]], pack: Pack) -> list[Mapping[str, Any]]:
    """Return the posts whose description names a skill."""
    names = {_spaced(name) for name in (word, *pack.skills[code].names.values())}
    found = []
    for post in work:
        text = _spaced(" ".join(filter(None, (post["position"], post["summary"], *(post["highlights"] or ())))))
        if any(name in text for name in names):
            found.append(post)
    return found


def _said(post: Mapping[str, Any]) -> str:
    """Return what somebody was, where and when."""
    days = "–".join(filter(None, (post["start"], post["end"])))
    return ", ".join(filter(None, (post["position"], post["name"], days)))


def _last_year(posts: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the last year in which one of the posts ended, where that is said."""
    years = (YEAR.match(post["end"] or "") for post in posts)
    return max((int(year[0]) for year in years if year), default=None)


def _spaced(text: str) -> str:
    """Return the words of a text, without case and punctuation, each between spaces."""
    return " ".join(("", *WORDS.findall(text.casefold()), ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One skill of a role level beside what a person holds; level 0: not held."""

    skill: str
    asked: int
    held: int


def role_of(code: str, roles: Iterable[RoleLevel]) -> RoleLevel | None:
    """Return the role level with this code, or None."""
    return next((role for role in roles if role.code == code), None)


def steps_to(role: RoleLevel, levels: Mapping[str, int]) -> list[Step]:
    """Return each skill a role level asks for, those that lack most first.

    :param levels: skill → level held.
    """
    steps = [Step(code, asked, levels.get(code, 0)) for code, asked in role.skills.items()]
    return sorted(steps, key=lambda step: (step.held - step.asked, -step.asked, step.skill))


def next_role(levels: Mapping[str, int], roles: Sequence[RoleLevel]) -> RoleLevel | None:
    """Return the level above the one whose skills a person holds best; that one itself where it is the highest.

    None where the person holds none of the skills that any asks for.
    """
    scored = [(_share(role, levels), len(role.skills), role) for role in roles if role.skills]
    best = max(scored, key=lambda row: row[:2], default=None)
    if best is None or not best[0]:
        return None
    nearest = best[2]
    above = [role for role in roles if role.family == nearest.family and role.seniority > nearest.seniority]
    return min(above, key=lambda role: role.seniority, default=nearest)


def _share(role: RoleLevel, levels: Mapping[str, int]) -> float:
    """Return how much of what a role level asks for is held, 0–1."""
    return sum(min(levels.get(code, 0), asked) for code, asked in role.skills.items()) / sum(role.skills.values())
