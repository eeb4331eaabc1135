"""Jobs on real workers: what hangs is ended, what is lost is done again, and nobody else pays."""

import errno
import os
import shutil
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from model.training import engine as engine_module
from model.training import limits, mailbox
from model.training.engine import Engine, local_executor, make_engine
from model.training.limits import memory_limit, worker_count
from model.training.mailbox import HandoverError, Mailbox, collect, leave
from model.training.queue import Job


@pytest.fixture
def engine(monkeypatch):
    """Two workers that count as hung after seconds: one ended for nothing is only work again."""
    monkeypatch.setattr(engine_module, "LEAST_SECONDS", 2)
    monkeypatch.setattr(engine_module, "LOADING_SECONDS", 1)
    monkeypatch.setattr(engine_module, "START_SECONDS", 2)
    monkeypatch.setattr(engine_module, "MOST_LOST", 1000)
    made = Engine(2, lambda: local_executor(2), Mailbox())
    yield made
    made.close()


def workers():
    """Loky's worker processes, without its resource tracker."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "popen_loky" in " ".join(child.cmdline())]


class Asked:
    """A job and what came of it: a list of (result, error)."""

    def __init__(self, engine, work, *arguments, **options):
        self.answers = []
        self._done = threading.Semaphore(0)
        self.job = Job(work, arguments, self._on_done, seconds=0.1, **options)
        engine.submit(self.job)

    def _on_done(self, result, error):
        self.answers.append((result, error))
        self._done.release()

    def answer(self):
        assert self._done.acquire(timeout=300), "no answer"
        return self.answers[-1]

    def result(self):
        result, error = self.answer()
        assert error is None, error
        return result


# These run in workers. Files tell them how often they were called.


def calls(file):
    count = len(file.read_text()) if file.exists() else 0
    file.write_text("x" * (count + 1))
    return count


def stop_oneself_at_first(file):
    if not calls(file):
        os.kill(os.getpid(), signal.SIGSTOP)
    return "done"


def die_at_first(file):
    if not calls(file):
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def wait_for(file, started):
    started.write_text(str(os.getpid()))
    while not file.exists():
        time.sleep(0.02)
    return os.getpid()


def remove_the_mailbox_at_first(file, folder):
    if not calls(file):
        shutil.rmtree(folder)
    return "done"


def wait(condition):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_a_hung_worker_is_ended_and_only_its_job_counts_a_try(engine, tmp_path, monkeypatch):
    go, started = tmp_path / "go", tmp_path / "started"
    patient = Asked(engine, wait_for, go, started)
    patient.job.seconds = 10_000
    wait(lambda: started.exists() and started.read_text())
    hung = Asked(engine, stop_oneself_at_first, tmp_path / "hung")
    result, error = hung.answer()
    assert (result, type(error)) == (None, engine_module.TerminatedWorkerError)
    go.touch()
    assert patient.result()
    assert patient.job.lost
    assert (len(patient.answers), len(hung.answers)) == (1, 1)
    assert Asked(engine, stop_oneself_at_first, tmp_path / "hung").result() == "done"


def test_a_worker_that_dies_is_told_to_its_job_alone(engine, tmp_path):
    go, started = tmp_path / "go", tmp_path / "started"
    patient = Asked(engine, wait_for, go, started)
    patient.job.seconds = 10_000
    wait(lambda: started.exists() and started.read_text())
    dead = Asked(engine, die_at_first, tmp_path / "dead")
    assert isinstance(dead.answer()[1], engine_module.TerminatedWorkerError)
    go.touch()
    assert patient.result()
    assert patient.job.lost


def test_whose_worker_died_is_seen_though_it_takes_a_moment_to_be_gone(
    engine, monkeypatch, tmp_path
):
    """The pool sees a closed file; on a busy machine the process is still there for a while."""
    looks, lives = [], engine_module._lives

    def late(process):
        looks.append(process)
        return len(looks) < 10 or lives(process)

    go, started = tmp_path / "go", tmp_path / "started"
    patient = Asked(engine, wait_for, go, started)
    wait(lambda: started.exists() and started.read_text())
    monkeypatch.setattr(engine_module, "_lives", late)
    dead = Asked(engine, die_at_first, tmp_path / "dead")
    assert isinstance(dead.answer()[1], engine_module.TerminatedWorkerError)
    go.touch()
    assert patient.result()


def test_jobs_are_done_when_all_workers_hang_while_they_have_nothing_to_do(engine):
    first, second = (Asked(engine, os.getpid) for _ in range(2))
    first.result()
    second.result()
    for worker in workers():
        worker.suspend()
    late = Asked(engine, os.getpid)
    assert late.result()
    assert late.job.lost


def test_a_worker_that_is_ended_because_another_hangs_is_no_fault_of_its_job(engine, tmp_path):
    """Of two workers one hangs while it has nothing to do, and may hold the pool's queue."""
    first, second = (Asked(engine, os.getpid) for _ in range(2))
    first.result()
    second.result()
    go, started = tmp_path / "go", tmp_path / "started"
    patient = Asked(engine, wait_for, go, started)
    patient.job.seconds = 10_000
    wait(lambda: started.exists() and started.read_text())
    busy = int(started.read_text())
    for worker in workers():
        if worker.pid != busy:
            worker.suspend()
    late = Asked(engine, os.getpid)
    assert late.result()
    go.touch()
    assert patient.result()


