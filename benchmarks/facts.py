"""Facts for every benchmark: results of many schools in random order, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from shnor_engine.events import ResultRecorded

SUBJECTS = ("russian", "mathematics", "physics", "biology", "history", "geography")


def result_fields(count: int, *, schools: int = 40_000, seed: int = 1) -> Iterator[dict[str, Any]]:
    """`count` results, as loose fields, schools in random order."""
    chance = random.Random(seed)
    for n in range(count):
        participants = chance.randint(5, 90)
        yield {
            "school_id": f"district-{chance.randrange(schools) // 32}/{chance.randrange(32)}",
            "year": 2015 + n % 10,
            "procedure_kind": ("vpr", "oge", "ege")[n % 3],
            "discipline": SUBJECTS[n % 6],
            "participants": participants,
            "below_min": chance.randint(0, participants),
            "grade": 5 + n % 5,
        }


def results(count: int, **said: Any) -> list[ResultRecorded]:
    """The same as events."""
    return [ResultRecorded(**fields) for fields in result_fields(count, **said)]
