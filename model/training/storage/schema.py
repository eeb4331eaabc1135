"""The tables of what is kept of runs, and how a database of an older version is moved forward.

Adding something is a column or table below, and one entry in MIGRATIONS that adds it to databases
that have data already. A fresh database is made from the tables and is of the newest version.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("name", String(32), primary_key=True),
    # SHA-256 of tokens: whoever reads the database can neither steer a run nor be its visitor.
    Column("steering", String(64), nullable=False, unique=True),
    Column("showing", String(64), nullable=False, unique=True),
    Column("visitor", String(64), nullable=False, index=True),
    Column("created", Float(53), nullable=False),  # seconds since 1970, as all times here
    Column("seen", Float(53), nullable=False),  # when somebody last looked at it
    Column("config", Text, nullable=False),  # JSON
    Column("recipe", String(40), nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("steps_per_epoch", Integer, nullable=False),
    Column("images_per_epoch", Integer, nullable=False),  # 0 where version 1 kept the run
    Column("epochs", Text, nullable=False),  # JSON, a list with one object for each
    Column("test", Text, nullable=False),  # JSON, null until the run has ended
    Column("past_gone", Boolean, nullable=False),  # its weights of earlier epochs made room
    Column("owner", String(200), nullable=False),  # the process that trains it, or nobody
    Column("lease", Float(53), nullable=False),  # until when, unless it says so again
    Column("revision", Integer, nullable=False),  # how often it was saved
    Column("until", Integer, nullable=False),  # batches after which it pauses; 0: it goes on
    Column("changes", Text, nullable=False),  # JSON, settings that were changed on its way
    Column("seconds", Float(53), nullable=False),  # that workers trained and measured
    Column("title", String(80), nullable=False),  # what its visitor calls it
    Column("starred", Boolean, nullable=False),
    Column("origin", Text, nullable=False),  # JSON, the run whose weights it began with, or null
)

# The loss and accuracy of every batch, in pieces as they came; one piece once a run has ended.
HISTORIES = Table(
    "histories",
    METADATA,
    Column("run", String(32), ForeignKey(RUNS.c.name, ondelete="CASCADE"), primary_key=True),
    Column("first", Integer, primary_key=True),  # batches before this piece
    Column("losses", LargeBinary, nullable=False),  # float32, little-endian
    Column("accuracies", LargeBinary, nullable=False),
)

ARRAYS = Table(
    "arrays",
    METADATA,
    Column("run", String(32), ForeignKey(RUNS.c.name, ondelete="CASCADE"), primary_key=True),
    # "newest": the checkpoint of an active run or the weights of an ended one; "past": the weights
    # to predict with, as they were after `step` batches.
    Column("kind", String(10), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("content", LargeBinary),  # safetensors; NULL where it lies in a file
    Column("file", String(120)),
    Column("size", Integer, nullable=False),  # bytes
    Column("crc", BigInteger, nullable=False),  # zlib.crc32 of the content
)

VERSIONS = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

# One entry for each step forward from version 1 on: the statements that it takes.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    ("ALTER TABLE runs ADD COLUMN images_per_epoch INTEGER NOT NULL DEFAULT 0",),
    (
        "ALTER TABLE runs ADD COLUMN until INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN changes TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE runs ADD COLUMN seconds DOUBLE PRECISION NOT NULL DEFAULT 0",
        "ALTER TABLE runs ADD COLUMN title VARCHAR(80) NOT NULL DEFAULT ''",
        "ALTER TABLE runs ADD COLUMN starred BOOLEAN NOT NULL DEFAULT false",
        "ALTER TABLE runs ADD COLUMN origin TEXT NOT NULL DEFAULT 'null'",
    ),
)


class NewerSchemaError(Exception):
    """The database was made by a newer version of this app."""


def migrate(connection: Connection) -> None:
    """Bring the database to the newest version, in the transaction of `connection`, which must be
    one that writes: see `Database.write`.
    """
    if connection.dialect.name == "postgresql":  # replicas that start at once do it one by one
        connection.execute(text("SELECT pg_advisory_xact_lock(1998)"))
    newest = 1 + len(MIGRATIONS)
    if not inspect(connection).has_table(VERSIONS.name):
        _create_all(connection)
        connection.execute(insert(VERSIONS).values(version=newest))
        return
    version = connection.execute(select(VERSIONS.c.version)).scalar_one()
    if version > newest:
        raise NewerSchemaError
    for statements in MIGRATIONS[version - 1 :]:
        for statement in statements:
            connection.execute(text(statement))
    if version < newest:
        connection.execute(update(VERSIONS).values(version=newest))


def _create_all(connection: Connection) -> None:
    """METADATA.create_all makes a table's indexes in another order each time: they are a set."""
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index, if_not_exists=True))
