"""`shnor export LOG`: the raw log as JSON lines, to keep, to move or to read with other tools."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from shnor_engine.cli.shared import after_option, existing_log, json_option, note, opened, output_option, progress


@click.command("export")
@existing_log
@output_option
@after_option
@json_option
def command(log: Path, output: Path | None, after: int, as_json: bool) -> None:
    """Write every row, corrections included, one JSON object a line; `shnor append` reads it back.

    --json wraps the same rows into one document.
    """
    with opened(log) as engine:
        lines: Iterator[str] = (f"{line}\n" for line in progress(engine.log.export(after=after), "событий"))
        if as_json:
            lines = iter([json.dumps({"events": [json.loads(line) for line in lines]}, ensure_ascii=False) + "\n"])
        if output is None:
            sys.stdout.writelines(lines)
            return
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    note(f"Записано: {output}")
