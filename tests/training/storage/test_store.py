"""What is kept of runs comes back as it was, from both databases, and faults are told."""

import errno
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from model.networks.architectures import NETWORKS, initial_weights
from model.training.checkpoint import final_weights, start
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.snapshot import Change, EpochResult, Origin, Snapshot
from model.training.storage import encoding, schema
from model.training.storage.database import FULL, Database, StorageError, _with_driver
from model.training.storage.record import Keys, Record
from model.training.storage.rows import DAMAGED, TakenError, too_many
from model.training.storage.store import Storage

CONFIG = Config(data="wardrobe", epochs=3, optimizer="adamw", averaging=0.9, batch_size=50)
SCORE = Score(0.25, 0.875, np.arange(100).reshape(10, 10))
ME, OTHER, FAR = "me", "another", 4e9


@pytest.fixture
def storage(database):
    made = Storage(database)
    yield made
    made.close()


def record(name="a", step=7, status="running", seed=1, visitor="v", **changes):
    rng = np.random.default_rng(seed)
    checkpoint = start(CONFIG)
    slots = {k: rng.normal(size=v.shape).astype(np.float32) for k, v in checkpoint.slots.items()}
    figures = rng.random((2, step)).astype(np.float32)
    epochs = (EpochResult(1, 0.5, 0.75, SCORE), EpochResult(2, 0.4, 0.8, None))
    told = (status, CONFIG, "quick", "", step, 3, *figures, epochs[: step // 3], 120.0, None, 4)
    snapshot = Snapshot(*told, images_per_epoch=130)
    keys = Keys(f"steer {name}", f"show {name}", visitor)
    ended = status == "finished"
    made = Record(
        name,
        keys,
        1e9,
        1e9,
        replace(snapshot, test=SCORE if ended else None),
        None if ended else replace(checkpoint, step=step, slots=slots),
        checkpoint.weights if ended else {},
    )
    return replace(made, **changes)


def keep(storage, made, since, owner=ME, lease=FAR):
    """Save a run as what follows on what is kept of it."""
    storage.save(replace(made, revision=storage.revision(made.name) or 0), since, owner, lease)


def same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])


def assert_same_scores(one, two):
    assert (one.loss, one.accuracy) == (two.loss, two.accuracy)
    np.testing.assert_array_equal(one.confusion, two.confusion)


def test_a_run_in_training_comes_back_bit_for_bit(storage):
    kept = record()
    keep(storage, kept, 0, ME, FAR)
    back = storage.load("a")
    assert (back.keys, back.created, back.seen) == (kept.keys, 1e9, 1e9)
    same(back.checkpoint.weights, kept.checkpoint.weights)
    same(back.checkpoint.slots, kept.checkpoint.slots)
    now, before = back.snapshot, kept.snapshot
    assert (now.status, now.step, now.config, now.recipe) == ("running", 7, CONFIG, "quick")
    np.testing.assert_array_equal(now.losses, before.losses)
    assert now.images_per_epoch == before.images_per_epoch == 130
    np.testing.assert_array_equal(now.accuracies, before.accuracies)
    assert [(e.epoch, e.loss, e.accuracy) for e in now.epochs] == [(1, 0.5, 0.75), (2, 0.4, 0.8)]
    assert_same_scores(now.epochs[0].validation, SCORE)
    assert now.epochs[1].validation is now.test is None


def test_history_is_added_piece_by_piece_and_is_one_in_the_end(storage):
    first, later = record(step=3), record(step=7)
    figures = later.snapshot.losses
    early = replace(first.snapshot, losses=figures[:3], accuracies=figures[:3])
    keep(storage, replace(first, snapshot=early), 0, ME, FAR)
    keep(storage, later, 3, ME, FAR)
    np.testing.assert_array_equal(storage.load("a").snapshot.losses, figures)
    keep(storage, record(status="finished"), 7, ME, FAR)
    back = storage.load("a")
    np.testing.assert_array_equal(back.snapshot.losses, figures)
    assert back.checkpoint is None
    same(back.weights, start(CONFIG).weights)
    assert_same_scores(back.snapshot.test, SCORE)
    with storage._database.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM histories")).scalar() == 1


