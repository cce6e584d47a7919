"""The guard around every view: loads the subject, asks the access policy, and owns the transaction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, has_request_context, make_response, request
from flask_babel import gettext as _
from psycopg.errors import QueryCanceled
from sqlalchemy import Connection, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.exc import StaleDataError

from freeagents.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, SignInRequired, Unavailable
from freeagents.extensions import db, settings
from freeagents.security.access import PERMISSIONS, allows
from freeagents.security.actor import actor_or_none

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Loader = Callable[[str], Any]
log = structlog.get_logger()


def allow(
    permission: str, *, writes: bool = False, **load: Loader
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view: the view runs only for whom the access policy says yes to, inside one transaction.

    With a loader, as in ``@allow("project:edit", project=projects.by_public_id)``, the URL's ``project`` is looked up
    first and the view receives the permitted object in its place, never an id. Safe methods run in a read-only
    transaction. Unsafe ones commit before the response is sent if its status is under 400, else roll back.

    :param writes: a GET that commits like an unsafe method: the answer of an OpenID provider comes as one.

    :raises KeyError: at import, when the access policy has no such permission.
    """
    row = PERMISSIONS[permission]
    if len(load) > 1:
        raise TypeError("a view has one subject")

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            g.permission = permission
            reads = request.method in SAFE_METHODS and not writes
            if reads:
                db.session.connection(execution_options={"postgresql_readonly": True})
            actor = actor_or_none()
            if actor is None and not allows(permission, None):
                # Asked before the look-up, so that nobody learns by it what exists.
                raise SignInRequired(_("Sign in to continue."))
            subject = None
            for name, loader in load.items():
                # No id holds NUL, and the database cannot be asked about one that does.
                subject = kwargs[name] = None if "\x00" in kwargs[name] else loader(kwargs[name])
                if subject is None:
                    raise NotFound(_("There is nothing at this address."))
            if not allows(permission, actor, subject):
                _log_denial(permission)
                if row.hidden:
                    raise NotFound(_("There is nothing at this address."))
                raise Forbidden(_("Your account does not allow you to do this."))
            return _in_transaction(view, *args, reads=reads, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.writes = writes  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view that asks nothing of the database as open to everybody: static files, the life sign, metrics."""
    view.permission = "page:read"  # type: ignore[attr-defined]
    return view


def refuse_unguarded_views(app: Flask) -> None:
    """Refuse, before every request, a view that declares no permission: silence means no."""

    @app.before_request
    def refuse() -> None:
        if request.endpoint is None or permission_of(current_app, request.endpoint, request.method) is not None:
            return
        log.error("view_without_permission", endpoint=request.endpoint)
        raise Forbidden(_("Your account does not allow you to do this."))


def permission_of(app: Flask, endpoint: str, method: str) -> str | None:
    """Return the permission the endpoint declares for the method, or None."""
    view = app.view_functions[endpoint]
    methods: Any = getattr(view, "view_class", None)
    if methods is not None:
        name = "get" if method == "HEAD" else method.lower()
        view = getattr(methods, name, view)
    if method == "OPTIONS" and not hasattr(view, "permission"):
        return "page:read"
    return getattr(view, "permission", None)


@event.listens_for(Session, "after_begin")
def bind_in_time(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Let the database end what takes too long in this transaction of a request; jobs and commands are not bound.

    What is set for a transaction alone can never stay on a connection that goes back to a pool. It is told the driver
    itself, since it is no question of anybody's.
    """
    if has_request_context():
        driver: Any = connection.connection.driver_connection
        driver.execute(f"SET LOCAL statement_timeout = '{settings.statement_seconds}s'")


def translate_database_error(error: DBAPIError | StaleDataError) -> DomainError:
    """Turn a failed flush or commit into the sentence a person can act on."""
    if isinstance(error, DataError):
        return Invalid(_("Some of what was sent means nothing here, such as a number that is far too large."))
    if isinstance(getattr(error, "orig", None), QueryCanceled):
        return Unavailable(
            _(
                "This took longer than one answer may take, and was given up. Nothing was saved. Ask for less, or try "
                "again in a minute."
            ),
            retry_after=60,
        )
    if isinstance(error, IntegrityError | StaleDataError):
        return Conflict(_("Somebody changed this at the same moment. Look at it again and repeat what you did."))
    return Unavailable(_("The service is busy. Nothing was saved. Try again in a minute."), retry_after=30)


def _in_transaction(view: Callable[..., Any], *args: Any, reads: bool, **kwargs: Any) -> Response:
    try:
        response = make_response(current_app.ensure_sync(view)(*args, **kwargs))
        if reads or response.status_code >= 400:
            db.session.rollback()
        else:
            db.session.commit()
    except (IntegrityError, StaleDataError, OperationalError) as error:
        db.session.rollback()
        log.warning("transaction_refused", error=type(error).__name__)
        raise translate_database_error(error) from error
    except BaseException:
        db.session.rollback()
        raise
    return response


def _log_denial(permission: str) -> None:
    log.warning("access_denied", permission=permission, method=request.method, endpoint=request.endpoint)
