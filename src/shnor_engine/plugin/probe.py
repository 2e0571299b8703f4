"""A first load in a child process, with a time limit: what hangs or ends the process is refused before it can.

A probe is needed once for each distribution, version and state of the files; what it found is kept where the caller
says.
What merely raises is let through: the guarded load in this process gives the better message.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL

from shnor_engine.plugin.discovery import Found, file_times

LIMIT = 20.0  # seconds; a plugin that needs longer to import would lock the command line at every start
FORMAT = 1
DONE = 77  # exit code of a child that came to its end

_CODE = f"""
import os
import sys
from pathlib import Path
target = sys.argv[1]
sys.path[:0] = sys.argv[2:]
try:
    if target.endswith(".py"):
        from shnor_engine.plugin.discovery import load_file
        load_file(Path(target))
    else:
        from importlib.metadata import EntryPoint
        EntryPoint(name="probed", value=target, group="shnor_engine").load()
except (Exception, SystemExit):
    pass
os._exit({DONE})
"""

Run = Callable[[Found], str]


class Probes:
    """What first loads found, kept in a file (None: for the life of this object)."""

    def __init__(self, file: Path | None = None, *, limit: float = LIMIT) -> None:
        self.file, self.limit = file, limit
        self._known: dict[str, str] = self._read()

    def ask(self, found: Found) -> str:
        """Empty if the plugin can be loaded here, else why not."""
        key = "|".join(map(str, (found.name, found.distribution, found.version, found.target, *file_times(found))))
        if key not in self._known:
            self._known[key] = self._run(found)
            self._write()
        return self._known[key]

    def _run(self, found: Found) -> str:
        # The child sees what this process sees, also paths that were added while it ran.
        command = [sys.executable, "-c", _CODE, found.target, *(path for path in sys.path if path)]
        try:
            # What it prints is not kept, however much it is; that it came to its end it says by its exit code.
            done = subprocess.run(
                command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, timeout=self.limit, check=False
            )
        except subprocess.TimeoutExpired:
            return f"did not finish loading within {self.limit:g} s"
        return "" if done.returncode == DONE else f"ended the process while loading (exit code {done.returncode})"

    def _read(self) -> dict[str, str]:
        if self.file is None:
            return {}
        try:
            kept = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        known = kept.get("probes") if isinstance(kept, dict) and kept.get("format") == FORMAT else None
        return {str(key): str(value) for key, value in known.items()} if isinstance(known, dict) else {}

    def _write(self) -> None:
        """Keep what is known; a cache that cannot be written costs another probe and nothing else."""
        if self.file is None:
            return
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"format": FORMAT, "probes": self._known}), encoding="utf-8")
            beside.replace(self.file)
        except OSError:
            beside.unlink(missing_ok=True)
