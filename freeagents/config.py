"""Settings: one frozen value, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or cannot be understood; the sentence names it and says what would be right."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an instance can be told. Names of environment variables are the upper-case field names.

    :ivar database_url: PostgreSQL, ``postgresql+psycopg://…``; plain ``postgresql://`` is accepted.
    :ivar secret_key: signs cookies; at least 16 characters, the same on every web process.
    :ivar base_url: how people reach the service; ``https://`` switches on secure cookies and HSTS.
    :ivar country: the code of the country pack.
    :ivar seed_data: folder of packs; None means the ones shipped with the package.
    :ivar idle_minutes: a sign-in ends after so long without a request.
    :ivar session_hours: a sign-in ends after so long in any case.
    :ivar trusted_proxies: how many reverse proxies set ``X-Forwarded-*`` in front of the service.
    :ivar pool_size: database connections a web process may hold.
    :ivar statement_seconds: the database ends a question of a page or of the API after so long; jobs are not bound.
    :ivar require_second_factor: HR and administrators can use their roles only after a second factor.
    :ivar oidc_issuer: the address of an OpenID provider that people may sign in at; None without one.
    :ivar oidc_client_id: what the provider calls this service.
    :ivar oidc_client_secret: what the provider knows this service by.
    :ivar oidc_name: what pages call the provider.
    :ivar log_level: ``DEBUG`` to ``ERROR``.
    :ivar smtp_url: the mail server, ``smtp://`` or ``smtps://``; None: messages stay in the service.
    :ivar mail_from: whom mail comes from, ``Name <address>`` or an address; needed with ``smtp_url``.
    """

    database_url: str
    secret_key: str
    base_url: str = "http://localhost:8000"
    country: str = "uk"
    seed_data: Path | None = None
    idle_minutes: int = 15
    session_hours: int = 12
    trusted_proxies: int = 0
    pool_size: int = 8
    statement_seconds: int = 20
    require_second_factor: bool = True
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "single sign-on"
    log_level: str = "INFO"
    smtp_url: str | None = None
    mail_from: str = ""

    def __post_init__(self) -> None:
        if not self.database_url.startswith("postgresql"):
            raise SettingsError("DATABASE_URL must be a PostgreSQL address such as postgresql://user@host/name.")
        if len(self.secret_key) < 16:
            raise SettingsError("SECRET_KEY must have at least 16 characters. Make one with: openssl rand -hex 32")
        if self.oidc_issuer is not None and not (self.oidc_client_id and self.oidc_client_secret):
            raise SettingsError("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it.")
        if self.smtp_url is not None:
            _refuse_unusable_mail(self.smtp_url, self.mail_from)

    @property
    def secure(self) -> bool:
        """Whether people reach the service over HTTPS."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings from ``environment``.

        :raises SettingsError: naming the variable that is missing or wrong.
        """
        for name in ("DATABASE_URL", "SECRET_KEY"):
            if not environment.get(name):
                raise SettingsError(f"{name} is not set. The README's configuration table says what it holds.")
        url = environment["DATABASE_URL"]
        for plain in ("postgres://", "postgresql://"):
            if url.startswith(plain):
                url = "postgresql+psycopg://" + url.removeprefix(plain)
        folder = environment.get("SEED_DATA")
        return cls(
            database_url=url,
            secret_key=environment["SECRET_KEY"],
            base_url=environment.get("BASE_URL", cls.base_url).rstrip("/"),
            country=environment.get("COUNTRY", cls.country),
            seed_data=Path(folder) if folder else None,
            idle_minutes=_whole(environment, "IDLE_MINUTES", cls.idle_minutes),
            session_hours=_whole(environment, "SESSION_HOURS", cls.session_hours),
            trusted_proxies=_whole(environment, "TRUSTED_PROXIES", cls.trusted_proxies, least=0),
            pool_size=_whole(environment, "POOL_SIZE", cls.pool_size),
            statement_seconds=_whole(environment, "STATEMENT_SECONDS", cls.statement_seconds),
            require_second_factor=_yes(environment, "REQUIRE_SECOND_FACTOR", default=cls.require_second_factor),
            oidc_issuer=environment.get("OIDC_ISSUER") or None,
            oidc_client_id=environment.get("OIDC_CLIENT_ID", cls.oidc_client_id),
            oidc_client_secret=environment.get("OIDC_CLIENT_SECRET", cls.oidc_client_secret),
            oidc_name=environment.get("OIDC_NAME") or cls.oidc_name,
            log_level=environment.get("LOG_LEVEL", cls.log_level).upper(),
            smtp_url=environment.get("SMTP_URL") or None,
            mail_from=environment.get("MAIL_FROM", cls.mail_from),
        )


def _whole(environment: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    text = environment.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least:
        raise SettingsError(f"{name} is {text!r}: write a whole number, {least} or more.")
    return int(text)


def _yes(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "on" if default else "off").lower()
    if text not in {"on", "off"}:
        raise SettingsError(f"{name} is {text!r}: write on or off.")
    return text == "on"


def _refuse_unusable_mail(smtp_url: str, mail_from: str) -> None:
    try:
        parts = urlsplit(smtp_url)
        usable = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # The address itself may hold a password.
        raise SettingsError("SMTP_URL must be a mail server's address such as smtp://user:password@host:587.")
    try:
        Address(addr_spec=parseaddr(mail_from)[1])
    except (MessageError, ValueError, IndexError):
        mail_from = ""
    if "@" not in mail_from:
        raise SettingsError("MAIL_FROM must be an address such as Free Agents <no-reply@example.org>.")
