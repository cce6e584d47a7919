"""Messages to people, the mail that carries them, and when each person wants that mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from freeagents.db.base import Base, Key, PublicId, one_of, utc_now

MOMENTS = ("at_once", "daily", "never")


class Mail(Base):
    """One mail to be sent, or sent: its ``public_id`` makes its Message-ID, however often it is tried.

    It goes to a person and carries their messages, or to an address and says ``kind`` and ``facts`` itself; these are
    wiped when it is sent or given up, since there may be a secret in them.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("(recipient_id IS NULL) <> (address IS NULL)", name="person_or_address"),
        CheckConstraint("(address IS NULL) = (kind IS NULL)", name="address_with_kind"),
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="sent_or_failed"),
        Index("ix_mail_due", "next_try_at", "id", postgresql_where="sent_at IS NULL AND failed_at IS NULL"),
        Index("ix_mail_recipient_id", "recipient_id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    recipient_id: Mapped[int | None]
    address: Mapped[str | None]
    locale: Mapped[str | None]
    kind: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utc_now)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]

    messages: Mapped[list[Message]] = relationship(lazy="raise_on_sql", order_by="Message.id", viewonly=True)


class Message(Base):
    """One thing told to one person: a kind with its facts, said in words wherever it is read.

    ``event`` names what happened; nobody is told twice of one event. ``moment`` is when its mail goes out.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("recipient_id", "event"),
        one_of("moment", MOMENTS),
        Index("ix_message_recipient_id_id", "recipient_id", "id"),
        Index("ix_message_unread", "recipient_id", postgresql_where="read_at IS NULL"),
        Index(
            "ix_message_for_digest",
            "recipient_id",
            "created_at",
            postgresql_where="moment = 'daily' AND mail_id IS NULL AND read_at IS NULL",
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    recipient_id: Mapped[int]
    kind: Mapped[str]
    event: Mapped[str]
    facts: Mapped[dict[str, Any]]
    moment: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    read_at: Mapped[datetime | None]
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"), index=True)

    @property
    def person_id(self) -> int:
        """Whose message it is: what the access policy asks of things that belong to one person."""
        return self.recipient_id


class MailChoice(Base):
    """When a person wants mail on one topic; without a row: as the topic has it."""

    __tablename__ = "mail_choice"
    __table_args__ = (one_of("moment", MOMENTS),)

    recipient_id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    moment: Mapped[str]
