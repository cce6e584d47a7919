"""The daily digest: one mail a day at most, with what is still unread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from freeagents.extensions import db
from freeagents.messages.models import Mail, Message
from freeagents.messages.services import reading, sending
from freeagents.messages.services.telling import Notice, tell
from tests.factories import a_person
from tests.mail import MailServer

FACTS = {"project": "p", "title": "Ask around"}
MORNING = datetime(2030, 3, 4, 6, 0, tzinfo=UTC)


@pytest.fixture
def ada(with_mail):
    with with_mail.app_context():
        person = a_person("Ada Lovelace", email="ada@example.org")
        reading.choose(recipient_id=person.id, moments={"projects": "daily"})
        db.session.commit()
        yield person.id


def told(person: int, event: str, at: datetime) -> None:
    tell("application:submit", [Notice(person, event, FACTS)])
    db.session.query(Message).where(Message.event == event).update({"created_at": at})
    db.session.commit()


def gather(at: datetime) -> None:
    sending.gather_digests(now=at)
    db.session.commit()


def test_digest_waits_for_the_morning_and_comes_once_a_day(ada: int, mail: MailServer, send) -> None:
    told(ada, "a/1", MORNING - timedelta(hours=10))
    told(ada, "a/2", MORNING - timedelta(hours=5))
    gather(MORNING - timedelta(minutes=1))
    assert db.session.query(Mail).count() == 0
    gather(MORNING)
    told(ada, "a/3", MORNING + timedelta(minutes=1))
    for hours in (1, 2, 23):
        gather(MORNING + timedelta(hours=hours))
    assert db.session.query(Mail).count() == 1
    send(MORNING + timedelta(hours=23))
    (digest,) = mail.taken
    assert digest["Subject"] == "Free Agents: 2 messages"
    assert digest.get_body(("plain",)).get_content().count("Somebody applied") == 2
    gather(MORNING + timedelta(days=1))
    send(MORNING + timedelta(days=1))
    assert mail.taken[1]["Subject"] == "Somebody applied for “Ask around”"
    assert len({one["Message-ID"] for one in mail.taken}) == 2


def test_missed_morning_is_made_up_for(ada: int) -> None:
    told(ada, "a/1", MORNING - timedelta(hours=10))
    gather(MORNING + timedelta(hours=9))
    assert db.session.query(Mail).count() == 1


def test_what_was_read_is_not_in_the_digest(ada: int) -> None:
    told(ada, "a/1", MORNING - timedelta(hours=10))
    reading.read_all(recipient_id=ada)
    gather(MORNING)
    assert db.session.query(Mail).count() == 0


def test_never_means_never_by_mail_and_still_in_the_inbox(ada: int) -> None:
    reading.choose(recipient_id=ada, moments={"projects": "never"})
    told(ada, "a/1", MORNING - timedelta(hours=10))
    gather(MORNING)
    assert db.session.query(Mail).count() == 0
    assert db.session.query(Message).count() == 1
