"""`shnor packs`: the methodologies at hand."""

from __future__ import annotations

from datetime import date

import click

from shnor_engine.cli.shared import Day, json_option, language_option, print_json, table


@click.group("packs")
def command() -> None:
    """List the methodologies and read them."""


@command.command("list")
@json_option
def list_packs(as_json: bool) -> None:
    """List every pack with version, digest and status."""
    from shnor_engine.packs import builtin_packs

    packs = builtin_packs()
    if as_json:
        print_json({"packs": [pack.to_json() for pack in packs]})
    else:
        rows = [(pack.id, pack.version, pack.status, pack.digest[:12], pack.title["ru"]) for pack in packs]
        click.echo(table(("id", "версия", "состояние", "отпечаток", "название"), rows))


@command.command("describe")
@click.argument("pack_id", metavar="ID")
@click.option("--on", type=Day(), help="The values in force on this day. Default: today.")
@language_option
@json_option
def describe(pack_id: str, on: date | None, lang: str, as_json: bool) -> None:
    """Print a methodology as prose, for reading and signature."""
    from shnor_engine.packs import find_pack

    pack, day = find_pack(pack_id), on or date.today()
    text = pack.describe(on=day, language=lang)
    if as_json:
        print_json({**pack.to_json(), "on": day, "law": pack.law.digest, "text": text})
    else:
        click.echo(text)
