"""`python -m model.runs`: all runs into one file, and back into any database."""

import time

import numpy as np
import pytest

from model import runs as command
from model.training.storage.store import Storage
from tests.training.storage.test_store import FAR, ME, keep, past, record


def fill(storage):
    keep(storage, record("a", past=past(0, 3)), 0, ME, FAR)
    keep(storage, record("b", status="finished", created=2e9), 0, ME, FAR)


def test_there_and_back(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'one.db'}")
    fill(first := Storage(f"sqlite:///{tmp_path / 'one.db'}"))
    file = tmp_path / "back?up c%20d.db"
    assert command.main(["export", str(file)]) == 0
    assert file.exists()
    assert "2 runs copied; 0 were there already." in capsys.readouterr().out
    assert not file.with_suffix(".arrays").exists()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'two.db'}")
    assert command.main(["import", str(file)]) == 0
    second = Storage(f"sqlite:///{tmp_path / 'two.db'}")
    for name in ("a", "b"):
        before, after = first.load(name), second.load(name)
        assert (before.keys, before.created) == (after.keys, after.created)
        np.testing.assert_array_equal(before.snapshot.losses, after.snapshot.losses)
        assert after.seen > time.time() - 600  # so an old backup stays for a while
        assert first.steps(name) == second.steps(name)
    for key, array in first.load("a").checkpoint.slots.items():
        np.testing.assert_array_equal(array, second.load("a").checkpoint.slots[key])
    moment = second.weights("a", 3, second.load("a").snapshot)
    np.testing.assert_array_equal(moment["conv1/bias"], past(3)[0][1]["conv1/bias"])
    assert second.claim("a", "another server", FAR, now=1.0, dead=set())  # nobody trains it there
    capsys.readouterr()
    assert command.main(["import", str(file)]) == 0
    assert "0 runs copied; 2 were there already." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "content", "words"),
    [
        ("export", b"", "is there already"),
        ("import", None, "is not there"),
        ("import", b"This is no backup. " * 100, "damaged"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path, capsys, monkeypatch, what, content, words):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'one.db'}")
    file = tmp_path / "backup.db"
    if content is not None:
        file.write_bytes(content)
    assert command.main([what, str(file)]) == 2
    assert words in capsys.readouterr().err


def test_a_file_of_somebody_else_writes_nowhere_else(tmp_path, monkeypatch, capsys):
    keep(evil := Storage(f"sqlite:///{tmp_path / 'evil.db'}", blobs=True), record(), 0, ME, FAR)
    with evil.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table, column in (("runs", "name"), ("arrays", "run"), ("histories", "run")):
            connection.exec_driver_sql(f"UPDATE {table} SET {column} = '../../evil'")
    evil.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'a' / 'b' / 'runs.db'}")
    assert command.main(["import", str(tmp_path / "evil.db")]) == 2
    assert "a name that none of ours has" in capsys.readouterr().err
    assert not list(tmp_path.rglob("evil*.safetensors"))
