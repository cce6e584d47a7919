"""Questions about messages and mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased, selectinload

from freeagents.extensions import db
from freeagents.messages.models import Mail, MailChoice, Message


def message_by_public_id(public_id: str) -> Message | None:
    """Return the message, or None."""
    return db.session.scalar(select(Message).where(Message.public_id == public_id))


def messages_of(recipient_id: int, *, after: str | None, limit: int, unread: bool = False) -> Sequence[Message]:
    """Return up to ``limit`` messages to a person, newest first, that follow the one with public id ``after``."""
    query = select(Message).where(Message.recipient_id == recipient_id).order_by(Message.id.desc()).limit(limit)
    if after is not None:
        last = aliased(Message)
        own = (last.public_id == after, last.recipient_id == recipient_id)
        query = query.where(Message.id < select(last.id).where(*own).scalar_subquery())
    if unread:
        query = query.where(Message.read_at.is_(None))
    return db.session.scalars(query).all()


def facts_told(recipient_id: int, events: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return event → what a person was told of it."""
    rows = db.session.execute(
        select(Message.event, Message.facts).where(Message.recipient_id == recipient_id, Message.event.in_(events))
    )
    return {row.event: row.facts for row in rows}


def unread(recipient_id: SQLColumnExpression[int]) -> ScalarSelect[int]:
    """Return how many messages to the person are unread, as a part of another query."""
    return select(func.count()).where(Message.recipient_id == recipient_id, Message.read_at.is_(None)).scalar_subquery()


def choices_of(recipient_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Return (person id, topic) → the moment these people chose."""
    rows = db.session.scalars(select(MailChoice).where(MailChoice.recipient_id.in_(recipient_ids)))
    return {(row.recipient_id, row.topic): row.moment for row in rows}


def whole_mail(mail_id: int) -> Mail:
    """Return a mail that is known to exist with the messages it carries."""
    return db.session.scalars(select(Mail).where(Mail.id == mail_id).options(selectinload(Mail.messages))).one()


def for_digest(before: datetime, *, limit: int) -> Sequence[tuple[int, int]]:
    """Return (person id, message id) of unread messages from before then that wait for a digest, by person."""
    rows = db.session.execute(
        select(Message.recipient_id, Message.id)
        .where(
            Message.moment == "daily",
            Message.mail_id.is_(None),
            Message.read_at.is_(None),
            Message.created_at < before,
        )
        .order_by(Message.recipient_id, Message.id)
        .limit(limit)
    )
    return [(person, message) for person, message in rows]