def test_who_may_steer_and_who_may_watch_are_found_and_nobody_else(storage):
    keep(storage, record("a"), 0, ME, FAR)
    keep(storage, record("b", visitor="w", created=2e9), 0, ME, FAR)
    keep(storage, record("c", visitor="w", created=3e9, status="finished"), 0, ME, FAR)
    assert [storage.find(f"{kind} b") for kind in ("steer", "show")] == ["b", "b"]
    assert storage.find("b") is storage.find("") is storage.load("none") is None
    assert [one.name for one in storage.of_visitor("w", 10)] == ["c", "b"]
    assert [one.name for one in storage.of_visitor("w", 1)] == ["c"]
    listed = storage.of_visitor("w", 10)[0]
    assert (listed.network, listed.status, listed.step, listed.total_steps, listed.test) == (
        *("lenet", "finished", 7, 9),
        0.875,
    )


def test_one_process_trains_a_run_until_it_is_silent_or_dead(storage):
    keep(storage, record(), 0, ME, lease=100.0)
    assert not storage.claim("a", OTHER, 300.0, now=50.0, dead=set())
    assert storage.claim("a", ME, 100.0, now=50.0, dead=set())
    assert storage.claim("a", OTHER, 300.0, now=50.0, dead={ME})
    with pytest.raises(TakenError):
        keep(storage, record(step=8), 7, ME, FAR)
    assert storage.load("a").snapshot.step == 7
    assert storage.claim("a", ME, 900.0, now=301.0, dead=set())
    keep(storage, record(status="paused"), 7, ME, FAR)
    assert storage.claim("a", OTHER, FAR, now=50.0, dead=set())  # nobody trains it
    assert storage.in_training() == []


def past(*steps):
    weights = initial_weights(NETWORKS["lenet"], 5)
    return tuple((step, {k: v + step for k, v in weights.items()}) for step in steps)


def test_weights_of_the_past_are_found_by_their_moment(storage):
    keep(storage, record(past=past(0, 3)), 0, ME, FAR)
    keep(storage, record(past=past(6)), 7, ME, FAR)
    assert storage.steps("a") == (0, 3, 6)
    snapshot = storage.load("a").snapshot
    same(storage.weights("a", 3, snapshot), past(3)[0][1])
    with pytest.raises(StorageError, match="after 5 batches"):
        storage.weights("a", 5, snapshot)


def test_at_most_33_moments_are_kept_and_which():
    for epochs in range(1, 101):
        steps = {0, 10, 100}
        for epoch in range(1, epochs + 1):
            steps.add(epoch * 40)
            steps -= set(too_many(steps, 40))
            assert {0, 10, 100, epoch * 40} <= steps
        assert len(steps) <= 33
        stride = 1 if epochs <= 29 else 2 if epochs <= 59 else 4
        assert {e * 40 for e in range(stride, epochs + 1, stride)} <= steps


def test_what_makes_room(storage, tmp_path):
    keep(storage, record("old", status="finished", seen=10.0, past=past(0, 3)), 0, ME, FAR)
    keep(storage, record("new", status="paused", past=past(0)), 0, ME, FAR)
    keep(storage, record("busy", seen=5.0), 0, ME, FAR)
    assert storage.idle(before=20.0) == ["old"]
    assert storage.idle() == ["old", "new"]
    assert (storage.count(), storage.count("v"), storage.count("w")) == (3, 3, 0)
    [(name, size)] = storage.with_past()
    whole = storage.size()
    storage.forget_past(name)
    assert storage.size() == whole - size
    assert storage.steps("old") == ()
    assert storage.load("old").past_gone
    same(storage.load("old").weights, start(CONFIG).weights)
    storage.forget(["old", "busy"])
    assert storage.names() == ["new"]
    files = list(tmp_path.glob("kept/runs.arrays/*"))
    assert len(files) in (0, 2)  # blobs, or the newest and one moment


def test_files_that_nobody_names_are_swept(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'runs.db'}")
    keep(storage, record(), 0, ME, FAR)
    keep(storage, record(step=8), 7, ME, FAR)
    folder = tmp_path / "runs.arrays"
    assert len(list(folder.iterdir())) == 1
    (folder / "a-newest-9-0.safetensors").write_bytes(b"half")
    assert storage.sweep(time.time() - 100) == 0
    assert storage.sweep(time.time() + 100) == 1
    assert storage.load("a").checkpoint.step == 8


