"""Intake: a workbook of 100,000 rows to events in a log, in a process of its own so that its memory is its own."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from benchmarks.measure import Row, folder, in_child, peak_memory_mb, seconds
from shnor_engine import Engine
from shnor_engine.events import SchoolRegistered

SCHOOLS, SECONDS, MEGABYTES = 1_500, 20, 1_000
SUBJECTS = ("русский язык", "математика", "физика", "биология", "история", "география")
HEAD = ("№ п/п", "Школа", "Предмет", "Класс", "Количество участников", "Не преодолели порог", "Средний балл")


def rows(*, quick: bool) -> Iterator[Row]:
    """A first import, the same file again, and one that corrects a tenth of it."""
    many = 5_000 if quick else 100_000
    with folder() as place:
        first, second, log = place / "first.xlsx", place / "second.xlsx", place / "log.db"
        _workbook(first, many, changed=False)
        _workbook(second, many, changed=True)
        _district(log)
        for name, path in (("import", first), ("the same file again", first), ("a tenth corrected", second)):
            took, peak = map(float, in_child("benchmarks.intake", str(log), str(path))[-1].split())
            note = f"{took:.1f} s (≤ {SECONDS}), peak {peak:.0f} MB (≤ {MEGABYTES})"
            yield Row(
                f"intake of {many:,} rows, {name}",
                many / took,
                unit="rows/s",
                bar=f"≤ {SECONDS} s, ≤ 1 GB",
                note=note,
            )


def _workbook(path: Path, many: int, *, changed: bool) -> None:
    chance = random.Random(1)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Итоги")
    sheet.write_row(0, 0, HEAD)
    for n in range(many):
        school, rest = n % SCHOOLS, n // SCHOOLS
        subject, grade = SUBJECTS[rest % 6], 1 + rest // 6 % 12
        participants = chance.randint(5, 90)
        below = chance.randint(0, participants - 1) + (changed and n % 10 == 0)
        mean = round(chance.uniform(2, 5), 2)
        sheet.write_row(n + 1, 0, (n + 1, f"МБОУ СОШ № {school}", subject, grade, participants, below, mean))
    sheet.write_row(many + 1, 0, ("", "Итого", "", "", "", "", ""))
    book.close()


def _district(path: Path) -> None:
    with Engine.open(path) as engine:
        schools = [
            SchoolRegistered(
                school_id=f"region/{n}",
                municipality=f"district-{n // 30}",
                region="region",
                kind="secondary",
                number=str(n),
                name=f"МБОУ СОШ № {n}",
            )
            for n in range(SCHOOLS)
        ]
        engine.append(schools, actor="benchmark")


def _import(log: Path, path: Path) -> None:
    with Engine.open(log) as engine:
        proposal = engine.propose(path, mapping="school_results", values={"year": 2024, "procedure": "ВПР"})
        if not proposal.ok:
            raise SystemExit(proposal.summary())
        engine.accept(proposal, actor="benchmark")
        print(proposal.summary())


if __name__ == "__main__":
    took = seconds(lambda: _import(Path(sys.argv[1]), Path(sys.argv[2])))
    print(took, peak_memory_mb())
