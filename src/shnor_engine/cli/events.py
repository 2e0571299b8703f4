"""`shnor events LOG`: the events as JSON lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    after_option,
    as_known_option,
    existing_log,
    json_line,
    json_option,
    opened,
    print_json,
)


@click.command("events")
@existing_log
@click.option("--type", "types", multiple=True, help="Only this event type (repeatable).")
@click.option("--subject", "subjects", multiple=True, help="Only this subject (repeatable).")
@after_option
@click.option("--raw", is_flag=True, help="Every row, also what was corrected, and the corrections themselves.")
@as_known_option
@json_option
def command(
    log: Path, types: tuple[str, ...], subjects: tuple[str, ...], after: int, raw: bool, as_known: Any, as_json: bool
) -> None:
    """Print the events that stand, one JSON object a line (--json: one document)."""
    with opened(log) as engine:
        stored = engine.log.read(
            types=types or None, subjects=subjects or None, after=after, as_known=as_known, effective=not raw
        )
        rows = (_plain(row) for row in stored)
        if as_json:
            print_json({"events": list(rows)})
            return
        for row in rows:
            sys.stdout.write(json_line(row) + "\n")


def _plain(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    fields = asdict(row)
    fields["body"] = json.loads(row.body)
    fields["source"] = json.loads(row.source) if row.source else None
    return {key: value for key, value in fields.items() if value is not None}
