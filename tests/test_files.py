"""Files are written whole or not at all."""

import stat

import pytest

from model import files


def names(folder):
    return [one.name for one in folder.iterdir()]


def test_a_file_is_as_it_was_where_its_writing_is_interrupted(tmp_path):
    file = tmp_path / "weights.bin"
    file.write_bytes(b"before")

    def interrupted():
        with files.whole(file) as unfinished:
            unfinished.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_bytes() == b"before"
    assert names(tmp_path) == ["weights.bin"]


def test_a_file_takes_the_place_of_the_one_before_with_its_rights(tmp_path):
    file = tmp_path / "weights.bin"
    files.write(file, b"one")
    file.chmod(0o640)
    files.write(file, b"two")
    assert file.read_bytes() == b"two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert names(tmp_path) == ["weights.bin"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    files.write(tmp_path / "link", b"content")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"content"


def test_what_cannot_be_written_is_known_before_and_named_as_its_reader_knows_it(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder"):
        files.make_room(tmp_path, 100)
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"file|directory"):
        files.make_room(tmp_path / "file" / "weights.bin", 100)
    with pytest.raises(FileNotFoundError) as told:
        files.write(tmp_path / "missing" / "weights.bin", b"")
    assert told.value.filename == str(tmp_path / "missing" / "weights.bin")


def test_making_room_leaves_everything_as_it_was(tmp_path):
    file = tmp_path / "new" / "weights.bin"
    files.make_room(file, 1000)
    assert names(file.parent) == []
    file.write_bytes(b"before")
    files.make_room(file, 1000)
    assert file.read_bytes() == b"before"
