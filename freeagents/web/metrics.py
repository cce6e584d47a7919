"""Prometheus metrics: how many requests, how long, with what status, by endpoint."""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client import REGISTRY as DEFAULT_REGISTRY

REQUESTS = Counter("freeagents_requests", "Requests answered.", ("endpoint", "method", "status"))
SECONDS = Histogram("freeagents_request_seconds", "Time to answer.", ("endpoint",))


def init_app(app: Flask) -> None:
    """Count and time every answered request."""

    @app.after_request
    def observe(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, request.method, response.status_code).inc()
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return response


def exposition() -> Response:
    """Return all metrics in Prometheus' text form, summed over processes where ``PROMETHEUS_MULTIPROC_DIR`` is set."""
    registry = DEFAULT_REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
