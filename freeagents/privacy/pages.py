"""Pages of what is held about oneself: take it away, erase it, see who looked at it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, json, request, url_for
from flask_babel import gettext as _

from freeagents.accounts.queries.directory import person_by_id
from freeagents.db.base import today
from freeagents.privacy.queries.looks import Look, looks_at
from freeagents.privacy.schemas import EraseSchema, RecordSchema
from freeagents.privacy.services.erasing import erase_oneself
from freeagents.privacy.services.giving import everything_about
from freeagents.security import sessions
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other

bp = Blueprint("privacy", __name__, template_folder="templates")
PAGE = 20


@bp.get("/account/data")
@allow("data:read_own")
def show() -> Answer:
    """Say what is held about whoever is signed in, why, for how long, and where it is corrected."""
    return render("privacy/show.html")


@bp.get("/account/data/file")
@allow("data:read_own")
def download() -> Answer:
    """Give all that is held about whoever is signed in, as one JSON file."""
    found = RecordSchema().dump(everything_about(person=person_by_id(current_actor().person_id)))
    name = f"free-agents-{today().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(json.dumps(found, indent=2, ensure_ascii=False), mimetype="application/json", headers=headers)


@bp.get("/account/erase")
@allow("data:erase_own")
def erase_form() -> Answer:
    """Ask whether all that is held is to be erased for good."""
    return _erase_page(Form(EraseSchema()))


@bp.post("/account/erase")
@allow("data:erase_own")
def erase() -> Answer:
    """Erase all that is held about whoever is signed in."""
    labels = {"email": _("your email address"), "password": _("your password")}
    form = Form(EraseSchema(), request.form, labels=labels)
    with form.refusals():
        person = person_by_id(current_actor().person_id)
        erase_oneself(person=person, secret=current_app.config["SECRET_KEY"], **form.data)
        sessions.end()
        flash(_("Your account is erased, and all that was held about you."), "success")
        return see_other("accounts.sign_in_form")
    return _erase_page(form)


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


def _erase_page(form: Form) -> Answer:
    return render("privacy/erase.html", form=form, person=person_by_id(current_actor().person_id))


def _said(look: Look) -> str:
    by = look.by or _("Somebody whose account was erased")
    title = look.project[0] if look.project else ""
    if look.what == "project:see_applicants":
        return _("%(name)s saw that you applied for “%(project)s”, and how you fit.", name=by, project=title)
    if look.what == "project:see_people":
        return _(
            "%(name)s looked for people to invite to “%(project)s”, and saw your name, department and fit.",
            name=by,
            project=title,
        )
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
