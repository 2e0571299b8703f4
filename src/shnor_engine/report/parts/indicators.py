"""The indicators I1–I12: value, formula and ground of each, and in words why one cannot be measured."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_engine.report.claims import Claim, ids
from shnor_engine.report.document import Block, Bullets, Cell, Paragraph, Section, Table
from shnor_engine.report.indicators import SOURCE, Indicator, Indicators, Value
from shnor_engine.report.material import Material, many

SHOWN = 12  # values of one indicator in the text; the workbook has them all
BARE = ("–", "всего")  # periods that need no saying


def indicators(material: Material) -> Section:
    """How many can be measured, the table, and a sentence for each that cannot."""
    found = material.indicators
    blocks: list[Block] = [Paragraph((_measured(found),)), _table(found), _values(found)]
    if unknown := tuple(_unmeasurable(found)):
        blocks.append(Bullets(unknown))
    return Section("indicators", "Показатели программы", tuple(blocks))


def _measured(found: Indicators) -> Claim:
    held = [item for item in found if any(value.measurable for value in item.values)]
    total = len(found.items)
    return Claim(
        "indicators.measured",
        f"По журналу измерено {many(len(held), 'показатель', 'показателя', 'показателей')} из {total}; "
        f"не измеримо: {total - len(held)}. Не измеримо – не то же, что ноль: нужных сведений в журнале нет.",
        f"{len(held)} indicators of {total} can be measured by the log. Unmeasurable is not zero.",
        "true_for_data_held",
        events=ids(*(value.events for item in found for value in item.values)),
        refs=(SOURCE,),
    )


def _table(found: Indicators) -> Table:
    """One row an indicator; the values of all its periods in one cell."""
    rows = tuple(
        (
            Cell(f"{item.code}. {item.ru}", _events(item)),
            Cell(_said(item), _events(item), "" if _held(item) else "unknown", item.searched),
            Cell(item.formula),
        )
        for item in found
    )
    caption = f"Источник формул: {SOURCE}."
    return Table("indicators", ("Показатель", "Значения", "Как считается"), rows, (30, 38, 32), caption)


def _values(found: Indicators) -> Table:
    """One row a value, for a workbook."""
    rows = tuple(
        (
            Cell(item.code),
            Cell(item.ru),
            Cell(value.period),
            Cell(value.text("ru"), value.events, "" if value.measurable else "unknown"),
            Cell(item.formula),
            Cell(item.source),
        )
        for item in found
        for value in item.values
    )
    head = ("Код", "Показатель", "Период", "Значение", "Как считается", "Источник")
    return Table("indicator_values", head, rows, (8, 30, 16, 30, 40, 30), aside=True)


def _unmeasurable(found: Indicators) -> Iterator[Claim]:
    """A sentence for each indicator without a single value: why, and what was looked for."""
    for item in found:
        if _held(item):
            continue
        ru, en = ("; ".join(dict.fromkeys(_reason(value, one) for value in item.values)) for one in ("ru", "en"))
        yield Claim(
            f"indicator.{item.code}",
            f"{item.ru}: не измеримо – {ru}.",
            f"{item.en}: unmeasurable – {en}.",
            "unverifiable",
            searched=item.searched,
            refs=(f"indicator {item.code}", item.source),
            lead=f"{item.code}.",
        )


def _reason(value: Value, language: str) -> str:
    return value.reason_ru if language == "ru" else value.reason_en


def _held(item: Indicator) -> bool:
    return any(value.measurable for value in item.values)


def _events(item: Indicator) -> tuple[str, ...]:
    return ids(*(value.events for value in item.values))


def _said(item: Indicator) -> str:
    """«2020 – 8; 2021, 2022 – не измеримо: …; 2023 – 7», the first so many."""
    told: dict[tuple[int, str], list[str]] = {}
    for place, value in enumerate(item.values[:SHOWN]):
        key = (place if value.measurable else -1, value.text("ru"))  # periods with one reason are told together
        told.setdefault(key, []).append(value.period)
    said = [
        f"{', '.join(periods)} – {text}" if _named(item, periods) else text for (_, text), periods in told.items()
    ]
    if (rest := len(item.values) - SHOWN) > 0:
        said.append(f"ещё {many(rest, 'значение', 'значения', 'значений')} – в книге Excel")
    return "; ".join(said)


def _named(item: Indicator, periods: list[str]) -> bool:
    """Whether the periods need saying: not the whole, nor the id of the one area there is."""
    alone = len(item.values) == 1 and item.by_area
    return not alone and not set(periods) <= set(BARE)
