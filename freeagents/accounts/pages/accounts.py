"""Pages of accounts: sign in and out, accept an invitation, look after one's own account."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from freeagents.accounts.models import ApiToken, SignIn
from freeagents.accounts.pages.entry import device, enter, safe, sign_in_page
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.schemas import ApiTokenSchema, PasswordSchema, SignInSchema
from freeagents.accounts.services import people, signing_in, tokens
from freeagents.accounts.services.passwords import MINIMUM_PASSWORD
from freeagents.errors import NotFound
from freeagents.security import sessions
from freeagents.security.actor import actor_or_none, current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import render, see_other

bp = Blueprint("accounts", __name__, template_folder="../templates")
Answer = str | Response | BaseResponse | tuple[str, int]


@bp.get("/sign-in")
@allow("page:read")
def sign_in_form() -> Answer:
    """Show the sign-in page."""
    if actor_or_none() is not None:
        return redirect(safe(request.args.get("next", "")), 303)
    return sign_in_page(Form(SignInSchema()), request.args.get("next", ""))


@bp.post("/sign-in")
@allow("page:read")
def sign_in() -> Answer:
    """Sign in."""
    form = Form(SignInSchema(), request.form, labels=_labels())
    with form.refusals():
        started = signing_in.sign_in(
            email=form.data["email"],
            password=form.data["password"],
            address=request.remote_addr or "",
            secret=current_app.config["SECRET_KEY"],
            device=device(),
        )
        return enter(started, request.form.get("next", ""))
    return sign_in_page(form, request.form.get("next", ""))


@bp.post("/sign-out")
@allow("account:manage")
def sign_out() -> Answer:
    """Sign out on this browser."""
    actor = current_actor()
    signing_in.sign_out(token=actor.credential, actor_id=actor.person_id)
    sessions.end()
    flash(_("You have signed out."), "success")
    return see_other("accounts.sign_in_form")


@bp.get("/stay-signed-in")
@allow("account:manage")
def stay_signed_in() -> Answer:
    """Renew the time of the last request; asked by the page before the sign-in would end."""
    return Response(status=204)


@bp.get("/account")
@allow("account:manage")
def account() -> Answer:
    """Show one's own account."""
    return _account_page(Form(ApiTokenSchema()))


@bp.post("/account/sign-out-everywhere")
@allow("account:manage")
def sign_out_everywhere() -> Answer:
    """Sign out on every browser and end all API tokens."""
    actor = current_actor()
    signing_in.sign_out_everywhere(person_id=actor.person_id, actor_id=actor.person_id)
    sessions.end()
    flash(_("You have signed out everywhere. Your API tokens no longer work."), "success")
    return see_other("accounts.sign_in_form")


@bp.post("/account/tokens")
@allow("account:manage")
def make_token() -> Answer:
    """Make an API token and show it once."""
    actor = current_actor()
    form = Form(ApiTokenSchema(), request.form, labels={"name": _("what the new token is for")})
    if not form.valid:
        return _account_page(form)
    token = tokens.make_api_token(
        person_id=actor.person_id,
        name=form.data["name"],
        actor_id=actor.person_id,
        second_factor=credentials.has_shown_second_factor(actor.credential),
    )
    return render("accounts/token.html", token=token, days=tokens.TOKEN_DAYS)


@bp.post("/account/tokens/<token>/end")
@allow("api_token:end", token=credentials.api_token_by_public_id)
def end_token(token: ApiToken) -> Answer:
    """Make an API token stop working."""
    tokens.end_api_token(token=token, actor_id=current_actor().person_id)
    flash(_("The token no longer works."), "success")
    return see_other("accounts.account")


@bp.get("/account/sign-ins")
@allow("account:manage")
def sign_ins() -> Answer:
    """Show where one is signed in."""
    actor = current_actor()
    hours = current_app.config["SETTINGS"].session_hours
    return render(
        "accounts/sign_ins.html",
        sign_ins=credentials.sign_ins(actor.person_id, hours=hours),
        here=credentials.token_digest(actor.credential),
    )


@bp.post("/account/sign-ins/<sign_in>/end")
@allow("sign_in:end", sign_in=credentials.sign_in_by_public_id)
def end_sign_in(sign_in: SignIn) -> Answer:
    """Sign out on another browser."""
    signing_in.end_sign_in(sign_in=sign_in, actor_id=current_actor().person_id)
    flash(_("That browser is signed out."), "success")
    return see_other("accounts.sign_ins")


@bp.get("/invitation/<token>")
@allow("page:read")
def invitation(token: str) -> Answer:
    """Show the page that sets the first password."""
    _refuse_dead_invitation(token)
    return render("accounts/invitation.html", form=Form(PasswordSchema()), minimum=MINIMUM_PASSWORD)


@bp.post("/invitation/<token>")
@allow("page:read")
def accept_invitation(token: str) -> Answer:
    """Set the first password."""
    _refuse_dead_invitation(token)
    form = Form(PasswordSchema(), request.form, labels=_labels())
    with form.refusals():
        people.accept_invitation(token=token, password=form.data["password"])
        flash(_("Your password is set. Sign in with it."), "success")
        return see_other("accounts.sign_in_form")
    return render("accounts/invitation.html", form=form, minimum=MINIMUM_PASSWORD)


def _labels() -> dict[str, str]:
    return {"email": _("your email address"), "password": _("your password")}


def _account_page(form: Form) -> Answer:
    actor = current_actor()
    return render(
        "accounts/account.html",
        form=form,
        person=directory.person_by_id(actor.person_id),
        roles=directory.roles_today(actor.person_id),
        tokens=credentials.api_tokens(actor.person_id),
        factor=credentials.second_factor(actor.person_id),
        sign_ins=len(credentials.sign_ins(actor.person_id, hours=current_app.config["SETTINGS"].session_hours)),
    )


def _refuse_dead_invitation(token: str) -> None:
    if credentials.invitation(token) is None:
        raise NotFound(_("This invitation was used already or has expired. Ask for a new one."))
