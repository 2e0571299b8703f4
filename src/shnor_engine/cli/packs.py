"""`shnor packs`: the methodologies at hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from shnor_engine.cli.plugged import wanted
from shnor_engine.cli.shared import Day, json_option, language_option, print_json, table

if TYPE_CHECKING:
    from shnor_engine.extending import PackState
    from shnor_engine.packs import Pack


@click.group("packs")
def command() -> None:
    """List the methodologies and read them."""


@command.command("list")
@json_option
def list_packs(as_json: bool) -> None:
    """List every pack with version, digest and status."""
    states = wanted().extension().packs
    if as_json:
        print_json({"packs": [item.to_json() for item in states]})
    else:
        rows = [(item.pack.id, item.pack.version, _state(item), *_shown(item.pack)) for item in states]
        click.echo(table(("id", "версия", "состояние", "отпечаток", "название"), rows))


def _state(item: PackState) -> str:
    return f"{item.state}: {item.why}" if item.why else item.state


def _shown(pack: Pack) -> tuple[str, str]:
    return pack.digest[:12], pack.title["ru"]


@command.command("describe")
@click.argument("pack_id", metavar="ID")
@click.option("--on", type=Day(), help="The values in force on this day. Default: today.")
@language_option
@json_option
def describe(pack_id: str, on: date | None, lang: str, as_json: bool) -> None:
    """Print a methodology as prose, for reading and signature."""
    from shnor_engine.packs import find_pack

    packs = [item.pack for item in wanted().extension().packs]
    pack, day = find_pack(pack_id, packs), on or date.today()
    text = pack.describe(on=day, language=lang)
    if as_json:
        print_json({**pack.to_json(), "on": day, "law": pack.law.digest, "text": text})
    else:
        click.echo(text)
