"""A mail server on the loopback interface that keeps what it takes, and can refuse, demand or stop."""

from __future__ import annotations

import email
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class MailServer:
    """A running server.

    :ivar url: what SMTP_URL would be. ``taken``: the mails it took, whole; ``to``: for whom each was; ``private``:
        whether it came over TLS. ``passwords``: those that were sent to it.
    :ivar answers: what it says next to those who name a recipient, or hand over a mail, one after another; then it
        takes all there is.
    """

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    private: list[bool] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)
    rcpt_answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's word
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.rcpt_answers.pop(0) if self.rcpt_answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("2"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=default))
            self.to.append(list(envelope.rcpt_tos))
            self.private.append(server.transport.get_extra_info("sslcontext") is not None)
        return answer


@contextmanager
def mail_server(
    *, port: int = 0, tls: ssl.SSLContext | None = None, password: str | None = None
) -> Iterator[MailServer]:
    """Run a server while the block runs; with ``tls`` it offers STARTTLS, with ``password`` it takes ``robot``'s."""
    kept = MailServer()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        kept.passwords.append(given.password)
        return AuthResult(success=(given.login, given.password) == (b"robot", (password or "").encode()))

    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    if password:
        # It demands a password over TLS, and takes one in the clear: that is what we must not send.
        options |= {"authenticator": authenticate, "auth_required": bool(tls), "auth_require_tls": bool(tls)}
    controller = Controller(kept, hostname="127.0.0.1", port=port or free_port(), **options)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own log names everybody
    controller.start()
    kept.url = f"smtp://127.0.0.1:{controller.port}"
    try:
        yield kept
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
