"""Runs outlive their server: its registry, its keeper and the storage together."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from model.training import keeper as keeper_module
from model.training import run_store, upkeep
from model.training.checkpoint import start
from model.training.metrics import Score
from model.training.quotas import Quotas, quotas
from model.training.recipes import Config, SettingError
from model.training.results import Slice
from model.training.run_store import ELSEWHERE, Runs
from model.training.snapshot import ENDED
from model.training.storage.database import FULL, StorageError
from model.training.storage.store import Storage
from model.training.tokens import digest, showing
from tests.training.engines import step
from tests.training.killing import killed_and_started_again

SMALL = Config(data="wardrobe", epochs=2, batch_size=50, train_images=1_000)  # 20 batches an epoch


class Paced:
    """An engine that trains when it is told to: each slice moves all weights by one."""

    def __init__(self):
        self.jobs = []

    def submit(self, job):
        self.jobs.append(job)

    def withdraw(self, run):
        waiting = [job for job in self.jobs if job.run == run]
        self.jobs = [job for job in self.jobs if job.run != run]
        return bool(waiting)

    def ahead(self, run):
        return 0

    def train(self, slices=1):
        for _ in range(slices):
            job = self.jobs.pop(0)
            checkpoint, config, steps, last = job.arguments
            end = min(checkpoint.step + steps, (checkpoint.step // 20 + 1) * 20)
            steps = end - checkpoint.step
            after = replace(
                checkpoint,
                step=end,
                weights={name: array + 1 for name, array in checkpoint.weights.items()},
            )
            figures = np.full(steps, 1 / (1 + end), np.float32)
            ends = last or end >= 20 * config.epochs
            test = Score(0.3, 0.9, np.eye(10, dtype=np.int64)) if ends else None
            job.on_done(Slice(after, figures, figures, 0.1, None, test), None)


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def to_end(runs, run):
    while run.status not in ENDED:
        runs._engine.train()


@pytest.fixture
def serve(database, monkeypatch):
    """Starts servers on one database; ends what is left of them. `kill` is SIGKILL's likeness."""
    monkeypatch.setattr(keeper_module, "EVERY_SECONDS", 0.2)
    made = []

    def begin(**quotas):
        runs = Runs(Paced(), 1, Storage(database), Quotas(**quotas))
        made.append(runs)
        return runs

    def kill(runs):
        runs._keeper._closed = True  # nothing is kept any more, not even a last time
        runs._keeper._wake.set()
        runs._keeper._thread.join()
        dead.add(runs._keeper.owner)

    dead = set()
    monkeypatch.setattr(run_store, "is_dead", dead.__contains__)
    begin.kill = kill
    yield begin
    for runs in made:
        kill(runs)
        runs._storage.close()


def kept(runs):
    """Wait until all that runs are now is kept."""
    wait(
        lambda: all(
            run.kept[0] == run.record().snapshot.version for run in list(runs._keeper.held.values())
        )
    )


def test_a_run_goes_on_after_the_server_was_killed(serve):
    before = serve()
    token = before.start(SMALL, "quick", "me")
    before._engine.train(2)  # 5 batches, and up to the tenth
    kept(before)
    serve.kill(before)
    after = serve()
    wait(lambda: after._engine.jobs)
    run = after.get(token)
    now = run.snapshot()
    assert (now.status, now.step, now.recipe, len(now.losses)) == ("running", 10, "quick", 10)
    assert after.steers(token, run)
    assert run.visitor == digest("me")
    to_end(after, run)
    assert run.status == "finished"
    [one] = after.of("me")
    assert (one.token, one.about.status, one.about.test) == (token, "finished", 0.9)
    kept(after)
    serve.kill(after)
    assert serve().get(token).snapshot().test.accuracy == 0.9


def test_a_run_that_nobody_watched_lately_is_there_and_paused(serve, monkeypatch):
    before = serve()
    token = before.start(SMALL, "quick", "me")
    before._engine.train()
    run = before.get(token)
    run._watchers._seen -= 31 * 60
    kept(before)
    wait(lambda: before._storage.load(run.name).seen < time.time() - 30 * 60)
    serve.kill(before)
    after = serve()
    wait(lambda: after.of("me")[0].about.status == "paused")
    run = after.get(token)
    assert "nobody has looked" in run.snapshot().message
    assert not after._engine.jobs
    after.resume(run)
    assert run.status == "running"


