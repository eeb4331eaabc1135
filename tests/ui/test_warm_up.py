"""What a server does while it starts: the first visitor finds it done, and no component lost."""

import subprocess
import sys

from model import PROJECT

SCRIPT = """
import sys
from model import server
from ui import warm_up

warm_up._warm_up()
assert server.searched()
assert "runs" in server._runs
assert "sqlalchemy.dialects.sqlite" in sys.modules
# These declare components, for which the server must be up.
print(sorted({"ui.plots", "ui.visitor", "streamlit_drawable_canvas"} & set(sys.modules)))
"""


def test_all_is_ready_and_no_component_is_declared_before_the_server_is_up():
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
