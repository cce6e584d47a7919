"""Every page, for everybody who may see it, empty, filled, with long words, and with its forms filled in wrongly.

A page is looked at once for all who see it in the same words. The pages are those of the URL map and all that links
lead to from there, so that a new route is looked at without a line here, or fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from tests.architecture.access_table import NOBODY
from tests.architecture.access_world import ROLES
from tests.journeys import sweep_world
from tests.journeys.sweep import LARGE, Eye, Walk, page_rules
from tests.journeys.sweep_world import Swept
from tests.processes import Service

if TYPE_CHECKING:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import BrowserContext

EVERYBODY = (NOBODY, *ROLES)
WORLDS = {"empty": sweep_world.empty, "filled": sweep_world.filled, "long words": sweep_world.long}

TYPED_NAME = re.compile(
    r'<(?:textarea|input)\b(?=[^>]*type="(?:text|email|password|number|search)"|[^>]*rows=)[^>]*name="(\w+)'
)
WITHOUT_A_PAGE = {"provider.leave", "provider.come_back", "settings.speak"}
"""Routes that only lead on, to a sign-in service and back or to the same page in another language."""


@pytest.fixture
def eye(new_context: Callable[..., BrowserContext], axe: Axe, live_server: Service) -> Eye:
    """A browser that looks at pages."""
    return Eye.of(new_context(viewport=LARGE), axe, live_server.url)


@pytest.mark.parametrize("make", WORLDS.values(), ids=WORLDS)
def test_every_page_is_good_for_everybody(app: Flask, eye: Eye, make: Callable[[Flask], Swept]) -> None:
    look_at_all(Walk(app, make(app)), eye, make)


def test_every_page_is_good_in_french(app: Flask, eye: Eye) -> None:
    """Its words are the longest of the languages spoken, and it speaks on every page."""
    look_at_all(Walk(app, sweep_world.filled(app), "fr"), eye, sweep_world.filled)


def look_at_all(walk: Walk, eye: Eye, make: Callable[[Flask], Swept]) -> None:
    """Look at all pages of a walk."""
    for who in EVERYBODY:
        for client, address in walk.pages(who):
            eye.sign_in_as(client)
            eye.open(address)
            eye.look(f"{address} as {who}", words_only=make is sweep_world.long)
    if make is not sweep_world.empty:
        unseen = {rule.endpoint for rule in page_rules(walk.app)} - walk.opened - WITHOUT_A_PAGE
        assert not unseen, f"The walk leads nobody to {unseen}: what they show is missing from its world."
    assert not walk.dead, "\n".join(walk.dead)
    assert not eye.faults, "\n".join(eye.faults)


def test_every_form_filled_in_wrongly_is_good(app: Flask, eye: Eye) -> None:
    """What is far too long, and no number, is refused on a page as good as any; forms that ask the same once."""
    walk = Walk(app, sweep_world.filled(app))
    done = set()
    for who in EVERYBODY:
        for client, address in walk.pages(who):
            main = client.get(address).text.partition("<main")[2]
            asked = frozenset(TYPED_NAME.findall(main))
            if not asked or asked in done:
                continue
            done.add(asked)
            eye.sign_in_as(client)
            eye.open(address)
            for number in range(eye.forms()):
                if number:
                    eye.open(address)
                answer = eye.fill_in_wrongly(number)
                name = f"form {number + 1} of {address} as {who}, filled in wrongly"
                if answer.request.method == "POST" and answer.status not in {409, 422, 429}:
                    eye.faults.append(f"{name}: {answer.status}")
                eye.look(name)
    assert not eye.faults, "\n".join(eye.faults)
