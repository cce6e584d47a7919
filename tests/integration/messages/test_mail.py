"""Mail through a real server: what is sent, when it is tried again, and that nothing hostile gets through."""

from __future__ import annotations

import ssl
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import text

from freeagents.accounts.services import people
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages.kinds import KINDS, Kind, Said
from freeagents.messages.models import Mail, Message
from freeagents.messages.services import sending
from freeagents.messages.services.telling import Notice, tell
from freeagents.messages.services.telling import send as send_mail
from tests.factories import a_person
from tests.integration.messages.conftest import use
from tests.mail import free_port, mail_server

HOSTILE = 'Hello\r\nBcc: everybody@example.org\r\n\r\n<script>alert("x")</script> & \x00\x0b \u202e'


@pytest.fixture
def plain(with_mail, monkeypatch):
    """A kind of message that says what it is told: for what people might write."""
    said = Kind("applications", lambda facts: Said(facts.get("words", "Hello"), (facts.get("words", "Hello"),)))
    monkeypatch.setitem(with_mail.extensions, KINDS, with_mail.extensions[KINDS] | {"test:say": said})
    with with_mail.app_context():
        yield with_mail


@pytest.fixture
def ada(plain) -> int:
    person = a_person("Ada Lovelace", email="ada@example.org")
    db.session.commit()
    return person.id


def body(mail, kind: str) -> str:
    return mail.get_body((kind,)).get_content()


def test_mail_says_the_same_in_text_and_html_with_whole_addresses(plain, mail, send):
    token = people.invite(person=a_person("Ada", email="ada@example.org"), actor_id=None)
    db.session.commit()
    send()
    (one,) = mail.taken
    assert mail.to == [["ada@example.org"]]
    assert one["From"] == "Free Agents <no-reply@example.org>"
    assert one["Subject"] == "Your account is ready"
    assert one["Auto-Submitted"] == "auto-generated"
    address = f"http://localhost/invitation/{token}"
    assert address in body(one, "plain")
    assert f'href="{address}"' in body(one, "html")
    assert '<html lang="en">' in body(one, "html")
    assert "When you get mail" not in body(one, "plain")


def test_secrets_of_a_mail_are_wiped_when_it_is_sent(plain, send):
    people.invite(person=a_person(email="ada@example.org"), actor_id=None)
    db.session.commit()
    assert db.session.query(Mail).one().facts["token"]
    send()
    assert db.session.query(Mail).one().facts == {}


def test_caller_that_rolls_back_tells_nobody(plain, ada, mail, send):
    tell("test:say", [Notice(ada, "thing/1")])
    send_mail("test:say", address="somebody@example.org", locale=None, facts={})
    db.session.rollback()
    send()
    assert mail.taken == []
    assert db.session.query(Message).count() == 0
    assert db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_mail_is_sent_by_a_job_of_the_same_transaction(plain, ada):
    tell("test:say", [Notice(ada, "thing/1")])
    db.session.commit()
    assert db.session.scalar(text("SELECT task_name FROM procrastinate_jobs")) == "mail:send"


def test_same_event_told_twice_is_one_entry_and_one_mail(plain, ada, mail, send):
    for _time in range(2):
        tell("test:say", [Notice(ada, "thing/1"), Notice(ada, "thing/1")])
        db.session.commit()
        send()
    assert db.session.query(Message).count() == 1
    assert len(mail.taken) == 1


def test_job_that_dies_after_sending_sends_again_with_the_same_message_id(plain, ada, mail, send):
    tell("test:say", [Notice(ada, "thing/1")])
    db.session.commit()
    send()
    # As if the worker had died before it could commit that the mail was sent.
    db.session.execute(text("UPDATE mail SET sent_at = NULL, next_try_at = now()"))
    db.session.commit()
    send()
    first, second = mail.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@localhost>")
    assert db.session.query(Message).count() == 1


def test_dead_server_loses_nothing_and_is_tried_again_later_and_later(plain, ada, monkeypatch, send):
    port = free_port()
    use(plain, f"smtp://127.0.0.1:{port}", monkeypatch)
    tell("test:say", [Notice(ada, "thing/1"), Notice(a_person(email="grace@example.org").id, "thing/1")])
    db.session.commit()
    start = now = utc_now() + timedelta(seconds=1)
    waits = []
    for _time in range(5):
        send(now)
        db.session.expire_all()
        tried = db.session.query(Mail).order_by(Mail.attempts.desc(), Mail.id).first()
        waits.append(tried.next_try_at - now)
        now = tried.next_try_at
    assert waits[0] == sending.FIRST_WAIT
    assert all(mail.sent_at is None and mail.failed_at is None for mail in db.session.query(Mail))
    assert now > start
    with mail_server(port=port) as back:
        send(now + timedelta(hours=2))
        assert sorted(to for (to,) in back.to) == ["ada@example.org", "grace@example.org"]


def test_wait_doubles_up_to_an_hour():
    minutes = [sending.wait_after(attempts) / timedelta(minutes=1) for attempts in (1, 2, 3, 7, 50)]
    assert minutes == [1, 2, 4, 60, 60]


