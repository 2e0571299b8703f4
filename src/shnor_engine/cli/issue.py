"""`shnor issue LOG`: give the recommendations that follow from the facts, and mark as expired what was due."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from shnor_engine.cli.shared import (
    Day,
    actor_option,
    existing_log,
    json_option,
    note,
    opened,
    patience,
    print_json,
    year_option,
)


@click.command("issue")
@existing_log
@year_option
@click.option("--on", type=Day(), help="The day on which they are given. Default: today.")
@click.option("--reopen", is_flag=True, help="Open again what expired or was verified and whose ground still stands.")
@click.option("--dry-run", is_flag=True, help="Show what would be given, and write nothing.")
@actor_option
@json_option
def command(
    log: Path, year: int | None, on: date | None, reopen: bool, dry_run: bool, actor: str, as_json: bool
) -> None:
    """Issue the recommendations of the day; what is open already is not issued again.

    What was due before the day and has no evidence is marked as expired first.
    """
    with opened(log, write=not dry_run) as engine, patience("выдаю рекомендации"):
        if dry_run:
            advice = engine.recommend(year=year, on=on)
            print_json(advice.to_json()) if as_json else click.echo(advice.text())
            return
        expired = engine.expire(on=on, actor=actor)
        advice = engine.recommend(year=year, on=on)
        issued = engine.issue(advice, actor=actor, reopen=reopen)
        for said in issued.notes:
            note(said)
        if as_json:
            parts = {"new": issued.new, "reopened": issued.reopened, "standing": issued.standing, "expired": expired}
            print_json({"on": advice.on, **{name: list(ids) for name, ids in parts.items()}})
            return
        click.echo(
            f"Выдано: {len(issued.new)}, открыто вновь: {len(issued.reopened)}, уже выданы ранее: "
            f"{len(issued.standing)}, истёк срок: {len(expired)}"
        )
        for entry in engine.recommendations(on=advice.on):
            if entry.id in issued.new or entry.id in issued.reopened:
                due = f", срок {entry.due:%d.%m.%Y}" if entry.due else ""
                click.echo(f"  {entry.id}  {entry.name}: {entry.text}{due}")
