"""`shnor approve LOG REPORT`: sign the report of a moment; `--show` draws an approved one up again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from shnor_engine.cli.report import emit, format_option, pictures_option, place_option, template_option
from shnor_engine.cli.shared import (
    Day,
    actor_option,
    as_known_option,
    existing_log,
    json_option,
    opened,
    pack_option,
    print_json,
    year_option,
)


@click.command("approve")
@existing_log
@click.argument("report")
@click.option("--area", help="The area of the report (needed to approve).")
@click.option("--role", default="centre_head", show_default=True, help="The role that approves (never a name).")
@click.option("--organisation", help="The id of the body that approves.")
@click.option("--day", type=Day(), help="The day of the approval (needed to approve).")
@click.option("--show", is_flag=True, help="Draw an approved report up again and prove it by its digest.")
@click.option("--revision", type=click.IntRange(1), help="With --show: which revision. Default: the last.")
@pack_option
@year_option
@as_known_option
@actor_option
@json_option
@format_option
@place_option
@template_option
@pictures_option
def command(
    log: Path,
    report: str,
    area: str | None,
    role: str,
    organisation: str | None,
    day: date | None,
    show: bool,
    revision: int | None,
    pack: str | None,
    year: int | None,
    as_known: Any,
    actor: str,
    as_json: bool,
    formats: tuple[str, ...],
    output: Path | None,
    template: Path | None,
    pictures: bool,
) -> None:
    """Approve REPORT: the digest of the report of a moment, the role and the day become events.

    What is told later never changes an approved report: --show draws it up again, the same to the byte.
    --json: `{"report", "revision", "position", "digest", "role", "day"}`.
    """
    if show:
        with opened(log) as engine:
            document = engine.approved(report, revision=revision)
            emit(document, formats, output, name="spravka", as_json=as_json, template=template, pictures=pictures)
        return
    if area is None or day is None:
        raise click.UsageError("to approve, give --area and --day (or --show to see an approved report)")
    with opened(log, write=True) as engine:
        done = engine.approve(
            report,
            area=area,
            role=role,
            day=day,
            organisation=organisation,
            actor=actor,
            pack=pack,
            year=year,
            as_known=as_known,
        )
    if as_json:
        print_json(
            {
                "report": done.report_id,
                "revision": done.revision,
                "position": done.position,
                "digest": done.digest,
                "role": done.role,
                "day": done.day,
            }
        )
    else:
        click.echo(f"{done.report_id}, редакция {done.revision}: утверждено по записи {done.position}, {done.digest}")
