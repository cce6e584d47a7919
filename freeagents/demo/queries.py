"""Questions the demo asks: whose database this is, and the people one signs in as."""

from __future__ import annotations

from sqlalchemy import exists, select

from freeagents.accounts.models import Department, Person
from freeagents.country.models import Instance
from freeagents.extensions import db
from freeagents.rounds.models import Policy, Round
from freeagents.skills.models import Skill


def instance() -> Instance | None:
    """Return what this database serves; None for an empty one."""
    return db.session.scalar(select(Instance))


def has_people() -> bool:
    """Whether anybody has an account."""
    return bool(db.session.scalar(select(exists().select_from(Person))))


def has_rounds() -> bool:
    """Whether any round was made."""
    return bool(db.session.scalar(select(exists().select_from(Round))))


def people_by_email(emails: list[str]) -> dict[str, Person]:
    """Return e-mail address → person, for those who exist."""
    found = db.session.scalars(select(Person).where(Person.email.in_(emails)))
    return {person.email: person for person in found}


def policy(name: str) -> Policy | None:
    """Return the newest version of a policy."""
    return db.session.scalar(select(Policy).where(Policy.name == name).order_by(Policy.version.desc()).limit(1))


def department_ids() -> dict[str, int]:
    """Return code → id of all departments."""
    return dict(db.session.execute(select(Department.code, Department.id)).all())


def skill_ids() -> dict[str, int]:
    """Return code → id of all skills."""
    return dict(db.session.execute(select(Skill.code, Skill.id)).all())
