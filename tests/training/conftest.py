"""The databases that tests of kept runs go through."""

import pytest

from tests import databases


@pytest.fixture(scope="session")
def postgresql():
    with databases.postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kept' / 'runs.db'}"
    address = request.getfixturevalue("postgresql")
    databases.empty(address)
    return address
