"""Whether the files of an open log are still those that were opened.

Deleted, moved or replaced under a connection they would still take what is written, and nobody would find it again.
SQLite does not look, so a commit asks before it acknowledges.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from shnor_engine.errors import LogMoved

# Nanoseconds after which the next change of a folder is sure to bear another time. Where times are finer than a
# millisecond they are those of a clock that ticks at least every 10 ms (Linux, 100 Hz); else they may be as coarse as
# the two seconds of FAT.
SETTLED_FINE, SETTLED = 50_000_000, 2_500_000_000


class Files:
    """A log's file and the one of what is not yet in it, as they were when a connection opened them.

    Names are looked for in the folder that holds them: while it is as it was when both were found in it, neither can
    be gone. That is asked instead of the files themselves because Linux since 6.13 gives a file whose times somebody
    asked for exact times at the next write, which the flush of a commit then has to write too: 310 against 410 µs.
    """

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path.absolute())
        self._folder = os.path.dirname(self._path)
        # A link can be turned elsewhere, or what it names be moved, without a change of the folder that holds it.
        self._linked = path.is_symlink()
        self._unchanged: tuple[int, ...] | None = None
        ahead = f"{os.path.realpath(path) if self._linked else self._path}-wal"
        self._opened = [(one, found) for one in (self._path, ahead) if (found := _identity(one)) is not None]

    def still_there(self) -> None:
        """Raise `LogMoved` if one of them is not the file that was opened."""
        folder = _folder(self._folder)
        if folder is not None and folder == self._unchanged:
            return
        for one, opened in self._opened:
            found = _identity(one)
            if found != opened:
                raise LogMoved(one, "the file was deleted or moved" if found is None else "the file was replaced")
        self._unchanged = folder if folder is not None and not self._linked and _settled(folder[-1]) else None


def _settled(changed: int) -> bool:
    return time.time_ns() - changed > (SETTLED_FINE if changed % 1_000_000 else SETTLED)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _folder(path: str) -> tuple[int, ...] | None:
    """Which folder it is and when a name in it last changed; None where it cannot be asked."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns
