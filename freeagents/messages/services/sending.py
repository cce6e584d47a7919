"""Send the mail that is due, and gather digests; a worker's use-cases, which commit between mails."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from itertools import groupby

import structlog
from sqlalchemy import select, update

from freeagents.config import Settings
from freeagents.db.base import utc_now
from freeagents.db.locks import AdvisoryLock, got
from freeagents.extensions import db
from freeagents.jobs.queue import enqueue
from freeagents.messages import queries
from freeagents.messages.mail import Mailbox, NoSuchAddress, compose, server
from freeagents.messages.models import Mail, Message
from freeagents.messages.services.telling import SEND_JOB

MailboxOf = Callable[[int], Mailbox | None]
MOST_A_JOB = 500
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=5)
DIGEST_AT = time(6)  # UTC
MOST_IN_DIGESTS = 20_000
log = structlog.get_logger()


class _Hopeless(Exception):
    """This mail will never go out; in a code, why."""


def send_due(*, settings: Settings, mailbox_of: MailboxOf, now: Callable[[], datetime] = utc_now) -> None:
    """Send all mail that is due; a job's handler.

    Each mail is claimed in a commit of its own, which also sets when it is tried again: so a worker that dies, and a
    server that is away, need nobody to put things right. A mail may therefore go out twice, with the same Message-ID.

    :param mailbox_of: where mail to a person goes; None for somebody who has left.
    """
    if settings.smtp_url is None:
        return
    with ExitStack() as stack:
        connection: smtplib.SMTP | None = None
        for _number in range(MOST_A_JOB):
            mail_id = _claim(now())
            if mail_id is None:
                return
            try:
                connection = connection or stack.enter_context(server(settings.smtp_url))
                _send(mail_id, connection, settings, mailbox_of)
            except (OSError, smtplib.SMTPException) as error:
                db.session.rollback()
                log.warning("mail_server_refuses", error=type(error).__name__, mail=mail_id)
                _give_up_if_old(mail_id, now())
                return
    enqueue(db.session, SEND_JOB)


def gather_digests(*, now: datetime) -> None:
    """Put what waits for a digest since before the last hour of digests into one mail a person; a job's handler."""
    if not got(db.session, AdvisoryLock.SENDING):
        return  # Another worker is at it.
    waiting = queries.for_digest(_last_digest(now), limit=MOST_IN_DIGESTS)
    for recipient_id, rows in groupby(waiting, key=lambda row: row[0]):
        mail = Mail(recipient_id=recipient_id, next_try_at=now)
        db.session.add(mail)
        db.session.flush()
        db.session.execute(
            update(Message).where(Message.id.in_([message for _person, message in rows])).values(mail_id=mail.id)
        )
    if waiting:
        enqueue(db.session, SEND_JOB)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: each time twice as long, an hour at most."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)


def _last_digest(now: datetime) -> datetime:
    today = datetime.combine(now.date(), DIGEST_AT, now.tzinfo)
    return today if today <= now else today - timedelta(days=1)


def _claim(now: datetime) -> int | None:
    """Take the mail that has been due for longest, set when it is due again should this attempt fail, and commit."""
    mail = db.session.scalar(
        select(Mail)
        .where(Mail.sent_at.is_(None), Mail.failed_at.is_(None), Mail.next_try_at <= now)
        .order_by(Mail.next_try_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    mail_id = None
    if mail is not None:
        mail_id = mail.id
        mail.attempts += 1
        mail.next_try_at = now + wait_after(mail.attempts)
    db.session.commit()
    return mail_id


def _send(mail_id: int, connection: smtplib.SMTP, settings: Settings, mailbox_of: MailboxOf) -> None:
    """Send one mail. What is wrong with this mail alone stops no other; what is wrong with the server is raised."""
    mail = queries.whole_mail(mail_id)
    try:
        written = _written(mail, settings, mailbox_of)
        # No transaction stays open while the server takes its time.
        db.session.commit()
        connection.send_message(written)
    except _Hopeless as reason:
        _fail(mail, str(reason))
    except smtplib.SMTPRecipientsRefused as refusal:
        _refused(mail, max(code for code, _words in refusal.recipients.values()))
    except smtplib.SMTPDataError as refusal:
        _refused(mail, refusal.smtp_code)
    except smtplib.SMTPNotSupportedError:
        _fail(mail, "no_such_address")
    else:
        mail.sent_at, mail.facts = utc_now(), {}
        db.session.commit()
        log.info("mail_sent", mail=mail_id, attempts=mail.attempts)


def _written(mail: Mail, settings: Settings, mailbox_of: MailboxOf) -> EmailMessage:
    to = mailbox_of(mail.recipient_id) if mail.recipient_id else Mailbox(mail.address or "", mail.locale)
    if to is None:
        raise _Hopeless("left")
    try:
        return compose(mail, to, settings)
    except NoSuchAddress as error:
        raise _Hopeless("no_such_address") from error
    except Exception as error:
        log.exception("mail_cannot_be_said", mail=mail.id)
        raise _Hopeless("cannot_be_said") from error


def _refused(mail: Mail, code: int) -> None:
    if code >= 500:
        _fail(mail, "refused")
    else:
        log.warning("mail_deferred", mail=mail.id, code=code)


def _give_up_if_old(mail_id: int, now: datetime) -> None:
    mail = queries.whole_mail(mail_id)
    if mail.created_at < now - GIVEN_UP_AFTER:
        _fail(mail, "server_away")
    db.session.commit()


def _fail(mail: Mail, code: str) -> None:
    mail.failed_at, mail.failure, mail.facts = utc_now(), code, {}
    db.session.commit()
    log.warning("mail_given_up", mail=mail.id, code=code)
