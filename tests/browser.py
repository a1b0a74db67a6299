"""A real browser for tests: chromium without a window, driven through chromedriver by WebDriver.

Both are looked for on the PATH; nothing is installed and nothing is downloaded. On Debian they are
the packages chromium and chromium-driver. `python tests/browser.py` says whether they are there.
"""

import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Browser", "missing", "opened"]

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
CHROMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 30


def missing() -> str:
    """What is not there to drive a browser; empty where all is."""
    if shutil.which("chromedriver") is None:
        return "no chromedriver on the PATH"
    return "" if _chrome() else "no chromium on the PATH"


def _chrome() -> str | None:
    return next(filter(None, map(shutil.which, CHROMES)), None)


class Browser:
    """One window, in which pages of this machine are opened."""

    def __init__(self, port: int, session: str) -> None:
        self._url = f"http://127.0.0.1:{port}/session/{session}"

    def call(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        """What chromedriver answers to a command."""
        return _call(f"{self._url}/{path}", body, method)

    def cdp(self, command: str, **params: Any) -> Any:
        """A command of the browser's own protocol."""
        return self.call("goog/cdp/execute", {"cmd": command, "params": params})

    def show(self, path: Path, *, width: int = 1200, height: int = 900, dark: bool = False) -> None:
        """Open a file in a window of so many pixels."""
        self.size(width, height)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.cdp("Emulation.setEmulatedMedia", features=[scheme])
        self.call("url", {"url": path.resolve().as_uri()})

    def size(self, width: int, height: int) -> None:
        """Make the page's window so many pixels large."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def js(self, script: str, *arguments: Any) -> Any:
        """What a script returns that runs in the page."""
        return self.call("execute/sync", {"script": script, "args": list(arguments)})

    def hover(
        self, selector: str, *, index: int = 0, dx: float = 0, dy: float = 0, scroll: bool = True
    ) -> None:
        """Move the pointer over the middle of an element, or so far from it."""
        place = self.js(
            "var found = document.querySelectorAll(arguments[0])[arguments[1]];"
            "if (arguments[2]) found.scrollIntoView({block: 'center', behavior: 'instant'});"
            "var box = found.getBoundingClientRect();"
            "return [box.left + box.width / 2, box.top + box.height / 2]",
            selector,
            index,
            scroll,
        )
        x, y = round(place[0] + dx), round(place[1] + dy)
        move = {"type": "pointerMove", "duration": 0, "origin": "viewport", "x": x, "y": y}
        pointer = {"type": "pointer", "id": "mouse", "actions": [move]}
        self.call("actions", {"actions": [pointer]})

    def press(self, key: str) -> None:
        """Press a key."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.call("actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def picture(self, *, whole: bool = False) -> bytes:
        """The window as a PNG, or the whole page."""
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        if whole:
            height = self.js("return document.documentElement.scrollHeight")
            width = self.js("return document.documentElement.clientWidth")
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            shot = self.cdp(
                "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
            )
        return base64.b64decode(shot["data"])

    def printed(self) -> bytes:
        """The page as it is printed, a PDF."""
        return base64.b64decode(self.call("print", {"background": True}))

    def said(self) -> list[str]:
        """What has been written to the console since the last call."""
        return [entry["message"] for entry in self.call("se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """The addresses that have been asked for since the last call."""
        messages = [
            json.loads(entry["message"])["message"]
            for entry in self.call("se/log", {"type": "performance"})
        ]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser, closed with all that it started."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        log = Path(folder, "log")
        with log.open("wb") as out:
            driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=out, stderr=out)
        try:
            port = _port(log, driver)
            options = {
                "binary": _chrome(),
                "args": [*FLAGS, f"--user-data-dir={folder}/profile"],
            }
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            }
            body = {"capabilities": {"alwaysMatch": wanted}}
            session = _call(f"http://127.0.0.1:{port}/session", body)["sessionId"]
            browser = Browser(port, session)
            try:
                yield browser
            finally:
                browser.call("", method="DELETE")
        finally:
            driver.terminate()
            driver.wait(SECONDS)


def _port(log: Path, driver: "subprocess.Popen[bytes]") -> int:
    """Where chromedriver listens, once it does."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and driver.poll() is None:
        text = log.read_text(encoding="utf-8", errors="replace")
        words = text.partition("successfully on port ")[2].split(".")
        if len(words) > 1:
            return int(words[0])
        time.sleep(0.05)
    raise RuntimeError(f"chromedriver did not start: {log.read_text(errors='replace')}")


def _call(url: str, body: dict[str, Any] | None, method: str = "POST") -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url.rstrip("/"), data=data, method=method)
    request.add_header("Content-Type", "application/json")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise RuntimeError(error.read().decode(errors="replace")) from None


if __name__ == "__main__":
    found = missing()
    sys.exit(f"{found}: on Debian, apt-get install chromium chromium-driver" if found else 0)
