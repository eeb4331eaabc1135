"""The two databases that runs are kept in: SQLite in a file, PostgreSQL of this machine's own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from model import PROJECT


def programs():
    """The folder of PostgreSQL's server programs; Debian's are not on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    if there := shutil.which("postgres"):
        return Path(there).parent
    return None


def installed():
    """The same, installed where that needs nobody's leave."""
    if programs() is None:
        subprocess.run(["sh", str(PROJECT / "tools" / "apt.sh"), "postgresql"], check=False)
    return programs()


@contextmanager
def postgresql():
    """The address of a server on a socket in a temporary folder, ended afterwards."""
    folder = installed()
    if folder is None:
        raise RuntimeError("PostgreSQL is needed for these tests: install the package postgresql.")
    # It refuses to run as root.
    user = "postgres" if os.getuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="lenet-postgres-"))
    if user:
        os.chown(place, pwd.getpwnam(user).pw_uid, -1)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": user, "cwd": place}
    data = place / "data"
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "lenet", "-A", "trust", "-N", "-E", "UTF8"],
        check=True,
        **quiet,
    )
    options = ["-F", "-c", "listen_addresses=", "-c", f"unix_socket_directories={place}"]
    server = subprocess.Popen([folder / "postgres", "-D", data, *options], **quiet)
    address = f"postgresql://lenet@/postgres?host={place}"
    try:
        wait_for(address)
        yield address
    finally:
        server.send_signal(signal.SIGINT)  # does not wait for connections
        server.wait(30)
        shutil.rmtree(place, ignore_errors=True)


def wait_for(address):
    """Until a server answers."""
    end = time.monotonic() + 30
    while True:
        try:
            return psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def empty(address):
    """Let go of everything in a database of PostgreSQL."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
