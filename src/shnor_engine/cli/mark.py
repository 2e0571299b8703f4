"""`shnor mark LOG RECOMMENDATION STEP`: record what became of a recommendation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shnor_engine.cli.shared import Day, actor_option, existing_log, json_option, opened, print_json

if TYPE_CHECKING:
    from shnor_engine.events import When

SHORTEST = 6  # letters of an id by which it may be called
STEPS = ("accepted", "implemented", "verified", "withdrawn", "reopened")


@click.command("mark")
@existing_log
@click.argument("recommendation")
@click.argument("step", type=click.Choice(STEPS))
@click.option("--said", help="The evidence (implemented), the reason (withdrawn, reopened) or a note (verified).")
@click.option("--by", help="The role that accepts or verifies: head, methodologist, municipal_coordinator, …")
@click.option("--on", type=Day(), help="The day of the step. Default: today.")
@click.option("--due", type=Day(), help="The new day by which it is due, of one that is opened again.")
@actor_option
@json_option
def command(
    log: Path,
    recommendation: str,
    step: str,
    said: str | None,
    by: str | None,
    on: date | None,
    due: date | None,
    actor: str,
    as_json: bool,
) -> None:
    """Record one step of RECOMMENDATION; a step that cannot follow is refused.

    RECOMMENDATION is an id of the register (shnor recommendations LOG), or its beginning where one alone begins so.
    """
    with opened(log, write=True) as engine:
        recommendation = _whole(recommendation, [one.id for one in engine.recommendations(on=on)])
        engine.mark(recommendation, step, actor=actor, said=said, by=by, due=due, when=_when(on))
        entry = engine.recommendations(on=on)[recommendation]
        if as_json:
            print_json(entry.to_json())
        else:
            from shnor_engine.recommend.lifecycle import STATE_RU

            click.echo(f"{entry.name}: {entry.text}\n    {STATE_RU[entry.status]}")


def _whole(begun: str, known: list[str]) -> str:
    """The id that begins so, where one alone does; else what was given, for the engine to say what is wrong."""
    found = [one for one in known if len(begun) >= SHORTEST and one.startswith(begun)]
    return found[0] if len(found) == 1 else begun


def _when(on: date | None) -> When | None:
    from shnor_engine.events import When

    return None if on is None else When.day(on)
