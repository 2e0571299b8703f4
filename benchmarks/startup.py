"""Start-up: what a host pays for the import, and a person for the first word of help."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.measure import Row, cold


def rows(*, quick: bool) -> Iterator[Row]:
    """Medians of 11 cold interpreters (5 when quick)."""
    rounds = 5 if quick else 11
    bare, pydantic = cold("pass", rounds=rounds), cold("import pydantic", rounds=rounds)
    package = cold("import shnor_engine", rounds=rounds)
    engine = cold("from shnor_engine import Engine", rounds=rounds)
    shown = cold("from shnor_engine.cli import run; run(['--help'])", rounds=rounds)
    yield Row(
        "import shnor_engine (baseline: import pydantic)", package * 1000, pydantic * 1000, unit="ms", bar="≤ 1.5"
    )
    yield Row("from shnor_engine import Engine", engine * 1000, pydantic * 1000, unit="ms")
    yield Row("shnor --help, over the bare interpreter", (shown - bare) * 1000, unit="ms", bar="≤ 120")
