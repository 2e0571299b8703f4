"""`shnor schema`: the JSON Schema of every event."""

from __future__ import annotations

import click

from shnor_engine.cli.shared import print_json


@click.command("schema")
@click.option("--json", "as_json", is_flag=True, default=True, help="JSON Schema on stdout (always).")
def command(as_json: bool) -> None:
    """Print the JSON Schema of every event type, newest versions."""
    from shnor_engine.events import catalogue

    print_json(catalogue().json_schema())
