"""Refusals: sentences for people that carry their HTTP status."""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal a person can read.

    :param sentence: what is wrong and what to do, in plain words, already translated.
    :param field: the form field it belongs to; None for the whole page.
    :param facts: further JSON-able members for an API answer.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"

    def __init__(self, sentence: str, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.facts = facts


class Invalid(DomainError):
    """The input is well-formed but names something that cannot be (a skill no pack knows, an end before its start)."""

    status = 422
    code = "invalid"


class SignInRequired(DomainError):
    """Nobody is signed in, or the sign-in has ended."""

    status = 401
    code = "sign_in_required"


class Forbidden(DomainError):
    """The person may not do this."""

    status = 403
    code = "forbidden"


class NotFound(DomainError):
    """It does not exist, or this person may not know that it does."""

    status = 404
    code = "not_found"


class Conflict(DomainError):
    """The rules do not allow it now, or somebody changed it meanwhile."""

    status = 409
    code = "conflict"


class TooMany(DomainError):
    """A limit on attempts was reached; :attr:`facts` may hold ``retry_after`` in seconds."""

    status = 429
    code = "too_many"


class Unavailable(DomainError):
    """The service cannot answer just now; trying again may help."""

    status = 503
    code = "unavailable"
