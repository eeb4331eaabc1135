"""The app's server with a log of what it does that no test sees from outside.

`python -m tests.served guarded|bare LOG PORT` starts it as `streamlit run app.py` does, or as a
host does that runs app.py as a plain script and so without the guard. Each line of LOG is another
computer that was asked for, or "cleared" when somebody emptied the caches of all.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from model import PROJECT

HERE = {"127.0.0.1", "::1", "::", "0.0.0.0", "localhost", None}


def main(way, log, port):
    """Run the server in this process until it is ended."""

    def note(line):
        with Path(log).open("a") as file:
            print(line, file=file)

    def audit(event, found):
        if event == "socket.connect" and found[0].type != socket.SOCK_STREAM:
            return  # how Streamlit learns its own address: nothing is sent
        whom = {"socket.getaddrinfo": found[:1], "socket.connect": found[1:]}.get(event)
        whom = whom[0] if whom else None
        host = whom[0] if isinstance(whom, tuple) else whom
        if host not in HERE:
            note(host)

    sys.addaudithook(audit)
    from streamlit.runtime import caching
    from streamlit.web import bootstrap, cli

    caching.cache_resource.clear = lambda: note("cleared")
    if way == "guarded":
        cli.main(["run", "app.py", "--server.headless", "true", "--server.port", port])
    else:
        from streamlit import config

        config._main_script_path = str(PROJECT / "app.py")
        flags = {"server_headless": True, "server_port": int(port)}
        bootstrap.load_config_options(flags)
        bootstrap.run(str(PROJECT / "app.py"), False, [], flags)


def end(process):
    """End a server as a host does; on a busy machine one that trains may take too long for it."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Served:
    """A running server, and one visitor's ways to talk to it without a browser."""

    def __init__(self, way, folder, **environment):
        self.way, self.log = way, folder / f"{way}.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "tests.served", way, str(self.log), str(self.port)]
        environment = {"DATABASE_URL": f"sqlite:///{folder}/{way}.db"} | environment
        kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=PROJECT, env=kept | environment, **quiet)

    def __enter__(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                if self.get("/_stcore/health").ok:
                    return self
            time.sleep(0.1)
        self.process.kill()
        raise TimeoutError("the server did not start")

    def __exit__(self, *_):
        end(self.process)

    def noted(self):
        return self.log.read_text().split() if self.log.exists() else []

    def get(self, path, **headers):
        return requests.get(self.address + path, headers=headers, timeout=30)

    def open(self, origin=None):
        """A websocket as a browser opens it; None where it is refused."""
        with contextlib.suppress(InvalidStatus):
            window = connect(
                f"ws://127.0.0.1:{self.port}/_stcore/stream",
                origin=origin,
                subprotocols=["streamlit"],
                max_size=None,
                proxy=None,
                open_timeout=30,
            )
            return window.__enter__()
        return None


def ask(window, **message):
    """Send a message of a browser."""
    window.send(BackMsg(**message).SerializeToString())


def until(window, kind):
    """All that the server says up to a message of this kind, that one included."""
    said = []
    while not said or said[-1].WhichOneof("type") != kind:
        said.append(ForwardMsg.FromString(window.recv(timeout=60)))
    return said


if __name__ == "__main__":
    main(*sys.argv[1:])
