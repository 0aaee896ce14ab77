"""A real headless Chromium, where this machine has one, driven without a driver of its own (DevTools protocol)."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.errors import PreflightError
from harness.waiting import wait_until

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
SECONDS = 60


class Browser:
    """One page of a Chromium, told what to do through a pair of pipes; it ends when they close, whatever closed them.

    `events` are what the page told unasked since it was last cleared: (method, parameters). Raises PreflightError when
    the browser does not run. Not for machines without one: see PROGRAM.
    """

    def __init__(self, profile: Path) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        commands, self._out = os.pipe()
        self._in, answers = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4: bash puts ours there. (dash could not:
        # it knows descriptors of one digit only.)
        wiring = f'exec "$@" 3<&{commands} 4>&{answers}'
        address = ("--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank")
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", wiring, "browser", str(PROGRAM), *QUIET, *address],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._number, self._kept, self._session = 0, b"", ""
        page = next(target for target in self.tell("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self._session = self.tell("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def close(self) -> None:
        """End it, and all that it started."""
        with suppress(OSError, PreflightError):
            self._session = ""
            self.tell("Browser.close")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS)  # by itself it clears its folder in /tmp away
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def run(self, script: str) -> Any:
        """The value of a piece of JavaScript in the page. Raises LookupError when it throws."""
        answer = self.tell("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise LookupError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, address: str) -> None:
        """Show an address, and return when the page is complete."""
        self.arrives(f"location.href == {json.dumps(address)}", lambda: self.tell("Page.navigate", url=address))

    def arrives(self, condition: str, do: Callable[[], object]) -> None:
        """Do something in the page, and return when another one, for which the condition holds, is complete."""
        self.run("window.old = true")
        do()
        arrived = f"document.readyState == 'complete' && !window.old && {condition}"
        wait_until(lambda: self._asks(arrived), SECONDS, f"the browser is where {condition}")

    def looks(self, width: int, height: int, scheme: str) -> None:
        """Show the page in a window of that many CSS pixels, in the "light" or the "dark" scheme."""
        narrow = width < 600
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=narrow)
        preference = [{"name": "prefers-color-scheme", "value": scheme}]
        self.tell("Emulation.setEmulatedMedia", features=preference)

    def picture(self, *, whole: bool = False) -> bytes:
        """What the window shows, or the whole page, as a PNG."""
        shot = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def tell(self, method: str, **parameters: Any) -> Any:
        """Send one command of the protocol and return its answer. Raises LookupError when it is refused."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        session = {"sessionId": self._session} if self._session else {}
        os.write(self._out, json.dumps(message | session).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append((answer["method"], answer["params"]))
        if "error" in answer:
            raise LookupError(answer["error"])
        return answer["result"]

    def _asks(self, condition: str) -> Any:
        with suppress(LookupError):  # between two pages there is nothing to ask
            return self.run(condition)

    def _next(self) -> Any:
        while b"\0" not in self._kept:
            read = os.read(self._in, 65536)
            if not read:
                raise PreflightError(
                    f"{PROGRAM} does not run here: try `{PROGRAM} --headless --no-sandbox about:blank`"
                )
            self._kept += read
        first, _, self._kept = self._kept.partition(b"\0")
        return json.loads(first)
