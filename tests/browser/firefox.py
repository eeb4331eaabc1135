"""Firefox over WebDriver BiDi, its own protocol: Playwright only drives a Firefox that it changed.

It does what tests/browser/test_firefox.py needs, and is no general driver.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

from websockets.sync.client import connect

from tests.browser.conftest import PATIENCE, eventually
from tests.served import end

FLAGS = ("--headless", "--no-remote", "--remote-debugging-port", "0")
ENTER = "\ue007"
# It asks nobody but this machine: what is not here goes to a proxy that is not there either.
PREFERENCES = {
    "network.proxy.type": 1,
    **{f"network.proxy.{kind}": "127.0.0.1" for kind in ("http", "ssl")},
    **{f"network.proxy.{kind}_port": 9 for kind in ("http", "ssl")},
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.trr.mode": 5,  # no names looked up over HTTPS
    "app.update.disabledForTesting": True,
    "app.normandy.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "extensions.update.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "ui.prefersReducedMotion": 1,
}
# Streamlit's program tries it and does without, where the policy of ui/guard.py forbids it.
USUAL = "blocked WebAssembly"
# The elements for a selector that hold a text, also inside components.
FIND = """((css, text) => {
  const all = (root) => [...root.querySelectorAll(css),
    ...[...root.querySelectorAll('*')].flatMap((one) => one.shadowRoot ? all(one.shadowRoot) : [])];
  return all(document).filter((one) => one.textContent.includes(text));
})"""


def _found(css, text=""):
    return f"{FIND}({json.dumps(css)}, {json.dumps(text)})"


def _shown(css, text):
    return f"{_found(css, text)}.filter((one) => one.checkVisibility())"


@contextlib.contextmanager
def started(path):
    """The window of a Firefox with a profile of its own, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items())
        (Path(profile) / "user.js").write_text("\n".join(lines))
        process = subprocess.Popen(
            [path, *FLAGS, "--profile", profile],
            env=os.environ | {"HOME": profile, "MOZ_CRASHREPORTER_DISABLE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(_address(process, profile), max_size=None, proxy=None) as socket:
                yield Window(socket)
        finally:
            end(process)


def _address(process, profile):
    """Where it listens, which it writes into its profile."""
    told = Path(profile) / "WebDriverBiDiServer.json"
    eventually(lambda: process.poll() is not None or (told.exists() and told.stat().st_size))
    assert process.poll() is None, "Firefox did not start"
    return f"ws://127.0.0.1:{json.loads(told.read_text())['ws_port']}/session"


class Window:
    """What a visitor sees and does. `errors`: what the console told; `requests`: all addresses."""

    def __init__(self, socket):
        self._socket, self._number, self.errors, self.requests = socket, 0, [], []
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _ask(self, method, **parameters):
        """Send a command and give its result; note what is told in the meantime."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(PATIENCE / 1000))
            if said["type"] == "event":
                self._note(said["method"], said["params"])
            elif said["id"] == self._number:
                assert said["type"] == "success", said
                return said["result"]

    def _note(self, event, told):
        if event == "network.beforeRequestSent":
            self.requests.append(told["request"]["url"])
        elif told["level"] == "error" and USUAL not in told["text"]:
            self.errors.append(f"{told['text']} {told.get('stackTrace')}")

    def _act(self, kind, actions):
        source = {"type": kind, "id": kind, "actions": actions}
        self._ask("input.performActions", context=self._page, actions=[source])

    def open(self, address):
        self._ask("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def evaluate(self, expression):
        """What an expression gives, as JSON tells it."""
        answer = self._ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._page},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def count(self, css):
        """How many there are for a selector, shown or not."""
        return self.evaluate(f"{_found(css)}.length")

    def texts(self, css, text=""):
        """Of all that is shown for a selector and holds a text: the whole texts."""
        return self.evaluate(f"{_shown(css, text)}.map((one) => one.innerText)")

    def drag(self, css, *places, text=""):
        """Press at the first of these places of the first such element, from 0 to 1, and let go."""
        eventually(lambda: self.texts(css, text))
        left, top, width, height = self.evaluate(
            f"(([one]) => {{ one.scrollIntoView({{ block: 'center' }});"
            "const box = one.getBoundingClientRect();"
            "return [box.left, box.top, box.width, box.height]; })"
            f"({_shown(css, text)})"
        )
        first, *others = (
            {"type": "pointerMove", "x": round(left + x * width), "y": round(top + y * height)}
            for x, y in places
        )
        moves = [move | {"duration": 50} for move in others]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        self._act("pointer", [first, down, *moves, up])

    def click(self, css, text=""):
        self.drag(css, (0.5, 0.5), text=text)

    def fill(self, css, value):
        """Put a value into a field and confirm it."""
        self.click(css)
        self.evaluate(f"document.querySelector({json.dumps(css)}).select()")
        self._act(
            "key",
            [
                {"type": way, "value": key}
                for key in (*value, ENTER)
                for way in ("keyDown", "keyUp")
            ],
        )
