"""What this plugin brings: the district's methodology, its roadmap's reader, a part of the report on its bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_engine.events import Term
from shnor_engine.packs import Pack
from shnor_engine.plugin.parts import Importer, ReportPart
from shnor_engine.plugin.v1 import hookimpl
from shnor_engine.report.claims import Claim
from shnor_engine.report.document import Bullets
from shnor_krasnodar.monitoring import severskiy_monitoring
from shnor_krasnodar.roadmap import read_roadmap
from shnor_krasnodar.vocabulary import AREA

api_version = 1


@hookimpl
def packs() -> list[Pack]:
    """The municipal monitoring of the Seversky district."""
    return [severskiy_monitoring()]


@hookimpl
def importers() -> list[Importer]:
    """The district's table of activities."""
    title = "таблица мероприятий дорожной карты Северского района"
    return [Importer(name="severskiy-roadmap", title=title, endings=(".csv",), read=read_roadmap)]


@hookimpl
def report_parts() -> list[ReportPart]:
    """The bodies of the district, as the log knows them."""
    return [ReportPart(name="severskiy-bodies", heading="Структуры методической поддержки района", write=_bodies)]


def _bodies(engine: Any, moment: Any) -> list[Bullets]:
    """A sentence a body, with the event that established it; no part where the log knows of none."""
    rows = engine.project("bodies", as_known=moment.position).collect().to_dicts()
    kinds = engine.registry.codes("body.kind")
    mine = [row for row in rows if row["municipality"] == AREA]
    return [Bullets(tuple(_body(row, kinds[row["kind"]]) for row in mine))] if mine else []


def _body(row: Mapping[str, Any], kind: Term) -> Claim:
    ru, en = f"{row['name']} ({kind.ru})", f"{row['name']} ({kind.en})"
    return Claim(f"body.{row['body_id']}", ru, en, events=tuple(row["events"]))
