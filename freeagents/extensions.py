"""The Flask extensions, made here and bound in :mod:`freeagents.app`."""

from __future__ import annotations

from typing import cast

from flask import current_app
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from marshmallow import Schema, fields
from werkzeug.local import LocalProxy

from freeagents.config import Settings
from freeagents.country import current
from freeagents.db.base import Base


class ProblemSchema(Schema):
    """A refusal in the form of RFC 9457."""

    type = fields.String(metadata={"description": "What kind of refusal; about:blank for a plain HTTP status."})
    title = fields.String(metadata={"description": "The HTTP status in words."})
    status = fields.Integer()
    detail = fields.String(metadata={"description": "What is wrong and what to do."})
    errors = fields.Dict(metadata={"description": "Field → sentences, for input that could not be read."})


class PlainApi(Api):  # type: ignore[misc]
    """Flask-smorest without error pages of its own: :mod:`freeagents.web.errors` answers for pages and API alike."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Register nothing."""


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
csrf = CSRFProtect()
migrate = Migrate()
babel = Babel()
api = PlainApi()
pack = current.pack
"""The country pack of the running instance."""
settings = cast("Settings", LocalProxy(lambda: current_app.config["SETTINGS"]))
"""The settings of the running instance."""
