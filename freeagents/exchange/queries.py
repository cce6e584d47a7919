"""Questions that bringing files in and out asks: whole indexes, read once instead of row by row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Text, and_, any_, cast, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload

from freeagents.accounts.models import Department, Employment, ExternalId, Person
from freeagents.accounts.queries.directory import current
from freeagents.applications.models import Application
from freeagents.country.models import Place
from freeagents.extensions import db
from freeagents.profiles.models import (
    AcceptedPlace,
    Availability,
    HeldLanguage,
    HeldSkill,
    LearningGoal,
    Profile,
)
from freeagents.profiles.queries import admitted_today
from freeagents.projects.models import Criterion, Project, Seat
from freeagents.rounds.models import Proposal
from freeagents.skills.models import Skill

Coded = TypeVar("Coded", Department, Place, Skill)


def by_code(model: type[Coded]) -> dict[str, Coded]:
    """Return code → row of all departments, places or skills."""
    rows: Any = db.session.scalars(select(model))
    return {row.code: row for row in rows}


def known_ids(source: str, kind: str) -> dict[str, int]:
    """Return external id → row id of everything that came from a source."""
    rows = db.session.execute(
        select(ExternalId.external_id, ExternalId.row_id).where(ExternalId.source == source, ExternalId.kind == kind)
    )
    return {row.external_id: row.row_id for row in rows}


def people(*, ids: Collection[int], emails: Collection[str]) -> Sequence[Person]:
    """Return the people with these ids or e-mail addresses."""
    return db.session.scalars(select(Person).where(or_(Person.id.in_(ids), Person.email.in_(emails)))).all()


def posts_today(people: Collection[int]) -> dict[int, Employment]:
    """Return person id → the post held today, with its department."""
    rows = db.session.scalars(
        select(Employment)
        .where(Employment.person_id.in_(people), current(Employment.starts_on, Employment.ends_on))
        .options(joinedload(Employment.department))
    )
    return {row.person_id: row for row in rows}


def people_with_posts(people: Collection[int]) -> Sequence[Any]:
    """Return the people as rows: account, post of today and what a profile holds once."""
    return db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            Department.code.label("department"),
            Employment.grade,
            Profile.discipline,
            Profile.clearance,
            Profile.clearance_until,
            Profile.work_modes,
        )
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(
            Employment, and_(Employment.person_id == Person.id, current(Employment.starts_on, Employment.ends_on))
        )
        .outerjoin(Department, Department.id == Employment.department_id)
        .where(Person.id.in_(people))
    ).all()


@dataclass(frozen=True)
class Part:
    """What a profile may hold many of: whose each is, what it is made of, and the order they stand in."""

    profile: InstrumentedAttribute[int]
    columns: Mapping[str, InstrumentedAttribute[Any]]
    order: InstrumentedAttribute[Any]
    skill: InstrumentedAttribute[int] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.columns)


PARTS = {
    "languages": Part(
        HeldLanguage.profile_id,
        {"language": HeldLanguage.language, "letters": HeldLanguage.letters, "until": HeldLanguage.until},
        HeldLanguage.language,
    ),
    "places": Part(
        AcceptedPlace.profile_id, {"place": AcceptedPlace.place, "max_km": AcceptedPlace.max_km}, AcceptedPlace.id
    ),
    "availability": Part(
        Availability.profile_id,
        {"starts_on": Availability.starts_on, "ends_on": Availability.ends_on, "percent": Availability.percent},
        Availability.starts_on,
    ),
    "skills": Part(
        HeldSkill.profile_id, {"skill": Skill.code, "level": HeldSkill.level}, HeldSkill.skill_id, HeldSkill.skill_id
    ),
    "learning": Part(LearningGoal.profile_id, {"skill": Skill.code}, LearningGoal.skill_id, LearningGoal.skill_id),
}


def part_of_profiles(member: str, people: Collection[int]) -> Sequence[Any]:
    """Return rows of person id and the columns of the part, each person's in order."""
    part = PARTS[member]
    question = select(Profile.person_id, *part.columns.values()).join(part.profile.class_, part.profile == Profile.id)
    if part.skill is not None:
        question = question.join(Skill, Skill.id == part.skill)
    return db.session.execute(question.where(Profile.person_id.in_(people)).order_by(part.order)).all()


