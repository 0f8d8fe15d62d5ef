"""A headless Chromium, driven by the DevTools protocol over two pipes: no driver, no socket."""

import base64
import fcntl
import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-pipe", "--hide-scrollbars", "--disable-dev-shm-usage"),
)
PATIENCE = 60.0
KEYS = {
    "Tab": ("Tab", 9, ""),
    " ": ("Space", 32, " "),
    "Enter": ("Enter", 13, "\r"),
    "Backspace": ("Backspace", 8, ""),
    "End": ("End", 35, ""),
}


class BrowserError(RuntimeError):
    """The browser did not answer, or refused a command."""


class Chromium:
    """One browser process with an empty profile, and what it said so far."""

    def __init__(self, program: str, profile: Path) -> None:
        # Neither end may be 3 or 4 before the child has its own there.
        ours_in, theirs_out = map(_high, os.pipe())
        theirs_in, ours_out = map(_high, os.pipe())

        def places() -> None:
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        self.process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=places,
            pass_fds=(3, 4),
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out = ours_in, ours_out
        self._held = b""
        self._last = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """The result of one command."""
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": params}
        data = json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self._next(PATIENCE)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return dict(answer["result"])
            self.events.append(answer)

    def await_event(self, method: str, session: str) -> None:
        """Return when the page has said so, now or before."""
        while not any(_is(event, method, session) for event in self.events):
            self.events.append(self._next(PATIENCE))

    def _next(self, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while b"\0" not in self._held:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            part = os.read(self._in, 1 << 20) if ready else b""
            if not part:
                raise BrowserError("the browser does not answer")
            self._held += part
        message, _, self._held = self._held.partition(b"\0")
        return dict(json.loads(message))

    def close(self) -> None:
        """End the process, and wait for it."""
        with suppress(BrowserError, OSError):
            self.call("Browser.close")
        os.close(self._out)
        os.close(self._in)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Tab:
    """One page of the browser, with everything that it asked for and said."""

    def __init__(self, browser: Chromium) -> None:
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of one command for this page."""
        return self.browser.call(method, self.session, **params)

    def look(self, *, dark: bool = False, width: int = 1280, height: int = 900) -> None:
        """Set how the page is seen."""
        self.call("Emulation.setDeviceMetricsOverride", **_screen(width, height))
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, path: Path) -> None:
        """Load the file, and wait until all of it is there."""
        self.browser.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        self.browser.await_event("Page.loadEventFired", self.session)

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def press(self, key: str, times: int = 1) -> None:
        """Press a key as a person does."""
        code, number, text = KEYS[key]
        known = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        for _ in range(times):
            kind = "keyDown" if text else "rawKeyDown"
            self.call("Input.dispatchKeyEvent", type=kind, text=text, **known)
            self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    def write(self, text: str) -> None:
        """Type a text, a key after the other."""
        for letter in text:
            self.call("Input.dispatchKeyEvent", type="keyDown", key=letter, text=letter)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=letter)

    def click(self, selector: str) -> None:
        """Press the mouse button where the element is."""
        name = json.dumps(selector)
        box = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            f" return [b.x + b.width / 2, b.y + b.height / 2]; }})(document.querySelector({name}))"
        )
        at = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what can be seen, or the whole page, as a PNG."""
        given: dict[str, Any] = {"captureBeyondViewport": whole}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            given["clip"] = {**size, "scale": 1}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **given)["data"]))

    def tree(self) -> list[tuple[str, str]]:
        """The role and the name of everything that a screen reader meets."""
        self.call("Accessibility.enable")
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]

    def said(self, *methods: str) -> list[Mapping[str, Any]]:
        """What the page reported since it was opened, of these kinds."""
        self.run("0")
        return [
            event["params"]
            for event in self.browser.events
            if event.get("sessionId") == self.session and event["method"] in methods
        ]

    def close(self) -> None:
        """Close the page."""
        self.browser.call("Target.closeTarget", targetId=self.target)


def _high(descriptor: int) -> int:
    number = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return number


def _screen(width: int, height: int) -> dict[str, Any]:
    return {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}


def _is(event: Mapping[str, Any], method: str, session: str) -> bool:
    return event.get("method") == method and event.get("sessionId") == session
