"""What all API resources share: bearer tokens, problem+json errors, keyset pages, the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, current_app, json, request
from flask_babel import gettext as _
from flask_smorest import Api, Blueprint
from flask_wtf.csrf import CSRFError
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import HTTPException

from freeagents.errors import DomainError
from freeagents.web.library import in_words

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"
LARGEST_PAGE = 100


class PageQuery(Schema):
    """Which page of a list: the rows that come after the row ``after``, at most ``limit`` of them."""

    after = fields.String(load_default=None, metadata={"description": "The *next* of the page before."})
    limit = fields.Integer(load_default=25, validate=validate.Range(1, LARGEST_PAGE))


def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of one page of a list of items."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item)),
            "next": fields.String(allow_none=True, metadata={"description": "Ask with ?after= for the page after."}),
        },
        name=item.__name__.removesuffix("Schema") + "PageSchema",
    )


def is_api_request() -> bool:
    """Say whether the request is for an address of the API."""
    return request.path.startswith("/api/")


def problem(error: DomainError | HTTPException) -> Response:
    """Return a refusal as problem+json."""
    status, title, detail, extra = _members(error)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    response = Response(json.dumps(body), status, content_type=PROBLEM)
    for name, value in _headers(error, status):
        response.headers[name] = value
    return response


def _members(error: DomainError | HTTPException) -> tuple[int, str, str, dict[str, Any]]:
    if isinstance(error, DomainError):
        extra: dict[str, Any] = dict(error.facts)
        if error.field:
            extra["errors"] = {error.field: [error.sentence]}
        return error.status, error.code, error.sentence, extra
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages", {})
    if messages:
        location, errors = next(iter(messages.items()))
        where = _("the query") if location == "query" else _("the body")
        return (
            status,
            error.name,
            _("Some fields of %(where)s could not be read.", where=where),
            {"errors": in_words(errors)},
        )
    return status, error.name, sentence_of(error), {}


def sentence_of(error: HTTPException) -> str:
    """Say what the framework refuses."""
    if isinstance(error, CSRFError):
        return _("This page had been open for too long or was sent from elsewhere. Go back, load it again and repeat.")
    sentences = {
        400: _("The service could not read what was sent. Go back and try again."),
        404: _("There is nothing at this address. Check it, or start from the home page."),
        405: _("This address cannot be used like that."),
        413: _("What you sent is too large. Send at most 2 MB."),
        429: _("You have done this too often in a short time. Wait a few minutes and try again."),
        503: _("The service is not available just now. Try again in a few minutes."),
    }
    default = _("Something went wrong on our side. Nothing was saved. Try again in a few minutes.")
    code = error.code or 500
    return sentences.get(code, default if code >= 500 else sentences[400])


def _headers(error: DomainError | HTTPException, status: int) -> list[tuple[str, str]]:
    headers = []
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    if isinstance(error, DomainError) and "retry_after" in error.facts:
        headers.append(("Retry-After", str(error.facts["retry_after"])))
    if isinstance(error, HTTPException):
        headers += [(name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}]
    return headers


def resource(name: str, prefix: str, description: str) -> Blueprint:
    """Return the blueprint of one kind of API resource."""
    return Blueprint(name, name, url_prefix=prefix, description=description)


def describe(api: Api) -> None:
    """Say in the OpenAPI document how to sign in, on every operation."""
    api.spec.components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "description": "Make one on your account page."}
    )
    api.spec.options["security"] = [{"token": []}]


def cut(rows: Sequence[Any], limit: int, name: Callable[[Any], str]) -> dict[str, Any]:
    """Return the rows of one page, and the name of its last row where there is a page after."""
    more = len(rows) > limit
    kept = list(rows[:limit])
    return {"items": kept, "next": name(kept[-1]) if more else None}


def document() -> dict[str, Any]:
    """Return the OpenAPI document; what its components call answers are refusals, which come as problem+json."""
    spec: dict[str, Any] = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    for answer in spec["components"]["responses"].values():
        # The document is put together once and shared: what was renamed stays so.
        if "application/json" in answer["content"]:
            answer["content"][PROBLEM] = answer["content"].pop("application/json")
    operations = [found for path in spec["paths"].values() for found in path.values() if "tags" in found]
    for tagged in (spec, *operations):
        tagged["tags"] = [_titled(tag) for tag in tagged["tags"]]
    return spec


def _titled(tag: Any) -> Any:
    """Return a tag, or its name, as its readers call it: *Projects*, not the name of its blueprint."""
    if isinstance(tag, dict):
        return {**tag, "name": _titled(tag["name"])}
    return tag.removeprefix("api_").capitalize()
