"""`shnor packs`: the methodologies at hand – listed, checked, described, compared, built into files, begun anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shnor_engine.cli.plugged import wanted
from shnor_engine.cli.shared import Day, json_option, language_option, note, print_json, table

if TYPE_CHECKING:
    from shnor_engine.extending import PackState
    from shnor_engine.packs import Pack

STATES = {
    "active": "действует",
    "draft": "проект",
    "refused": "отклонена",
    "disabled": "отключена",
    "superseded": "заменена",
}


@click.group("packs")
def command() -> None:
    """List the methodologies, check and read them, and begin one of your own."""


@command.command("list")
@json_option
def list_packs(as_json: bool) -> None:
    """List every pack with version, digest and status."""
    from shnor_engine.extending import not_there

    found = states()
    for name in not_there(found, wanted().extension().without):
        note(f"Методики {name} здесь нет: отключать нечего.")
    if as_json:
        print_json({"packs": [item.to_json() for item in found]})
        return
    rows = [
        (item.pack.id, item.pack.version, STATES[item.state], item.pack.digest[:12], item.pack.title["ru"], item.why)
        for item in found
    ]
    click.echo(table(("id", "версия", "состояние", "отпечаток", "название", "причина"), rows))


@command.command("check")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--on", type=Day(), help="As it stands on this day. Default: today.")
@language_option
@json_option
def check(ids: tuple[str, ...], on: date | None, lang: str, as_json: bool) -> int:
    """Look for holes in packs (all at hand without an ID). Exit 1 if one has an error."""
    day = on or date.today()
    refused = {(item.pack.id, item.pack.version): item.why for item in states() if item.state == "refused"}
    packs = [pack_at(one) for one in ids] or [item.pack for item in states() if item.state != "disabled"]
    sheets = [pack.manifest(on=day) for pack in packs]
    bad = [item for item in sheets if not item.sound or (item.pack.id, item.pack.version) in refused]
    if as_json:
        told = [item.to_dict() | {"why": refused.get((item.pack.id, item.pack.version))} for item in sheets]
        findings = [item for sheet in told for item in sheet["findings"]]
        print_json({"ok": not bad, "on": day, "findings": findings, "packs": told})
        return 1 if bad else 0
    from shnor_engine.packs.manifest import finding_lines

    lines = []
    for sheet in sheets:
        name, why = f"{sheet.pack.id} {sheet.pack.version}", refused.get((sheet.pack.id, sheet.pack.version))
        lines += [f"{name}: {line}" for line in finding_lines(sheet.findings, lang)]
        lines += [f"{name}: {why}"] if why and sheet.sound else []
    good = {"ru": "Пробелов не найдено.", "en": "No holes were found."}[lang]
    click.echo("\n".join(lines) or good)
    return 1 if bad else 0


@command.command("describe")
@click.argument("pack_id", metavar="ID")
@click.option("--on", type=Day(), help="The values in force on this day. Default: today.")
@click.option("--manifest", is_flag=True, help="The sheet of what it declares instead of its prose.")
@language_option
@json_option
def describe(pack_id: str, on: date | None, manifest: bool, lang: str, as_json: bool) -> None:
    """Print a methodology as prose, for reading and signature."""
    pack, day = pack_at(pack_id), on or date.today()
    if manifest:
        sheet = pack.manifest(on=day)
        if as_json:
            print_json(_with_events(sheet.to_dict(), pack))
        else:
            click.echo(sheet.text(lang))
        return
    text = pack.describe(on=day, language=lang)
    if as_json:
        print_json({**pack.to_json(), "on": day, "law": pack.law.digest, "text": text})
    else:
        click.echo(text)


@command.command("diff")
@click.argument("old", metavar="ID")
@click.argument("new", metavar="NEWER")
@click.option("--on", type=Day(), help="The values in force on this day. Default: today.")
@language_option
@json_option
def diff(old: str, new: str, on: date | None, lang: str, as_json: bool) -> None:
    """Say what the methodology NEWER changes against ID: ids, id@version, or files of packs build."""
    found = pack_at(old).diff(pack_at(new), on=on or date.today())
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(found.text(lang))


@command.command("build")
@click.argument("pack_id", metavar="ID")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: ID-VERSION.json."
)
@json_option
def build(pack_id: str, output: Path | None, as_json: bool) -> None:
    """Write a pack as one JSON file that decides without its Python (shnor --pack-file FILE …)."""
    from shnor_engine.packs import build as built

    pack = pack_at(pack_id)
    artefact, path = built(pack), output or Path(f"{pack.id}-{pack.version}.json")
    artefact.write(path)
    if as_json:
        print_json({"file": str(path), "digest": artefact.digest, "pack": pack.to_json()})
    else:
        click.echo(f"{path}: {pack.id} {pack.version}, отпечаток {artefact.digest}")


@command.command("new")
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder. Default: shnor-NAME.")
@language_option
@json_option
def new(name: str, output: Path | None, lang: str, as_json: bool) -> None:
    """Begin a plugin of your own: a package with a methodology, its examples and its tests."""
    from shnor_engine.packs.template import render, write

    folder = output or Path(f"shnor-{name}")
    files = write(render(name, language=lang), folder)
    if as_json:
        print_json({"folder": str(folder), "files": files})
        return
    for file in files:
        click.echo(str(folder / file))
    note(
        f"Дальше: cd {folder}; pip install --editable '.[test]'; pytest --shnor-update"
        if lang == "ru"
        else f"Next: cd {folder}; pip install --editable '.[test]'; pytest --shnor-update"
    )


def states() -> tuple[PackState, ...]:
    """Every methodology at hand with its state today."""
    return wanted().extension().states(on=date.today())


def pack_at(name: str) -> Pack:
    """The pack that a word names: an id (of several versions the one that decides), id@version, or a file.

    Raises `UnknownPack`, and `ArtefactError` for a file that is no pack.
    """
    from shnor_engine.packs import find_pack, load_artefact

    if name.endswith(".json") and Path(name).is_file():
        return load_artefact(Path(name))
    pack_id, _, version = name.partition("@")
    found = [item for item in states() if item.pack.id == pack_id and version in ("", item.pack.version)]
    found.sort(key=lambda item: item.state in ("active", "draft"))
    return found[-1].pack if found else find_pack(name, [item.pack for item in states()])


def _with_events(sheet: dict[str, object], pack: Pack) -> dict[str, object]:
    """The sheet with the types of events behind each projection that the pack reads."""
    known = wanted().extension().projections
    read = sorted({binding.projection for binding in pack.bindings.values()})
    events = {name: [cls.type for cls in known[name].reads] for name in read if name in known}
    return {**sheet, "events": events}
