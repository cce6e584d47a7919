"""Copy the styles and scripts of the pages from node_modules into the package, without what is reserved for GOV.UK."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "freeagents/web/static/vendor"
# Of a package that names its licence without bringing its text.
LICENCES = ROOT / "tools/licences"
FILES = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.css": "govuk-frontend.css",
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "accessible-autocomplete/dist/accessible-autocomplete.min.css": "accessible-autocomplete.css",
    "accessible-autocomplete/dist/accessible-autocomplete.min.js": "accessible-autocomplete.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui.js",
}
FONTS = re.compile(r"@font-face\{[^}]*\}")
RESERVED_FONT = re.compile(r"[\"']?GDS Transport[\"']?,\s*")
RESERVED_PICTURE = re.compile(r"url\([^)]*(?:crest|crown|/assets/)[^)]*\)")
SOURCE_MAP = re.compile(r"(?:/\*#|//#) sourceMappingURL=[^\s*]*(?:\s*\*/)?")


def main() -> None:
    """Copy and strip."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, name in FILES.items():
        text = SOURCE_MAP.sub("", (MODULES / source).read_text(encoding="utf-8"))
        if name == "govuk-frontend.css":
            text = RESERVED_PICTURE.sub("none", RESERVED_FONT.sub("", FONTS.sub("", text)))
        (VENDOR / name).write_text(text, encoding="utf-8")
    for licence in MODULES.glob("*/LICENSE*"):
        shutil.copy(licence, VENDOR / f"{licence.parent.name}.LICENSE")
    for licence in LICENCES.iterdir():
        shutil.copy(licence, VENDOR)


if __name__ == "__main__":
    main()
