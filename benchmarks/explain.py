"""Explain one school out of sixty facts; and what a correction costs beside deciding everybody again."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import date
from random import Random

from benchmarks.measure import Row, folder, seconds
from shnor_engine import Engine
from shnor_engine.events import ResultRecorded, SchoolRegistered
from shnor_engine.packs import find_pack
from shnor_engine.packs.builtin.sittings import Sitting
from shnor_engine.reasoning import Facts

ON = date(2024, 12, 20)
KINDS = ("mathematics", "russian", "physics", "history", "biology", "chemistry")
YEARS = range(2015, 2025)


def rows(*, quick: bool) -> Iterator[Row]:
    """The median of one explanation; then one school decided after a correction, beside all of them."""
    yield _explained(50 if quick else 400)
    yield from _corrected(100 if quick else 3_000)


def _explained(rounds: int) -> Row:
    pack, random = find_pack("ru.shnor.a-or-b"), Random(1)
    told = [
        {
            "school": "d/1",
            "year": year,
            "procedure": f"oge.{kind}",
            "participants": 25,
            "below_min": random.randint(4, 12),
            "events": [f"{year}-{kind}"],
        }
        for year in YEARS
        for kind in KINDS
    ]
    facts = Facts.of({Sitting: told}, closed=True)
    keys = {"school": "d/1", "year": 2024}

    def once() -> None:
        pack.explain(pack.decide(keys, facts, on=ON)).text("ru")

    once()
    took = statistics.median(seconds(once) for _ in range(rounds)) * 1_000
    return Row(
        "explain one school of 60 facts", took, unit="ms", bar="≤ 5 ms", note="decide, explain, text in Russian"
    )


def _corrected(schools: int) -> Iterator[Row]:
    random = Random(2)
    with folder() as place, Engine.open(place / "district.db") as engine:
        engine.append([_school(number) for number in range(schools)], actor="bench")
        told = [
            _result(number, year, kind, random)
            for number in range(schools)
            for year in (2023, 2024)
            for kind in KINDS
        ]
        done = engine.append(told, actor="bench")
        everybody = seconds(lambda: list(engine.assess(pack="ru.shnor.a", year=2024, on=ON)))
        row = next(engine.log.read(after=done.positions[-1] - 1))
        engine.supersede(row.event_id, told[-1].model_copy(update={"below_min": 0}), reason="check", actor="bench")
        one = f"d/{schools - 1}"
        asked = {"pack": "ru.shnor.a", "year": 2024, "on": ON, "subjects": [one]}
        engine.assess(**asked)
        alone = statistics.median(seconds(lambda: list(engine.assess(**asked))) for _ in range(9))
        yield Row(
            f"after a correction: one of {schools:,} schools",
            alone * 1_000,
            everybody * 1_000,
            unit="ms",
            bar="≤ 0.25",
            note="only the rows of the school are read; baseline: everybody",
        )


def _school(number: int) -> SchoolRegistered:
    return SchoolRegistered(
        school_id=f"d/{number}", municipality="d", region="r", kind="secondary", name=f"СОШ № {number}"
    )


def _result(number: int, year: int, kind: str, random: Random) -> ResultRecorded:
    return ResultRecorded(
        school_id=f"d/{number}",
        year=year,
        procedure_kind="oge",
        discipline=kind,
        participants=25,
        below_min=random.randint(0, 12),
    )
