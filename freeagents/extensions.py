"""The Flask extensions, made here and bound in :mod:`freeagents.app`."""

from __future__ import annotations

from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import current_app
from flask_babel import Babel, Domain, get_locale
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

TRANSLATIONS = Path(__file__).parent / "translations"
SOURCE = "en"
"""The language that sentences are written in."""


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


class Catalogues(Domain):  # type: ignore[misc]
    """Sentences in their languages, from the catalogues that translators write: no step compiles them."""

    def get_translations(self) -> NullTranslations:
        """Return the sentences in the language spoken; what its catalogue lacks is said in English."""
        locale = get_locale()
        return catalogue(locale.language) if locale else NullTranslations()


class PlainBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with one domain for all requests: its own would read its files again in each."""

    @cached_property
    def domain_instance(self) -> Catalogues:
        """The sentences of the service."""
        return Catalogues()


def catalogue_file(language: str) -> Path:
    """Return where the catalogue of a language is, or would be."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


@cache
def translated() -> tuple[str, ...]:
    """Return the languages that sentences are written or translated in."""
    return (SOURCE, *sorted(file.parts[-3] for file in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po")))


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the sentences of a language, read once for a process; none for one without a catalogue."""
    if language not in translated() or language == SOURCE:
        return NullTranslations()
    compiled: Any = BytesIO()
    with catalogue_file(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
csrf = CSRFProtect()
migrate = Migrate()
babel = PlainBabel()
api = PlainApi()
pack = current.pack
"""The country pack of the running instance."""
settings = cast("Settings", LocalProxy(lambda: current_app.config["SETTINGS"]))
"""The settings of the running instance."""
