"""A page with every macro on it, for looking at and for checking."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from marshmallow import Schema, fields, validate

from freeagents.errors import Conflict, SignInRequired, Unavailable
from freeagents.web.fields import Packed, Prose, Upload, Word
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, render_fragment, see_other, wants_part

bp = Blueprint("components", __name__, template_folder="templates")


class SkillSchema(Schema):
    skill = Word(required=True)
    level = fields.Integer(required=True, validate=validate.Range(1, 4))


class EverythingSchema(Schema):
    title = Word(required=True)
    outcome = Prose(load_default="", validate=validate.Length(max=100))
    tasks = Prose(load_default="")
    seats = fields.Integer(load_default=1, validate=validate.Range(1, 200))
    place = Word(required=True)
    mode = fields.String(required=True, validate=validate.OneOf(["remote", "on_site"]))
    languages = fields.List(fields.String(), validate=validate.Length(min=1))
    agreed = fields.Boolean(load_default=False)
    starts_on = fields.Date(required=True, data_key="start")
    secret = fields.String()
    file = Upload(most_bytes=1000, suffixes=(".csv",))
    skills = Packed(fields.Nested(SkillSchema), load_default=list)


@bp.route("/components", methods=["GET", "POST"])
def everything() -> Answer:
    form = Form(EverythingSchema(), request.form if request.method == "POST" else None, files=request.files)
    if form.valid:
        with form.refusals():
            if form.data["title"] == "conflict":
                raise Conflict("Somebody changed this project meanwhile. Look at it again.")
            return see_other("home.home")
    return render("components.html", form=form, **FACTS)


@bp.get("/components/progress")
def progress() -> Answer:
    if wants_part():
        return render_fragment("progress.html", done=3)
    return see_other("components.everything")


@bp.route("/components/fail/<kind>", methods=["GET", "POST"])
def fail(kind: str) -> Answer:
    if kind == "signed-out":
        raise SignInRequired(_("Sign in."))
    if kind == "busy":
        raise Unavailable(_("Busy. Try again."), retry_after=7)
    raise {"conflict": Conflict(_("Somebody was faster.")), "mistake": ZeroDivisionError("a secret trace")}[kind]


PLACES = [(name.lower(), name) for name in ("Montréal", "Ottawa", "Québec", "St. John’s", "Toronto", "Whitehorse")]
FACTS: dict[str, Any] = {
    "places": PLACES,
    "modes": [("remote", "Remote"), ("on_site", "On site", "At one of the department’s buildings")],
    "spoken": [("en", "English"), ("fr", "French")],
    "day": date(2027, 3, 9),
    "moment": datetime(2027, 3, 9, 14, 5),  # noqa: DTZ001 - instants come from the database in UTC
    "names": {"fr": "Emploi et Développement social"},
    "parts": [
        {"label": "Skills", "units": 41_250, "most": 60_000},
        {"label": "Growth", "units": 10_000, "most": 10_000},
        {"label": "Distance", "units": 0, "most": 5_000},
    ],
    "bars": [
        {"label": "User research", "value": 120, "text": "120"},
        {"label": "A very long name of a skill that nobody would ever use in a sentence", "value": 40, "text": "40"},
        {"label": "Nothing", "value": 0, "text": "0"},
    ],
}
