"""Erase a person: everything about them goes, but for what they decided about others, which stays without a name."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, ForeignKey, Table, delete, exists, func, literal, or_, select, update

from freeagents.accounts.models import ExternalId, Person
from freeagents.accounts.queries.directory import lasting_administrators
from freeagents.accounts.services.links import refuse_wrong_password
from freeagents.accounts.services.roles import refuse_to_lose_last_administrator
from freeagents.audit.models import AuditEntry, AuditNote
from freeagents.audit.services import record
from freeagents.db.base import Base, today
from freeagents.errors import Conflict, Invalid
from freeagents.extensions import db
from freeagents.messages.models import Mail, MailChoice, Message
from freeagents.privacy.queries.held import acts_on
from freeagents.projects.models import Project, ProjectOwner
from freeagents.rounds.models import Edit, Proposal, Round, SnapshotKey

ABOUT_OTHERS = ("person/", "proposal/", "edit/", "round/")
"""What begins the subject of an act of which somebody else may ask the reason."""
WITH_DECISIONS = frozenset({"proposal_opening"})
"""What shows how somebody came to decide: it stays as long as the decision."""


def erase_oneself(*, person: Person, email: str, password: str, secret: str) -> None:
    """Erase the account of who asks for it.

    :param email: as typed, so that nobody does this by mistake; ``password``: asked of those who have one.
    :raises Invalid: the address is not the person's.
    :raises TooMany: the password was wrong too often. :raises WrongCredentials: it is wrong.
    :raises Conflict: others still rely on the person, or on the account.
    """
    if email.strip().lower() != person.email:
        raise Invalid(_("This is not the email address of your account."), field="email")
    if person.password_hash is not None:
        refuse_wrong_password(person, password, secret=secret, field="password")
    _refuse_while_needed(person)
    erase(person=person, actor_id=person.id)


def erase(*, person: Person, actor_id: int | None) -> None:
    """Erase a person for good, whoever still relies on them.

    :param actor_id: who asked; None: the service, since the time for which the account is kept has passed.
    """
    record(db.session, "person:erase", f"person/{person.public_id}", actor_id=actor_id)
    _forget_words(person)
    db.session.execute(delete(Message).where(Message.recipient_id == person.id))
    db.session.execute(delete(Mail).where(or_(Mail.recipient_id == person.id, Mail.address == person.email)))
    db.session.execute(delete(MailChoice).where(MailChoice.recipient_id == person.id))
    db.session.execute(delete(ExternalId).where(ExternalId.kind == "person", ExternalId.row_id == person.id))
    db.session.flush()
    if _has_decided(person):
        _keep_without_a_name(person)
    else:
        db.session.execute(delete(Person).where(Person.id == person.id))
    db.session.expire_all()


def _refuse_while_needed(person: Person) -> None:
    if person.id in lasting_administrators(for_update=True):
        refuse_to_lose_last_administrator(person)
    owners = select(ProjectOwner.person_id).where(ProjectOwner.project_id == Project.id)
    alone = (
        owners.where(ProjectOwner.person_id == person.id).exists()
        & ~owners.where(ProjectOwner.person_id != person.id).exists()
    )
    owned = db.session.scalar(select(func.count()).select_from(Project).where(alone, Project.state == "open"))
    if owned:
        raise Conflict(
            ngettext(
                "You own an open project alone, and people may be waiting for it. Add another owner, or end it first.",
                "You own %(num)d open projects alone, and people may be waiting for them. "
                "Add other owners, or end them first.",
                owned,
            )
        )
    placed = (
        select(Project.title)
        .join(Proposal, Proposal.project_id == Project.id)
        .join(Round, Round.id == Proposal.round_id)
        .where(
            Proposal.person_id == person.id,
            Proposal.state.in_(("approved", "offered")),
            Round.state.in_(("published", "closed")),
            Project.state != "cancelled",
            Project.ends_on >= today(),
        )
    )
    title = db.session.scalar(placed.limit(1))
    if title is not None:
        raise Conflict(_("You are matched with “%(project)s”. Ask HR to end that first.", project=title))
    if db.session.scalar(select(exists().where(Round.state == "solving"))):
        raise Conflict(_("A round is being solved just now, and you may be in it. Try again in a few minutes."))


def _forget_words(person: Person) -> None:
    """Delete the words written about the person, and by the person but where others may ask for the reason."""
    about_others = or_(*(AuditEntry.subject.startswith(kind) for kind in ABOUT_OTHERS))
    of_oneself = (AuditEntry.actor_id == person.id) & ~about_others
    on_pairs = or_(
        *(
            AuditEntry.subject.in_(select(literal(f"{kind}/") + model.public_id).where(model.person_id == person.id))
            for kind, model in (("proposal", Proposal), ("edit", Edit))
        )
    )
    entries = select(AuditEntry.id).where(or_(acts_on(person), on_pairs, of_oneself))
    db.session.execute(delete(AuditNote).where(AuditNote.entry_id.in_(entries)))


def _has_decided(person: Person) -> bool:
    """Say whether something that stays names the person as who decided it."""
    found = (exists().where(_is(key, person)) for _table, key in _references() if key.ondelete is None)
    return bool(db.session.scalar(select(or_(*found))))


def _is(key: ForeignKey, person: Person) -> ColumnElement[bool]:
    return key.parent == person.id


def _references() -> list[tuple[Table, ForeignKey]]:
    """Return every column that points to a person, with its table."""
    return [
        (table, key)
        for table in Base.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name == Person.__tablename__
    ]


def _keep_without_a_name(person: Person) -> None:
    """Do what the database does when a person goes, and keep a row that says nothing but that there was somebody."""
    for table, key in _references():
        if key.ondelete == "CASCADE" and table.name not in WITH_DECISIONS:
            db.session.execute(delete(table).where(_is(key, person)))
        elif key.ondelete == "SET NULL":
            db.session.execute(update(table).where(_is(key, person)).values({key.parent: None}))
    db.session.execute(
        update(SnapshotKey)
        .where(SnapshotKey.people.contains([person.id]))
        .values(people=func.array_replace(SnapshotKey.people, person.id, 0))
    )
    blank = {"name": "", "email": f"erased-{person.id}@invalid", "password_hash": None, "locale": None}
    db.session.execute(update(Person).where(Person.id == person.id).values(left_on=today(), **blank))
