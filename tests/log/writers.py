"""A process that forks writers of a log on command, so that killing one costs milliseconds and not an import.

Commands on stdin: `start PATH NAME CALLS` forks a writer, `kill` kills all of them, `join` waits for them.
On stdout: `ack NAME CALL FIRST LAST` for every call that was acknowledged, `dead` after a kill or a join.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from shnor_engine.events.base import Envelope
from shnor_engine.log import SqliteLog
from shnor_engine.testing.fakes import Noted


def write(path: str, name: str, calls: int) -> None:
    size = random.Random(name)
    with SqliteLog.open(path) as log:
        for call in range(calls):
            count = size.randint(1, 12)
            said = [
                Envelope(
                    event=Noted(about=name, text="x" * size.randint(0, 900)), event_id=f"{name}:{call}:{n}:{count}"
                )
                for n in range(count)
            ]
            done = log.append(said, actor=name)
            line = f"ack {name} {call} {done.positions[0]} {done.positions[-1]}\n"
            os.write(1, line.encode())


def main() -> None:
    children: list[int] = []
    for line in sys.stdin:
        command, *said = line.split()
        if command == "start":
            child = os.fork()
            if child == 0:
                write(said[0], said[1], int(said[2]))
                os._exit(0)
            children.append(child)
            continue
        for child in children:
            if command == "kill":
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        children.clear()
        os.write(1, b"dead\n")


class Writers:
    """The process from the outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, *words: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    def acknowledged(self) -> list[tuple[str, int, int, int]]:
        """Every acknowledged call (writer, call, first, last) since the last time, once all writers are dead."""
        assert self._process.stdout is not None
        found = []
        while (line := self._process.stdout.readline()) != "dead\n":
            assert line, "the process of the writers ended"
            _, name, *numbers = line.split()
            found.append((name, *map(int, numbers)))
        return found  # type: ignore[return-value]


@contextmanager
def writers() -> Iterator[Writers]:
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield Writers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


if __name__ == "__main__":
    main()
