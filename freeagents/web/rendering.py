"""Answers of pages: a template with the right status, a part of a page, a redirect."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from freeagents.web.forms import Form

Answer = Response | BaseResponse


def render(template: str, *, form: Form | None = None, status: int | None = None, **context: Any) -> Response:
    """Return a page; one with a form that has errors gets the form's status."""
    code = status or (form.status if form is not None else 200)
    return make_response(render_template(template, form=form, **context), code)


def see_other(endpoint: str, **values: Any) -> BaseResponse:
    """Return a redirect to another page, to be fetched with GET."""
    return redirect(url_for(endpoint, **values), 303)


def render_fragment(template: str, *, form: Form | None = None, status: int | None = None, **context: Any) -> Response:
    """Return a part of a page, for the page's own script; a browser that goes back never takes it for the page."""
    response = render(template, form=form, status=status, **context)
    response.headers["Vary"] = "HX-Request"
    return response


def wants_part() -> bool:
    """Say whether the page's own script asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"
