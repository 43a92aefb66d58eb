"""Chromium without Playwright, which has a page report all that its network carries.

For that the page turns each message of a WebSocket into text for the driver, at a price that hides what is
to be measured: see the channel's rows in README.md. This one only evaluates JavaScript, by the DevTools
protocol; ``NotebookPage`` finds in a page of it what it needs of Playwright's to run cells.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

from frontends.program import SWITCHES, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UnwatchedBrowser", "UnwatchedPage", "unwatched_chromium"]

START_S = 30.0
STOP_S = 10.0
LOOK_S = 0.02
"""How often a condition is looked at: its page has other things to do."""


class NavigatedError(RuntimeError):
    """The page that was asked is being replaced by another."""


class UnwatchedPage:
    """A tab: JavaScript runs in it, and nothing else is heard of it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._count = 0
        # As Playwright's pages have it
        self._ask("Emulation.setFocusEmulationEnabled", enabled=True)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        request = {"id": self._count, "method": method, "params": parameters}
        self._connection.send(json.dumps(request))
        answer = json.loads(self._connection.recv())
        while answer.get("id") != self._count:
            answer = json.loads(self._connection.recv())
        if "error" in answer:
            raise NavigatedError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def goto(self, url: str) -> None:
        """Go to an address."""
        self._ask("Page.navigate", url=url)

    def evaluate(self, function: str, arg: object = None) -> Any:
        """Call a JavaScript function with JSON; return what its promise gives."""
        source = f"({function})({json.dumps(arg)})"
        found = self._ask(
            "Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(f"{function}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait_for_function(
        self, function: str, *, arg: object = None, timeout: float = 30_000
    ) -> None:
        """Wait until a JavaScript function returns what is true, for so many milliseconds."""
        until = time.monotonic() + timeout / 1000
        while not self._is_true(function, arg):
            if time.monotonic() > until:
                raise TimeoutError(f"not true within {timeout} ms: {function}")
            time.sleep(LOOK_S)

    def _is_true(self, function: str, arg: object) -> bool:
        try:
            return bool(self.evaluate(function, arg))
        except NavigatedError:
            return False

    def close(self) -> None:
        """Close the tab."""
        self._ask("Page.close")
        self._connection.close()


class UnwatchedBrowser:
    """A browser that was started, by the port that it listens to."""

    def __init__(self, port: int) -> None:
        self._port = port

    def new_page(self) -> UnwatchedPage:
        """Open a tab."""
        request = Request(f"http://127.0.0.1:{self._port}/json/new?about:blank", method="PUT")
        with urlopen(request, timeout=START_S) as answer:  # noqa: S310 - on loopback
            address = json.load(answer)["webSocketDebuggerUrl"]
        return UnwatchedPage(connect(address, max_size=None, proxy=None))


@contextmanager
def unwatched_chromium() -> Iterator[UnwatchedBrowser]:
    """Start a headless browser with an empty profile; end it with all its tabs."""
    program = find_chromium()
    if program is None:
        raise FileNotFoundError("Chromium isn't installed; run: python tools/chromium_ready.py")
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [program, *SWITCHES, "--headless", "--window-size=1300,900"]
        command += ["--remote-debugging-port=0", f"--user-data-dir={profile}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield UnwatchedBrowser(_port(Path(profile, "DevToolsActivePort")))
        finally:
            process.terminate()
            process.wait(STOP_S)


def _port(file: Path) -> int:
    """Return the port that the browser wrote into its profile, once it has."""
    until = time.monotonic() + START_S
    while not file.exists() or "\n" not in (text := file.read_text("utf-8")):
        if time.monotonic() > until:
            raise TimeoutError(f"Chromium wrote no {file.name} within {START_S:.0f} s.")
        time.sleep(LOOK_S)
    return int(text.split()[0])