def test_a_damaged_file_is_told_and_the_newest_sound_weights_are_kept(tmp_path):
    storage = Storage(f"sqlite:///{tmp_path / 'runs.db'}")
    keep(storage, record(past=past(0, 3, 6)), 0, ME, FAR)
    for file in (tmp_path / "runs.arrays").iterdir():
        if "newest" in file.name or "past-6" in file.name:
            content = bytearray(file.read_bytes())
            content[-1] ^= 1
            file.write_bytes(content)
    back = storage.load("a")
    assert (back.snapshot.status, back.snapshot.message) == ("failed", DAMAGED)
    assert back.checkpoint is None
    same(back.weights, past(3)[0][1])
    for file in (tmp_path / "runs.arrays").iterdir():
        file.unlink()
    same(storage.load("a").weights, start(CONFIG).weights)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("config", '{"network": 3}'),
        ("config", '{"network": ["lenet"]}'),
        ("config", '["lenet"]'),
        ("config", "[" * 100_000),
        ("status", "asleep"),
        ("steps_per_epoch", 10**9),
        ("test", '{"loss": [1], "accuracy": 0.5, "confusion": []}'),
        ("test", '{"loss": 1, "accuracy": 0.5, "confusion": [[1, 2], [3, 4]]}'),
        ("test", '{"loss": 1, "accuracy": 0.5, "confusion": "none"}'),
        ("epochs", '[{"loss": ["low"], "accuracy": 0.5, "validation": null}]'),
        ("epochs", '[{"loss": 1, "accuracy": null, "validation": null}]'),
        ("epochs", '{"loss": 1}'),
        ("epochs", "5"),
    ],
)
def test_a_damaged_row_is_told(storage, column, value):
    """Whoever imports somebody's backup imports rows that a stranger wrote."""
    keep(storage, record(), 0, ME, FAR)
    with storage.write() as connection:
        connection.execute(text(f"UPDATE runs SET {column} = :value"), {"value": value})
    with pytest.raises(StorageError, match="damaged"):
        storage.load("a")
    assert all(type(one.network) is str for one in storage.of_visitor("v", 10))


def test_a_full_disk_is_told_and_leaves_what_was_kept(tmp_path, monkeypatch):
    storage = Storage(f"sqlite:///{tmp_path / 'runs.db'}")
    keep(storage, record(), 0, ME, FAR)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(StorageError) as told:
            keep(storage, record(step=9), 7, ME, FAR)
    assert str(told.value) == FULL
    assert storage.load("a").checkpoint.step == 7
    # The second of two files does not fit: the first one goes again.
    written, really = [], Path.write_bytes

    def nearly_full(path, content):
        if written:
            full()
        written.append(path)
        return really(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", nearly_full)
        with pytest.raises(StorageError):
            keep(storage, record(step=9, past=past(9)), 7, ME, FAR)
    assert len(list((tmp_path / "runs.arrays").iterdir())) == 1


def test_a_database_that_cannot_be_used_is_told(tmp_path, monkeypatch):
    def told(url):
        with pytest.raises(StorageError) as fault:
            Storage(url).names()
        return str(fault.value)

    for url in (
        "nonsense",
        "postgresql://user:se@cret:word@host/db",
        "postgresql://[::1/db",
        "sqlite:////",
        f"sqlite:///{tmp_path / 'x.db'}?timeout=abc",
    ):
        assert told(url).startswith(("DATABASE_URL is no address", "The database of runs cannot"))
        assert "word" not in told(url)
    assert "does not answer" in told(f"postgresql://lenet@/postgres?host={tmp_path}")
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    assert "damaged" in told(f"sqlite:///{tmp_path / 'text.db'}")
    (tmp_path / "file").touch()
    assert "cannot be used" in told(f"sqlite:///{tmp_path / 'file' / 'runs.db'}")
    assert str(tmp_path) not in told(f"sqlite:///{tmp_path / 'file' / 'runs.db'}")
    monkeypatch.setattr("model.training.storage.database.BUSY_SECONDS", 0.1)
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    storage = Storage(url)
    keep(storage, record(), 0, ME, FAR)
    with sqlite3.connect(tmp_path / "runs.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked by another program"):
            keep(storage, record(step=8), 7, ME, FAR)
        assert storage.load("a").snapshot.step == 7  # who reads does not wait
    keep(storage, record(step=8), 7, ME, FAR)


def test_hosts_name_postgresql_in_three_ways():
    from sqlalchemy.engine import make_url

    for name in ("postgres", "postgresql", "postgresql+psycopg"):
        url = _with_driver(make_url(f"{name}://somebody:secret@host/lenet"))
        assert url.drivername == "postgresql+psycopg"


def test_an_older_schema_is_moved_forward_and_a_newer_one_is_told(database, monkeypatch):
    storage = Storage(database)
    keep(storage, record(), 0, ME, FAR)
    storage.close()
    step = ("ALTER TABLE runs ADD COLUMN star INTEGER NOT NULL DEFAULT 1",)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, step))
    newest = 1 + len(schema.MIGRATIONS)
    for _ in range(2):  # the second time there is nothing to do
        moved = Database(database)
        with moved.begin() as connection:
            assert connection.execute(text("SELECT star FROM runs")).scalar() == 1
            version = connection.execute(text("SELECT version FROM schema_version")).scalar()
            assert version == newest
        moved.close()
    assert storage.load("a").snapshot.step == 7
    storage.close()
    monkeypatch.setattr(schema, "MIGRATIONS", ())
    with pytest.raises(StorageError, match="newer version of this app"):
        storage.names()


