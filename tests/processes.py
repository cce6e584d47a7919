"""The service's own processes, started for tests: the web server and the job worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from freeagents.config import Settings

LONGEST_START = 60  # seconds
LONGEST_STOP = 15


@dataclass(frozen=True)
class Service:
    """A running web server.

    :ivar url: its address, without a slash at the end.
    """

    url: str

    @classmethod
    @contextmanager
    def started(cls, settings: Settings) -> Iterator[Service]:
        """Serve the application of ``settings`` on a free port of the loopback interface."""
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Handing over a listening socket leaves no moment in which another process takes the port.
        command = ["gunicorn", "--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread", "--threads", "4"]
        command += [
            "--worker-tmp-dir",
            tempfile.gettempdir(),
            "--no-control-socket",
            "freeagents.cli:app_from_environment()",
        ]
        with _process(command, environment(settings, url), handed=listener) as process:
            try:
                urllib.request.urlopen(f"{url}/readyz", timeout=LONGEST_START).close()
            except OSError as error:
                raise AssertionError(f"The web server did not start (exit status {process.poll()}).") from error
            yield cls(url)


@contextmanager
def worker_process(settings: Settings) -> Iterator[None]:
    """Run a job worker on the database of ``settings``."""
    with _process(["freeagents", "worker"], environment(settings, settings.base_url)):
        yield


@contextmanager
def openid_provider() -> Iterator[str]:
    """Run an OpenID provider that believes whoever signs in; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = ["oidc-provider-mock", "--port", str(port), "--require-nonce", "true"]
    address = f"http://localhost:{port}"
    with _process(command, dict(os.environ)) as process:
        for _try in range(LONGEST_START * 10):
            try:
                urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=LONGEST_START).close()
                break
            except OSError:
                assert process.poll() is None, "The provider did not start."
                time.sleep(0.1)
        yield address


def environment(settings: Settings, base_url: str) -> dict[str, str]:
    """Return the environment of a process of the service."""
    return os.environ | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": base_url,
        "COUNTRY": settings.country,
        "REQUIRE_SECOND_FACTOR": "on" if settings.require_second_factor else "off",
        "OIDC_ISSUER": settings.oidc_issuer or "",
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret,
        "OIDC_NAME": settings.oidc_name,
        "LOG_LEVEL": "WARNING",
        "SMTP_URL": settings.smtp_url or "",
        "MAIL_FROM": settings.mail_from,
    }


@contextmanager
def _process(
    command: list[str], env: dict[str, str], *, handed: socket.socket | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    # Beside the interpreter stand the commands of its environment. What they say reaches pytest's capture.
    process = subprocess.Popen(
        [Path(sys.executable).parent / command[0], *command[1:]],
        env=env,
        pass_fds=(handed.fileno(),) if handed else (),
    )
    if handed:
        handed.close()  # so that nobody waits on a server that has died
    try:
        yield process
        if (status := process.poll()) is not None:
            raise AssertionError(f"{command[0]} ended by itself with status {status}.")
    finally:
        process.terminate()
        try:
            process.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
