"""How the commands on files refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from freeagents.errors import DomainError
from freeagents.exchange.tables import InputError


class Refused(click.ClickException):
    """Input that cannot be used: what is wrong goes to standard error as it is, with exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        """Print the sentences."""
        del file
        click.echo(self.message, err=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn refusals into sentences and an exit status that is not zero."""
    try:
        yield
    except InputError as error:
        count = len(error.problems)
        raise Refused(f"{error}\n{count} {'fault' if count == 1 else 'faults'}; nothing was written.") from error
    except DomainError as error:
        raise Refused(error.sentence) from error
