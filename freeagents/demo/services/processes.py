"""The demo's child processes: started together, ended together."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

STOP_SECONDS = 15
START_SECONDS = 60


class ProcessError(RuntimeError):
    """A process does not start or has ended; the sentence says which and what to do."""


def refuse_used_port(port: int) -> None:
    """Refuse a port that somebody listens on.

    :raises ProcessError: it is in use, or not ours to use.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise ProcessError(
                f"Port {port} cannot be used: is something running there? Choose another: PORT=8001."
            ) from error


@contextmanager
def running(
    commands: Sequence[Sequence[str]], environment: Mapping[str, str]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run all commands while the block runs; afterwards ask each to end, and end those that do not."""
    children: list[subprocess.Popen[bytes]] = []
    try:
        # Each in a group of its own, so that Ctrl-C reaches only the parent, which passes it on once.
        children += [subprocess.Popen(command, env=environment, process_group=0) for command in commands]
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def wait_until_ready(url: str, children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until ``url`` answers.

    :raises ProcessError: it does not within a minute, or a child ends first.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        _refuse_ended(children)
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise ProcessError(f"{url} does not answer. What the service said above tells why.")


def wait_for_end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait until a child ends, which none does by itself while all is well.

    :raises ProcessError: naming it.
    """
    pids = {child.pid: child for child in children}
    while True:
        pid, status = os.wait()
        if pid in pids:
            pids[pid].returncode = os.waitstatus_to_exitcode(status)
            _refuse_ended(children)


def _refuse_ended(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is not None:
            command = child.args if isinstance(child.args, str) else " ".join(map(str, child.args))  # type: ignore[arg-type]
            raise ProcessError(f"{command} ended by itself with status {child.returncode}.")
