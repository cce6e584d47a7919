"""Pages of signing in at the government's own OpenID provider."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _

from freeagents.accounts.pages.entry import device, enter, safe, sign_in_page
from freeagents.accounts.schemas import SignInSchema
from freeagents.accounts.services import signing_in
from freeagents.errors import Conflict
from freeagents.security import provider, sessions
from freeagents.security.actor import actor_or_none
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer

bp = Blueprint("provider", __name__, url_prefix="/sign-in/provider", template_folder="../templates")


@bp.get("")
@allow("page:read")
def leave() -> Answer:
    """Go to the provider."""
    _refuse_without_provider()
    asked = request.args.get("next", "")
    if actor_or_none() is not None:
        return redirect(safe(asked), 303)
    form = Form(SignInSchema())
    with form.refusals():
        sessions.remember_next(asked)
        base: str = current_app.config["SETTINGS"].base_url
        return provider.leave(base + url_for("provider.come_back"))
    return sign_in_page(form, asked)


@bp.get("/back")
@allow("page:read", writes=True)
def come_back() -> Answer:
    """Sign in whom the provider sends back."""
    _refuse_without_provider()
    asked = sessions.next_page()
    form = Form(SignInSchema())
    with form.refusals():
        who = provider.identity()
        started = signing_in.sign_in_by_provider(
            issuer=who.issuer, subject=who.subject, email=who.email, device=device()
        )
        return enter(started, asked)
    return sign_in_page(form, asked)


def _refuse_without_provider() -> None:
    if not provider.is_known():
        raise Conflict(_("Here people sign in with a password."))
