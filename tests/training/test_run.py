"""Runs on real workers: pause, step, stop, a killed worker, many runs at once."""

import csv
import errno
import functools
import io
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from model import PROJECT
from model.data.datasets import DataError
from model.training import engine as engine_module
from model.training import run as run_module
from model.training import run_store
from model.training.checkpoint import final_weights, start
from model.training.engine import Engine, local_executor
from model.training.mailbox import Mailbox
from model.training.metrics import Score
from model.training.quotas import Quotas
from model.training.recipes import Config, SettingError
from model.training.results import Slice
from model.training.run import Run
from model.training.run_store import Runs, ServerFullError
from model.training.snapshot import ENDED, Change, history_csv
from tests.lazy import Lazy
from tests.training.killing import killed_and_started_again

trainer = Lazy("model.training.trainer")

SMALL = Config(data="wardrobe", epochs=2, batch_size=50, train_images=1_000, validation_images=100)
LONG = replace(SMALL, epochs=100, train_images=5_000)


@pytest.fixture(scope="module")
def engine():
    """With one worker, whose start takes seconds; test_engine.py has more than one."""
    made = Engine(1, lambda: local_executor(1), Mailbox())
    yield made
    made.close()


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def ended(run):
    wait(lambda: run.status in ENDED)
    return run.snapshot()


@functools.cache
def undisturbed(config):
    """The same run, in this process, in slices of whole epochs."""
    checkpoint = start(config)
    while True:
        done = trainer.advance(checkpoint, config, 10**6)
        checkpoint = done.checkpoint
        if done.test:
            return done


def assert_same_weights(one, two):
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])


def test_a_run_trains_to_its_end(engine):
    run = Run(SMALL, "custom", engine)
    last, expected = ended(run), undisturbed(SMALL)
    assert last.status == "finished"
    assert last.step == last.total_steps == len(last.losses) == 40
    assert [e.epoch for e in last.epochs] == [1, 2]
    assert last.epochs[1].loss == pytest.approx(float(last.losses[20:].mean()))
    assert last.images_per_epoch == 1_000
    assert last.epochs[1].validation.accuracy == expected.validation.accuracy
    assert last.test.accuracy == expected.test.accuracy
    assert_same_weights(run.trained().weights, final_weights(expected.checkpoint, SMALL))
    assert run.trained().accuracies["test"] == last.test.accuracy
    assert run.trained().epoch == 2


def test_pause_step_and_resume_change_nothing(engine):
    run = Run(SMALL, "custom", engine)
    wait(lambda: run.snapshot().step)
    run.pause()
    wait(lambda: not run.outstanding)
    paused = run.snapshot().step
    time.sleep(0.5)
    assert run.snapshot().step == paused < 40
    run.one_batch()
    wait(lambda: not run.outstanding)
    assert (run.snapshot().step, run.status) == (paused + 1, "paused")
    run.resume()
    assert ended(run).status == "finished"
    assert_same_weights(run.trained().weights, undisturbed(SMALL).checkpoint.weights)


def test_stop_keeps_the_newest_weights_and_measures_them(engine):
    run = Run(LONG, "custom", engine)
    wait(lambda: run.snapshot().step > 5)
    run.stop()
    last = ended(run)
    assert last.status == "stopped"
    assert 5 < last.step < last.total_steps
    assert last.test.confusion.sum() == 1_000
    assert 0 < run.trained().epoch < 100
    run.resume()
    run.one_batch()
    assert run.status == "stopped"


