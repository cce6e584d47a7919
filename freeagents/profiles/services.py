"""Use-cases of profiles: write one's profile, pause, be counted, be found, admit to the pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import insert

from freeagents.accounts.models import Person
from freeagents.accounts.queries import directory
from freeagents.accounts.services.people import set_grade
from freeagents.audit.services import record
from freeagents.country.pack import Pack
from freeagents.country.places import locate
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.messages.services.telling import Notice, tell
from freeagents.profiles import queries
from freeagents.profiles.models import (
    AcceptedPlace,
    Admission,
    Availability,
    HeldLanguage,
    HeldSkill,
    LearningGoal,
    Profile,
)
from freeagents.skills.models import Skill
from freeagents.skills.services import understand
from freeagents.web.words import skill_name

REMINDED_BEFORE = timedelta(days=90)
"""How long before its end people are reminded: to renew a clearance or to take a test takes weeks."""
TOLD_AT_ONCE = 500
Understand = Callable[[Sequence[str], str], dict[str, Skill]]
CHOICES = {"paused": "profile:pause", "countable": "profile:count", "findable": "profile:find"}
"""What a person may choose at any time, with the act that notes it: to be out of matching for a while, to be counted in
the live counts that managers see, to be found by managers who look for people to invite."""


def own_profile(*, person_id: int) -> Profile:
    """Return the person's profile with all its parts, to be changed: others who want to change it wait until then.

    An empty one of version 0 is made the first time; of two who make it at once, both get the same.
    """
    db.session.execute(insert(Profile).values(person_id=person_id, version=0).on_conflict_do_nothing())
    profile = queries.whole_profile(person_id, lock=True)
    if profile is None:
        raise Conflict(_("Your profile could not be made just now. Try again."))
    return profile


def write_profile(
    *,
    profile: Profile,
    data: Mapping[str, Any],
    pack: Pack,
    actor_id: int | None,
    version: int | None = None,
    understand_skills: Understand | None = None,
) -> None:
    """Put what was entered on the profile; members of :class:`ProfileSchema` missing from ``data`` stay as they are.

    :param version: which version of the profile the person looked at; None: not asked.
    :param understand_skills: turns (words, field) into skills; the default refuses words outside the vocabulary.
    :raises Conflict: the profile has changed since that version.
    :raises Invalid: with the field, when a word means nothing here, one is there twice, or two ranges overlap.
    """
    if version is not None and version != profile.version:
        raise Conflict(
            _(
                "Your profile was changed elsewhere after you opened this page. What you typed is still here: "
                "compare it with your profile as it is now, then save again."
            )
        )
    changed = put_on_profile(profile=profile, data=data, pack=pack, understand_skills=understand_skills)
    db.session.flush()
    record(db.session, "profile:write", f"person/{profile.person.public_id}", actor_id=actor_id, parts=changed)


def put_on_profile(
    *, profile: Profile, data: Mapping[str, Any], pack: Pack, understand_skills: Understand | None = None
) -> list[str]:
    """Do what :func:`write_profile` does without flushing and recording, for who writes many; return what changed."""
    skills_of = understand_skills or _understood_by(pack)
    _count_version(profile)
    writers: dict[str, Callable[[Any], None]] = {
        "discipline": lambda value: setattr(profile, "discipline", value),
        "about": lambda value: setattr(profile, "about", value),
        "grade": lambda value: _write_grade(profile, value, pack),
        "clearance": lambda value: _write_clearance(profile, value, pack),
        "clearance_until": lambda value: _write_clearance_until(profile, value),
        "languages": lambda value: _write_languages(profile, value, pack),
        "places": lambda value: _write_places(profile, value, pack),
        "work_modes": lambda value: setattr(profile, "work_modes", list(dict.fromkeys(value))),
        "availability": lambda value: _write_availability(profile, value),
        "skills": lambda value: _write_skills(profile, value, skills_of),
        "learning": lambda value: _write_goals(profile, value, skills_of),
    }
    changed = [name for name in writers if name in data]
    for name in changed:
        writers[name](data[name])
    return changed


def choose(*, profile: Profile, choice: str, value: bool, actor_id: int) -> None:
    """Write one of the person's :data:`CHOICES`; nothing happens where it is so already."""
    if getattr(profile, choice) == value:
        return
    setattr(profile, choice, value)
    db.session.flush()
    facts: dict[str, Any] = {choice: value}
    record(db.session, CHOICES[choice], f"person/{profile.person.public_id}", actor_id=actor_id, **facts)


def admit(*, person: Person, admitted_on: date, expires_on: date, actor_id: int | None) -> Admission:
    """Make a person an agent from one day to another.

    :raises Invalid: the last day is before the first.
    """
    if expires_on < admitted_on:
        raise Invalid(_("The last day must be the same as or after the first."), field="expires_on")
    admission = Admission(person_id=person.id, admitted_on=admitted_on, expires_on=expires_on, admitted_by=actor_id)
    db.session.add(admission)
    db.session.flush()
    record(
        db.session,
        "person:admit",
        f"person/{person.public_id}",
        actor_id=actor_id,
        admitted_on=admitted_on.isoformat(),
        expires_on=expires_on.isoformat(),
    )
    return admission


