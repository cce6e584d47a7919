"""Pages of saved searches: keep what one looks for, and hear once a day of what is new."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _
from marshmallow import Schema

from freeagents.applications import services
from freeagents.applications.messages import search_words
from freeagents.applications.models import SavedSearch
from freeagents.applications.queries import applications as queries
from freeagents.applications.schemas import ProjectFilter
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("searches", __name__, template_folder="../templates")


@bp.get("/projects/searches")
@allow("search:list_own")
def index() -> Answer:
    """List one's own saved searches."""
    return _index(Form(Schema()))


@bp.post("/projects/searches")
@allow("search:list_own")
def save() -> Answer:
    """Save a search."""
    form = Form(ProjectFilter(), request.form)
    with form.refusals():
        services.save_search(person_id=current_actor().person_id, data=form.data)
        flash(_("The search is saved. Once a day at most, we tell you what is new."), "success")
        return see_other("searches.index")
    return _index(form)


@bp.post("/projects/searches/<search>/remove")
@allow("search:change", search=queries.search_by_public_id)
def remove(search: SavedSearch) -> Answer:
    """Remove a saved search."""
    services.remove_search(search=search)
    flash(_("The search is removed."), "success")
    return see_other("searches.index")


def _index(form: Form) -> Answer:
    found = queries.searches_of(current_actor().person_id)
    return render(
        "applications/searches.html",
        form=form,
        rows=[(search, search_words(queries.filter_of(search)), _address(search)) for search in found],
    )


def _address(search: SavedSearch) -> str:
    asked: dict[str, Any] = {name: value for name, value in queries.filter_of(search).items() if value}
    return url_for("finding.projects", **asked)
