"""What the checks of the programme find: what cannot be, tasks nothing serves, links of the cycle without events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shnor_engine.events import ActivityHeld, MeasureApplied
from shnor_engine.projections.cycle import LINKS, WITNESSES
from shnor_engine.recommend.checks import CODES, CODES_RU, IMPOSSIBLE, LINKS_RU
from shnor_engine.recommend.finding import WEIGHT_RU, Flag
from shnor_engine.recommend.ground import Row
from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Cell, Paragraph, Section, Table
from shnor_engine.report.list_history import UNKNOWN_RU
from shnor_engine.report.material import Material, capital

EXAMPLES = 3  # findings of one check that are told in the text; the workbook has them all
MOST_AREAS = 3  # whose tables stand in the text
MOST_YEARS = 8  # columns of a table by year
WITNESS_TYPES = tuple(sorted({one.event.type for one in WITNESSES}))
SEARCHED = {  # what was looked for, where a check finds that something is not there
    "task.gap": (ActivityHeld.type,),
    "prevention.nothing_told": (MeasureApplied.type,),
    "cycle.gap": WITNESS_TYPES,
}


def control(material: Material) -> Section:
    """The findings by check, the tasks by year (M43), the management cycle by year (M49)."""
    found = material.findings.items
    blocks: list[Block] = [Paragraph((_counted(found), _clean(found)))]
    if found:
        blocks += [_by_check(found), _all(found)]
    blocks += _coverage(material)
    blocks += _cycle(material)
    return Section("control", "Проверка данных и хода программы", tuple(blocks))


def _counted(found: tuple[Flag, ...]) -> Claim:
    by_weight = {weight: sum(item.weight == weight for item in found) for weight in WEIGHT_RU}
    return Claim(
        "control.counts",
        f"Проверок выполнено: {len(CODES)}. Найдено: замечаний – {by_weight['flagged']}, отказов – "
        f"{by_weight['refused']}, к сведению – {by_weight['note']}.",
        f"{len(CODES)} checks: {by_weight['flagged']} flagged, {by_weight['refused']} refused, "
        f"{by_weight['note']} notes.",
        "true_for_data_held",
        events=ids(*(item.events for item in found)),
        refs=("every check of the programme",),
    )


def _clean(found: tuple[Flag, ...]) -> Claim:
    """Of what cannot be, what was not found; that says nothing of what nobody recorded."""
    clean = [code for code in IMPOSSIBLE if not any(item.code == code for item in found)]
    said = "; ".join(CODES_RU[code] for code in clean)
    return Claim(
        "control.clean",
        f"В журнале не найдено: {said}." if clean else "В журнале есть записи всех видов, которых быть не может.",
        f"Not found: {', '.join(clean) or 'nothing of this kind'}.",
        "true_for_data_held",
        refs=tuple(f"check {code}" for code in IMPOSSIBLE),
    )


def _by_check(found: tuple[Flag, ...]) -> Table:
    rows = []
    for code in CODES:
        if mine := [item for item in found if item.code == code]:
            events, searched = ids(*(item.events for item in mine)), SEARCHED.get(code, ())
            texts = (capital(CODES_RU[code]), str(len(mine)), _examples(mine))
            rows.append(tuple(Cell(text, events, searched=searched) for text in texts))
    return Table("findings", ("Что проверено", "Найдено", "О чём речь"), tuple(rows), (28, 14, 58))


def _examples(found: list[Flag]) -> str:
    said = [f"{capital(item.text_ru)}." for item in found[:EXAMPLES]]
    if (rest := len(found) - EXAMPLES) > 0:
        said.append(f"И ещё {rest} – в книге Excel и по команде shnor findings.")
    return " ".join(said)


def _all(found: tuple[Flag, ...]) -> Table:
    rows = tuple(
        (
            Cell(item.code),
            Cell(WEIGHT_RU[item.weight]),
            Cell(capital(item.text_ru), item.events, searched=SEARCHED.get(item.code, ())),
            Cell(f"{item.day:%d.%m.%Y}" if item.day else ""),
        )
        for item in found
    )
    return Table("all_findings", ("Код", "Вид", "Что найдено", "С какого дня"), rows, (22, 14, 80, 14), aside=True)


# --- tasks and cycle by year ----------------------------------------------------------------------


def _coverage(material: Material) -> Iterator[Table]:
    """Tasks by years: how many activities; of a year without any record nobody knows."""
    rows = [row for row in material.rows("task_coverage") if row["year"] <= material.decided.on.year]
    codes = list(material.snapshot.registry.codes("programme.task"))
    areas = sorted({row["area"] for row in rows})
    for number, area in enumerate(areas, start=1):
        mine = {(row["task"], row["year"]): row for row in rows if row["area"] == area}
        lines = [
            (capital(material.term(task, "programme.task")), [mine.get((task, year)) for year in _years(mine)])
            for task in codes
        ]
        caption = (
            f"Мероприятия по задачам программы{_of(material, area, areas)}. «{UNKNOWN_RU}» – за год не записано ни "
            "одного мероприятия; 0 – мероприятия записаны, по задаче их нет."
        )
        cells = tuple((Cell(name), *map(_worked, told)) for name, told in lines)
        yield _by_year("task_coverage", "Задача", number, cells, _years(mine), caption)


def _worked(row: Row | None) -> Cell:
    if row is None or row["activities"] is None:
        return Cell(UNKNOWN_RU, mark="unknown")
    maybe = f" (и, возможно, ещё {row['maybe']})" if row["maybe"] else ""
    return Cell(f"{row['activities']}{maybe}", tuple(row["events"]), searched=SEARCHED["task.gap"])


def _cycle(material: Material) -> Iterator[Table]:
    """The links of the management cycle by years: evidenced, a gap, or a year of which nothing is told."""
    rows = [row for row in material.rows("management_cycle") if row["year"] <= material.decided.on.year]
    areas = sorted({row["area"] for row in rows})
    for number, area in enumerate(areas, start=1):
        mine: dict[tuple[str, int], list[Row]] = {}
        for row in rows:
            if row["area"] == area:
                mine.setdefault((row["link"], row["year"]), []).append(row)
        cells = tuple(
            (Cell(capital(LINKS_RU[link])), *(_linked(mine.get((link, year), [])) for year in _years(mine)))
            for link in LINKS
        )
        caption = (
            f"Управленческий цикл{_of(material, area, areas)} (письмо Рособрнадзора от 20.04.2021 № 08-70). «Есть» – "
            f"звено подтверждено событиями; «нет» – не подтверждено ими, хотя за год записи есть; «{UNKNOWN_RU}» – "
            "за год не записано ничего."
        )
        yield _by_year("management_cycle", "Звено", number, cells, _years(mine), caption)


def _linked(rows: list[Row]) -> Cell:
    events = ids(*(row["events"] for row in rows))
    if any(row["evidence"] for row in rows):
        return Cell("есть", events)
    known = any(row["evidence"] is False for row in rows)
    return Cell("нет", searched=WITNESS_TYPES) if known else Cell(UNKNOWN_RU, mark="unknown")


def _years(cells: Iterable[tuple[str, int]]) -> list[int]:
    """The last years that the cells speak of."""
    return sorted({year for _, year in cells})[-MOST_YEARS:]


def _of(material: Material, area: str, areas: list[str]) -> str:
    return f" ({material.ground.name(area)})" if len(areas) > 1 else ""


def _by_year(
    name: str, what: str, number: int, cells: tuple[tuple[Cell, ...], ...], years: list[int], caption: str
) -> Table:
    """The table of one area; those of many areas are for the workbook alone."""
    own = name if number == 1 else f"{name}_{number}"
    head = (what, *map(str, years))
    return Table(own, head, cells, (40, *[max(60 // len(years), 1)] * len(years)), caption, aside=number > MOST_AREAS)