def workers():
    """Loky's worker processes, without its resource tracker."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "popen_loky" in " ".join(child.cmdline())]


def test_a_killed_worker_changes_nothing(engine):
    config = replace(SMALL, epochs=6)
    run = Run(config, "custom", engine)
    wait(lambda: run.snapshot().step > 20)
    before = run.snapshot().step
    for worker in workers():
        os.kill(worker.pid, signal.SIGKILL)
    wait(lambda: run.snapshot().step > before)
    last = ended(run)
    assert last.status == "finished", last.message
    assert_same_weights(run.trained().weights, undisturbed(config).checkpoint.weights)


class Scripted:
    """An engine that answers at once, on another thread, with what the script says."""

    def __init__(self, answers):
        self.answers, self.calls, self.jobs = list(answers), [], []

    def submit(self, job):
        checkpoint, _config, steps, last = job.arguments
        self.calls.append((checkpoint.step, steps, last))
        self.jobs.append(job)
        if self.answers:
            answer = self.answers.pop(0)
            result = None if isinstance(answer, Exception) else answer(checkpoint)
            error = answer if isinstance(answer, Exception) else None
            threading.Thread(target=job.on_done, args=(result, error)).start()

    def withdraw(self, run):
        return False

    def ahead(self, run):
        return [job.run for job in self.jobs].index(run)


def test_a_hung_worker_changes_nothing(engine, monkeypatch):
    """A worker that is only slow may be ended, too, here where so little counts as hung."""
    monkeypatch.setattr(engine_module, "LEAST_SECONDS", 4)
    monkeypatch.setattr(engine_module, "LOADING_SECONDS", 30)
    monkeypatch.setattr(engine_module, "START_SECONDS", 4)
    monkeypatch.setattr(run_module, "MEASURING_SECONDS", 0)
    monkeypatch.setattr(run_module, "MAX_TRIES", 10)
    config = replace(SMALL, epochs=6)
    run = Run(config, "custom", engine)
    wait(lambda: run.snapshot().step > 20)
    for worker in workers():
        os.kill(worker.pid, signal.SIGSTOP)
    last = ended(run)
    assert last.status == "finished", last.message
    assert_same_weights(run.trained().weights, undisturbed(config).checkpoint.weights)


def trained_by(steps, loss=1.0):
    def answer(checkpoint):
        losses = np.full(steps, loss, np.float32)
        return Slice(
            replace(checkpoint, step=checkpoint.step + steps), losses, losses, 0.1, None, None
        )

    return answer


def test_three_failed_tries_of_a_slice_end_the_run_with_its_weights():
    lost = RuntimeError("worker lost")
    engine = Scripted([trained_by(5), lost, lost, trained_by(5), lost, lost, lost])
    run = Run(SMALL, "custom", engine)
    wait(lambda: run.status == "failed")
    assert run.snapshot().step == 10
    assert "3 times" in run.snapshot().message
    assert run.trained().epoch == 0.5
    assert len(engine.calls) == 7


def test_a_loss_beyond_numbers_ends_the_run_before_the_weights_are_lost():
    run = Run(SMALL, "custom", Scripted([trained_by(5), trained_by(5, np.nan)]))
    wait(lambda: run.status == "failed")
    assert "learning rate" in run.snapshot().message
    assert run.snapshot().step == 5
    assert np.isfinite(run.snapshot().losses).all()


def test_a_forgotten_run_pauses(monkeypatch):
    monkeypatch.setattr(run_module, "FORGOTTEN_SECONDS", -1)
    run = Run(SMALL, "custom", Scripted([trained_by(5)]))
    wait(lambda: run.status == "paused")
    assert "looked" in run.snapshot().message


def test_tokens_cannot_be_guessed_and_runs_are_apart():
    runs = Runs(Scripted([]), workers=2)
    one, two = (runs.start(SMALL, "custom") for _ in range(2))
    assert one != two
    assert min(len(one), len(two)) >= 20
    runs.get(one).stop()
    assert (runs.get(one).status, runs.get(two).status) == ("stopping", "running")
    assert runs.get("no such token") is runs.get(None) is None


def test_the_place_in_the_queue_is_the_engines():
    runs = Runs(Scripted([]), workers=2)
    started = [runs.get(runs.start(SMALL, "custom")) for _ in range(5)]
    assert [runs.slices_ahead(run) for run in started] == [0, 1, 2, 3, 4]
    assert runs.training() == 5


def test_a_job_says_whose_it_is_and_who_waits_for_it():
    engine = Scripted([trained_by(5), trained_by(5), trained_by(5)])
    run = Run(SMALL, "custom", engine, "somebody")
    wait(lambda: len(engine.jobs) == 4)
    assert {(job.visitor, job.run, job.interactive) for job in engine.jobs} == {
        ("somebody", run.name, False)
    }
    run.stop()
    engine.jobs[-1].on_done(trained_by(1)(start(SMALL)), None)
    assert engine.jobs[-1].interactive


def test_stop_and_pause_do_not_wait_for_a_turn_that_is_not_needed():
    class Crowded(Scripted):
        def withdraw(self, run):
            return True

    engine = Crowded([])
    run = Run(SMALL, "custom", engine)
    run.pause()
    assert (run.status, run.outstanding) == ("paused", False)
    run.resume()
    run.stop()
    assert [job.arguments[2:] for job in engine.jobs] == [(5, False), (5, False), (0, True)]


def test_a_visitor_trains_three_runs_at_a_time_and_others_theirs():
    runs = Runs(Scripted([]), workers=1)
    mine = [runs.get(runs.start(SMALL, "custom", "me")) for _ in range(3)]
    with pytest.raises(ServerFullError, match="3 of your runs"):
        runs.start(SMALL, "custom", "me")
    runs.start(SMALL, "custom", "you")
    mine[0].pause()
    runs.start(SMALL, "custom", "me")
    runs.resume(mine[0])
    assert mine[0].status == "paused"
    assert "3 of your runs" in mine[0].snapshot().message
    mine[1].pause()
    runs.resume(mine[0])
    assert (mine[0].status, mine[0].snapshot().message) == ("running", "")


def test_runs_that_were_started_paused_and_left_do_not_lock_the_server(monkeypatch):
    monkeypatch.setattr(run_store, "MOST_HELD", 6)
    runs = Runs(Scripted([]), workers=1, quotas=Quotas(training=2))
    kept = runs.start(SMALL, "custom", "you")
    runs.get(kept).pause()
    for _ in range(20):
        token = runs.start(SMALL, "custom", "me")
        runs.get(token).pause()
    assert len(runs._alone) == 6
    assert runs.get(kept)  # whoever floods the server pushes out runs of their own
    assert runs.get(token)


def test_an_ended_run_lets_go_of_its_optimizers_state_where_memory_alone_has_it():
    config = replace(SMALL, optimizer="adamw", averaging=0.9)
    engine = Scripted([])
    run = Run(config, "custom", engine)
    checkpoint = start(config)
    run.stop()
    engine.jobs[0].on_done(trained_by(5)(checkpoint), None)
    score = Score(1, 0.5, np.eye(10, dtype=int))
    engine.jobs[1].on_done(replace(trained_by(0)(checkpoint), test=score), None)
    failed = Run(config, "custom", Scripted([RuntimeError("lost")] * 3))
    wait(lambda: failed.status == "failed")
    assert run.status == "stopped"
    for ended_run in (run, failed):
        assert ended_run._checkpoint
        ended_run.let_go_of_state()
        assert ended_run._checkpoint is None
        with pytest.raises(SettingError, match="ended"):
            ended_run.change(epochs=50)
        assert set(ended_run.trained().weights) == set(checkpoint.weights)


def test_an_open_session_counts_as_watching_whatever_it_shows(monkeypatch):
    here = True
    monkeypatch.setattr(run_module, "FORGOTTEN_SECONDS", 0.05)
    engine = Scripted([])
    run = Run(SMALL, "custom", engine)
    run.watch("a session", lambda: here)
    for _ in range(3):
        time.sleep(0.1)
        engine.jobs[-1].on_done(trained_by(5)(start(SMALL)), None)
        assert run.status == "running"
    here = False
    time.sleep(0.1)
    engine.jobs[-1].on_done(trained_by(5)(start(SMALL)), None)
    assert run.status == "paused"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "no space left"), "disk is full"),
        (DataError("Fashion-MNIST is not on this computer."), "not on this computer"),
        (MemoryError(), "smaller batch size"),
    ],
)
def test_why_training_failed_is_told(error, words):
    run = Run(SMALL, "custom", Scripted([error] * 3))
    wait(lambda: run.status == "failed")
    assert words in run.snapshot().message
    assert run.snapshot().message.endswith("are kept.")


def test_a_full_server_says_so_and_old_runs_make_room(monkeypatch):
    monkeypatch.setattr(run_store, "MOST_HELD", 3)
    runs = Runs(Scripted([]), workers=1, quotas=Quotas(training=2))
    first, _second = runs.start(SMALL, "a"), runs.start(SMALL, "b")
    with pytest.raises(ServerFullError, match="Wait"):
        runs.start(SMALL, "c")
    for _ in range(3):
        runs.get(first)._change(status="finished")
        first = runs.start(SMALL, "d")
    assert len(runs._alone) == 3


def test_a_run_that_somebody_watches_stays_though_it_ended(monkeypatch):
    """As many visitors as a program likes to be cannot push out what others look at."""
    monkeypatch.setattr(run_store, "MOST_HELD", 3)
    runs = Runs(Scripted([]), workers=1)
    watched = runs.start(SMALL, "a", "somebody")
    runs.get(watched)._end("finished")
    runs.get(watched).watch("a session", lambda: True)
    for number in range(5):
        runs.get(runs.start(SMALL, "b", f"visitor {number}")).pause()
    assert runs.get(watched)


def test_settings_out_of_range_start_nothing():
    runs = Runs(Scripted([]), workers=1)
    with pytest.raises(SettingError, match="Epochs is 0; it must be 1 to 100"):
        runs.start(replace(SMALL, epochs=0), "custom")
    with pytest.raises(SettingError, match="Learning rate"):
        runs.start(replace(SMALL, learning_rate=float("nan")), "custom")
    assert runs.training() == 0


def answered(losses, accuracies, cold=False):
    """An answer with these figures, after 0.1 seconds."""

    def answer(checkpoint):
        after = replace(checkpoint, step=checkpoint.step + len(losses))
        figures = (np.array(each, np.float32) for each in (losses, accuracies))
        return Slice(after, *figures, 0.1, None, None, cold=cold)

    return answer


def test_every_picture_counts_alike_however_small_its_batch():
    """129 pictures, 43 of them right: a batch of 128 and one of a single picture."""
    config = replace(SMALL, batch_size=128, train_images=129, validation_images=0)
    engine = Scripted([answered([2.0, 8.0], [42 / 128, 1.0])] * 2)
    run = Run(config, "custom", engine)
    wait(lambda: len(run.snapshot().epochs) == 2)
    for epoch in run.snapshot().epochs:
        assert epoch.accuracy == pytest.approx(1 / 3)
        assert epoch.loss == pytest.approx((128 * 2 + 8) / 129)
    assert run.trained().accuracies["train"] == pytest.approx(1 / 3)
    assert run.snapshot().images_in(0, 4) == 258


def test_history_as_csv():
    score = Score(0.5, 0.8, np.zeros((10, 10), np.int64))
    run = Run(SMALL, "custom", Scripted([trained_by(20), trained_by(7, 0.25)]))
    wait(lambda: run.snapshot().step == 27)
    epochs = (replace(run.snapshot().epochs[0], validation=score),)
    changes = (Change(22, "learning_rate", 0.001, 0.01), Change(22, "epochs", 2, 3))
    now = replace(run.snapshot(), epochs=epochs, changes=changes)
    lines = list(csv.DictReader(io.StringIO(history_csv(now))))
    assert lines[22]["changed"] == "learning_rate 0.001 to 0.01; epochs 2 to 3"
    assert len(lines) == 27
    assert lines[19] == {
        "epoch": "1",
        "batch": "20",
        "loss": "1.000000",
        "accuracy": "1.000000",
        "validation_loss": "0.500000",
        "validation_accuracy": "0.800000",
        "changed": "",
    }
    assert (lines[20]["epoch"], lines[20]["batch"], lines[20]["validation_loss"]) == ("2", "1", "")


ABANDONED = """
import os, time
from model.training.engine import make_engine
from model.training.queue import Job
if __name__ == "__main__":
    make_engine().submit(Job(os.getpid, (), lambda pid, error: print(pid or error, flush=True)))
    time.sleep(60)
