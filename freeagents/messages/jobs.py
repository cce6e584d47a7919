"""Jobs of messages."""

from __future__ import annotations

from freeagents.db.base import utc_now
from freeagents.extensions import settings
from freeagents.jobs.worker import Handler
from freeagents.messages.services import sending
from freeagents.messages.services.sending import MailboxOf


def make_send(mailbox_of: MailboxOf) -> Handler:
    """Return the job that sends the mail that is due; ``mailbox_of`` knows where mail to a person goes."""

    def send() -> None:
        """Send the mail that is due."""
        sending.send_due(settings=settings, mailbox_of=mailbox_of)

    return send


def gather_digests() -> None:
    """Put what waits for a digest into mails."""
    sending.gather_digests(now=utc_now())
