"""A browser under test: pages opened at a width and in a colour scheme, keys pressed as on a keyboard."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import websocket

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--remote-debugging-port=0",
)  # fmt: skip
# What the protocol must be told of a key: its code, its number and the text it types.
KEYS = {
    "Tab": ("Tab", 9, ""),
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    " ": ("Space", 32, " "),
    "ArrowLeft": ("ArrowLeft", 37, ""),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "/": ("Slash", 191, "/"),
}
SHIFT = 8


def path(needed: bool) -> str:
    """The browser on the path; without one the test is skipped, or fails where a browser is needed."""
    found = next(filter(None, map(shutil.which, BROWSERS)), "")
    if not found and needed:
        pytest.fail(f"No browser on the path; one of {', '.join(BROWSERS)} is needed.")
    return found or pytest.skip("no Chromium on the path")


class Browser:
    """A running Chromium with one page."""

    def __init__(self, program: str, folder: Path) -> None:
        """Starts it with a profile of its own in `folder`."""
        self._process = subprocess.Popen(
            [program, *QUIET, f"--user-data-dir={folder}", "about:blank"], stderr=subprocess.DEVNULL
        )
        self._socket = websocket.create_connection(_address(folder), timeout=120, suppress_origin=True)
        self._sent, self._session = 0, ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._call("Page.enable")

    def open(self, page: Path, width: int = 1200, scheme: str = "light") -> "Browser":
        """Shows a page from its start, `width` pixels wide; what it says on the console counts as a fault."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._call("Emulation.setEmulatedMedia", features=[feature])
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self._call("Page.navigate", url="about:blank")  # an address that differs in its fragment only loads nothing
        self._call("Page.navigate", url=page.resolve().as_uri())
        self.run("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))")
        return self

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited."""
        answer = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, *keys: str) -> "Browser":
        """Presses keys one after the other; "Shift+Tab" holds the first down."""
        for key in keys:
            shift, _, name = key.rpartition("+")
            code, number, text = KEYS[name]
            about = {"key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": SHIFT if shift else 0}
            self._call("Input.dispatchKeyEvent", type="keyDown", **about, **({"text": text} if text else {}))
            self._call("Input.dispatchKeyEvent", type="keyUp", **about)
        return self

    def write(self, text: str) -> "Browser":
        """Types text into the field that has the focus."""
        self._call("Input.insertText", text=text)
        return self

    def close(self) -> None:
        """Ends the browser."""
        self._socket.close()
        self._process.terminate()
        self._process.wait()

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._sent += 1
        request = {"id": self._sent, "method": method, "params": parameters}
        self._socket.send(json.dumps(request | ({"sessionId": self._session} if self._session else {})))
        while (answer := json.loads(self._socket.recv())).get("id") != self._sent:
            continue  # an event
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes into its profile once it does."""
    for _ in range(600):
        lines = (profile / "DevToolsActivePort").read_text().split() if (profile / "DevToolsActivePort").exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.1)
    raise TimeoutError("the browser does not listen")
