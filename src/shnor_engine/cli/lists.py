"""`shnor lists LOG`: who was on the list in which year, and the flow between neighbouring lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import as_known_option, existing_log, json_option, opened, patience, print_json


@click.command("lists")
@existing_log
@as_known_option
@json_option
def command(log: Path, as_known: Any, as_json: bool) -> None:
    """Show the lists by year with entries, stays and exits; a year without a list is unknown, not empty."""
    with opened(log) as engine, patience("собираю перечни"):
        history = engine.lists(as_known=as_known)
        if as_json:
            print_json(history.to_json())
        else:
            click.echo(history.text())
