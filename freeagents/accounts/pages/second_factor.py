"""Pages of the second factor: show a code to sign in; set it up, renew its recovery codes, remove it."""

from __future__ import annotations

import segno
from flask import Blueprint, current_app, flash, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup

from freeagents.accounts.pages.entry import safe, sign_in_here
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.schemas import CodeSchema
from freeagents.accounts.services import second_factor
from freeagents.db.base import utc_now
from freeagents.errors import SignInRequired
from freeagents.extensions import pack
from freeagents.security import sessions
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import in_words

bp = Blueprint("second_factor", __name__, template_folder="../templates")


@bp.get("/sign-in/code")
@allow("page:read")
def code_form() -> Answer:
    """Ask for the code, after the password."""
    return render("accounts/code.html", form=Form(CodeSchema()))


@bp.post("/sign-in/code")
@allow("page:read")
def show_code() -> Answer:
    """Complete the sign-in with a code."""
    token = sessions.waiting()
    if token is None:
        raise SignInRequired(_("Sign in to continue."))
    form = Form(CodeSchema(), request.form, labels={"code": _("the code")})
    with form.refusals():
        person = second_factor.show(token=token, code=form.data["code"], secret=_secret(), now=utc_now())
        asked = sessions.next_page()
        sign_in_here(person, token)
        return redirect(safe(asked), 303)
    if form.refused_with == SignInRequired.status:
        sessions.end()
        flash(form.errors[""], "important")
        return see_other("accounts.sign_in_form")
    return render("accounts/code.html", form=form)


@bp.get("/account/second-factor")
@allow("account:manage")
def show() -> Answer:
    """Show how one's second factor stands, and what to do next."""
    return _page(Form(CodeSchema()))


@bp.post("/account/second-factor/begin")
@allow("account:manage")
def begin() -> Answer:
    """Make the key for an app."""
    actor = current_actor()
    second_factor.begin(person=directory.person_by_id(actor.person_id), actor_id=actor.person_id)
    return see_other("second_factor.show")


@bp.post("/account/second-factor/confirm")
@allow("account:manage")
def confirm() -> Answer:
    """Make the second factor count, once the app shows the right code; show the recovery codes once."""
    actor = current_actor()
    form = _code_form()
    with form.refusals():
        codes = second_factor.confirm(
            person=directory.person_by_id(actor.person_id),
            code=form.data["code"],
            sign_in=actor.credential,
            secret=_secret(),
            now=utc_now(),
        )
        return render("accounts/recovery_codes.html", codes=codes)
    return _page(form)


@bp.post("/account/second-factor/codes")
@allow("account:manage")
def renew_codes() -> Answer:
    """Make new recovery codes and show them once."""
    form = _code_form()
    with form.refusals():
        codes = second_factor.renew_recovery_codes(
            person=directory.person_by_id(current_actor().person_id),
            code=form.data["code"],
            secret=_secret(),
            now=utc_now(),
        )
        return render("accounts/recovery_codes.html", codes=codes)
    return _page(form)


@bp.post("/account/second-factor/remove")
@allow("account:manage")
def remove() -> Answer:
    """Remove the second factor, as for a new phone."""
    form = _code_form()
    with form.refusals():
        second_factor.remove(
            person=directory.person_by_id(current_actor().person_id),
            code=form.data["code"],
            secret=_secret(),
            now=utc_now(),
        )
        flash(_("Your second factor is removed."), "success")
        return see_other("second_factor.show")
    return _page(form)


def _page(form: Form) -> Answer:
    person = directory.person_by_id(current_actor().person_id)
    begun = credentials.unconfirmed_second_factor(person.id)
    address = key = None
    if begun is not None:
        key = second_factor.key_text(begun, _secret())
        address = second_factor.app_address(begun, _secret(), service=in_words(pack.service_name), email=person.email)
    return render(
        "accounts/second_factor.html",
        form=form,
        factor=credentials.second_factor(person.id),
        codes_left=credentials.recovery_codes_left(person.id),
        picture=_picture(address) if address else None,
        key=key,
        is_needed=current_app.config["SETTINGS"].require_second_factor and directory.holds_strong_role(person.id),
    )


def _code_form() -> Form:
    return Form(CodeSchema(), request.form, labels={"code": _("the code")})


def _picture(address: str) -> Markup:
    """Return the address as a QR code: a drawing within the page, so that nobody else learns of it."""
    drawing = segno.make(address, micro=False).svg_inline(border=4, light="#fff", omitsize=True)
    return Markup(drawing.replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - drawn here


def _secret() -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return secret
