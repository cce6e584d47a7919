"""Questions about people, their posts and roles, and departments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, and_, func, or_, select
from sqlalchemy.orm import joinedload

from freeagents.accounts.models import (
    STRONG_ROLES,
    ApiToken,
    Department,
    Employment,
    Person,
    RoleHolding,
    SignIn,
)
from freeagents.extensions import db
from freeagents.messages.mail import Mailbox


def current(starts_on: SQLColumnExpression[date], ends_on: SQLColumnExpression[date | None]) -> ColumnElement[bool]:
    """Return the condition that today lies within an inclusive range of days."""
    return and_(starts_on <= func.current_date(), or_(ends_on.is_(None), ends_on >= func.current_date()))


def has_not_left() -> ColumnElement[bool]:
    """Return the condition that a :class:`Person` has not left: by a day set, or by the end of the last post."""
    posts = select(Employment.id).where(Employment.person_id == Person.id)
    lasting = posts.where(or_(Employment.ends_on.is_(None), Employment.ends_on >= func.current_date()))
    return and_(
        or_(Person.left_on.is_(None), Person.left_on > func.current_date()), or_(~posts.exists(), lasting.exists())
    )


def person_by_email(email: str) -> Person | None:
    """Return the person with this e-mail address, in any case of its letters."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_id(person_id: int) -> Person:
    """Return a person that is known to exist."""
    return db.session.get_one(Person, person_id)


def names_of(person_ids: Collection[int]) -> dict[int, str]:
    """Return person id → name of those that are known."""
    return dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids))).all())


def holders_everywhere(role: str) -> Sequence[int]:
    """Return the ids of who holds a role over the whole government today."""
    return db.session.scalars(
        select(RoleHolding.person_id).where(
            RoleHolding.role == role,
            RoleHolding.department_id.is_(None),
            current(RoleHolding.starts_on, RoleHolding.ends_on),
        )
    ).all()


def mailbox_of(person_id: int) -> Mailbox | None:
    """Return where mail to a person goes; None for somebody who has left or is not known."""
    row = db.session.execute(
        select(Person.email, Person.locale).where(Person.id == person_id, has_not_left())
    ).one_or_none()
    return Mailbox(row.email, row.locale) if row is not None else None


def department_by_public_id(public_id: str) -> Department | None:
    """Return the department, or None."""
    return db.session.scalar(select(Department).where(Department.public_id == public_id))


def department_by_code(code: str) -> Department | None:
    """Return the department with the pack's or an importer's code, or None."""
    return db.session.scalar(select(Department).where(Department.code == code))


def employers(codes: Collection[str] | None = None) -> Sequence[Department]:
    """Return the departments that employ people, by code: those that are not closed, or those of these codes."""
    query = select(Department).where(Department.employer_id == Department.id).order_by(Department.code)
    wanted = Department.closed_on.is_(None) if codes is None else Department.code.in_(codes)
    return db.session.scalars(query.where(wanted)).all()


def departments() -> Sequence[Department]:
    """Return all departments, by code."""
    return db.session.scalars(select(Department).order_by(Department.code)).all()


def departments_of(person_id: int, role: str) -> Sequence[Department]:
    """Return the open departments over which the person holds ``role`` today; all, for the whole government's."""
    return db.session.scalars(
        select(Department).where(covered_by(person_id, role), Department.closed_on.is_(None)).order_by(Department.code)
    ).all()


def covered_by(person_id: int, role: str) -> ColumnElement[bool]:
    """Return the condition that the person holds ``role`` over a :class:`Department` today."""
    held = select(RoleHolding.department_id).where(
        RoleHolding.person_id == person_id,
        RoleHolding.role == role,
        current(RoleHolding.starts_on, RoleHolding.ends_on),
    )
    everywhere = held.where(RoleHolding.department_id.is_(None)).exists()
    covered = Department.lineage.op("&&")(
        func.array(held.where(RoleHolding.department_id.is_not(None)).scalar_subquery())
    )
    return or_(everywhere, covered)


