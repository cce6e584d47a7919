"""Who could be invited to a project: people who agreed to be found and whom no hard rule keeps from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, cast, exists, func, select

from freeagents.accounts.models import Person
from freeagents.applications.models import Application, ProjectInvitation
from freeagents.eligibility.facts import ProjectFacts
from freeagents.eligibility.queries import pool
from freeagents.eligibility.sql import Employer, asks
from freeagents.extensions import db
from freeagents.profiles.models import HeldSkill, LearningGoal, Profile
from freeagents.projects.models import Criterion, Project

GROWS = 0.2
"""What a learning goal among the skills that are asked weighs beside one of them that is held."""


def to_look_at(
    project: Project, facts: ProjectFacts, *, limit: int, only: str | None = None
) -> dict[int, tuple[Person, Mapping[str, str]]]:
    """Return id → person, and names of the home department, of up to ``limit`` people who could be invited.

    Those come first who hold most of what is asked. The clearance that is asked is not looked at: who may change it
    would learn who holds which. Those who applied or were invited before are not among them.

    :param only: the public id of the one person to ask about.
    """
    asked = asks(replace(facts, clearance=None))
    query = (
        pool()
        .with_only_columns(Person, Employer.names)
        .where(Profile.findable, *(ask.condition for ask in asked), ~_has(Application, project))
        .where(~_has(ProjectInvitation, project))
        .order_by(_holds_of(project).desc(), Person.public_id)
        .limit(limit)
    )
    if only is not None:
        query = query.where(Person.public_id == only)
    return {person.id: (person, names) for person, names in db.session.execute(query)}


def _has(model: Any, project: Project) -> ColumnElement[bool]:
    return exists().where(model.project_id == project.id, model.person_id == Person.id)


def _holds_of(project: Project) -> ColumnElement[float]:
    """Return how much of what the project asks a person holds, and would learn: an order near that of the scores."""
    asked = Criterion.project_id == project.id
    share = func.least(cast(HeldSkill.level, Float) / Criterion.level, 1.0)
    above = case((HeldSkill.level > Criterion.level, 0.1), else_=0.0)
    held = (
        select(func.coalesce(func.sum(share + above), 0.0))
        .select_from(Criterion)
        .join(HeldSkill, HeldSkill.skill_id == Criterion.skill_id)
        .where(asked, HeldSkill.profile_id == Profile.id)
    )
    learns = (
        select(func.count() * GROWS)
        .select_from(Criterion)
        .join(LearningGoal, and_(LearningGoal.skill_id == Criterion.skill_id, LearningGoal.profile_id == Profile.id))
        .where(asked)
    )
    return held.correlate(Profile).scalar_subquery() + learns.correlate(Profile).scalar_subquery()
