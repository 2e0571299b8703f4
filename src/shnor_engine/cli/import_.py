"""`shnor import LOG FILE --mapping M`: what a spreadsheet proposes, and with `--accept` into the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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
    table,
)

if TYPE_CHECKING:
    from shnor_engine.intake.proposal import Proposal

SHOWN = 200  # lines of each table; the whole is in --json


@click.command("import")
@existing_log
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--mapping",
    "-m",
    required=True,
    help="A YAML file, or a name: schools, list_by_years, school_results, activities, risk_profile, or that of a "
    "plugin's importer.",
)
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A parameter of the mapping (repeatable).")
@click.option("--day", type=Day(), help="The day of the document that the file is.")
@click.option("--dry-run", is_flag=True, help="Only show what is proposed (the default).")
@click.option("--accept", is_flag=True, help="Append what is proposed, if everything was understood.")
@click.option("--accept-partial", is_flag=True, help="Append what was understood, and leave the rest.")
@actor_option
@click.option("--recorded-at", type=Day(), help="Load history: the day on which this was known.")
@json_option
def command(
    log: Path,
    file: Path,
    mapping: str,
    values: tuple[str, ...],
    day: date | None,
    dry_run: bool,
    accept: bool,
    accept_partial: bool,
    actor: str,
    recorded_at: date | None,
    as_json: bool,
) -> int:
    """Show what FILE (xlsx, xls, ods, csv) proposes: new events, corrections, and what was not understood.

    Nothing is appended without --accept. Exit 1 while something was not understood.
    """
    write = accept or accept_partial
    if dry_run and write:
        raise click.UsageError("--dry-run and --accept exclude each other")
    with opened(log, write=write) as engine, patience(f"читаю {file.name}"):
        proposal = engine.propose(file, mapping=mapping, values=_values(values), day=day)
        taken = write and (proposal.ok or accept_partial)
        done = (
            engine.accept(proposal, actor=actor, partial=accept_partial, recorded_at=recorded_at) if taken else None
        )
    if as_json:
        added = (
            None if done is None else {"positions": done.positions, "repeated": done.repeated, "batch": done.batch}
        )
        print_json({**proposal.to_json(), "accepted": added})
    else:
        click.echo(_shown(proposal))
    if done is not None:
        new = len(done.positions) - done.repeated
        note(f"Добавлено в журнал: {new}. Appended {new}.")
    elif proposal.problems:
        note("В журнал ничего не добавлено: сначала исправьте непонятные места. Nothing was appended.")
    elif proposal.entries:
        note("В журнал ничего не добавлено; добавить: --accept. Nothing was appended; to append: --accept.")
    return 0 if proposal.ok or done is not None else 1


def _values(given: Iterable[str]) -> dict[str, str]:
    values = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise click.UsageError(f"--set {one}: NAME=VALUE is needed")
        values[name.strip()] = value.strip()
    return values


def _shown(proposal: Proposal) -> str:
    parts = [proposal.summary()]
    if proposal.problems:
        rows = [(p.sheet, p.cell, p.value, p.ru) for p in proposal.problems]
        parts += ["\nНепонятные места", _table(("лист", "ячейка", "значение", "что не так"), rows)]
    if proposal.corrections:
        changes = [
            (c.subject, c.cell, change.field, _said(change.old), _said(change.new))
            for c in proposal.corrections
            for change in c.changes
        ]
        parts += ["\nПоправки", _table(("о ком", "ячейки", "поле", "в журнале", "в файле"), changes)]
    if proposal.notes:
        parts += ["\nК сведению", _table(("ячейка", "что"), [(n.cell, n.ru) for n in proposal.notes])]
    if proposal.skipped:
        passed = [(s.rule, s.around, s.cells) for s in proposal.skipped]
        parts += ["\nПропущено по правилам", _table(("правило", "где", "ячеек"), passed)]
    return "\n".join(parts)


def _said(value: object) -> str:
    from shnor_engine.events.russian_dates import say_when
    from shnor_engine.events.when import When

    if value is None:
        return "неизвестно"
    if isinstance(value, When):
        return say_when(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    more = f"\n… и ещё {len(rows) - SHOWN}; все: --json" if len(rows) > SHOWN else ""
    return table(head, rows[:SHOWN]) + more
