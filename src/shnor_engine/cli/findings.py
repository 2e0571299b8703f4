"""`shnor findings LOG`: what the checks of the programme find, each with its code and events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import existing_log, language_option, moment_options, opened, patience, print_json


@click.command("findings")
@existing_log
@moment_options
@language_option
def command(log: Path, year: int | None, on: date | None, as_known: Any, as_json: bool, lang: str) -> None:
    """List what is late, missing, impossible or at odds in the programme, each with its code."""
    with opened(log) as engine, patience("проверяю программу"):
        found = engine.findings(year=year, on=on, as_known=as_known)
        if as_json:
            print_json(found.to_json())
        else:
            click.echo(found.text(lang))
