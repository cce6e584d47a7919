"""Questions about profiles and the pool."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from freeagents.extensions import db
from freeagents.profiles.models import Admission, HeldSkill, LearningGoal, Profile


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