NEWEST = 1 + len(schema.MIGRATIONS)


def test_a_database_that_several_set_up_at_once_is_set_up_once(tmp_path):
    for number in range(20):
        databases = [Database(f"sqlite:///{tmp_path / f'{number}.db'}") for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(Database._ready, databases))
        with databases[0].begin() as connection:
            assert connection.execute(text("SELECT version FROM schema_version")).all() == [
                (NEWEST,)
            ]


@pytest.mark.parametrize("fresh", [True, False])
def test_a_change_of_the_tables_that_fails_half_way_leaves_what_was(database, monkeypatch, fresh):
    if not fresh:
        keep(storage := Storage(database), record(), 0, ME, FAR)
        storage.close()
    broken = ("ALTER TABLE runs ADD COLUMN star INTEGER", "ALTER TABLE nowhere ADD COLUMN x TEXT")
    with monkeypatch.context() as patch:
        if fresh:
            patch.setattr(schema, "insert", lambda _: 1 / 0)
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
        with pytest.raises((StorageError, ZeroDivisionError)):
            Storage(database).names()
    assert Storage(database).names() == ([] if fresh else ["a"])
    columns = {name for (name,) in _columns(database)}
    assert "star" not in columns


def _columns(database):
    with Database(database).begin() as connection:
        return [(c["name"],) for c in schema.inspect(connection).get_columns("runs")]


COLUMNS = """name steering showing visitor created seen config recipe status message step
steps_per_epoch images_per_epoch epochs test past_gone owner lease revision
until changes seconds title starred origin"""


def test_the_tables_are_those_of_the_version(database):
    """Whoever changes a table without an entry in MIGRATIONS is told here."""
    Storage(database).names()
    if database.startswith("postgresql"):
        database = database.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(database)
    columns = {
        name: sorted(c["name"] for c in schema.inspect(engine).get_columns(name))
        for name in schema.METADATA.tables
    }
    engine.dispose()
    assert len(schema.MIGRATIONS) == 2
    assert columns == {
        "schema_version": ["version"],
        "runs": sorted(COLUMNS.split()),
        "histories": ["accuracies", "first", "losses", "run"],
        "arrays": ["content", "crc", "file", "kind", "run", "size", "step"],
    }


NEW_IN_3 = ("until", "changes", "seconds", "title", "starred", "origin")


def test_what_the_first_version_kept_is_read_and_goes_on(database):
    """It did not note how many pictures an epoch has: all batches then count as whole ones."""
    keep(storage := Storage(database), record(), 0)
    with storage.write() as connection:
        for column in ("images_per_epoch", *NEW_IN_3):
            connection.execute(text(f"ALTER TABLE runs DROP COLUMN {column}"))
        connection.execute(text("UPDATE schema_version SET version = 1"))
    storage.close()
    back = (storage := Storage(database)).load("a")
    now = back.snapshot
    assert (now.step, now.images_per_epoch, now.images_in(0, 4)) == (7, 0, 200)
    [listed] = storage.of_visitor("v", 5)
    assert listed.name == "a"
    keep(storage, replace(back, snapshot=replace(now, status="paused")), 7)
    assert storage.load("a").snapshot.status == "paused"


