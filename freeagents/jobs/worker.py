"""The worker's side of the queue: each job runs in an application context and commits once at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask
from procrastinate import App, JobContext
from procrastinate.jobs import Status

from freeagents.config import Settings
from freeagents.extensions import db
from freeagents.jobs.queue import make_queue

Handler = Callable[..., None]
log = structlog.get_logger()

RESCUE_JOB = "job:rescue_stalled"
EVERY_MINUTE = "* * * * *"
STALLED_AFTER_SECONDS = 60
MOST_ATTEMPTS = 5


def make_worker(
    app: Flask, settings: Settings, handlers: Mapping[str, Handler], every_minute: Mapping[str, Handler]
) -> App:
    """Return the queue with a task for each handler and the rescue of stalled jobs, ready for ``run_worker``.

    :param every_minute: handlers without arguments, run by one of the workers each minute.
    """
    queue = make_queue(settings)
    for name, handler in handlers.items():
        queue.task(name=name)(_in_app_context(app, name, handler))
    for name, handler in every_minute.items():
        queue.periodic(cron=EVERY_MINUTE)(queue.task(name=name)(_periodic(_in_app_context(app, name, handler))))

    @queue.periodic(cron=EVERY_MINUTE)
    @queue.task(name=RESCUE_JOB, pass_context=True)
    async def rescue_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate's word
        """Put jobs whose worker no longer reports back into the queue; give up those that killed several workers."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
            if job.attempts >= MOST_ATTEMPTS and job.id is not None:
                log.error("job_given_up", job=job.id, task=job.task_name)
                await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=False)
            else:
                log.warning("job_rescued", job=job.id, task=job.task_name)
                await manager.retry_job(job)

    return queue


def _periodic(run: Handler) -> Handler:
    def at(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when, the handlers need not know
        run()

    return at


def _in_app_context(app: Flask, name: str, handler: Handler) -> Handler:
    def run(**ids: Any) -> None:
        with app.app_context():
            log.info("job_started", task=name, **ids)
            handler(**ids)
            db.session.commit()
            log.info("job_finished", task=name, **ids)

    return run
