"""What is told about accounts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from freeagents.messages.kinds import Kind, Link, Said

Facts = Mapping[str, Any]


def invited(facts: Facts) -> Said:
    """Say that an account is ready: ``token`` opens it, for ``days`` days."""
    return Said(
        _("Your account is ready"),
        (
            _("You have been invited to use this service. Set your password to sign in for the first time."),
            _("The link works once, for %(days)d days. If you did not expect it, do nothing.", days=facts["days"]),
        ),
        (Link(_("Set your password"), "accounts.invitation", {"token": facts["token"]}),),
    )


def reset_asked(facts: Facts) -> Said:
    """Say how to set a new password: ``token`` opens the page, for ``hours`` hours."""
    return Said(
        _("Set a new password"),
        (
            _("Somebody asked for a new password of your account."),
            ngettext("The link works once, for one hour.", "The link works once, for %(num)d hours.", facts["hours"]),
            _("If you did not ask for it, do nothing: your password stays as it is."),
        ),
        (Link(_("Set a new password"), "settings.reset_form", {"token": facts["token"]}),),
    )


def email_asked(facts: Facts) -> Said:
    """Say how to make this address the account's: ``token`` opens the page, for ``hours`` hours."""
    return Said(
        _("Confirm your email address"),
        (
            _("Somebody wants to use this address to sign in. If it was not you, do nothing."),
            _("The link works once, for %(hours)d hours.", hours=facts["hours"]),
        ),
        (Link(_("Use this address"), "settings.confirm_email_form", {"token": facts["token"]}),),
    )


def changed(facts: Facts) -> Said:
    """Say that the ``password`` has changed, or that another ``email`` address was asked for."""
    happened = {
        "password": _("The password of your account was changed, and your other sign-ins have ended."),
        "email": _("Another email address for your account was asked for. It counts once it is confirmed."),
    }
    return Said(
        _("A change to your account"),
        (happened[facts["what"]], _("If it was not you, set a new password at once.")),
        (Link(_("Set a new password"), "settings.forgotten_form"),),
    )


KINDS = {
    "account:invite": Kind("account", invited),
    "account:reset": Kind("account", reset_asked),
    "account:confirm_email": Kind("account", email_asked),
    "account:change": Kind("account", changed),
}
