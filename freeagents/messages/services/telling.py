"""Tell people: an entry in the inbox and, when they want it, a mail; both only if the caller's transaction commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from freeagents.db.base import new_public_id, utc_now
from freeagents.extensions import db, settings
from freeagents.jobs.queue import enqueue
from freeagents.messages import queries
from freeagents.messages.kinds import TOPICS, kinds
from freeagents.messages.models import Mail, Message

SEND_JOB = "mail:send"
MOST_A_STATEMENT = 5_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell one person.

    :ivar event: names what happened, the same in each telling of it: ``application/Xr4…/matched``.
    :ivar facts: codes, numbers, ids and titles, as JSON; never the words of the message itself.
    """

    recipient_id: int
    event: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def tell(kind: str, notices: Iterable[Notice]) -> None:
    """Put messages of one kind in people's inboxes; who was told of the event before is not told again.

    The mail of those who want it at once is sent by a worker after the caller's transaction has committed.

    :raises KeyError: there is no such kind: a mistake of the programmer.
    """
    topic = kinds[kind].topic
    told = list(notices)
    for start in range(0, len(told), MOST_A_STATEMENT):
        _tell(kind, topic, told[start : start + MOST_A_STATEMENT])


def send(kind: str, *, address: str, locale: str | None, facts: Mapping[str, Any]) -> bool:
    """Send one mail to an address, with no entry in any inbox: for what reaches people who cannot sign in.

    A worker sends it after the caller's transaction has committed. ``facts`` may hold a secret, such as the token of a
    link: they are wiped when the mail is sent or given up.

    :param locale: the language to write in; None: the instance's first.
    :returns: False, and nothing is done, where the instance has no mail server.
    :raises KeyError: there is no such kind: a mistake of the programmer.
    """
    _topic = kinds[kind].topic
    if settings.smtp_url is None:
        return False
    db.session.add(Mail(address=address, locale=locale, kind=kind, facts=dict(facts)))
    db.session.flush()
    enqueue(db.session, SEND_JOB)
    return True


def _tell(kind: str, topic: str, notices: list[Notice]) -> None:
    chosen = queries.choices_of({notice.recipient_id for notice in notices}) if settings.smtp_url else {}
    usual = TOPICS[topic].moments[0] if settings.smtp_url else "never"
    now = utc_now()
    rows = [
        {
            "public_id": new_public_id(),
            "recipient_id": notice.recipient_id,
            "kind": kind,
            "event": notice.event,
            "facts": dict(notice.facts),
            "moment": chosen.get((notice.recipient_id, topic), usual),
            "created_at": now,
        }
        for notice in notices
    ]
    if not rows:
        return
    made = db.session.execute(
        upsert(Message)
        .on_conflict_do_nothing(index_elements=["recipient_id", "event"])
        .returning(Message.public_id, Message.recipient_id, Message.moment),
        rows,
    ).all()
    mails = [
        {"public_id": public_id, "recipient_id": recipient, "created_at": now, "next_try_at": now, "facts": {}}
        for public_id, recipient, moment in made
        if moment == "at_once"
    ]
    if mails:
        db.session.execute(insert(Mail), mails)
        # One message, one mail: they share the public id.
        db.session.execute(
            update(Message)
            .where(Message.public_id == Mail.public_id, Message.public_id.in_([mail["public_id"] for mail in mails]))
            .values(mail_id=Mail.id)
            .execution_options(synchronize_session=False)
        )
        enqueue(db.session, SEND_JOB)
