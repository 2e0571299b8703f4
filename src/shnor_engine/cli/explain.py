"""`shnor explain LOG SCHOOL`: one decision down to the events it rests on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shnor_engine.cli.shared import (
    decision_options,
    existing_log,
    keys_option,
    language_option,
    note,
    opened,
    print_json,
)
from shnor_engine.errors import MissingExtra

if TYPE_CHECKING:
    from shnor_engine import Engine
    from shnor_engine.reasoning import Explanation
    from shnor_engine.simulate.luck import Reliability


@click.command("explain")
@existing_log
@click.argument("school")
@decision_options
@keys_option
@language_option
def command(
    log: Path,
    school: str,
    pack: str | None,
    year: int | None,
    keys: tuple[tuple[str, str], ...],
    on: date | None,
    as_known: Any,
    as_json: bool,
    lang: str,
) -> None:
    """Explain the decision on SCHOOL (an id like severskiy/7, or any spelling of its name)."""
    with opened(log) as engine:
        explanation = engine.explain(school, pack=pack, year=year, on=on, as_known=as_known, keys=dict(keys))
        beside = _luck(engine, explanation, as_known)
    if as_json:
        said = json.loads(explanation.to_json())
        print_json(said if beside is None else {**said, "reliability": beside.to_json()})
        return
    click.echo(explanation.text(lang))
    if beside is not None:
        click.echo(f"\n{beside.text(lang)}")


def _luck(engine: Engine, explanation: Explanation, as_known: Any) -> Reliability | None:
    """Luck or lowness of a school with results or ever listed; None of others and without the extra `sim`."""
    school, year = (explanation.keys.get(name) for name in ("school", "year"))
    if not isinstance(school, str) or not isinstance(year, int):
        return None
    try:
        (found,) = engine.reliability(schools=[school], year=year, as_known=as_known)
    except MissingExtra as error:
        note(str(error))
        return None
    ever = {member for one in engine.lists(as_known=as_known).lists for member in one.members or ()}
    return found if found.sat or found.school in ever else None
