"""One connection of a log: how it is opened, how a transaction on it begins and ends.

Ours: `isolation_level=None`, WAL, `BEGIN IMMEDIATE` (a deferred BEGIN that reads first does not wait for
`busy_timeout` when it comes to write), `synchronous=FULL`. A host's: its pragmas are checked, never set; outside
a transaction we begin and commit, inside one an append is a savepoint and the host's commit acknowledges it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from os import getpid
from pathlib import Path
from threading import Lock, RLock, local
from typing import Any, Literal, NamedTuple, TypeVar

from shnor_engine.errors import LogError, LogIsReadOnly, NotALog, OutcomeUnknown
from shnor_engine.log import schema
from shnor_engine.log.chain import EMPTY_CHAIN
from shnor_engine.log.files import Files
from shnor_engine.log.sql import UNWRITABLE, primary_code, rows, said, translated

T = TypeVar("T")
Synchronous = Literal["NORMAL", "FULL", "EXTRA"]
LEVELS: dict[str, int] = {"OFF": 0, "NORMAL": 1, "FULL": 2, "EXTRA": 3}
BUSY_TIMEOUT = 10.0  # seconds
# Pages of 4 KB that are written ahead before they are copied into the file. A file that grows costs the disk more
# at every flush than one that is overwritten (ext4: 226 against 126 µs), so small commits begin again soon; a batch
# of ten thousand events, about 2,000 pages, is not copied in its own commit.
AHEAD, AHEAD_OF_MANY = 1_000, 4_096
MANY = 1_000
_SETTLED = (5, 13)  # SQLITE_BUSY and SQLITE_FULL at COMMIT: the transaction still stands open and is rolled back


class Stand(NamedTuple):
    """The head of a log as a session sees it, with `recorded_at` as its text."""

    position: int
    batch: int
    chain: bytes
    recorded_at: str | None


_HEAD = "SELECT position, batch, chain, recorded_at FROM main.log_head"
_EMPTY = Stand(0, 0, EMPTY_CHAIN, None)


class Session:
    """A connection with its lock; used by one thread at a time."""

    def __init__(
        self, conn: sqlite3.Connection, where: str, failed: list[str], *, own: bool, files: Files | None = None
    ) -> None:
        self.conn = conn
        self.where = where
        self.lock = RLock()
        self._failed = failed  # shared by all sessions of one handle
        self._own = own
        self._files = files
        self._kept: tuple[int, Stand] | None = None
        self._ahead = AHEAD  # SQLite's own number

    def expects(self, events: int) -> None:
        """Let as much be written ahead as suits a batch of so many events; a host's connection is left as it is."""
        wanted = AHEAD if events < MANY else AHEAD_OF_MANY
        if self._own and wanted != self._ahead:
            self.rows(f"PRAGMA wal_autocheckpoint = {wanted}")
            self._ahead = wanted

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query; raises the log's errors, and `OutcomeUnknown` on a poisoned handle."""
        self.usable()
        with self.lock, translated(self.where):
            return rows(self.conn, sql, values)

    def usable(self) -> None:
        """Raise `OutcomeUnknown` if a commit failed on this handle before."""
        if self._failed:
            raise OutcomeUnknown(self._failed[0])

    def stand(self) -> Stand:
        """Where the log stands."""
        return self._read_stand(self.rows(_HEAD))

    @property
    def nested(self) -> bool:
        """Whether somebody's transaction is open, so that what is read here may still be rolled back."""
        return self.conn.in_transaction

    def write(self, work: Callable[[Stand], tuple[T, Stand]]) -> T:
        """Do the work under the write lock; commit at the end or undo everything on an error.

        The work gets the head as it stands under the lock and gives it back as it leaves it.
        """
        self.usable()
        with self.lock:
            version, kept, self._kept = 0, self._kept, None
            if self.conn.in_transaction:
                return self._in_savepoint(work)
            try:
                self.conn.execute("BEGIN IMMEDIATE")
                if self._own:
                    (version,) = self.conn.execute("PRAGMA main.data_version").fetchone()
                # The same version: nobody else has committed since, so the head is as we left it.
                head = kept[1] if kept is not None and kept[0] == version else self._stand()
                done, head = work(head)
                if self._files is not None:
                    self._files.still_there()
            except sqlite3.Error as error:
                self._roll_back()
                raise said(error, self.where) from error
            except BaseException:
                self._roll_back()
                raise
            self._commit()
            if self._own:
                self._kept = version, head
            return done

    def _stand(self) -> Stand:
        return self._read_stand(rows(self.conn, _HEAD))

    @staticmethod
    def _read_stand(found: list[Any]) -> Stand:
        return Stand(*found[0]) if found else _EMPTY

    def _in_savepoint(self, work: Callable[[Stand], tuple[T, Stand]]) -> T:
        from sqlite_utils import Database

        database = Database(self.conn, recursive_triggers=False, execute_plugins=False)
        with translated(self.where), database.atomic():
            # Takes the write lock before anything is read: a read first could never be turned into a write
            # while another writer is at work.
            self.conn.execute("UPDATE main.checkpoint SET position = position WHERE 0")
            return work(self._stand())[0]

    def _roll_back(self) -> None:
        # SQLite itself ends the transaction on some errors (a full disk, an I/O error).
        if self.conn.in_transaction:
            self.conn.execute("ROLLBACK")

    def _commit(self) -> None:
        try:
            self.conn.execute("COMMIT")
        except sqlite3.Error as error:
            if primary_code(error) in _SETTLED:
                self._roll_back()
                raise said(error, self.where) from error
            self._failed.append(
                f"{self.where}: the commit failed ({error}); the batch may or may not stand: "
                "open the log anew and append the same events with the same ids"
            )
            raise OutcomeUnknown(self._failed[0]) from error


