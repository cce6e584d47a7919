"""A real browser for the journeys: Debian's or any other Chromium, without a screen, with and without JavaScript."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tools import chromium

if TYPE_CHECKING:
    from collections.abc import Callable

    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import BrowserContext, Page

    from tests.processes import Service

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",  # containers give it 64 MB
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # it refuses root and most containers; only our own pages are opened
    "--hide-scrollbars",
)
MILLISECONDS = 10_000  # how long an action or a page may take


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How Chromium is started."""
    program = chromium.find()
    if program is None:
        pytest.fail("There is no Chromium. `make test` gets one; or set CHROMIUM to the path of one.")
    return browser_type_launch_args | {
        "executable_path": str(program),
        "args": list(FLAGS),
        "env": os.environ | chromium.environment(program),
    }


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], live_server: Service) -> dict[str, Any]:
    """Pages open under the address of the running service, as people in Britain see them."""
    return browser_context_args | {"base_url": live_server.url, "locale": "en-GB", "timezone_id": "Europe/London"}


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a new visitor."""
    return _opened(new_context())


@pytest.fixture
def page_without_javascript(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a new visitor whose browser runs no scripts."""
    return _opened(new_context(java_script_enabled=False))


@pytest.fixture(params=["scripts", "no scripts"])
def either_page(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    """Two runs of the test: one with JavaScript, one without."""
    return _opened(new_context(java_script_enabled=request.param == "scripts"))


@pytest.fixture(scope="session")
def axe() -> Axe:
    """The accessibility checker; ``axe.run(page).violations_count`` is 0 on a good page. Needs JavaScript."""
    from axe_playwright_python.sync_playwright import Axe as Checker

    return Checker()


def _opened(context: BrowserContext) -> Page:
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()
