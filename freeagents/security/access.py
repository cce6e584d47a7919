"""The access policy: one table from permission to clauses. What is not in the table is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from freeagents.security.actor import Actor

Clause = Callable[[Actor | None, Any], bool]


def anyone(_actor: Actor | None, _subject: Any) -> bool:
    """Everybody, signed in or not."""
    return True


def signed_in(actor: Actor | None, _subject: Any) -> bool:
    """Everybody with an account."""
    return actor is not None


def agent(actor: Actor | None, _subject: Any) -> bool:
    """People admitted to the pool today."""
    return actor is not None and actor.agent


def themselves(actor: Actor | None, subject: Any) -> bool:
    """The person the subject is about (its ``person_id``)."""
    return actor is not None and subject is not None and subject.person_id == actor.person_id


def owner(actor: Actor | None, subject: Any) -> bool:
    """The people who own the subject (its ``owner_ids``)."""
    return actor is not None and subject is not None and actor.person_id in subject.owner_ids


def once_opened(actor: Actor | None, subject: Any) -> bool:
    """Everybody signed in, once the subject was opened; what ends as a draft stays as private as it was."""
    return actor is not None and subject is not None and subject.opened_at is not None


def holder(name: str) -> Clause:
    """Whoever holds the role, in whichever department."""

    def clause(actor: Actor | None, _subject: Any) -> bool:
        return actor is not None and actor.holds(name)

    clause.__doc__ = f"Whoever holds the role *{name}* somewhere."
    return clause


def central(name: str) -> Clause:
    """Whoever holds the role over the whole government."""

    def clause(actor: Actor | None, _subject: Any) -> bool:
        return actor is not None and actor.holds_everywhere(name)

    clause.__doc__ = f"Whoever holds the role *{name}* over the whole government."
    return clause


def over_department(name: str) -> Clause:
    """Whoever holds the role over the subject's ``department``."""

    def clause(actor: Actor | None, subject: Any) -> bool:
        return actor is not None and subject is not None and actor.holds_over(name, subject.department.lineage)

    clause.__doc__ = f"Whoever holds the role *{name}* over the department it belongs to."
    return clause


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may: whoever one clause says yes to. ``hidden``: to all others it does not even exist (404, not 403)."""

    clauses: tuple[Clause, ...]
    hidden: bool = False


def to(*clauses: Clause, hidden: bool = False) -> Permission:
    """Write one row of the table."""
    return Permission(clauses, hidden)


hr_over = over_department("hr")
manager_over = over_department("manager")
central_hr = central("hr")
auditor = holder("auditor")
administrator = central("administrator")

PERMISSIONS: dict[str, Permission] = {
    "page:read": to(anyone),
    "home:read": to(signed_in),
    "account:manage": to(signed_in),
    "department:list": to(administrator),
    "department:read": to(administrator, hidden=True),
    "department:add": to(administrator),
    "department:edit": to(administrator, hidden=True),
    "role:give": to(administrator, hidden=True),
    "role:end": to(administrator, hidden=True),
    "person:list": to(administrator),
    "person:read": to(administrator, hidden=True),
    "person:invite": to(administrator),
    "person:end": to(administrator, hidden=True),
    "second_factor:remove": to(administrator, hidden=True),
    "sign_in:end": to(themselves, hidden=True),
    "api_token:end": to(themselves, hidden=True),
    "data:read_own": to(signed_in),
    "data:erase_own": to(signed_in),
    "message:list_own": to(signed_in),
    "message:read": to(themselves, hidden=True),
    "skill:read": to(signed_in),
    "profile:edit_own": to(signed_in),
    "profile:read_own": to(signed_in),
    "project:list": to(signed_in),
    "project:create": to(holder("manager"), holder("hr")),
    "project:read": to(once_opened, owner, manager_over, hr_over, hidden=True),
    "project:edit": to(owner, hr_over, hidden=True),
    "project:list_unowned": to(holder("hr")),
    "project:applicants": to(owner, hr_over, hidden=True),
    "project:count": to(owner, hr_over, hidden=True),
    "project:invite": to(owner, hr_over, hidden=True),
    "project:short_list": to(owner, hidden=True),
    "project:see_short_list": to(owner, central_hr, hidden=True),
    "question:list_own": to(signed_in),
    "question:ask": to(once_opened, hidden=True),
    "question:answer": to(owner, hr_over, hidden=True),
    "question:withdraw": to(themselves, hidden=True),
    "application:list_own": to(signed_in),
    "application:submit": to(agent),
    "application:change": to(themselves, hidden=True),
    "invitation:answer": to(themselves, hidden=True),
    "search:list_own": to(signed_in),
    "search:change": to(themselves, hidden=True),
    "conflict:declare": to(agent),
    "policy:list": to(central_hr, auditor),
    "policy:read": to(central_hr, auditor, hidden=True),
    "policy:write": to(central_hr),
    "policy:approve": to(central_hr, hidden=True),
    "round:list": to(central_hr, auditor),
    "round:create": to(central_hr),
    "round:read": to(central_hr, auditor, hidden=True),
    "round:edit": to(central_hr, hidden=True),
    "proposal:read": to(central_hr, auditor, hidden=True),
    "proposal:decide": to(central_hr, hidden=True),
    "audit:read": to(auditor, administrator),
}


def allows(permission: str, actor: Actor | None, subject: Any = None) -> bool:
    """Say whether ``actor`` may do ``permission`` to ``subject``.

    :raises KeyError: the permission is not in the table: a mistake of the programmer, never a yes.
    """
    return any(clause(actor, subject) for clause in PERMISSIONS[permission].clauses)
