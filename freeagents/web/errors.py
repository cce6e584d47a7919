"""What a person sees when something is refused or fails: a sentence, never a trace."""

from __future__ import annotations

import structlog
from flask import Flask, Response, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from freeagents.errors import DomainError
from freeagents.security.guard import translate_database_error
from freeagents.web.api import is_api_request, problem, sentence_of
from freeagents.web.languages import page_in_view
from freeagents.web.rendering import wants_part

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Answer every refusal and failure: as a page, or as problem+json under ``/api/``."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(StaleDataError, database_error)
    app.register_error_handler(Exception, failed)


def refused(error: DomainError) -> Response | BaseResponse:
    """Answer a refusal of the rules."""
    if is_api_request():
        return problem(error)
    if error.status == 401:
        return _to_sign_in()
    response = _part(error) if wants_part() else _page(error.status, error.sentence)
    if "retry_after" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after"])
    return response


def http_error(error: HTTPException) -> Response | BaseResponse:
    """Answer what the framework refuses: no such address, too large, a missing token."""
    if is_api_request():
        return problem(error)
    if error.code is not None and 300 <= error.code < 400:
        return error.get_response()
    response = _page(error.code or 500, sentence_of(error))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def database_error(error: DBAPIError | StaleDataError) -> Response | BaseResponse:
    """Answer a database that refuses or is away."""
    log.error("database_error", error=type(error).__name__)
    return refused(translate_database_error(error))


def failed(error: Exception) -> Response | BaseResponse:
    """Answer a mistake of ours: logged with its trace, shown without."""
    log.error("unexpected_error", error=type(error).__name__, exc_info=error)
    return http_error(InternalServerError(original_exception=error))


def _to_sign_in() -> Response | BaseResponse:
    address = url_for("accounts.sign_in_form", next=page_in_view())
    # The script would follow a redirect and put the sign-in page where the part belongs.
    return Response(status=401, headers={"HX-Redirect": address}) if wants_part() else redirect(address, 303)


def _part(error: DomainError) -> Response:
    sentence = Markup('<p class="govuk-inset-text" role="alert">{}</p>').format(error.sentence)
    return Response(sentence, error.status, mimetype="text/html")


def _page(status: int, sentence: str) -> Response:
    titles = {
        403: _("You cannot do this"),
        404: _("Page not found"),
        409: _("This cannot be done now"),
        422: _("There is a problem"),
        429: _("Too many attempts"),
        503: _("The service is not available"),
    }
    title = titles.get(status, _("Sorry, there is a problem"))
    return make_response(render_template("web/error.html", title=title, sentence=sentence), status)