def test_stopping_is_done_after_a_restart_and_a_paused_run_stays_paused(serve):
    before = serve()
    stopping, paused = (before.start(SMALL, "quick", "me") for _ in range(2))
    before._engine.train(2)
    before.get(stopping).stop()
    before.get(paused).pause()
    kept(before)
    serve.kill(before)
    after = serve()
    wait(lambda: after._engine.jobs)
    after._engine.train()
    assert after.get(stopping).status == "stopped"
    assert after.get(paused).status == "paused"
    after.get(paused).one_batch()
    after._engine.train()
    kept(after)
    serve.kill(after)
    assert serve().get(paused).snapshot().step == 6


def test_tokens_are_kept_as_digests_and_one_only_shows(serve):
    runs = serve()
    token = runs.start(SMALL, "quick", "somebody's secret")
    kept(runs)
    with runs._storage._database.write() as connection:
        row = connection.exec_driver_sql("SELECT * FROM runs").first()
    for secret in (token, showing(token), "somebody's secret"):
        assert secret not in str(row)
    run = runs.get(showing(token))
    assert run is runs.get(token)
    assert runs.steers(token, run)
    assert not runs.steers(showing(token), run)
    assert runs.get(showing(showing(token))) is runs.get(run.name) is None
    assert runs.get(digest(token)) is None
    other = runs.start(SMALL, "quick", "somebody's secret")
    assert len({token, showing(token), other, showing(other)}) == 4
    assert runs.of("somebody else") == []


def test_two_servers_never_train_one_run(serve):
    one, two = serve(), serve()
    token = one.start(SMALL, "quick", "me")
    one._engine.train()
    kept(one)
    there = two.get(token)
    assert (there.status, there.snapshot().message) == ("paused", ELSEWHERE)
    two.resume(there)
    assert (there.status, two._engine.jobs) == ("paused", [])
    one._engine.train()
    kept(one)
    del there
    wait(lambda: two.get(token).snapshot().step == 10)
    one.get(token).pause()
    kept(one)
    wait(lambda: two.get(token).snapshot().message == "")
    two.resume(two.get(token))
    assert two.get(token).status == "running"


def test_weights_of_the_past_wait_for_a_page(serve):
    runs = serve()
    config = replace(SMALL, epochs=7)
    token = runs.start(config, "quick", "me")
    run = runs.get(token)
    to_end(runs, run)
    kept(runs)
    moments = (0, 10, 20, 40, 60, 80, 100, 120, 140)
    wait(lambda: runs.moments(run) == moments)
    first = start(config).weights
    for moment, moved in ((0, 0), (10, 2), (20, 3)):
        there = runs.weights_at(run, moment)
        np.testing.assert_array_equal(there["conv1/bias"], first["conv1/bias"] + moved)
    assert runs.weights_at(run, 140)["conv1/bias"][0] == run.trained().weights["conv1/bias"][0]
    assert not run.record().past  # nothing of it stays in memory


def test_while_nothing_can_be_kept_training_goes_on_and_it_is_told(serve, monkeypatch):
    runs = serve()
    token = runs.start(replace(SMALL, epochs=7), "quick", "me")
    kept(runs)
    save = Storage.save

    def full(*_, **__):
        raise StorageError(FULL)

    monkeypatch.setattr(Storage, "save", full)
    runs._engine.train(4)
    wait(lambda: runs.fault == FULL)
    wait(lambda: len(runs.get(token).record().past) <= keeper_module.MOST_PAST)
    assert runs.get(token).status == "running"
    to_end(runs, runs.get(token))
    assert runs.get(token).status == "finished"
    assert runs.of("me")[0].about.status == "finished"
    monkeypatch.setattr(Storage, "save", save)
    wait(lambda: not runs.fault)
    kept(runs)
    assert runs._storage.load(runs.get(token).name).snapshot.status == "finished"


