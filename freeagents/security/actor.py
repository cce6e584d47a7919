"""Who is asking: the signed-in person and the roles held at this very moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from flask_login import AnonymousUserMixin, UserMixin, current_user

from freeagents.errors import SignInRequired


@dataclass(frozen=True, slots=True)
class Role:
    """A role held in a department and its branches; no department means the whole government."""

    name: str
    department_id: int | None


@dataclass(frozen=True)
class Actor(UserMixin):  # type: ignore[misc]
    """A signed-in person. ``via`` says whether a browser's cookie or an API token speaks for them.

    :ivar credential: the id of the sign-in (as the cookie's token) or of the API token.
    :ivar agent: admitted to the pool today.
    :ivar unread: how many messages to the person are unread.
    """

    person_id: int
    public_id: str
    name: str
    locale: str | None
    roles: tuple[Role, ...]
    agent: bool
    via: Literal["session", "token"]
    credential: str
    unread: int = 0

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the token of the sign-in, never the person's id."""
        return self.credential

    def holds(self, *names: str) -> bool:
        """Say whether one of the roles is held anywhere."""
        return any(role.name in names for role in self.roles)

    def holds_over(self, name: str, lineage: list[int]) -> bool:
        """Say whether the role is held over a department, given the ids from the tree's root down to it."""
        return any(
            role.name == name and (role.department_id is None or role.department_id in lineage) for role in self.roles
        )

    def holds_everywhere(self, name: str) -> bool:
        """Say whether the role is held over the whole government."""
        return any(role.name == name and role.department_id is None for role in self.roles)


class Anonymous(AnonymousUserMixin):  # type: ignore[misc]
    """Nobody is signed in."""

    person_id = None
    agent = False

    def holds(self, *_names: str) -> bool:
        """Say no."""
        return False


def current_actor() -> Actor:
    """Return the signed-in person.

    :raises SignInRequired: nobody is signed in.
    """
    actor = actor_or_none()
    if actor is None:
        raise SignInRequired("Sign in to continue.")
    return actor


def actor_or_none() -> Actor | None:
    """Return the signed-in person, or None."""
    # The proxy itself would outlive the request that it speaks for.
    return cast("Actor", current_user._get_current_object()) if current_user.is_authenticated else None  # noqa: SLF001
