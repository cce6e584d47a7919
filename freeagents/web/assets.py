"""Styles and scripts: addresses that change with the content, kept by browsers for a year, sent compressed."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Request, Response, request, send_from_directory, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from jinja2 import PackageLoader, PrefixLoader

from freeagents.extensions import pack
from freeagents.security.guard import public
from freeagents.web.theme import css

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TEXTS = (".css", ".js", ".svg")
DESIGN_SYSTEM = "govuk_frontend_jinja"

bp = Blueprint("assets", __name__, template_folder="templates")


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages alone: files are the same for everybody, and browsers keep them whatever the cookie says."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session, or one that cannot be written where a file is asked for."""
        if request.path.startswith(("/static/", "/theme.css")):
            return self.make_null_session(app)
        return super().open_session(app, request)


@bp.get("/static/<path:name>")
@public
def static(name: str) -> Response:
    """Send a file, compressed where the browser takes that."""
    response = send_from_directory(FOLDER, name)
    if response.status_code == 200 and name.endswith(TEXTS):
        if request.accept_encodings["gzip"]:
            response.close()
            response = Response(_compressed(name), mimetype=response.mimetype, headers={"Content-Encoding": "gzip"})
            response.set_etag(f"{_mark(name)}-gzip")
            response.make_conditional(request)
        response.headers["Vary"] = "Accept-Encoding"
    # Only an address with the mark of its content may be kept: the one without it changes at the next release.
    response.headers["Cache-Control"] = FOR_EVER if "v" in request.args else "public, no-cache"
    return response


@bp.get("/theme.css")
@public
def theme() -> Response:
    """Send the style sheet of the country pack's colour."""
    return Response(css(pack.colour), mimetype="text/css", headers={"Cache-Control": FOR_EVER})


def asset_url(name: str) -> str:
    """Return the address of a file, with a mark of its content."""
    return url_for("assets.static", name=name, v=_mark(name))


def theme_url() -> str:
    """Return the address of the country pack's style sheet, with a mark of its content."""
    return url_for("assets.theme", v=pack.colour.removeprefix("#"))


def init_app(app: Flask) -> None:
    """Make both addresses and the design system's macros known to all templates, and files free of sessions."""
    app.session_interface = PageSessions()
    app.jinja_loader = PrefixLoader({DESIGN_SYSTEM: PackageLoader(DESIGN_SYSTEM)})
    app.jinja_env.globals |= {"asset_url": asset_url, "theme_url": theme_url}


@cache
def _mark(name: str) -> str:
    path = FOLDER / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)