def test_an_ended_run_leaves_memory_and_comes_back_when_it_is_asked_for(serve, monkeypatch):
    monkeypatch.setattr(run_store, "MOST_IDLE", 2)
    runs = serve()
    tokens = []
    for number in range(6):
        tokens.append(runs.start(SMALL, "quick", f"visitor {number}"))
        runs.get(tokens[-1]).stop()
        runs._engine.train()
    for token in tokens:
        runs.get(token)
    wait(lambda: not runs._keeper.held)
    wait(lambda: len(runs._in_memory()) <= 3)  # the keeper's thread may still look at one
    for token in tokens:
        assert runs.get(token).trained().accuracies["test"] == 0.9


def test_limits_make_room_for_new_runs(serve, monkeypatch):
    monkeypatch.setattr(upkeep, "ROOM_SECONDS", 0)
    runs = serve(runs=4, runs_each=3, megabytes=1, epochs=5)
    with pytest.raises(SettingError, match="on this server it must be 1 to 5"):
        runs.start(replace(SMALL, epochs=6), "quick", "me")
    tokens = []
    for visitor in ("you", "you", "me", "me", "me", "me"):
        tokens.append(runs.start(SMALL, "quick", visitor))
        runs._engine.train()
        runs.get(tokens[-1]).stop()
        runs._engine.train()
        wait(lambda: not runs._keeper.held)
    wait(lambda: len(runs.of("me")) == 3)
    wait(lambda: runs._storage.count() == 4)
    assert [bool(runs.get(token)) for token in tokens] == [False, True, False, True, True, True]
    wait(lambda: runs.get(tokens[1]).past_gone)
    assert runs.moments(runs.get(tokens[1])) == ()


def test_old_runs_go_and_those_that_somebody_looks_at_stay(serve, monkeypatch):
    runs = serve(days=1)
    old, seen = (runs.start(SMALL, "quick", "me") for _ in range(2))
    for token in (old, seen):
        runs.get(token).pause()
    wait(lambda: not runs._keeper.held)
    names = {token: runs.get(token).name for token in (old, seen)}
    wait(lambda: not runs._keeper._touched)
    for name in names.values():
        runs._storage.touch([name], time.time() - 2 * 86_400)
    runs.get(seen).touched = -np.inf
    runs.get(seen)
    monkeypatch.setattr(upkeep, "ROOM_SECONDS", 0)
    rounds(runs)
    assert len(runs._storage.names()) == 2  # a clock that was set just now is not believed
    monkeypatch.setattr(upkeep, "STEADY_SECONDS", 0)
    wait(lambda: runs._storage.names() == [names[seen]])
    assert runs.get(old) is None


def test_a_clock_is_believed_after_an_hour_without_a_jump(monkeypatch):
    now = {"time": 1e9, "monotonic": 5.0}
    fake = SimpleNamespace(time=lambda: now["time"], monotonic=lambda: now["monotonic"])
    monkeypatch.setattr(upkeep, "time", fake)
    clock = upkeep.Clock()
    assert not clock.is_steady()

    def pass_an_hour():
        for name in now:
            now[name] += 3601

    pass_an_hour()
    assert clock.is_steady()
    now["time"] += 100 * 86_400
    assert not clock.is_steady()
    assert not clock.is_steady()
    pass_an_hour()
    assert clock.is_steady()


def rounds(runs, more=3):
    """Wait until the keeper has looked round several times."""
    for _ in range(more):
        made = runs._upkeep._made_room
        wait(lambda made=made: runs._upkeep._made_room > made)


@pytest.mark.parametrize(
    "damage",
    [
        "config = 'none'",
        "config = '[]'",
        "step = -1",
        "step = 2000000000",
        "steps_per_epoch = 2000000000",
        "epochs = '[3]'",
    ],
)
def test_a_damaged_row_keeps_no_other_run_from_going_on(serve, damage):
    before = serve()
    tokens = [before.start(SMALL, "quick", "me") for _ in range(2)]
    before._engine.train(2)
    kept(before)
    name = before.get(tokens[0]).name
    serve.kill(before)
    with before._storage.write() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET {damage} WHERE name = '{name}'")
    after = serve()
    wait(lambda: after._engine.jobs)
    assert after.get(tokens[0]) is None
    assert after.get(tokens[1]).status == "running"
    assert tokens[1] in [one.token for one in after.of("me")]
    assert not after.fault