def test_jobs_wait_here_and_not_in_the_executor():
    held = []

    class Executor:
        def submit(self, *_work):
            held.append(Future())
            return held[-1]

    engine = Engine(2, Executor)
    for number in range(5):
        engine.submit(Job(print, (), lambda _result, _error: None, run=str(number)))
    wait(lambda: len(held) == 2)
    assert [engine.ahead(str(n)) for n in range(5)] == [0, 0, 1, 2, 3]
    assert not engine.withdraw("0")
    assert engine.withdraw("2")
    held[0].set_result(None)
    wait(lambda: len(held) == 3)
    assert [engine.ahead(str(n)) for n in range(5)] == [0, 0, 0, 0, 1]


def test_on_a_cluster_a_hung_job_is_told_and_its_late_result_is_ignored(monkeypatch):
    monkeypatch.setattr(engine_module, "LEAST_SECONDS", 1)
    monkeypatch.setattr(engine_module, "LOADING_SECONDS", 0)
    go = threading.Event()
    with ThreadPoolExecutor(2) as cluster:
        engine = Engine(1, lambda: cluster)
        hung = Asked(engine, go.wait)
        assert isinstance(hung.answer()[1], TimeoutError)
        assert Asked(engine, os.getpid).result() == os.getpid()  # its place is free again
        go.set()
    assert Asked(Engine(1, lambda: ThreadPoolExecutor(1)), os.getpid).result()
    assert len(hung.answers) == 1


def test_what_follows_from_a_job_may_fail_without_ending_the_engine(engine):
    engine.submit(Job(os.getpid, (), lambda _result, _error: 1 / 0))
    assert Asked(engine, os.getpid).result()


def test_an_error_of_the_job_is_told(engine):
    assert isinstance(Asked(engine, int, "no number").answer()[1], ValueError)


# The mailbox


def test_a_folder_that_is_removed_is_made_anew(engine, tmp_path):
    assert Asked(engine, os.getpid).result()
    folder = Path(engine._letters.letter()).parent
    shutil.rmtree(folder)
    assert Asked(engine, os.getpid).result()
    second = Path(engine._letters.letter()).parent
    assert second != folder  # nobody can have put a file there
    under_way = Asked(engine, remove_the_mailbox_at_first, tmp_path / "calls", second)
    assert under_way.result() == "done"
    assert under_way.job.lost
    assert not list(Path(engine._letters.letter()).parent.iterdir())


def test_only_a_name_goes_through_the_workers_pipe(tmp_path):
    letter = str(tmp_path / "letter")
    assert leave(letter, bytes, (1_000_000,)) == letter
    assert mailbox.worker_of(letter) == os.getpid()
    assert collect(letter) == bytes(1_000_000)
    mailbox.clear(letter)
    assert not list(tmp_path.iterdir())
    assert mailbox.worker_of(letter) is None
    with pytest.raises(HandoverError):
        collect(letter)


def test_a_full_disk_is_named_and_leaves_nothing_behind(monkeypatch):
    def full(path, content):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with ThreadPoolExecutor(1) as here:
        engine = Engine(1, lambda: here, Mailbox())
        _, error = Asked(engine, os.getpid).answer()
    assert error.no_room
    assert error.errno == errno.ENOSPC
    assert not list(Path(engine._letters.letter()).parent.iterdir())


def test_a_half_written_note_is_no_note(tmp_path):
    for content in ("", "12 x", "pid"):
        (tmp_path / "letter.taken").write_text(content)
        assert mailbox.worker_of(str(tmp_path / "letter")) == (12 if content[:1] == "1" else None)


def test_folders_of_processes_that_are_gone_are_swept(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = [tmp_path / f"lenet-{os.getpid()}-abc", tmp_path / "lenet-notes-abc"]
    for folder in [tmp_path / f"lenet-{2**30}-abc", *kept]:
        folder.mkdir()
        (folder / "result").touch()
    Mailbox()
    assert sorted(tmp_path.iterdir()) == sorted(kept)


# How many workers


def test_the_number_of_workers(monkeypatch):
    monkeypatch.setenv("LENET_WORKERS", "3")
    assert worker_count() == make_engine().workers == 3
    monkeypatch.setenv("LENET_WORKERS", "none")
    with pytest.raises(ValueError, match="LENET_WORKERS"):
        worker_count()
    monkeypatch.delenv("LENET_WORKERS")
    monkeypatch.setattr("model.training.limits.memory_limit", lambda: 1_000_000_000)
    assert worker_count() == 1


@pytest.mark.parametrize(
    ("file", "membership"),
    [
        ("memory.max", "0::/"),
        ("memory.max", "0::/outside/this/container"),
        ("app.slice/memory.max", "0::/app.slice/lenet.service"),
        ("memory/memory.limit_in_bytes", "9:memory:/docker/abc\n1:name=systemd:/x"),
        ("memory/docker/abc/memory.limit_in_bytes", "9:memory,cpu:/docker/abc"),
    ],
)
def test_limits_of_a_container_count_in_both_versions(monkeypatch, tmp_path, file, membership):
    monkeypatch.setattr(limits, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(limits, "MEMBERSHIP", tmp_path / "membership")
    limits.MEMBERSHIP.write_text(membership)
    machine = memory_limit()
    path = limits.CGROUPS / file
    path.parent.mkdir(parents=True)
    for text, limit in (("max", machine), ("9223372036854771712", machine), ("1000000", 10**6)):
        path.write_text(f"{text}\n")
        assert memory_limit() == limit
