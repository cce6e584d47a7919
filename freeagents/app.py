"""The application factory: a table of contents of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Request, request
from werkzeug.middleware.proxy_fix import ProxyFix

from freeagents import extensions, registry
from freeagents.accounts.models import Person
from freeagents.accounts.queries.credentials import actor_of_session, actor_of_token
from freeagents.accounts.services.signing_in import note_seen
from freeagents.config import Settings
from freeagents.country.pack import load_pack, load_pack_from
from freeagents.profiles.queries import admitted_today
from freeagents.security import guard, provider, sessions
from freeagents.security.actor import Actor, Anonymous
from freeagents.web import assets, compression, context, errors, filters, headers, languages, logs, metrics, words

MIGRATIONS = "migrations"


def create_app(settings: Settings) -> Flask:
    """Return the service as a WSGI application."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config.from_mapping(flask_config(settings))
    app.wsgi_app = ProxyFix(app.wsgi_app, *[settings.trusted_proxies] * 4)  # type: ignore[method-assign]
    app.extensions["freeagents.pack"] = (
        load_pack_from(settings.seed_data / settings.country) if settings.seed_data else load_pack(settings.country)
    )
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(migrations_folder()))
    extensions.csrf.init_app(app)
    extensions.babel.init_app(app, locale_selector=languages.spoken)
    extensions.api.init_app(app)
    bind_sign_in(app)
    provider.init_app(app)
    logs.init_app(app, settings)
    metrics.init_app(app)
    headers.init_app(app)
    compression.init_app(app)
    errors.init_app(app)
    assets.init_app(app)
    filters.init_app(app)
    words.init_app(app)
    context.init_app(app)
    languages.init_app(app)
    guard.refuse_unguarded_views(app)
    registry.mount(app)
    return app


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return what Flask and its extensions read, derived from the settings."""
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": settings.pool_size, "max_overflow": 2, "pool_pre_ping": True},
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": settings.secure,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "en",
        "API_TITLE": "Free Agents",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
    }


def migrations_folder() -> Path:
    """Return where the migrations are: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).parent
    inside = package / MIGRATIONS
    return inside if inside.is_dir() else package.parent / MIGRATIONS


def bind_sign_in(app: Flask) -> None:
    """Bind Flask-Login: a cookie speaks on pages, a bearer token under ``/api/``, and neither for the other."""
    agent = admitted_today(Person.id)
    # Asked when a request comes: the manager is one for all applications of a process.
    settings = extensions.settings
    extensions.login_manager.init_app(app)
    extensions.login_manager.anonymous_user = Anonymous
    extensions.login_manager.session_protection = None

    @extensions.login_manager.user_loader  # type: ignore[untyped-decorator]
    def by_cookie(token: str) -> Actor | None:
        if request.path.startswith("/api/") or sessions.idle(settings.idle_minutes):
            return None
        return actor_of_session(token, hours=settings.session_hours, agent=agent, strict=settings.require_second_factor)

    @extensions.login_manager.request_loader  # type: ignore[untyped-decorator]
    def by_bearer_token(incoming: Request) -> Actor | None:
        authorization = incoming.authorization
        if not incoming.path.startswith("/api/") or authorization is None or authorization.type != "bearer":
            return None
        return actor_of_token(authorization.token or "", agent=agent, strict=settings.require_second_factor)

    sessions.keep_alive(app, note_seen)
