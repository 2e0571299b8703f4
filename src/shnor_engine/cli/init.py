"""`shnor init LOG`: a new, empty log."""

from __future__ import annotations

from pathlib import Path

import click

from shnor_engine.cli.shared import json_option, log_argument, note, print_json


@click.command("init")
@log_argument
@click.option("--zone", default="Europe/Moscow", show_default=True, help="The time zone in which a day ends.")
@json_option
def command(log: Path, zone: str, as_json: bool) -> None:
    """Make a new, empty log. A file that holds anything is never touched."""
    from shnor_engine.engine import Engine
    from shnor_engine.errors import LogError
    from shnor_engine.log.moments import zone_of

    if log.exists() and (not log.is_file() or log.stat().st_size):
        raise click.ClickException(f"{log} exists already; an existing log is never overwritten")
    try:
        zone_of(zone)
    except LogError as error:
        raise click.BadParameter(str(error), param_hint="--zone") from None
    log.parent.mkdir(parents=True, exist_ok=True)
    with Engine.open(log, zone=zone) as engine:
        log_id = engine.log.log_id
    if as_json:
        print_json({"log": str(log), "log_id": log_id, "zone": zone, "position": 0})
    note(f"Создан журнал {log}. New log {log}.")