"""


def test_a_worker_ends_after_its_web_process_was_killed_and_no_file_stays(tmp_path):
    script = tmp_path / "web.py"
    script.write_text(ABANDONED)
    files = tmp_path / "files"
    files.mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(PROJECT),
        "TMPDIR": str(files),
        "LENET_WORKERS": "1",
    }
    web = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment)
    worker = psutil.Process(int(web.stdout.readline()))
    assert list(files.glob(f"lenet-{web.pid}-*"))
    os.kill(worker.pid, signal.SIGSTOP)  # so that it cannot notice the closed pipes first
    web.kill()
    web.wait()
    os.kill(worker.pid, signal.SIGCONT)
    wait(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE, 30)
    assert not list(files.glob("lenet-*"))


CLUSTER = """
import os, time
from distributed import LocalCluster
from model.training.engine import make_engine
from model.training.recipes import Config
from model.training.run_store import Runs
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        os.environ |= {"LENET_CLUSTER": cluster.scheduler_address, "LENET_WORKERS": "1"}
        runs = Runs(make_engine(), 1)
        config = Config(data="wardrobe", epochs=1, batch_size=50, train_images=1_000)
        run = runs.get(runs.start(config, "custom"))
        while run.status == "running":
            time.sleep(0.05)
        print(run.status, f"{run.trained().weights['dense3/kernel'].sum():.9g}")
"""


@pytest.mark.whole
def test_a_cluster_gives_the_same_weights(tmp_path):
    script = tmp_path / "web.py"
    script.write_text(CLUSTER)
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120, env=environment
    )
    config = Config(data="wardrobe", epochs=1, batch_size=50, train_images=1_000)
    expected = undisturbed(config).checkpoint.weights["dense3/kernel"].sum()
    assert done.stdout.split() == ["finished", f"{expected:.9g}"], done.stderr


@pytest.mark.whole
def test_killed_while_workers_train_a_run_ends_with_the_weights_of_an_undisturbed_one(tmp_path):
    config = replace(SMALL, epochs=3, batch_size=10, train_images=4_000, averaging=0.9, seed=3)
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    trained, losses = killed_and_started_again(url, tmp_path, config, "real", (100,))
    checkpoint, expected = start(config), []
    while checkpoint.step < 1200:
        done = trainer.advance(checkpoint, config, 10**6)
        checkpoint = done.checkpoint
        expected.append(done.losses)
    np.testing.assert_array_equal(losses, np.concatenate(expected))
    assert trained.accuracies["test"] == done.test.accuracy
    for name, array in final_weights(checkpoint, config).items():
        np.testing.assert_array_equal(trained.weights[name], array)
