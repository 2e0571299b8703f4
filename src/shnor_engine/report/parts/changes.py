"""What changed since an earlier position of the log: events, lists, decisions, numbers."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.assessment import order
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Bullets, Cell, Section, Table
from shnor_engine.report.list_history import UNKNOWN_RU, ListYear
from shnor_engine.report.material import Material
from shnor_engine.report.parts.numbers import number_name, numbers

KIND_RU = {"fact": "новых", "supersede": "исправлений", "retract": "отозвано"}


def changes(material: Material) -> Section | None:
    """What the earlier answer did not know, and what became of it; nothing where no earlier one is given."""
    before = material.earlier
    if before is None:
        return None
    told = tuple(_events(material, before.snapshot.position))
    claims = (*told, *_lists(material, before))
    blocks: list[Block] = [Bullets(claims)] if claims else []
    blocks += [table for table in (_decisions(material, before), _numbers(material, before)) if table.rows]
    title = f"Что изменилось с записи {before.snapshot.position}"
    if blocks:
        return Section("changes", title, tuple(blocks))
    same = Claim(
        "changes.none",
        "Ничего: после этой записи в журнал ничего не внесено.",
        "Nothing: the log holds nothing after that position.",
        refs=(f"positions {before.snapshot.position}–{material.snapshot.position}",),
    )
    return Section("changes", title, (Bullets((same,)),))


def _events(material: Material, since: int) -> Iterator[Claim]:
    """How many events of which type came, as told: facts, corrections and what was taken back."""
    found: dict[tuple[str, str], list[str]] = {}
    log = material.snapshot.tables.log
    for row in log.read(after=since, until=material.snapshot.position, effective=False):
        found.setdefault((row.type, row.correction or "fact"), []).append(row.event_id)
    for (kind, how), events in sorted(found.items()):
        yield Claim(
            f"changes.events.{kind}.{how}",
            f"{kind}: {KIND_RU[how]} {len(events)}",
            f"{kind}: {len(events)} {how}",
            events=ids(events),
        )


def _lists(material: Material, before: Material) -> Iterator[Claim]:
    was = {year.year: year for year in before.history.lists}
    for year in material.history.lists:
        old = was.get(year.year)
        if old is not None and (old.members, old.complete) == (year.members, year.complete):
            continue
        events = ids(year.events, old.events if old else ())
        yield Claim(
            f"changes.list.{year.year}",
            f"перечень {year.year} года: было – {_said(before, old)}; стало – {_said(material, year)}",
            f"list of {year.year}: was {_count(old)}, is {_count(year)}",
            events=events,
            searched=() if events else ("list.published",),
        )


def _said(material: Material, year: ListYear | None) -> str:
    if year is None or year.members is None:
        return UNKNOWN_RU
    whole = "" if year.complete == "yes" else " (полнота не подтверждена)"
    return (material.history.said(year.members) or "пусто") + whole


def _count(year: ListYear | None) -> str:
    return "unknown" if year is None or year.members is None else str(len(year.members))


def _decisions(material: Material, before: Material) -> Table:
    was = {decision.subject: decision for decision in before.decided}
    now = {decision.subject: decision for decision in material.decided}
    rows = []
    for subject in sorted({*was, *now}, key=order):
        old, new = was.get(subject), now.get(subject)
        if old and new and old.decision == new.decision:
            continue
        events = ids(old.events if old else (), new.events if new else ())
        said = [one.label("ru") if one else "не решалось" for one in (old, new)]
        named = new or old
        rows.append((Cell(named.name if named else subject, events), *(Cell(text, events) for text in said)))
    return Table("changed_decisions", ("Школа", "Было", "Стало"), tuple(rows), (40, 30, 30))


def _numbers(material: Material, before: Material) -> Table:
    was, now = numbers(before), numbers(material)
    rows = tuple(
        (Cell(number_name(material, key)), Cell(_number(was.get(key))), Cell(_number(now.get(key))))
        for key in dict.fromkeys([*was, *now])
        if was.get(key) != now.get(key)
    )
    return Table("changed_numbers", ("Показатель", "Было", "Стало"), rows, (60, 20, 20))


def _number(value: int | None) -> str:
    return UNKNOWN_RU if value is None else str(value)
