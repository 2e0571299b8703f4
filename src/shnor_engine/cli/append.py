"""`shnor append LOG FILE`: events as JSON lines into the log, all or none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TextIO

import click

from shnor_engine.cli.shared import (
    Day,
    actor_option,
    existing_log,
    json_option,
    note,
    opened,
    print_json,
    progress,
)


@click.command("append")
@existing_log
@click.argument("file", type=click.File("r", encoding="utf-8"))
@actor_option
@click.option("--recorded-at", type=Day(), help="Load history: the day on which this was known; not one to come.")
@click.option("--request-id", help="Makes a retry of the whole call safe.")
@json_option
def command(
    log: Path, file: TextIO, actor: str, recorded_at: date | None, request_id: str | None, as_json: bool
) -> None:
    """Append events from FILE (JSON lines; - for stdin).

    One bad line and nothing is appended; every bad line is named with its field and the reason.
    """
    from shnor_engine.errors import CorrectionError, EventIdReused, InvalidEvent
    from shnor_engine.intake.jsonl import at_id, at_lines, read_numbered

    name = "stdin" if file.name in ("-", "<stdin>") else file.name
    with opened(log, write=True) as engine:
        if recorded_at is not None and recorded_at > engine.clock().astimezone(engine.zone).date():
            raise click.BadParameter(
                f"{recorded_at} is not yet past: nothing is known then", param_hint="--recorded-at"
            )
        read = read_numbered(progress(file, "строк"), engine.registry, name=name)
        try:
            done = engine.append(read.entries, actor=actor, recorded_at=recorded_at, request_id=request_id)
        except InvalidEvent as error:
            raise at_lines(error, read) from None
        except (CorrectionError, EventIdReused) as error:
            raise at_id(error, read) from None
    if as_json:
        print_json({"positions": done.positions, "repeated": done.repeated, "batch": done.batch})
    new = len(done.positions) - done.repeated
    note(f"Добавлено событий: {new}, уже было: {done.repeated}. Appended {new}, stored before {done.repeated}.")