def test_server_that_stays_away_for_days_is_given_up_with_the_reason(plain, ada, monkeypatch, send):
    use(plain, f"smtp://127.0.0.1:{free_port()}", monkeypatch)
    tell("test:say", [Notice(ada, "thing/1")])
    db.session.commit()
    send(utc_now() + sending.GIVEN_UP_AFTER + timedelta(minutes=1))
    assert db.session.query(Mail).one().failure == "server_away"
    assert db.session.query(Message).count() == 1


@pytest.mark.parametrize(
    ("rcpt", "data", "failure"),
    [
        (["550 no such user"], [], "refused"),
        (["451 later"], [], None),
        ([], ["554 no"], "refused"),
        ([], ["451"], None),
    ],
)
def test_refused_mail_is_given_up_or_tried_again_and_stops_no_other(plain, ada, mail, send, rcpt, data, failure):
    mail.rcpt_answers, mail.data_answers = list(rcpt), list(data)
    tell("test:say", [Notice(ada, "thing/1"), Notice(a_person(email="grace@example.org").id, "thing/1")])
    db.session.commit()
    send()
    assert mail.to == [["grace@example.org"]]
    refused = db.session.query(Mail).where(Mail.recipient_id == ada).one()
    assert refused.failure == failure
    send(utc_now() + timedelta(minutes=2))
    assert len(mail.taken) == (1 if failure else 2)


def test_mail_that_cannot_be_said_stops_no_other(plain, ada, mail, send):
    db.session.add(Mail(address="x@example.org", kind="no:such"))
    db.session.flush()
    tell("test:say", [Notice(ada, "thing/1")])
    db.session.commit()
    send()
    assert mail.to == [["ada@example.org"]]


def test_address_that_is_none_is_given_up(plain, mail, send):
    send_mail("test:say", address="a@example.org\r\nBcc: b@example.org", locale=None, facts={})
    db.session.commit()
    send()
    assert mail.taken == []
    assert db.session.query(Mail).one().failure == "no_such_address"


def test_who_has_left_gets_no_mail(plain, ada, mail, send):
    tell("test:say", [Notice(ada, "thing/1")])
    db.session.execute(text("UPDATE person SET left_on = current_date"))
    db.session.commit()
    send()
    assert mail.taken == []
    assert db.session.query(Mail).one().failure == "left"


def test_hostile_words_are_words(plain, ada, mail, send):
    tell("test:say", [Notice(ada, "thing/1", {"words": HOSTILE.replace("\x00", "")})])
    db.session.commit()
    send()
    (one,) = mail.taken
    assert mail.to == [["ada@example.org"]]
    assert one["Bcc"] is None
    assert one["Subject"].startswith("Hello Bcc: everybody@example.org <script>")
    assert "<script>" not in body(one, "html")
    assert "&lt;script&gt;" in body(one, "html")


def test_logs_name_no_person(plain, ada, mail, send, capfd, caplog):
    mail.rcpt_answers = ["451 ada@example.org is busy"]
    tell("test:say", [Notice(ada, "thing/1", {"words": "canary words"})])
    send_mail("test:say", address="nobody at all", locale=None, facts={"words": "canary words"})
    db.session.commit()
    send()
    send(utc_now() + timedelta(minutes=2))
    said = capfd.readouterr().err + caplog.text
    assert "mail_sent" in said
    assert "mail_deferred" in said
    for canary in ("ada@", "Lovelace", "canary", "nobody at all"):
        assert canary not in said


def test_nothing_is_mailed_where_there_is_no_server(app, monkeypatch):
    with app.app_context():
        assert not send_mail("account:invite", address="a@example.org", locale=None, facts={})
        assert db.session.query(Mail).count() == 0


@pytest.fixture
def certificate(tmp_path):
    """A good certificate for localhost, which our own process trusts."""
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(
        [*command.split(), "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True,
        capture_output=True,
    )
    return tmp_path


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_server_that_offers_tls_is_spoken_to_in_private_and_gets_the_password(
    plain, ada, tls, certificate, monkeypatch, send
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with mail_server(tls=tls, password="secret pass/word") as server:
        address = server.url.replace("127.0.0.1", "robot:secret%20pass%2Fword@localhost")
        use(plain, address, monkeypatch)
        tell("test:say", [Notice(ada, "thing/1")])
        db.session.commit()
        send()
        assert server.private == [True]


@pytest.mark.parametrize("query", ["", "?starttls=always"])
def test_server_with_a_bad_certificate_or_no_tls_gets_nothing(plain, ada, tls, monkeypatch, send, query):
    with mail_server(tls=None if query else tls) as server:
        use(plain, server.url.replace("127.0.0.1", "localhost") + query, monkeypatch)
        tell("test:say", [Notice(ada, "thing/1")])
        db.session.commit()
        send()
        assert server.taken == []
        assert db.session.query(Mail).one().failure is None


def test_password_is_never_sent_in_the_clear(plain, ada, monkeypatch, send):
    with mail_server(password="secret") as server:
        use(plain, server.url.replace("//", "//robot:secret@"), monkeypatch)
        tell("test:say", [Notice(ada, "thing/1")])
        db.session.commit()
        send()
        assert server.taken == server.passwords == []
