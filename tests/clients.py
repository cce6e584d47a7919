"""Browsers without a screen: sign in, follow forms, and check every page they get."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD
from tests.pages import check_page


class Browser:
    """A client that checks each page, and sends forms with the CSRF token of the page they stand on."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, address: str, *, status: int = 200) -> str:
        """Return a page, which must be a good one."""
        return self._checked(self.client.get(address), status)

    def post(
        self, address: str, data: dict[str, Any] | None = None, *, page: str = "", status: int = 303
    ) -> TestResponse:
        """Send a form with the token of ``page`` (the address itself by default)."""
        token = self.token(page or address)
        answer = self.client.post(address, data={"csrf_token": token, **(data or {})})
        self._checked(answer, status)
        return answer

    def token(self, page: str) -> str:
        """Return the CSRF token of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        assert found, f"no form on {page}"
        return found[1]

    def _checked(self, answer: TestResponse, status: int) -> str:
        assert answer.status_code == status, (answer.status_code, answer.headers.get("Location"), answer.text[:2000])
        if (
            answer.mimetype == "text/html"
            and not 300 <= answer.status_code < 400
            and answer.text.startswith("<!DOCTYPE")
        ):
            check_page(answer.text)
        return answer.text


def signed_in(app: Flask, email: str, password: str = PASSWORD) -> Browser:
    """Return a browser in which the person is signed in."""
    browser = Browser(app)
    browser.post("/sign-in", {"email": email, "password": password})
    return browser
