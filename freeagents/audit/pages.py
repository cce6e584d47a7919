"""Pages of the audit trail: what was done, by whom, and whether the record is whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_babel import format_date
from flask_babel import gettext as _

from freeagents.audit import queries
from freeagents.audit.queries import Chain
from freeagents.audit.schemas import SealSchema
from freeagents.audit.services import verify
from freeagents.extensions import db
from freeagents.security.guard import allow
from freeagents.web.acts import act, said
from freeagents.web.forms import Form
from freeagents.web.rendering import Answer, render

PAGE = 50
CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")
Names = Callable[[Collection[int]], Mapping[int, str]]


def make_blueprint(names: Names) -> Blueprint:
    """Return the pages.

    :param names: says who the actors are; the trail itself keeps only their numbers.
    """
    bp = Blueprint("audit", __name__, url_prefix="/audit", template_folder="templates")

    @bp.get("")
    @allow("audit:read")
    def index() -> Answer:
        """List what was done, newest first."""
        asked = {"action": request.args.get("action", ""), "subject": request.args.get("subject", "").strip()}
        after = request.args.get("after", "")
        rows = queries.entries(after=int(after) if _is_number(after) else None, limit=PAGE + 1, **asked)
        shown = rows[:PAGE]
        return render(
            "audit/index.html",
            rows=shown,
            asked=asked,
            actions=queries.actions(),
            chains=queries.chains(),
            month=month,
            act=act,
            plain=plain,
            names=names({entry.actor_id for entry, _words in shown if entry.actor_id is not None}),
            newest=not after,
            older=shown[-1][0].id if len(rows) > PAGE else None,
        )

    @bp.get("/chains/<chain>")
    @allow("audit:read", chain=queries.chain)
    def check(chain: Chain) -> Answer:
        """Compute a chain anew, and look for a seal that somebody noted."""
        form = Form(SealSchema(), request.args if "seal" in request.args else None)
        found = queries.position_of(chain.name, bytes.fromhex(form.data["seal"])) if form.valid else None
        return render(
            "audit/chain.html",
            chain=chain,
            checked=verify(db.session, chain.name),
            form=form,
            position=found,
            month=month,
        )

    return bp


def month(chain: str) -> str:
    """Say which month a chain is of: November 2026."""
    year, number = (int(part) for part in chain.split("-"))
    return str(format_date(date(year, number, 1), "LLLL y"))


def plain(value: Any) -> str:
    """Say the name or the value of a fact: codes in words, lists and counts one after the other."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(name)} {plain(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if value is None:
        return _("nothing")
    # An id is shown as it is: it may hold underscores of its own.
    return said(value) if isinstance(value, str) and CODE.fullmatch(value) else str(value)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
