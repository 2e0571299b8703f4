"""From the district's report to decisions: the Seversky history 2020–2024 in one run.

Builds `out/severskiy.db` from the report transcribed in `data/severskiy/`, prints the lists with their churn,
the decisions with one explanation in full, the recommendations, and writes `out/spravka.md`. With the extra `report`
it writes the same report for Word and Excel, as a page with pictures, the pictures, and the passport of one school.

    python examples/severskiy_2020_2024.py [OUT_FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from severskiy_history import REPORTED, history
from shnor_engine import Engine
from shnor_engine.errors import MissingExtra
from shnor_engine.report.pictures.draw import drawn
from shnor_engine.report.render.formats import printed

Moment = dict[str, Any]

YEAR = 2024
LAST = "МБОУ СОШ №7"  # the only school that is still on the list
EXPLAINED = "МБОУ СОШ №6"  # off the list and still under support: what a reader asks about first


def build(path: Path) -> Engine:
    """A fresh log at `path` with the whole report in it."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = Engine.open(path)
    done = engine.append(history(), actor="methodologist", recorded_at=REPORTED)
    print(f"Журнал {path}: {len(done.positions)} событий, партия {done.batch}.", file=sys.stderr)
    return engine


def texts(engine: Engine, out: Path, moment: Moment) -> Iterator[Path]:
    """The report as text: for reading, and with the evidence of every sentence; no extra is needed."""
    for form in ("md", "json"):
        yield save(out / f"spravka.{form}", engine.report(format=form, **moment))


def files(engine: Engine, out: Path, moment: Moment) -> Iterator[Path]:
    """Word, Excel, the page with pictures, the pictures, the passport of one school; with the extra `report`."""
    document = engine.document(**moment)
    passport = engine.school_document(LAST, **moment)
    try:
        for form in ("docx", "xlsx", "html"):
            yield save(out / f"spravka.{form}", printed(document, form))
        for form in ("docx", "html"):
            yield save(out / f"passport.{form}", printed(passport, form))
        for figure in document.figures():
            for form in ("svg", "png"):
                yield save(out / f"{figure.id}.{form}", drawn(figure.spec, form))
    except MissingExtra as error:
        print(f"Без Word, Excel и рисунков: {error}", file=sys.stderr)


def save(path: Path, said: str | bytes) -> Path:
    path.write_bytes(said if isinstance(said, bytes) else said.encode())
    return path


def title(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def main(out: Path) -> None:
    moment: Moment = {"year": YEAR, "on": REPORTED, "as_known": REPORTED}
    with build(out / "severskiy.db") as engine:
        title("Перечень ШНОР Северского района")
        print(engine.lists(as_known=REPORTED).text())

        title(f"Решения на {REPORTED:%d.%m.%Y}")
        print(engine.assess(**moment).text("ru"))

        title(f"Одно объяснение полностью: {EXPLAINED}")
        print(engine.explain(EXPLAINED, **moment).text("ru"))

        title("Рекомендации")
        print(engine.recommend(**moment).text("ru"))

        written = [*texts(engine, out, moment), *files(engine, out, moment)]
        print("", *(f"Записано: {path}" for path in written), engine.verify().summary(), sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out"))
