"""A real worker process: solves a round once, also after a worker was killed, and gives up what cannot be done."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from freeagents.audit.models import AuditEntry
from freeagents.jobs.queue import enqueue
from freeagents.jobs.worker import MOST_ATTEMPTS, RESCUE_JOB
from freeagents.rounds.models import Proposal
from freeagents.rounds.queries import rounds as queries
from freeagents.rounds.services import planning
from tests.database import conninfo
from tests.integration.rounds.world import a_round, a_world
from tests.processes import environment

PATIENCE = 40  # seconds


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def queued(session) -> int:
    world = a_world()
    subject = a_round(world)
    planning.queue_round(subject=subject, now=subject.cut_off, actor_id=world.hr)
    session.commit()
    return subject.id


@pytest.fixture
def state_of(session) -> Callable[[int], str]:
    def state(round_id: int) -> str:
        session.rollback()
        return queries.round_by_id(round_id).state

    return state


@contextmanager
def a_worker(settings) -> Iterator[subprocess.Popen[bytes]]:
    program = Path(sys.executable).parent / "freeagents"
    process = subprocess.Popen([program, "worker"], env=environment(settings, settings.base_url))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_worker_solves_a_queued_round(session, queued, state_of, worker):
    wait_until(lambda: state_of(queued) == "in_review")
    subject = queries.round_by_id(queued)
    assert session.query(Proposal).where(Proposal.round_id == queued).count() == 2
    assert (subject.stage, subject.stage_done, subject.stage_total) == ("store", 0, 1)
    statuses = "SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = 'round:solve'"
    wait_until(lambda: session.execute(text(statuses)).all() == [("succeeded", 1)] or session.rollback() is not None)


def test_round_of_a_killed_worker_is_rescued_and_solved_once(session, settings, queued, state_of):
    with psycopg.connect(conninfo(make_url(settings.database_url))) as holder, a_worker(settings) as doomed:
        # Holds the worker in the middle of its work.
        holder.execute("LOCK TABLE snapshot IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: state_of(queued) == "solving")
        first_attempt = queries.round_by_id(queued).attempt
        doomed.send_signal(signal.SIGKILL)
        doomed.wait()
        holder.rollback()
    assert state_of(queued) == "solving"
    session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"))
    enqueue(session, RESCUE_JOB, timestamp=0)
    session.commit()
    with a_worker(settings):
        wait_until(lambda: state_of(queued) == "in_review")
    assert queries.round_by_id(queued).attempt != first_attempt
    assert session.query(Proposal).where(Proposal.round_id == queued).count() == 2
    assert session.query(AuditEntry).where(AuditEntry.action == "round:solve").count() == 1


def test_job_that_killed_several_workers_is_given_up_and_its_round_says_so(session, queued, state_of, worker_later):
    session.execute(
        text(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = :most, worker_id = NULL"
            " WHERE task_name = 'round:solve'"
        ),
        {"most": MOST_ATTEMPTS},
    )
    enqueue(session, RESCUE_JOB, timestamp=0)
    session.commit()
    with worker_later():
        statuses = "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'round:solve'"
        wait_until(lambda: (session.rollback(), session.scalar(text(statuses)))[1] == "failed")
        enqueue(session, "round:fail_abandoned", timestamp=0)
        session.commit()
        wait_until(lambda: state_of(queued) == "failed")
    assert queries.round_by_id(queued).failure == "abandoned"


@pytest.fixture
def worker_later(settings) -> Callable[[], object]:
    return lambda: a_worker(settings)
