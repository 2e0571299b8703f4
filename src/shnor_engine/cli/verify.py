"""`shnor verify LOG`: is the log what was written, to the last byte?"""

from __future__ import annotations

from pathlib import Path

import click

from shnor_engine.cli.shared import existing_log, json_option, patience, print_json


@click.command("verify")
@existing_log
@click.option("--since", type=click.IntRange(0), default=0, help="Only check batches after this position.")
@json_option
def command(log: Path, since: int, as_json: bool) -> int:
    """Check the hash chain, the positions, the tables and triggers; every finding is named. Exit 1 if any."""
    from shnor_engine.log.verify import verify_file

    with patience("проверяю"):
        result = verify_file(log, since=since)
    if as_json:
        print_json(result.to_json())
    else:
        for finding in result.findings:
            click.echo(str(finding))
        click.echo(result.summary())
    return 1 if result.findings else 0
