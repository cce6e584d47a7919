"""Use-cases of whoever reads: read a message, read all, choose when mail comes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from freeagents.audit.services import record
from freeagents.db.base import utc_now
from freeagents.errors import Invalid
from freeagents.extensions import db
from freeagents.messages.kinds import TOPICS
from freeagents.messages.models import MailChoice, Message


def note_reading(*, message: Message) -> bool:
    """Note that a message was opened; the first time only.

    In a transaction of its own: the page's may only read.

    :returns: whether it was the first time.
    """
    if message.read_at is not None:
        return False
    with Session(db.engine) as session, session.begin():
        first = session.scalar(_read(Message.id == message.id))
    return first is not None


def read(*, message: Message) -> None:
    """Mark a message as read."""
    message.read_at = message.read_at or utc_now()
    db.session.flush()


def read_all(*, recipient_id: int) -> None:
    """Mark all messages to a person as read."""
    db.session.execute(_read(Message.recipient_id == recipient_id))


def choose(*, recipient_id: int, moments: Mapping[str, str]) -> None:
    """Keep when a person wants mail: topic → moment.

    :raises Invalid: a topic has no such moment to choose.
    """
    for topic, moment in moments.items():
        if topic not in TOPICS or moment not in TOPICS[topic].moments:
            raise Invalid(_("Choose one of the moments in the list."), field=topic)
    if not moments:
        return
    rows = [{"recipient_id": recipient_id, "topic": topic, "moment": moment} for topic, moment in moments.items()]
    chosen = insert(MailChoice)
    db.session.execute(
        chosen.on_conflict_do_update(index_elements=["recipient_id", "topic"], set_={"moment": chosen.excluded.moment}),
        rows,
    )
    record(db.session, "mail:choose", "person/self", actor_id=recipient_id, moments=dict(moments))


def _read(which: ColumnElement[bool]) -> ReturningUpdate[tuple[int]]:
    return update(Message).where(which, Message.read_at.is_(None)).values(read_at=utc_now()).returning(Message.id)