def agents_today(people: Collection[int]) -> set[int]:
    """Return the ids of those of the people who are admitted to the pool."""
    return set(db.session.scalars(select(Person.id).where(Person.id.in_(people), admitted_today(Person.id))))


def whole_profiles(people: Collection[int]) -> dict[int, Profile]:
    """Return person id → profile with the person and all parts loaded."""
    rows = db.session.scalars(
        select(Profile)
        .where(Profile.person_id.in_(people))
        .options(
            joinedload(Profile.person),
            selectinload(Profile.skills).joinedload(HeldSkill.skill),
            selectinload(Profile.goals).joinedload(LearningGoal.skill),
            selectinload(Profile.languages),
            selectinload(Profile.places),
            selectinload(Profile.availability),
        )
    )
    return {row.person_id: row for row in rows}


def whole_projects(projects: Collection[int]) -> dict[int, Project]:
    """Return project id → project with everything loaded."""
    rows = db.session.scalars(
        select(Project)
        .where(Project.id.in_(projects))
        .options(
            joinedload(Project.department),
            selectinload(Project.seats),
            selectinload(Project.criteria).joinedload(Criterion.skill),
            selectinload(Project.languages),
        )
    )
    return {row.id: row for row in rows}


def applications(people: Collection[int]) -> dict[tuple[int, int], Application]:
    """Return (person id, project id) → application, whatever its state."""
    rows = db.session.scalars(select(Application).where(Application.person_id.in_(people)))
    return {(row.person_id, row.project_id): row for row in rows}


def holders_of(emails: Collection[str]) -> dict[str, int]:
    """Return e-mail address → id of the person who has it."""
    # One array as one parameter: a statement takes no more than 65,535 of them.
    listed = cast(list(emails), ARRAY(Text))
    rows = db.session.execute(select(Person.email, Person.id).where(Person.email == any_(listed)))
    return {row.email: row.id for row in rows}


def employers(people: Collection[int]) -> dict[int, int | None]:
    """Return person id → id of the department that employs the person today."""
    rows = db.session.execute(
        select(Employment.person_id, Department.employer_id)
        .join(Department, Department.id == Employment.department_id)
        .where(Employment.person_id.in_(people), current(Employment.starts_on, Employment.ends_on))
    )
    return {row.person_id: row.employer_id for row in rows}


def projects_with_departments(projects: Collection[int]) -> dict[int, Project]:
    """Return project id → project with its department."""
    rows = db.session.scalars(select(Project).where(Project.id.in_(projects)).options(joinedload(Project.department)))
    return {row.id: row for row in rows}


def pool() -> Sequence[int]:
    """Return the ids of the people a match would look at: admitted, not paused, in a post; by id."""
    return db.session.scalars(
        select(Person.id)
        .join(Profile, Profile.person_id == Person.id)
        .join(Employment, and_(Employment.person_id == Person.id, current(Employment.starts_on, Employment.ends_on)))
        .where(admitted_today(Person.id), Profile.paused.is_(False))
        .order_by(Person.id)
    ).all()


def open_projects() -> Sequence[int]:
    """Return the ids of the open projects, by id."""
    return db.session.scalars(select(Project.id).where(Project.state == "open").order_by(Project.id)).all()


def standing_applications() -> list[tuple[int, int, int | None]]:
    """Return person id, project id and rank of all applications that stand, by person and rank."""
    rows = db.session.execute(
        select(Application.person_id, Application.project_id, Application.rank)
        .where(Application.state == "submitted")
        .order_by(Application.person_id, Application.rank.nulls_last(), Application.id)
    )
    return [(row.person_id, row.project_id, row.rank) for row in rows]


def public_ids(model: type[Person | Project]) -> dict[int, str]:
    """Return id → public id."""
    return {row.id: row.public_id for row in db.session.execute(select(model.id, model.public_id))}


def proposals(round_id: int) -> Sequence[Proposal]:
    """Return the proposals of a round that were not ruled out, with their seats, by project and seat."""
    return db.session.scalars(
        select(Proposal)
        .join(Seat, Seat.id == Proposal.seat_id)
        .where(Proposal.round_id == round_id, Proposal.state.not_in(("barred", "replaced")))
        .options(contains_eager(Proposal.seat))
        .order_by(Proposal.project_id, Seat.number)
    ).all()
