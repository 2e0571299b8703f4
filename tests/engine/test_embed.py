"""The example that shows how a host embeds the engine runs and says what it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "embed.py"


def test_the_example_runs_alone_and_explains_the_school(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, encoding="utf-8", check=True, cwd=tmp_path
    )
    assert done.stdout.startswith("МБОУ СОШ № 1 – под наблюдением\nМБОУ СОШ № 1, 2024 год: под наблюдением.")
    assert "школа есть в перечне 2023 года" in done.stdout
    assert (done.stderr, list(tmp_path.iterdir())) == ("", [])
