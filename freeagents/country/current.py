"""The country pack of the running instance."""

from __future__ import annotations

from typing import cast

from flask import current_app
from werkzeug.local import LocalProxy

from freeagents.country.pack import Pack

pack = cast("Pack", LocalProxy(lambda: current_app.extensions["freeagents.pack"]))
