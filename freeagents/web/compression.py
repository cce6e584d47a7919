"""Pages and API answers sent compressed."""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Flask, Response, request

TYPES = {"text/html", "application/json", "application/problem+json"}
WORTH_IT_BYTES = 1000
LEVEL = 5
MOST_PADDING = 32


def init_app(app: Flask) -> None:
    """Compress answers for whoever takes that."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in TYPES or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        worth_it = response.status_code != 304 and (response.content_length or 0) >= WORTH_IT_BYTES
        if worth_it and "Content-Encoding" not in response.headers and request.accept_encodings["gzip"]:
            response.set_data(compressed(response.get_data()))
            response.headers["Content-Encoding"] = "gzip"
        return response


def compressed(content: bytes) -> bytes:
    """Return the content as gzip; its length varies by chance, so that it tells nobody what a page's secrets are.

    The chance is in the name that gzip keeps of a file (Palacios and others, "HTB: Heal the Breach", 2022).
    """
    name = "x" * secrets.randbelow(MOST_PADDING)
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()
