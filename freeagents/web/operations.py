"""Addresses for whoever runs the service: alive, ready, metrics."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from freeagents.extensions import db
from freeagents.security.guard import allow, public
from freeagents.web import metrics

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """Answer as long as the process is alive; asks nothing of the database."""
    return jsonify(status="alive")


@bp.get("/readyz")
@allow("page:read")
def readyz() -> tuple[Response, int]:
    """Answer 200 when the database is there and migrated, else 503."""
    revision: Any = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return jsonify(status="ready", schema=revision), 200


@bp.get("/metrics")
@public
def read_metrics() -> Response:
    """Return Prometheus metrics; keep this address inside the network."""
    return metrics.exposition()
