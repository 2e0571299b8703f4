"""Where `shnor` starts, also as `python -m shnor_engine`: it can be interrupted before anything is loaded.

A tenth of a second goes by until the commands are imported. An interrupt in that time, or after the last command has
said what it had to say, finds nothing to clean up: one line and exit code 130, never a stack of Python's imports.

So this module, and the package above it, import nothing that the interpreter has not loaded by itself. What remains
is the interpreter's own start: nothing of ours runs yet, and a stack of Python's is all that can be had.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # `signal` itself first makes an enum of its numbers
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
SAID = "Прервано. Interrupted.\n".encode()


def main() -> None:
    """Run the command line and exit with its code; the entry point of `shnor`."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else it is ignored (nohup), or a host's
    if ours:
        signal.signal(signal.SIGINT, _stop)
    from shnor_engine import cli

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        cli.main()
    except KeyboardInterrupt:
        _stop(signal.SIGINT, None)
    finally:
        if ours:
            signal.signal(signal.SIGINT, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    """At once: nothing is open yet, or nothing any more, and an exception here could be swallowed by an import."""
    os.write(2, SAID)
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