def holder_by_email(email: str, roles: Collection[str], department: Department) -> Person | None:
    """Return the person with this e-mail address who holds one of the roles over a department today, and has not left.

    None for everybody else: who asks learns nothing of other accounts.
    """
    return db.session.scalar(
        select(Person).where(
            Person.email == email.strip().lower(), has_not_left(), Person.id.in_(_holders_over(roles, department))
        )
    )


def holders_over(role: str, department: Department) -> Sequence[int]:
    """Return the ids of who holds a role over a department today, and has not left."""
    return db.session.scalars(
        select(Person.id).where(has_not_left(), Person.id.in_(_holders_over([role], department))).order_by(Person.id)
    ).all()


def _holders_over(roles: Collection[str], department: Department) -> Select[int]:
    return select(RoleHolding.person_id).where(
        RoleHolding.role.in_(roles),
        or_(RoleHolding.department_id.is_(None), RoleHolding.department_id.in_(department.lineage)),
        current(RoleHolding.starts_on, RoleHolding.ends_on),
    )


def employment_today(person_id: int) -> Employment | None:
    """Return the permanent post the person holds today with its department loaded, or None."""
    return db.session.scalar(
        select(Employment)
        .options(joinedload(Employment.department))
        .where(Employment.person_id == person_id, current(Employment.starts_on, Employment.ends_on))
    )


def roles_today(person_id: int) -> Sequence[RoleHolding]:
    """Return the roles a person holds today with their departments, by name."""
    return db.session.scalars(
        select(RoleHolding)
        .where(RoleHolding.person_id == person_id, current(RoleHolding.starts_on, RoleHolding.ends_on))
        .options(joinedload(RoleHolding.department))
        .order_by(RoleHolding.role, RoleHolding.id)
    ).all()


def has_left(person_id: int) -> bool:
    """Say whether the person may no longer sign in."""
    return db.session.scalar(select(~has_not_left()).where(Person.id == person_id)) is not False


def holds_strong_role(person_id: int) -> bool:
    """Say whether the person holds a role today that needs a second factor."""
    return any(holding.role in STRONG_ROLES for holding in roles_today(person_id))


@dataclass(frozen=True, slots=True)
class StillOpen:
    """What keeps a department from being closed."""

    branches: int
    posts: int
    roles: int


def what_is_open_in(department: Department) -> StillOpen:
    """Count what is still open directly in a department."""
    branches = select(func.count()).where(Department.parent_id == department.id, Department.closed_on.is_(None))
    posts = select(func.count()).where(
        Employment.department_id == department.id,
        or_(Employment.ends_on.is_(None), Employment.ends_on >= func.current_date()),
    )
    roles = select(func.count()).where(RoleHolding.department_id == department.id, _not_ended())
    counted = select(branches.scalar_subquery(), posts.scalar_subquery(), roles.scalar_subquery())
    return StillOpen(*db.session.execute(counted).one())


def department_by_id(department_id: int) -> Department:
    """Return a department that is known to exist."""
    return db.session.get_one(Department, department_id)


def find_departments(words: str, *, after: str | None, limit: int) -> Sequence[Department]:
    """Return up to ``limit`` departments whose code, name or abbreviation holds ``words``, by code.

    :param after: the code of the last one of the page before.
    """
    query = select(Department).order_by(Department.code).limit(limit)
    if words:
        held = func.concat_ws(" ", Department.code, Department.names, Department.abbreviation, type_=Text)
        query = query.where(func.lower(held).contains(words.lower(), autoescape=True))
    if after is not None:
        query = query.where(Department.code > after)
    return db.session.scalars(query).all()


def branches_of(department_id: int) -> Sequence[Department]:
    """Return the branches directly under a department, by code."""
    return db.session.scalars(
        select(Department).where(Department.parent_id == department_id).order_by(Department.code)
    ).all()


