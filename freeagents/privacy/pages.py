"""Pages of what is held about oneself: who looked at it."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from freeagents.privacy.queries.looks import Look, looks_at
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.rendering import Answer, render

bp = Blueprint("privacy", __name__, template_folder="templates")
PAGE = 20


@bp.get("/profile/looks")
@allow("data:read_own")
def looks() -> Answer:
    """List who saw one's profile or scores, newest first."""
    actor = current_actor()
    after = request.args.get("after", "")
    follows = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
    found = looks_at(person_id=actor.person_id, public_id=actor.public_id, after=follows, limit=PAGE + 1)
    shown = found[:PAGE]
    return render(
        "privacy/looks.html",
        rows=[(look, _said(look)) for look in shown],
        first=url_for("privacy.looks") if after else "",
        following=url_for("privacy.looks", after=shown[-1].id) if len(found) > PAGE else "",
    )


def _said(look: Look) -> str:
    by = look.by or _("Somebody whose account was erased")
    title = look.project[0] if look.project else ""
    if look.what == "project:see_applicants":
        return _("%(name)s saw that you applied for “%(project)s”, and how you fit.", name=by, project=title)
    if look.what == "proposal:open":
        return _(
            "%(name)s, in HR, opened the proposal to match you with “%(project)s” in the round “%(round)s”: "
            "your fit, your scores and your order of choice.",
            name=by,
            project=title,
            round=look.round,
        )
    return _(
        "%(name)s, in HR, looked at why the round “%(round)s” found no seat for you, and at your scores.",
        name=by,
        round=look.round,
    )
