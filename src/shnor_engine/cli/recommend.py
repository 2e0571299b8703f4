"""`shnor recommend LOG`: what to do next for which school, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import existing_log, language_option, moment_options, opened, patience, print_json


@click.command("recommend")
@existing_log
@moment_options
@language_option
def command(log: Path, year: int | None, on: date | None, as_known: Any, as_json: bool, lang: str) -> None:
    """List first recommendations that follow from facts, each with its ground and events."""
    with opened(log) as engine, patience("собираю рекомендации"):
        advice = engine.recommend(year=year, on=on, as_known=as_known)
        if as_json:
            print_json(advice.to_json())
        else:
            click.echo(advice.text(lang))
