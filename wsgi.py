"""The WSGI application: ``gunicorn wsgi:app``."""

from freeagents.cli import app_from_environment

app = app_from_environment()