def test_what_the_second_version_kept_of_an_ended_run_are_its_weights(storage):
    """They are there as before; it cannot go further, for its optimizer's state is not."""
    keep(storage, record(status="finished"), 0)
    back = storage.load("a")
    assert back.checkpoint is None
    same(back.weights, start(CONFIG).weights)
    assert (back.snapshot.changes, back.snapshot.title, back.snapshot.until) == ((), "", 0)


def test_an_ended_run_comes_back_with_what_it_needs_to_go_further(storage):
    checkpoint = replace(record().checkpoint, step=7)
    keep(storage, replace(record(status="finished"), checkpoint=checkpoint, weights={}), 0)
    back = storage.load("a")
    same(back.checkpoint.slots, checkpoint.slots)
    same(back.weights, final_weights(checkpoint, CONFIG))


def test_what_is_new_in_the_third_version_comes_back(storage):
    now = replace(
        record().snapshot,
        until=8,
        changes=(Change(3, "learning_rate", 0.001, 0.01), Change(5, "epochs", 4, 6)),
        seconds=12.5,
        title="Mine, with 'quotes'",
        starred=True,
        origin=Origin("b", 40),
    )
    keep(storage, replace(record(), snapshot=now), 0)
    back = storage.load("a").snapshot
    for name in NEW_IN_3:
        assert getattr(back, name) == getattr(now, name)
    [listed] = storage.of_visitor("v", 5)
    assert (listed.title, listed.starred, listed.seconds) == (now.title, True, 12.5)
    assert listed.config == now.config
    assert listed.origin == Origin("b", 40)


def test_what_a_file_holds_is_believed_only_where_it_fits(storage):
    keep(storage, record(), 0, ME, FAR)
    small = encoding.pack_weights({"x": np.zeros(3, np.float32)})
    for content in (b"", b"nonsense", small):
        with pytest.raises(encoding.DamagedError):
            encoding.unpack(content, 7, CONFIG)
        with pytest.raises(encoding.DamagedError):
            encoding.unpack_weights(content, CONFIG)


def test_what_is_not_ours_stays_in_the_folder(tmp_path):
    """Another database may lie beside this one, and share the folder."""
    keep(storage := Storage(f"sqlite:///{tmp_path / 'runs.db'}"), record(), 0, ME, FAR)
    keep(other := Storage(f"sqlite:///{tmp_path / 'runs.sqlite'}"), record("b"), 0, ME, FAR)
    folder = tmp_path / "runs.arrays"
    (folder / "lost+found").mkdir()
    (folder / "a-newest-3-00000000.safetensors").touch()
    assert storage.sweep(time.time() + 100) == 1
    assert other.load("b").checkpoint.step == 7


def test_a_folder_that_is_away_for_a_moment_damages_nothing(tmp_path):
    keep(storage := Storage(f"sqlite:///{tmp_path / 'runs.db'}"), record(), 0, ME, FAR)
    (tmp_path / "runs.arrays").rename(tmp_path / "away")
    with pytest.raises(StorageError, match="folder"):
        storage.load("a")
    (tmp_path / "away").rename(tmp_path / "runs.arrays")
    assert storage.load("a").checkpoint.step == 7


def test_who_reads_while_another_saves_gets_one_or_the_other(database, monkeypatch):
    keep(storage := Storage(database), record(), 0, ME, FAR)
    content, steps = Storage._content, iter((8, 9))

    def saved_meanwhile(self, *which):
        for step in steps:
            keep(storage, record(step=step), 7, ME, FAR)
            break
        return content(self, *which)

    monkeypatch.setattr(Storage, "_content", saved_meanwhile)
    back = Storage(database).load("a")
    assert (back.snapshot.status, back.snapshot.step, back.damaged) == ("running", 9, False)


def test_only_what_follows_the_newest_save_takes_its_place(storage):
    keep(storage, record(status="paused"), 0, ME, FAR)
    stale = storage.load("a")
    keep(storage, record(status="finished"), 7, OTHER, FAR)
    assert not storage.claim("a", ME, FAR, now=50.0, dead=set(), revision=stale.revision)
    with pytest.raises(TakenError):
        storage.save(stale, 7, ME, FAR)
    assert storage.load("a").snapshot.status == "finished"
    storage.forget(["a"])
    assert storage.claim("a", ME, FAR, now=50.0, dead=set(), revision=stale.revision)
    storage.save(stale, 7, ME, FAR)
    assert np.isfinite(storage.load("a").snapshot.losses).all()  # its whole history, anew
