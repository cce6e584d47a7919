"""A real worker process sends mail to a real server, also one that comes back."""

from __future__ import annotations

import time
from dataclasses import replace

from sqlalchemy import text

from freeagents.messages.models import Mail
from freeagents.messages.services.telling import Notice, tell
from tests.factories import a_person
from tests.integration.messages.conftest import use
from tests.mail import free_port, mail_server
from tests.processes import worker_process

PATIENCE = 90  # seconds: a periodic job comes each minute


def wait_until(holds) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def test_worker_sends_what_was_committed_and_what_a_dead_server_refused(app, settings, session, monkeypatch):
    port = free_port()
    address = f"smtp://127.0.0.1:{port}"
    use(app, address, monkeypatch)
    ada = a_person("Ada Lovelace", email="ada@example.org")
    tell("application:submit", [Notice(ada.id, "a/1", {"project": "p", "title": "Ask around"})])
    session.commit()

    def tried() -> bool:
        session.rollback()
        return bool(session.query(Mail).one().attempts)

    told = replace(settings, smtp_url=address, mail_from="Free Agents <no-reply@example.org>")
    with worker_process(told):
        wait_until(tried)
        # It would wait for a minute.
        session.execute(text("UPDATE mail SET next_try_at = now()"))
        session.commit()
        with mail_server(port=port) as back:
            wait_until(lambda: back.to == [["ada@example.org"]])
            wait_until(lambda: session.rollback() or session.query(Mail).one().sent_at is not None)
