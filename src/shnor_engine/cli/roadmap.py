"""`shnor roadmap LOG`: roadmaps as plan against fact, school year by school year."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    as_known_option,
    existing_log,
    json_option,
    on_option,
    opened,
    patience,
    print_json,
)


@click.command("roadmap")
@existing_log
@click.option("--school-year", type=int, help="Only the school year that ends in this year: 2024 is 2023/24.")
@on_option
@as_known_option
@json_option
def command(log: Path, school_year: int | None, on: date | None, as_known: Any, as_json: bool) -> None:
    """Show what was planned and what took place: held, late, overdue, moved, cancelled, unplanned."""
    with opened(log) as engine, patience("собираю дорожную карту"):
        found = engine.roadmap(school_year=school_year, on=on, as_known=as_known)
        if as_json:
            print_json(found.to_json())
        else:
            click.echo(found.text())
