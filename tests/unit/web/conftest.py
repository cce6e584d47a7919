"""A small application: the web layer and a country pack, stand-ins for the pages it links to, and no database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from threading import Thread
from typing import Any

import pytest
from flask import Blueprint, Flask, Request, Response, flash, request
from flask_login import LoginManager
from werkzeug.serving import make_server

from freeagents import extensions
from freeagents.config import Settings
from freeagents.country.pack import Pack, load_pack
from freeagents.security.actor import Actor, Anonymous, actor_or_none
from freeagents.web import assets, compression, context, errors, filters, headers, languages, words
from freeagents.web.rendering import render
from tests.pages import CheckedClient
from tests.unit.web import components

SOMEBODY = Actor(
    person_id=1,
    public_id="p1",
    name="Ada Okafor",
    locale="en",
    roles=(),
    agent=True,
    via="session",
    credential="c",
)


def make_app(base_url: str = "http://localhost") -> Flask:
    """Return the small application; ``?as=somebody`` signs in, ``?flash=…`` flashes, ``?lang=fr`` speaks French."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    settings = Settings(database_url="postgresql+psycopg://nowhere", secret_key="s" * 32, base_url=base_url)
    app.config.from_mapping(SETTINGS=settings, SECRET_KEY="s" * 32, MAX_CONTENT_LENGTH=2 * 1024 * 1024)
    app.extensions["freeagents.pack"] = _pack()
    app.extensions[context.MENU] = (
        context.MenuItem("Home", "home.home", lambda _: True),
        context.MenuItem("Projects", "home.matching", lambda _: True),
    )
    app.test_client_class = CheckedClient
    extensions.csrf.init_app(app)
    extensions.babel.init_app(app, locale_selector=lambda: request.args.get("lang", "en"))
    # One of its own: the service's asks whom the application that was made last tells it to ask.
    manager = LoginManager(app)
    manager.anonymous_user = Anonymous
    manager.request_loader(_who)
    for part in (headers, compression, errors, assets, filters, words, context, languages):
        part.init_app(app)
    app.jinja_env.globals["is_demo"] = lambda: bool(request.args.get("demo"))
    app.register_blueprint(assets.bp)
    app.register_blueprint(components.bp)
    for name, views in STAND_INS.items():
        app.register_blueprint(_stand_ins(name, views))

    @app.before_request
    def flash_what_is_asked() -> None:
        if "flash" in request.args:
            flash(request.args["flash"], request.args.get("kind", "success"))

    return app


@cache
def _pack() -> Pack:
    return load_pack("canada")


STAND_INS = {
    "home": {
        "home": "/",
        "matching": "/matching",
        "privacy": "/privacy",
        "accessibility": "/a11y",
        "api_docs": "/docs",
    },
    "accounts": {
        "account": "/account",
        "sign_in_form": "/sign-in",
        "sign_out": "/sign-out",
        "stay_signed_in": "/stay-signed-in",
    },
    "settings": {"speak": "/language/<language>"},
}


def _stand_ins(name: str, views: dict[str, str]) -> Blueprint:
    blueprint = Blueprint(name, name)
    for view, address in views.items():
        blueprint.add_url_rule(address, view, _here, methods=["GET", "POST"])
    return blueprint


def _here(**_names: str) -> Response:
    if request.endpoint == "accounts.stay_signed_in" and actor_or_none() is not None:
        return Response(status=204)
    return render("web/error.html", title="Here", sentence="You are here.")


def _who(asked: Request) -> Actor | None:
    return SOMEBODY if asked.args.get("as") or asked.cookies.get("as") else None


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the small application is served for a real browser."""
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser_context_args(address: str) -> dict[str, Any]:
    """Browsers open the small application, signed in; no database is started for it."""
    cookie = {"name": "as", "value": "somebody", "domain": "127.0.0.1", "path": "/"}
    return {"base_url": address, "locale": "en-GB", "storage_state": {"cookies": [cookie], "origins": []}}


@pytest.fixture(scope="session")
def web() -> Flask:
    """The small application; it keeps nothing, and its templates take a second to compile."""
    return make_app()


@pytest.fixture
def asking(web: Flask) -> Iterator[Flask]:
    """The small application while it answers a request."""
    with web.test_request_context("/"):
        yield web