class Sessions:
    """The sessions of one handle: one a thread, or a single shared one; a forked child gets its own."""

    def __init__(self, make: Callable[[], Session], *, shared: bool) -> None:
        self._make = make
        self._shared = shared
        self._lock = Lock()
        self._opened: list[Session] = []
        self._closed = False
        self.mine = local()

    def get(self) -> Session:
        """The session of this thread; raises `LogError` when the handle is closed."""
        if self._closed:
            raise LogError("this log was closed; open it again")
        if self._shared:
            return self._opened[0] if self._opened else self._add()
        found: Session | None = getattr(self.mine, "session", None)
        if found is None or self.mine.process != getpid():
            found = self.mine.session = self._add()
            self.mine.process, self.mine.views = getpid(), None
        return found

    def _add(self) -> Session:
        made = self._make()
        with self._lock:
            self._opened.append(made)
        return made

    def close(self) -> list[Session]:
        """What is to be closed; nothing can be got afterwards."""
        with self._lock:
            opened, self._opened, self._closed = self._opened, [], True
        return opened


def _may_be_ours(conn: sqlite3.Connection) -> bool:
    """Whether a file is empty or bears our mark: of another program's database not even the mode is changed."""
    mark = rows(conn, "PRAGMA application_id")[0][0]
    return mark == schema.APPLICATION_ID or not rows(conn, "SELECT 1 FROM sqlite_master LIMIT 1")


def open_file(path: Path, *, readonly: bool, synchronous: Synchronous, create: bool) -> sqlite3.Connection:
    """A connection of our own to a file; raises `NotALog` when there is none and none may be made."""
    if not path.exists() and (readonly or not create):
        raise NotALog(f"{path}: there is no such file; make a log with `shnor init`")
    with translated(str(path)):
        conn = _to_read(path) if readonly else _connect(path, "mode=rwc")
        try:
            if not readonly and _may_be_ours(conn):
                conn.execute("PRAGMA journal_mode = WAL")
            _prepare(conn, synchronous)
            rows(conn, "SELECT 1 FROM main.sqlite_master LIMIT 1")  # so that the -wal file is there, for `Files`
        except sqlite3.Error:
            conn.close()
            raise
    return conn


def _connect(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT,
        check_same_thread=False,
    )


def _to_read(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also in a folder that cannot be written (an archive, a medium, a share).

    To read a WAL file SQLite wants to make two files beside it. Where it may not, and no writer has left one there,
    the file is all there is and is read as it stands.
    """
    conn = _connect(path, "mode=ro")
    try:
        conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.Error as error:
        if primary_code(error) not in UNWRITABLE:
            return conn  # whatever is wrong with it, its reader will say
        conn.close()
        wal = path.with_name(f"{path.name}-wal")
        if wal.exists() and wal.stat().st_size:
            raise LogIsReadOnly(
                f"{path}: a writer left {wal.name}, and its folder cannot be written, which SQLite needs to read "
                "the two; copy both files to a folder of your own"
            ) from error
        return _connect(path, "mode=ro&immutable=1")
    return conn


def open_memory() -> sqlite3.Connection:
    """A connection to a log that lives as long as its handle."""
    conn = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _prepare(conn, "FULL")
    return conn


def _prepare(conn: sqlite3.Connection, synchronous: Synchronous) -> None:
    conn.execute(f"PRAGMA synchronous = {LEVELS[synchronous]}")
    conn.execute("PRAGMA recursive_triggers = ON")
    conn.execute("PRAGMA trusted_schema = OFF")


def check_host(conn: sqlite3.Connection, synchronous: Synchronous) -> None:
    """Raise `LogError` when a host's connection would weaken what an append promises."""
    level = rows(conn, "PRAGMA main.synchronous")[0][0]
    if level < LEVELS[synchronous]:
        raise LogError(
            f"the host's connection has PRAGMA synchronous = {level}, asked was {synchronous} "
            f"({LEVELS[synchronous]}): set it before, or open the log with a lower synchronous="
        )
    for pragma, wanted in (("ignore_check_constraints", 0), ("writable_schema", 0), ("query_only", 0)):
        if rows(conn, f"PRAGMA {pragma}")[0][0] != wanted:
            raise LogError(f"the host's connection has PRAGMA {pragma} on: turn it off before opening the log")
    if conn.text_factory is not str:
        raise LogError("the host's connection has a text_factory: a log needs str")


def ensure_schema(session: Session, meta: dict[str, str], *, own: bool, create: bool) -> None:
    """Make the tables where there are none, else check that they are as made.

    Raises `NotALog` or `SchemaChanged`. In a file of ours the number and the mark of the file are set as well.
    """
    conn, where = session.conn, session.where
    with translated(where):
        if not schema.has_log(conn):
            _make(session, meta, own=own, create=create)
        schema.check(conn, where)


def _make(session: Session, meta: dict[str, str], *, own: bool, create: bool) -> None:
    conn, where = session.conn, session.where
    if not create:
        raise NotALog(f"{where}: there is no log in it; make one with `shnor init`")
    begin = not conn.in_transaction
    if begin:
        conn.execute("BEGIN IMMEDIATE")
    try:
        if not schema.has_log(conn):  # another process may have been quicker
            if own and rows(conn, "SELECT 1 FROM main.sqlite_master LIMIT 1"):
                raise NotALog(f"{where}: another program's database; hand over a connection to keep a log in it")
            schema.create(conn, meta)
            if own:
                conn.execute(f"PRAGMA user_version = {schema.FORMAT}")
                conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    except BaseException:
        if begin and conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    if begin:
        conn.execute("COMMIT")
