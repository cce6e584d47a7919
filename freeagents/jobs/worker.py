"""The worker's side of the queue: each job runs in an application context and commits once at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from flask import Flask
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.jobs import Status

from freeagents.config import Settings
from freeagents.extensions import db
from freeagents.jobs.queue import make_queue

Handler = Callable[..., None]
log = structlog.get_logger()

RESCUE_JOB = "job:rescue_stalled"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "7 * * * *"
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=4)
STALLED_AFTER_SECONDS = 60
MOST_ATTEMPTS = 5


def make_worker(
    app: Flask,
    settings: Settings,
    handlers: Mapping[str, Handler],
    *,
    retried: Mapping[str, Handler],
    every_minute: Mapping[str, Handler],
    every_hour: Mapping[str, Handler],
) -> App:
    """Return the queue with a task for each handler and the rescue of stalled jobs, ready for ``run_worker``.

    :param retried: handlers that are tried again, a few times and ever later, when they fail.
    :param every_minute: handlers without arguments, run by one of the workers each minute; ``every_hour``: each hour.
    """
    queue = make_queue(settings)
    for name, handler in handlers.items():
        queue.task(name=name)(_in_app_context(app, name, handler))
    for name, handler in retried.items():
        queue.task(name=name, retry=AGAIN)(_in_app_context(app, name, handler))
    for cron, periodic in ((EVERY_MINUTE, every_minute), (EVERY_HOUR, every_hour)):
        for name, handler in periodic.items():
            queue.periodic(cron=cron)(queue.task(name=name)(_periodic(_in_app_context(app, name, handler))))

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
