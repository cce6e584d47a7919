"""What is told about accounts, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

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


KINDS = {"account:invite": Kind("account", invited)}
