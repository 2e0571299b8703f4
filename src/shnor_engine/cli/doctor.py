"""`shnor doctor [LOG]`: what is installed, what is missing, and whether the log opens."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shnor_engine.cli.shared import json_option, patience, print_json, table

CORE = ("pydantic", "pluggy", "sqlite-utils", "polars", "narwhals", "click")
EXTRAS = {
    "sim": "scipy",
    "report": "docxtpl",
    "intake": "python_calamine",
    "web": "starlette",
    "postgres": "psycopg",
    "rich": "rich",
}


@click.command("doctor")
@click.argument("log", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def command(log: Path | None, as_json: bool) -> int:
    """Check the installation, and a log if one is given. Exit 1 if something is wrong."""
    import platform
    import sqlite3
    from importlib import util

    from shnor_engine import __version__

    rows: list[tuple[str, str, bool]] = [
        ("shnor-engine", __version__, True),
        ("python", platform.python_version(), sys.version_info >= (3, 11)),
        ("sqlite", sqlite3.sqlite_version, sqlite3.sqlite_version_info >= (3, 37)),
        *((name, *_version(name)) for name in CORE),
        *((f"extra {extra}", "да" if util.find_spec(module) else "нет", True) for extra, module in EXTRAS.items()),
    ]
    if log is not None:
        from shnor_engine.log.verify import verify_file

        with patience("проверяю журнал"):
            result = verify_file(log)
        rows.append((f"log {log}", result.summary(), result.ok))
        rows += [("finding", str(finding), False) for finding in result.findings]
        if result.ok:
            rows += _events(log)
    good = all(ok for _, _, ok in rows)
    if as_json:
        print_json({"ok": good, "checks": [{"name": n, "value": v, "ok": ok} for n, v, ok in rows]})
    else:
        click.echo(table(("что", "есть", "годится"), [(n, v, "да" if ok else "НЕТ") for n, v, ok in rows]))
    return 0 if good else 1


def _events(log: Path) -> list[tuple[str, str, bool]]:
    """Standing events that cannot be read here, and references to what no standing event registers, by name."""
    from shnor_engine.cli.shared import opened
    from shnor_engine.events.checks import dangling, unreadable

    with opened(log) as engine:
        unread = [("события", str(problem), False) for problem in unreadable(engine.log.read(), engine.registry)]
        found = [("ссылки", str(problem), False) for problem in dangling(engine.log.read(), engine.registry)]
    return (unread or [("события", "читаются все", True)]) + (found or [("ссылки", "все на месте", True)])


def _version(distribution: str) -> tuple[str, bool]:
    from importlib import metadata

    try:
        return metadata.version(distribution), True
    except metadata.PackageNotFoundError:
        return "не установлен", False
