"""What every journey rests on: browsers whose complaints fail the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Response

EXPECTED = re.compile(r"status of 4(09|22|29)|\[DOM\]")


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser; no script fails in it, the content security policy refuses nothing, and the service never breaks.

    Forms are refused on purpose here and there; the browser notes it, and that is no complaint.
    """
    complaints: list[str] = []

    def broken(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.request.method} {response.url}: {response.status}")

    def opened(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        context.on("response", broken)
        return context

    yield opened
    assert [complaint for complaint in complaints if not EXPECTED.search(complaint)] == []
