"""The command ``freeagents user``."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from freeagents.accounts.models import ROLES
from freeagents.accounts.queries import directory
from freeagents.accounts.services import people
from freeagents.accounts.services.roles import give_role
from freeagents.db.base import utc_now
from freeagents.errors import DomainError
from freeagents.extensions import db


@click.group()
def user() -> None:
    """Look after accounts."""


@user.command("invite")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="A role to hold; may be repeated.")
@click.option("--department", "department_code", help="Code of the department; without it: the whole government.")
@with_appcontext
def user_invite(email: str, name: str, roles: tuple[str, ...], department_code: str | None) -> None:
    """Make an account if there is none, give it roles, and print the link that sets its password."""
    department = None
    if department_code is not None:
        department = directory.department_by_code(department_code)
        if department is None:
            raise click.ClickException(f"No department has the code {department_code!r}.")
    try:
        person = directory.person_by_email(email) or people.add_person(name=name, email=email, actor_id=None)
        for role in roles:
            give_role(person=person, role=role, department=department, starts_on=utc_now().date(), actor_id=None)
        token = people.invite(person=person, actor_id=None)
        db.session.commit()
    except DomainError as error:
        raise click.ClickException(error.sentence) from error
    base = current_app.config["SETTINGS"].base_url
    click.echo(f"{base}/invitation/{token}")