def remind_of_ends(*, today: date) -> None:
    """Remind people of a clearance, or the test of a language, that ends soon, once for each end; a job's handler.

    Commits after every few.
    """
    while ends := queries.ending_soon(today, today + REMINDED_BEFORE, limit=TOLD_AT_ONCE):
        notices = [
            Notice(row.person_id, row.event, {"what": row.kind, "code": row.code, "until": row.until.isoformat()})
            for row in ends
        ]
        tell("profile:remind", notices)
        db.session.commit()


def _understood_by(pack: Pack) -> Understand:
    """Return what finds skills in the vocabulary; skills stand in rows, learning goals alone."""
    member = {"skills": "-skill", "learning": ""}
    return lambda words, field: understand(words, pack=pack, field=field, member=member[field])


def _count_version(profile: Profile) -> None:
    """Count a new version, also when only rows that hang on the profile change; a new profile starts at its first."""
    if inspect(profile).persistent:
        profile.version += 1


def _write_grade(profile: Profile, word: str | None, pack: Pack) -> None:
    employment = directory.employment_today(profile.person_id)
    if employment is None:
        if word is not None:
            raise Invalid(_("A grade belongs to a post, and you have none today. Ask HR to add it."), field="grade")
        return
    set_grade(employment=employment, grade=pack.grade(word) if word else None)


def _write_clearance(profile: Profile, word: str | None, pack: Pack) -> None:
    rung = pack.clearance(word) if word else None
    profile.clearance = rung.code if rung else None
    profile.clearance_ladder = rung.ladder if rung else None
    profile.clearance_rank = rung.rank if rung else None
    if rung is None:
        profile.clearance_until = None


def _write_clearance_until(profile: Profile, until: date | None) -> None:
    if until is not None and profile.clearance is None:
        raise Invalid(_("Say which clearance ends on this day, or leave the day blank."), field="clearance_until")
    profile.clearance_until = until


def _write_languages(profile: Profile, items: Sequence[Mapping[str, Any]], pack: Pack) -> None:
    kept = {language.language: language for language in profile.languages}
    rows = []
    for position, item in enumerate(items):
        ranks = language_ranks(item["letters"], pack, field=f"languages-{position}-letters")
        row = kept.get(item["language"]) or HeldLanguage(language=item["language"])
        row.letters, row.ranks, row.until = item["letters"].upper(), list(ranks), item.get("until")
        rows.append(row)
    profile.languages = rows


def language_ranks(letters: str, pack: Pack, *, field: str) -> tuple[int, ...]:
    """Return the rank of each part of a level of language; blank letters give none.

    :raises Invalid: on ``field``, when the letters are no level of the pack's scheme.
    """
    scheme = pack.language_scheme
    try:
        return scheme.parse(letters)
    except ValueError as error:
        sentence = ngettext(
            "%(letters)s is not a level of language here. Write one of %(choices)s, for example %(example)s.",
            "%(letters)s is not a level of language here. "
            "Write one of %(choices)s for each of the %(num)d parts, for example %(example)s.",
            len(scheme.parts),
            letters=letters,
            choices=", ".join(scheme.letters),
            example=scheme.example,
        )
        raise Invalid(sentence, field=field) from error


def _write_places(profile: Profile, items: Sequence[Mapping[str, Any]], pack: Pack) -> None:
    rows = []
    for item in items:
        where = locate(pack, item["place"])
        rows.append(
            AcceptedPlace(place=where.place, latitude=where.latitude, longitude=where.longitude, max_km=item["max_km"])
        )
    profile.places = rows


def _write_availability(profile: Profile, items: Sequence[Mapping[str, Any]]) -> None:
    ordered = sorted(enumerate(items), key=lambda pair: pair[1]["starts_on"])
    for (_before, earlier), (position, later) in pairwise(ordered):
        if earlier["ends_on"] is None or later["starts_on"] <= earlier["ends_on"]:
            raise Invalid(
                _("Two of the ranges share days. End one before the other starts."),
                field=f"availability-{position}-from",
            )
    if profile.availability:
        # The old rows go first, so that the database never sees two ranges overlap.
        profile.availability = []
        db.session.flush()
    profile.availability = [
        Availability(starts_on=item["starts_on"], ends_on=item["ends_on"], percent=item["percent"]) for item in items
    ]


def _write_skills(profile: Profile, items: Sequence[Mapping[str, Any]], skills_of: Understand) -> None:
    found = skills_of([item["skill"] for item in items], "skills")
    kept = {held.skill_id: held for held in profile.skills}
    rows: dict[int, HeldSkill] = {}
    for position, item in enumerate(items):
        skill = found[item["skill"]]
        if skill.id in rows:
            raise Invalid(
                _("%(skill)s is there twice. Name each skill once.", skill=skill_name(item["skill"])),
                field=f"skills-{position}-skill",
            )
        row = kept.get(skill.id) or HeldSkill(skill_id=skill.id, skill=skill)
        row.level, row.evidence, row.last_used = item["level"], item["evidence"], item.get("last_used")
        rows[skill.id] = row
    profile.skills = list(rows.values())


def _write_goals(profile: Profile, words: Sequence[str], skills_of: Understand) -> None:
    found = skills_of(words, "learning")
    kept = {goal.skill_id: goal for goal in profile.goals}
    skills = {skill.id: skill for skill in found.values()}
    profile.goals = [kept.get(key) or LearningGoal(skill_id=key, skill=skill) for key, skill in skills.items()]
