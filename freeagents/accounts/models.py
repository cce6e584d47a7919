"""Departments, people, their employments and roles, and how they sign in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.db.base import Base, Key, PublicId, Words, one_of, today, utc_now

DEPARTMENT_KINDS = ("department", "branch")
ROLES = ("manager", "hr", "auditor", "administrator")
STRONG_ROLES = ("hr", "administrator")
"""Roles that count only in a sign-in in which a second factor was shown."""
MAILED_PURPOSES = ("password", "email")


class Department(Base):
    """An organisation of the government, or a branch of one.

    ``lineage`` holds the ids from the root of the tree down to this node; ``employer_id`` is the nearest node of kind
    *department*, itself included: what *another department* compares. ``renamed`` keeps a name given on a page from the
    country pack's. Nothing new is given to a department from ``closed_on`` on.
    """

    __tablename__ = "department"
    __table_args__ = (
        one_of("kind", DEPARTMENT_KINDS),
        Index("ix_department_lineage", "lineage", postgresql_using="gin"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[Words]
    abbreviation: Mapped[Words] = mapped_column(default=dict)
    kind: Mapped[str] = mapped_column(default="department")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    lineage: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    portfolio: Mapped[Words | None]
    renamed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    closed_on: Mapped[date | None]

    employer: Mapped[Department | None] = relationship(
        lazy="raise_on_sql", remote_side="Department.id", foreign_keys="Department.employer_id"
    )


class Person(Base):
    """A public servant with an account."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        Index("ix_person_email_pattern", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_person_leaving", "left_on", postgresql_where=text("left_on IS NOT NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    locale: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    left_on: Mapped[date | None]


Index("ix_person_name_lower", func.lower(Person.name).label("name"), postgresql_ops={"name": "text_pattern_ops"})


class Employment(Base):
    """A permanent post: it decides the home department, the grade and the home manager. Days are inclusive.

    ``grade_ladder``, ``grade_rank`` and ``grade_band`` are the grade's place in the pack's ladders; a grade that no
    ladder knows has a ladder of its own, so that it compares by equality only.
    """

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        ExcludeConstraint(
            ("person_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_employment_one_at_a_time",
            using="gist",
        ),
        Index("ix_employment_ending", "ends_on", postgresql_where=text("ends_on IS NOT NULL")),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    line_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    grade: Mapped[str | None]
    grade_ladder: Mapped[str | None]
    grade_rank: Mapped[int | None]
    grade_band: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    department: Mapped[Department] = relationship(lazy="raise_on_sql")


class RoleHolding(Base):
    """A role held in a department and its branches, or in the whole government (no department)."""

    __tablename__ = "role_holding"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        ExcludeConstraint(
            ("person_id", "="),
            ("role", "="),
            (text("coalesce(department_id, 0)"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_role_holding_once_at_a_time",
            using="gist",
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    department: Mapped[Department | None] = relationship(lazy="raise_on_sql")


class SignIn(Base):
    """One signed-in browser; the cookie holds the token, this row only its SHA-256.

    Of a person with a second factor it counts only from ``second_factor_at`` on. ``device`` is as much as its owner
    needs to know it again: browser and system, without versions.
    """

    __tablename__ = "sign_in"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    second_factor_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(default="", server_default="")
    last_seen_on: Mapped[date] = mapped_column(default=today, server_default=text("current_date"))
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed attempt to sign in, under a keyed hash of the e-mail address or network address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[Key]
    key: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(default=utc_now)


class Invitation(Base):
    """A link that lets a person set a password once; the row holds only the SHA-256 of its token."""

    __tablename__ = "invitation"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class MailedLink(Base):
    """A link in a mail that sets a new password, or proves a new e-mail address, once; the row holds only a hash."""

    __tablename__ = "mailed_link"
    __table_args__ = (
        one_of("purpose", MAILED_PURPOSES),
        CheckConstraint("(purpose = 'email') = (email IS NOT NULL)", name="email_where_proven"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    email: Mapped[str | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Identity(Base):
    """The name under which an OpenID provider knows a person: it stays when the e-mail address changes."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("person_id", "issuer"))

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SecondFactor(Base):
    """An app on the person's phone. The key it shares is made of ``seed`` and the service's secret key, never kept.

    ``last_step`` is the time step of the last code that was used: none of it or before it is taken again.
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands in for the second factor once; the row holds only a keyed hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token for the API, shown once when made; it can do what its person can.

    ``second_factor``: it was made in a sign-in that had shown one; without, roles that need one do not count.
    """

    __tablename__ = "api_token"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ExternalId(Base):
    """The id another system uses for a row of ours, so that the same file imported twice updates."""

    __tablename__ = "external_id"
    __table_args__ = (UniqueConstraint("source", "kind", "external_id"), Index("ix_external_id_row", "kind", "row_id"))

    id: Mapped[Key]
    source: Mapped[str]
    kind: Mapped[str]
    external_id: Mapped[str]
    row_id: Mapped[int]
