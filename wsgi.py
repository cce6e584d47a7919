"""The WSGI application: ``gunicorn wsgi:app``."""

from freeagents.app import create_app
from freeagents.config import Settings

app = create_app(Settings.from_environment())
