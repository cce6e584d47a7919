"""Write the next numbered migration from the difference between models and migrations, on a database of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from flask_migrate import migrate, upgrade

from freeagents.app import create_app, migrations_folder
from freeagents.config import Settings
from freeagents.db import embedded

DATABASE = Path(__file__).parent.parent / "var/migration-postgres"


def next_number(folder: Path) -> str:
    """Return the number after the last, in four digits."""
    numbers = [int(found[0]) for path in folder.glob("*.py") if (found := re.match(r"\d{4}", path.name))]
    return f"{max(numbers, default=0) + 1:04}"


def main(message: str) -> None:
    """Write the migration that ``message`` names."""
    embedded.remove(DATABASE)
    try:
        url = embedded.start(DATABASE, durable=False)
        app = create_app(Settings(database_url=url, secret_key="only-to-write-a-migration"))
        versions = migrations_folder() / "versions"
        number = next_number(versions)
        with app.app_context():
            upgrade()
            migrate(message=message, rev_id=number)
        written = [str(path) for path in versions.glob(f"{number}_*.py")]
        subprocess.run([Path(sys.executable).parent / "ruff", "format", *written], check=True)
    finally:
        embedded.remove(DATABASE)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what it does: make migration m="Add the colour of a project"')
    main(sys.argv[1])
