"""Sign-in at the government's own OpenID provider: there with state, nonce and PKCE, back with who it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from freeagents.config import Settings
from freeagents.errors import Forbidden, Unavailable

EXTENSION = "freeagents.provider"
SECONDS_TO_ANSWER = 5
LEEWAY_SECONDS = 60
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is.

    :ivar subject: the provider's own name for the person, never given to another.
    :ivar email: the address, where the provider has verified it; else None.
    """

    issuer: str
    subject: str
    email: str | None


def init_app(app: Flask) -> None:
    """Make the provider of the settings known, if there is one."""
    settings: Settings = app.config["SETTINGS"]
    if settings.oidc_issuer:
        app.extensions[EXTENSION] = OAuth(app).register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "default_timeout": SECONDS_TO_ANSWER,
            },
        )


def is_known() -> bool:
    """Say whether people can sign in at a provider."""
    return EXTENSION in current_app.extensions


def leave(come_back_to: str) -> Response:
    """Return the redirect to the provider; state, nonce and verifier stay in the browser's signed cookie.

    :raises Unavailable: the provider does not answer.
    """
    try:
        answer: Response = current_app.extensions[EXTENSION].authorize_redirect(come_back_to)
    except (RequestException, ValueError, RuntimeError) as error:
        raise _unavailable(error) from error
    return answer


def identity() -> Identity:
    """Return whom the provider sent back with the present request.

    :raises Forbidden: the answer is not one to a question of this browser, or the provider refused.
    :raises Unavailable: the provider does not answer.
    """
    issuer = current_app.config["SETTINGS"].oidc_issuer
    options = {"iss": {"essential": True, "value": issuer}, "sub": {"essential": True}}
    try:
        token: dict[str, Any] = current_app.extensions[EXTENSION].authorize_access_token(
            claims_options=options, leeway=LEEWAY_SECONDS
        )
    except RequestException as error:
        raise _unavailable(error) from error
    except (OAuthError, JoseError, ValueError) as error:
        log.warning("provider_refused", error=type(error).__name__, code=getattr(error, "error", None))
        raise Forbidden(_("You are not signed in. Start again from this page.")) from error
    claims = token.get("userinfo")
    if claims is None:
        log.warning("provider_sent_no_identity")
        raise Forbidden(_("You are not signed in. Start again from this page."))
    email = claims.get("email") if claims.get("email_verified") is True else None
    return Identity(issuer, str(claims["sub"]), email if isinstance(email, str) else None)


def _unavailable(error: Exception) -> Unavailable:
    log.error("provider_unavailable", error=type(error).__name__)
    name = current_app.config["SETTINGS"].oidc_name
    return Unavailable(_("%(name)s does not answer just now. Try again in a few minutes.", name=name))