def test_a_fault_of_ours_does_not_end_keeping(serve, monkeypatch):
    runs = serve()
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "save", lambda *_: 1 / 0)
        token = runs.start(SMALL, "quick", "me")
        wait(lambda: runs.fault)
    wait(lambda: not runs.fault)
    kept(runs)
    assert runs._storage.load(runs.get(token).name).snapshot.status == "running"


def test_a_run_that_waits_for_its_turn_stays_its_servers(serve, monkeypatch):
    monkeypatch.setattr(keeper_module, "LEASE_SECONDS", 1.0)
    one, two = serve(), serve()
    token = one.start(SMALL, "quick", "me")
    kept(one)
    time.sleep(1.5)  # no slice came back meanwhile
    assert two.get(token).snapshot().message == ELSEWHERE
    assert not two._engine.jobs


def test_a_page_that_shows_an_old_copy_steers_the_run_itself(serve, monkeypatch):
    """A server that fell silent leaves its runs to another, where somebody looks meanwhile."""
    monkeypatch.setattr(keeper_module, "LEASE_SECONDS", 1.0)
    one, two = serve(), serve()
    token = one.start(SMALL, "quick", "me")
    one._engine.train()
    kept(one)
    shown = two.get(token)
    assert shown.snapshot().message == ELSEWHERE
    one._keeper._closed = True
    wait(lambda: two._engine.jobs)
    two.resume(shown)
    two.stop(shown)
    two._engine.train()
    assert shown is not two.get(token)
    assert two.get(token).status == "stopped"
    kept(two)
    assert two._storage.load(shown.name).snapshot.status == "stopped"


def test_what_another_server_finished_stays_finished(serve, monkeypatch):
    one, two = serve(), serve()
    token = one.start(SMALL, "quick", "me")
    one._engine.train(2)
    stale = one.get(token)
    one.pause(stale)
    wait(lambda: not one._keeper.held)
    there = two.get(token)
    two.resume(there)
    to_end(two, there)
    kept(two)
    wait(lambda: not two._keeper.held)
    for steer in (one.resume, one.stop, one.one_batch):
        steer(stale)
        assert (stale.status, stale.snapshot().message) == ("paused", ELSEWHERE)
    assert not one._engine.jobs
    assert one.get(token).snapshot().test.accuracy == 0.9


def test_a_copy_that_is_out_of_date_is_read_again(serve, monkeypatch):
    one, two = serve(), serve()
    token = one.start(SMALL, "quick", "me")
    one.pause(one.get(token))
    wait(lambda: not one._keeper.held)
    two.stop(two.get(token))
    two._engine.train()
    wait(lambda: not two._keeper.held)
    monkeypatch.setattr(run_store, "CHECK_SECONDS", 0)
    assert one.get(token).status == "stopped"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_is_removed_is_made_anew_with_what_trains(serve):
    runs = serve()
    token = runs.start(SMALL, "quick", "me")
    runs._engine.train(2)
    kept(runs)
    for file in runs._storage._database.file.parent.glob("runs.db*"):
        file.unlink()
    runs._engine.train()
    kept(runs)
    assert not runs.fault
    serve.kill(runs)
    losses = serve().get(token).snapshot().losses
    assert len(losses) > 10
    assert np.isfinite(losses).all()


def test_a_fault_that_passes_keeps_no_run_from_going_on(serve, monkeypatch):
    before = serve()
    before.start(SMALL, "quick", "me")
    before._engine.train(2)
    kept(before)
    serve.kill(before)
    load, faults = Storage.load, iter(range(2))

    def locked(self, name):
        if next(faults, None) is not None:
            raise StorageError("The database of runs is locked by another program.")
        return load(self, name)

    monkeypatch.setattr(Storage, "load", locked)
    after = serve()
    wait(lambda: after._engine.jobs)