def holders(department_id: int | None, *, limit: int) -> Sequence[tuple[RoleHolding, Person]]:
    """Return who holds which role in a department (None: in the whole government), now or later; by role and name."""
    held = RoleHolding.department_id.is_(None) if department_id is None else RoleHolding.department_id == department_id
    rows = db.session.execute(
        select(RoleHolding, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(held, _not_ended())
        .order_by(RoleHolding.role, Person.name, RoleHolding.id)
        .limit(limit)
    )
    return [(holding, person) for holding, person in rows]


def role_holding_by_public_id(public_id: str) -> RoleHolding | None:
    """Return the role somebody holds with its department, unless it has ended, or None."""
    return db.session.scalar(
        select(RoleHolding)
        .where(RoleHolding.public_id == public_id, _not_ended())
        .options(joinedload(RoleHolding.department))
    )


def roles_not_ended(person_id: int) -> Sequence[RoleHolding]:
    """Return the roles a person holds now or will hold, with their departments."""
    return db.session.scalars(
        select(RoleHolding)
        .where(RoleHolding.person_id == person_id, _not_ended())
        .options(joinedload(RoleHolding.department))
        .order_by(RoleHolding.role, RoleHolding.id)
    ).all()


def holds_between(
    person_id: int, role: str, department: Department | None, starts_on: date, ends_on: date | None
) -> bool:
    """Say whether the person holds the role in just this department on one of these days."""
    held = RoleHolding.department_id == department.id if department else RoleHolding.department_id.is_(None)
    found = select(RoleHolding.id).where(
        RoleHolding.person_id == person_id,
        RoleHolding.role == role,
        held,
        or_(RoleHolding.ends_on.is_(None), RoleHolding.ends_on >= starts_on),
    )
    if ends_on is not None:
        found = found.where(RoleHolding.starts_on <= ends_on)
    return db.session.scalar(found.limit(1)) is not None


def lasting_administrators(*, for_update: bool = False) -> set[int]:
    """Return the ids of the administrators of the whole government whose role has no last day, and who stay.

    :param for_update: others who ask so wait until this transaction has ended.
    """
    query = (
        select(RoleHolding.person_id)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.role == "administrator",
            RoleHolding.department_id.is_(None),
            RoleHolding.starts_on <= func.current_date(),
            RoleHolding.ends_on.is_(None),
            Person.left_on.is_(None),
            has_not_left(),
        )
        .order_by(RoleHolding.id)
    )
    return set(db.session.scalars(query.with_for_update(of=RoleHolding) if for_update else query))


def person_by_public_id(public_id: str) -> Person | None:
    """Return the person, or None."""
    return db.session.scalar(select(Person).where(Person.public_id == public_id))


def find_people(words: str, *, limit: int) -> Sequence[Person]:
    """Return up to ``limit`` people whose name or e-mail address begins with ``words``, by name."""
    begins = words.strip().lower()
    return db.session.scalars(
        select(Person)
        .where(
            or_(
                func.lower(Person.name).startswith(begins, autoescape=True),
                Person.email.startswith(begins, autoescape=True),
            )
        )
        .order_by(func.lower(Person.name), Person.id)
        .limit(limit)
    ).all()


def unfinished_leavers(*, limit: int) -> Sequence[Person]:
    """Return people who have left while something of theirs is open: the account, a sign-in, a token, a role."""
    open_rows = (
        select(model.id).where(model.person_id == Person.id, model.ended_at.is_(None)).exists()
        for model in (SignIn, ApiToken)
    )
    roles = select(RoleHolding.id).where(RoleHolding.person_id == Person.id, _not_ended()).exists()
    ended = select(Employment.person_id).where(Employment.ends_on < func.current_date())
    return db.session.scalars(
        select(Person)
        .where(
            or_(Person.left_on <= func.current_date(), and_(Person.left_on.is_(None), Person.id.in_(ended))),
            ~has_not_left(),
            or_(Person.left_on.is_(None), roles, *open_rows),
        )
        .order_by(Person.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def _not_ended() -> ColumnElement[bool]:
    return or_(RoleHolding.ends_on.is_(None), RoleHolding.ends_on >= func.current_date())


def open_departments() -> Sequence[Department]:
    """Return the departments that are not closed, by code."""
    return db.session.scalars(select(Department).where(Department.closed_on.is_(None)).order_by(Department.code)).all()
