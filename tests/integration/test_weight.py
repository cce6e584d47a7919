"""What a page weighs on first view: itself and all it loads, compressed as they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import islice

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from freeagents.accounts.queries.directory import person_by_email
from freeagents.eligibility.pages.sections import SECTIONS
from freeagents.extensions import db
from freeagents.profiles.pages.profiles import PARTS
from freeagents.security.guard import SAFE_METHODS
from tests.architecture.access_table import NOBODY, TABLE
from tests.architecture.access_world import ROLES, an_access_world
from tests.architecture.test_access import Client, endpoints, row_of
from tests.factories import PACK, a_department, a_project

KB = 1024
CRITERIA = 5
"""How many skills of each kind a long list asks for."""
PLAIN, LIVE = 45 * KB, 70 * KB
LOADED = re.compile(r'(?:href|src)="(/(?:static/|theme\.css)[^"]*)"')
COMPONENTS = re.compile(r'data-components="([^"]*)"')
"""What the page's script loads where something on the page is a component."""
HEAVY = re.compile(r"vendor/(?:htmx|accessible-autocomplete)\.js")
"""What makes a page one with live parts or a box to search in."""
EXCEPT = {"assets.static", "assets.theme", "home.api_docs"}
"""What is no page, and the documentation of the API: Swagger UI, which is heavier than all pages together."""
COMPRESSED = {"Accept-Encoding": "gzip"}


def weigher(client: FlaskClient) -> Callable[[str], int]:
    """Return what weighs a file; each is asked for once."""
    known: dict[str, int] = {}

    def weigh(address: str) -> int:
        if address not in known:
            with client.get(address, headers=COMPRESSED) as answer:
                assert answer.status_code == 200, address
                known[address] = len(answer.data)
        return known[address]

    return weigh


def addresses(client: Client, rule: Rule) -> Iterator[str]:
    """Yield the rule's address, for each part of a profile or project where it is of a part."""
    for name, parts in (("section", SECTIONS), ("part", PARTS)):
        if f":{name}>" in rule.rule:
            for part in parts:
                client.world.values[name] = part
                yield client.address(rule)
            return
    yield client.address(rule)


def test_no_page_is_heavier_than_promised(app: Flask) -> None:
    world = an_access_world(app)
    with app.app_context():
        owner = person_by_email(world.emails["owner"])
        codes = iter(PACK.skills)
        asked = {kind: dict.fromkeys(islice(codes, CRITERIA), 2) for kind in ("essential", "asset")}
        draft = a_project("A long list", department=a_department("host"), owner=owner, opened=False, **asked)
        world.values["draft"] = draft.public_id
        db.session.commit()
    weigh = weigher(app.test_client())
    pages, heavy = 0, {}
    for who in (NOBODY, *ROLES):
        client = Client(app, who, world)
        for rule, method in endpoints(app):
            row = row_of(rule, method)
            if method not in SAFE_METHODS or who not in TABLE[row] or rule.endpoint in EXCEPT:
                continue
            for address in addresses(client, rule):
                page = client.client.get(address)
                if page.status_code != 200 or page.mimetype != "text/html":
                    continue
                pages += 1
                sent = len(client.client.get(address, headers=COMPRESSED).data)
                loaded = LOADED.findall(page.text)
                if "data-module=" in page.text:
                    loaded += COMPONENTS.findall(page.text)
                weight = sent + sum(weigh(unescape(found)) for found in set(loaded))
                if weight > (LIVE if HEAVY.search(page.text) else PLAIN):
                    heavy[address, who] = f"{weight / KB:.1f} KB"
    assert pages > 100
    assert not heavy