def test_where_the_word_that_a_run_is_kept_is_lost_it_goes_on(serve, monkeypatch):
    """The connection ended between the commit and its answer."""
    runs = serve()
    token = runs.start(SMALL, "quick", "me")
    kept(runs)
    save, lost = Storage.save, []

    def unheard(*given):
        save(*given)
        if not lost:
            lost.append(given)
            raise StorageError("The database of runs does not answer.")

    monkeypatch.setattr(Storage, "save", unheard)
    runs._engine.train(3)
    wait(lambda: lost and not runs.fault)
    kept(runs)
    run = runs.get(token)
    assert run.status == "running"
    assert np.isfinite(runs._storage.load(run.name).snapshot.losses).all()
    assert runs._storage.load(run.name).snapshot.step == run.snapshot().step


def test_a_run_whose_newest_state_is_gone_is_kept_as_failed(serve):
    before = serve()
    token = before.start(SMALL, "quick", "me")
    before._engine.train(2)
    kept(before)
    name = before.get(token).name
    serve.kill(before)
    with before._storage.write() as connection:
        connection.exec_driver_sql("DELETE FROM arrays WHERE kind = 'newest'")
    after = serve()
    wait(lambda: after.of("me")[0].about.status == "failed")
    wait(lambda: after._storage.load(name).snapshot.status == "failed")
    assert "damaged" in after.get(token).snapshot().message
    assert not after._engine.jobs


def test_while_a_database_says_nothing_runs_in_memory_answer(serve, monkeypatch):
    monkeypatch.setattr(keeper_module, "SILENT_SECONDS", 1.0)
    runs = serve()
    token = runs.start(SMALL, "quick", "me")
    kept(runs)
    silent = threading.Event()
    for method in ("find", "renew", "in_training", "of_visitor"):
        monkeypatch.setattr(Storage, method, lambda *_: silent.wait(60) and [])
    stranger = threading.Thread(target=runs.get, args=("no run's token",))
    stranger.start()
    assert runs.get(token).status == "running"
    other = runs.start(SMALL, "quick", "me")
    wait(lambda: "does not answer" in runs.fault)
    assert len(runs.of("me")) == 2
    assert runs.get(other).status == "running"
    assert stranger.is_alive()
    silent.set()
    stranger.join()
    wait(lambda: not runs.fault)


def test_limits_are_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("LENET_RUNS_EACH", "12")
    monkeypatch.setenv("LENET_DAYS", "many")
    monkeypatch.setenv("LENET_EPOCHS", "0")
    assert quotas() == Quotas(runs_each=12)


def test_of_many_threads_that_ask_for_a_run_all_get_the_same(serve):
    before = serve()
    token = before.start(SMALL, "quick", "me")
    before.get(token).pause()
    kept(before)
    serve.kill(before)
    after, found = serve(), []
    threads = [threading.Thread(target=lambda: found.append(after.get(token))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(run) for run in found}) == 1


def test_a_run_that_a_visitor_found_first_is_not_taken_over_once_more(serve):
    """Two of one run in a process would both train it, and save it in turns."""
    before = serve()
    token = before.start(SMALL, "quick", "me")
    before._engine.train()
    kept(before)
    serve.kill(before)
    after = serve()
    run = after.get(token)
    after._take_over(run.name)
    assert after.get(token) is run
    assert after._keeper.held[run.name] is run


def test_killed_again_and_again_a_run_ends_as_if_nothing_had_been(database, tmp_path):
    config = replace(SMALL, epochs=50)
    moments = (1, 150, 350, 600)
    trained, losses = killed_and_started_again(database, tmp_path, config, "steady", moments)
    np.testing.assert_array_equal(losses, np.arange(1, 1001, dtype=np.float32))
    weights = start(config).weights
    for number in range(1, 1001):
        weights = step(weights, number)
    for name, array in trained.weights.items():
        np.testing.assert_array_equal(array, weights[name])
