"""Each role's first page, and the public pages about the service."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as BaseResponse

from freeagents.applications.queries.applications import applications_of
from freeagents.applications.queries.invitations import invitations_of
from freeagents.db.base import today
from freeagents.eligibility.advice import NOT_USED
from freeagents.profiles.queries import admission_today, count_skills
from freeagents.projects.queries import count_open, projects_of
from freeagents.questions.queries import waiting_for
from freeagents.rounds.queries.rounds import rounds
from freeagents.security.actor import actor_or_none
from freeagents.security.guard import allow
from freeagents.web.api import document
from freeagents.web.rendering import render, see_other

bp = Blueprint("home", __name__, template_folder="templates")
Answer = Response | BaseResponse


@bp.get("/")
@allow("page:read")
def home() -> Answer:
    """Show what waits for whoever is signed in."""
    actor = actor_or_none()
    if actor is None:
        return see_other("accounts.sign_in_form")
    is_hr = actor.holds_everywhere("hr")
    return render(
        "home/home.html",
        skills=count_skills(actor.person_id),
        admission=admission_today(actor.person_id),
        applications=applications_of(actor.person_id) if actor.agent else [],
        invitations=invitations_of(actor.person_id, today=today()) if actor.agent else [],
        projects=projects_of(actor.person_id) if actor.holds("manager") else [],
        questions=waiting_for(actor.person_id),
        rounds=rounds(limit=5) if is_hr or actor.holds("auditor") else [],
        open_projects=count_open(),
    )


@bp.get("/about/matching")
@allow("page:read")
def matching() -> Answer:
    """Say how matching works."""
    return render("home/matching.html", not_used=NOT_USED)


@bp.get("/about/privacy")
@allow("page:read")
def privacy() -> Answer:
    """Say what is kept and who sees it."""
    return render("home/privacy.html")


@bp.get("/about/accessibility")
@allow("page:read")
def accessibility() -> Answer:
    """Say how accessible the service is."""
    return render("home/accessibility.html")


@bp.get("/api/docs")
@allow("page:read")
def api_docs() -> Answer:
    """Show the API's documentation, from our own files."""
    return render("home/api_docs.html")


@bp.get("/api/v1/openapi.json")
@allow("page:read")
def openapi() -> Answer:
    """Return the OpenAPI document."""
    return jsonify(document())
