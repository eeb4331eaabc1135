"""A server of runs in a process of its own, which is killed, and started again."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict

import numpy as np

from model import PROJECT
from model.training.checkpoint import load

WEB = """
import json, os, sys, time
from pathlib import Path
from model.training import keeper
from model.training.checkpoint import to_bytes
from model.training.engine import make_engine
from model.training.recipes import Config
from model.training.run_store import Runs
from model.training.snapshot import ENDED
from model.training.storage.database import usual_url
from model.training.storage.store import Storage
from tests.training.engines import Steady
if __name__ == "__main__":
    file, settings, engine = sys.argv[1:]
    keeper.EVERY_SECONDS = 0.5
    runs = Runs(Steady(0.05) if engine == "steady" else make_engine(), 1, Storage(usual_url()))
    if not Path(file).exists():
        Path(file).write_text(runs.start(Config(**json.loads(settings)), "custom", "me"))
    token, told = Path(file).read_text(), -1
    while (run := runs.get(token)) is None:
        time.sleep(0.05)
    while run.status not in ENDED:
        kept = runs._storage.load(run.name)
        if kept and kept.snapshot.step != told:
            told = kept.snapshot.step
            print("kept", told, flush=True)
        time.sleep(0.02)
    Path(file + ".weights").write_bytes(to_bytes(run.trained()))
    Path(file + ".losses").write_bytes(run.snapshot().losses.tobytes())
    print("ended", run.snapshot().step, flush=True)
    time.sleep(60)
"""


def killed_and_started_again(database, folder, config, engine, moments):
    """Train a run on servers that are killed, each after so many batches are kept; its weights."""
    script, file = folder / "web.py", folder / "token"
    script.write_text(WEB)
    command = [sys.executable, script, file, json.dumps(asdict(config)), engine]
    environment = {"PYTHONPATH": str(PROJECT), "DATABASE_URL": database, "LENET_WORKERS": "1"}
    before = 0
    for moment in (*moments, None):
        web = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            env=os.environ | environment,
            text=True,
            start_new_session=True,
        )
        for line in web.stdout:
            what, done = line.split()
            assert int(done) >= before  # nothing that was kept is lost
            before = int(done)
            if what == "ended" or (moment is not None and before >= moment):
                break
        os.killpg(web.pid, signal.SIGKILL)
        web.wait()
        if what == "ended":
            break  # this machine is so quick that there was nothing to kill any more
    assert what == "ended"
    losses = np.frombuffer((folder / "token.losses").read_bytes(), np.float32)
    return load((folder / "token.weights").read_bytes()), losses
