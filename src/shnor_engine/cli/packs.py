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
    pack, day = _pack(pack_id), on or date.today()
    text = pack.describe(on=day, language=lang)
    if as_json:
        print_json({**pack.to_json(), "on": day, "law": pack.law.digest, "text": text})
    else:
        click.echo(text)


@command.command("check")
@click.argument("pack_id", metavar="ID")
@click.option("--on", type=Day(), help="The day on which the values are looked at. Default: today.")
@language_option
@json_option
def check(pack_id: str, on: date | None, lang: str, as_json: bool) -> None:
    """Name every hole of a methodology: code, place in its text, what to do. Exit code 1 where it cannot decide."""
    found = _pack(pack_id).check(on=on or date.today())
    if as_json:
        print_json({"findings": [item.to_dict() for item in found]})
    else:
        lines = [f"{item.severity}: {item.code}: {item.text(lang)} [{item.where or pack_id}]" for item in found]
        click.echo("\n".join(lines) or pick(("Пробелов не найдено.", "No holes were found."), lang))
    if any(item.severity == "error" for item in found):
        raise click.exceptions.Exit(1)


@command.command("diff")
@click.argument("pack_id", metavar="ID")
@click.argument("newer_id", metavar="NEWER")
@click.option("--on", type=Day(), help="The day on which the values are compared. Default: today.")
@language_option
@json_option
def diff(pack_id: str, newer_id: str, on: date | None, lang: str, as_json: bool) -> None:
    """Say what the methodology NEWER changes against ID: clauses, values, decisions."""
    found = _pack(pack_id).diff(_pack(newer_id), on=on or date.today())
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(found.text(lang))


def _pack(pack_id: str) -> Pack:
    from shnor_engine.packs import find_pack

    return find_pack(pack_id, [item.pack for item in wanted().extension().packs])


def pick(pair: tuple[str, str], language: str) -> str:
    """The text of a language."""
    return pair[0] if language == "ru" else pair[1]
