"""The application with a mail server, and the worker's part played here and now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from freeagents.accounts.queries.directory import mailbox_of
from freeagents.db.base import utc_now
from freeagents.extensions import db
from freeagents.messages.services import sending
from tests.mail import MailServer, mail_server

Send = Callable[..., None]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    with mail_server() as server:
        yield server


@pytest.fixture
def with_mail(app: Flask, mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with that server."""
    use(app, mail.url, monkeypatch)
    return app


def use(app: Flask, url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell the application which mail server to use."""
    told = replace(app.config["SETTINGS"], smtp_url=url, mail_from="Free Agents <no-reply@example.org>")
    monkeypatch.setitem(app.config, "SETTINGS", told)


@pytest.fixture
def send(app: Flask) -> Send:
    """Send what is due, as the worker would at that moment."""

    def run(at: datetime | None = None) -> None:
        sending.send_due(
            settings=app.config["SETTINGS"], mailbox_of=mailbox_of, now=utc_now if at is None else lambda: at
        )
        db.session.commit()

    return run
