"""`shnor recommendations LOG`: the register of what was recommended and what became of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import (
    as_known_option,
    existing_log,
    json_option,
    language_option,
    on_option,
    opened,
    patience,
    print_json,
)


@click.command("recommendations")
@existing_log
@click.option("--school", help="Only of this school: an id or any spelling.")
@click.option("--open", "only_open", is_flag=True, help="Only what still waits to be carried out.")
@on_option
@as_known_option
@json_option
@language_option
def command(
    log: Path, school: str | None, only_open: bool, on: date | None, as_known: Any, as_json: bool, lang: str
) -> None:
    """Show the register: every recommendation given, where it stands, by when it is due."""
    from dataclasses import replace

    with opened(log) as engine, patience("собираю реестр"):
        register = engine.recommendations(on=on, as_known=as_known)
        entries = register.entries
        if school is not None:
            asked = engine.school(school, engine.at(as_known, on=on))
            entries = tuple(entry for entry in entries if entry.about == asked)
        if only_open:
            entries = tuple(entry for entry in entries if entry.open)
        shown = replace(register, entries=entries)
        if as_json:
            print_json(shown.to_json())
        else:
            click.echo(shown.text(lang))
