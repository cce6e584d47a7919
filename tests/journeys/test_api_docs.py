"""The documentation of the API in a real browser: read, tried out, and without a fault of accessibility."""

from __future__ import annotations

import pytest

WIDTHS = (1280, 320)
PATIENCE = 30_000
"""Milliseconds until half a megabyte of script has drawn the page on a busy machine."""


@pytest.mark.parametrize("width", WIDTHS)
def test_documentation_is_accessible_closed_and_open(live_server, page, axe, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/api/docs", timeout=PATIENCE)
    page.get_by_role("heading", name="Applications").wait_for(timeout=PATIENCE)
    faults = [axe.run(page)]
    page.locator(".opblock-patch .opblock-summary-control").first.click()
    page.get_by_label("Body of the request").wait_for()
    faults.append(axe.run(page))
    page.get_by_role("button", name="Authorize").click()
    page.get_by_role("button", name="Close").first.wait_for()
    faults.append(axe.run(page))
    assert [found.generate_report() for found in faults if found.violations_count] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
