"""`shnor way-out LOG SCHOOL`: the least change of facts by which a decision would turn."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.shared import decision_options, existing_log, keys_option, language_option, opened, print_json


@click.command("way-out")
@existing_log
@click.argument("school")
@decision_options
@click.option("--goal", help="The decision to reach, a code of the methodology. Default: not_met.")
@click.option("--since", type=click.IntRange(1990, 2100), help="The first year whose facts may change.")
@keys_option
@language_option
def command(
    log: Path,
    school: str,
    pack: str | None,
    year: int | None,
    keys: tuple[tuple[str, str], ...],
    goal: str | None,
    since: int | None,
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
) -> None:
    """Say what would have to change, in whole units, for SCHOOL to be decided otherwise."""
    with opened(log) as engine:
        when: dict[str, Any] = {"year": year, "since": since, "on": on, "as_known": as_known}
        found = engine.way_out(school, pack=pack, goal=goal, keys=dict(keys), **when)
        if as_json:
            print_json(found.to_dict())
        else:
            click.echo(found.text(lang))
