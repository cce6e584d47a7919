"""Pages of one's own account: password, e-mail address, language; and for who forgot the password."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request
from flask_babel import gettext as _

from freeagents.accounts.pages.entry import safe
from freeagents.accounts.queries import credentials, directory
from freeagents.accounts.schemas import ChangePasswordSchema, EmailSchema, LocaleSchema, PasswordSchema, ResetSchema
from freeagents.accounts.services import links, people
from freeagents.accounts.services.passwords import MINIMUM_PASSWORD
from freeagents.errors import NotFound
from freeagents.security import sessions
from freeagents.security.actor import current_actor
from freeagents.security.guard import allow
from freeagents.web import languages
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render, see_other
from freeagents.web.words import language_name

bp = Blueprint("settings", __name__, template_folder="../templates")


@bp.get("/forgotten-password")
@allow("page:read")
def forgotten_form() -> Answer:
    """Ask for the e-mail address of who forgot the password."""
    return render("accounts/forgotten.html", form=Form(ResetSchema()), sent=False)


@bp.post("/forgotten-password")
@allow("page:read")
def forgotten() -> Answer:
    """Send a link for a new password, and say the same whether or not there is such an account."""
    form = Form(ResetSchema(), request.form, labels={"email": _("your email address")})
    with form.refusals():
        links.ask_reset(email=form.data["email"], address=request.remote_addr or "", secret=_secret())
        return render("accounts/forgotten.html", form=form, sent=True)
    return render("accounts/forgotten.html", form=form, sent=False)


@bp.get("/reset/<token>")
@allow("page:read")
def reset_form(token: str) -> Answer:
    """Show the page that sets a new password."""
    _refuse_dead_link(token, "password")
    return render("accounts/invitation.html", form=Form(PasswordSchema()), minimum=MINIMUM_PASSWORD)


@bp.post("/reset/<token>")
@allow("page:read")
def reset(token: str) -> Answer:
    """Set a new password."""
    _refuse_dead_link(token, "password")
    form = Form(PasswordSchema(), request.form)
    with form.refusals():
        links.reset_password(token=token, password=form.data["password"])
        flash(_("Your password is set. Sign in with it."), "success")
        return see_other("accounts.sign_in_form")
    return render("accounts/invitation.html", form=form, minimum=MINIMUM_PASSWORD)


@bp.get("/new-email/<token>")
@allow("page:read")
def confirm_email_form(token: str) -> Answer:
    """Ask whether the address is to become the person's."""
    _refuse_dead_link(token, "email")
    return render("accounts/email_confirm.html")


@bp.post("/new-email/<token>")
@allow("page:read")
def confirm_email(token: str) -> Answer:
    """Make the address the person's."""
    _refuse_dead_link(token, "email")
    links.confirm_email(token=token)
    flash(_("Your new email address counts from now on."), "success")
    return see_other("accounts.sign_in_form")


@bp.get("/account/password")
@allow("account:manage")
def password_form() -> Answer:
    """Show the form for another password."""
    return _password_page(Form(ChangePasswordSchema()))


@bp.post("/account/password")
@allow("account:manage")
def change_password() -> Answer:
    """Set another password."""
    actor = current_actor()
    form = Form(
        ChangePasswordSchema(),
        request.form,
        labels={"current": _("your current password"), "password": _("a new password")},
    )
    with form.refusals():
        links.change_password(
            person=directory.person_by_id(actor.person_id),
            current=form.data["current"],
            password=form.data["password"],
            sign_in=actor.credential,
            secret=_secret(),
        )
        flash(_("Your password is changed. Your other sign-ins have ended."), "success")
        return see_other("accounts.account")
    return _password_page(form)


@bp.get("/account/email")
@allow("account:manage")
def email_form() -> Answer:
    """Show the form for another e-mail address."""
    return _email_page(Form(EmailSchema()))


@bp.post("/account/email")
@allow("account:manage")
def change_email() -> Answer:
    """Send a link to the new address."""
    form = Form(
        EmailSchema(),
        request.form,
        labels={"email": _("your new email address"), "password": _("your password")},
    )
    with form.refusals():
        links.ask_email_change(
            person=directory.person_by_id(current_actor().person_id),
            email=form.data["email"],
            password=form.data["password"],
            secret=_secret(),
        )
        flash(
            _("Follow the link in the mail to your new address within a day. Until then the old one counts."), "success"
        )
        return see_other("accounts.account")
    return _email_page(form)


@bp.get("/language/<language>")
@allow("page:read")
def speak(language: str) -> Answer:
    """Speak another language in this browser, and show the page again; the account keeps its own."""
    if language not in languages.offered():
        raise NotFound(_("The service does not speak this language."))
    sessions.speak(language)
    return redirect(safe(request.args.get("next", "")), 303)


@bp.get("/account/language")
@allow("account:manage")
def language_form() -> Answer:
    """Show the languages to choose from."""
    person = directory.person_by_id(current_actor().person_id)
    return _language_page(Form(LocaleSchema(languages.offered()), initial={"locale": person.locale or ""}))


@bp.post("/account/language")
@allow("account:manage")
def choose_language() -> Answer:
    """Keep the language somebody chose."""
    actor = current_actor()
    form = Form(LocaleSchema(languages.offered()), request.form, labels={"locale": _("a language")})
    with form.refusals():
        people.choose_locale(person=directory.person_by_id(actor.person_id), locale=form.data["locale"])
        sessions.speak(None)
        return see_other("accounts.account")
    return _language_page(form)


def _password_page(form: Form) -> Answer:
    person = directory.person_by_id(current_actor().person_id)
    return render(
        "accounts/password.html", form=form, has_password=person.password_hash is not None, minimum=MINIMUM_PASSWORD
    )


def _email_page(form: Form) -> Answer:
    return render("accounts/email.html", form=form, person=directory.person_by_id(current_actor().person_id))


def _language_page(form: Form) -> Answer:
    names = [(code, language_name(code)) for code in languages.offered()]
    return render("accounts/language.html", form=form, languages=names)


def _refuse_dead_link(token: str, purpose: str) -> None:
    if credentials.mailed_link(token, purpose) is None:
        raise NotFound(_("This link was used already or has expired. Ask for a new one."))


def _secret() -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return secret
