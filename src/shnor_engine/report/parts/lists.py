"""The lists by year, whether their number falls, and who stayed, came and left."""

from __future__ import annotations

from itertools import pairwise

from shnor_engine.recommend.ground import Row
from shnor_engine.report.attribution import association, effect
from shnor_engine.report.claims import Claim, Verdict, ids
from shnor_engine.report.document import Block, Cell, Paragraph, Section, Table
from shnor_engine.report.list_history import UNKNOWN_RU, FlowStep, ListHistory, ListYear, span
from shnor_engine.report.material import Material, in_order, many
from shnor_engine.report.pictures.schools_years import schools_years, state

LISTED = "list.published"


def lists(material: Material) -> Section:
    """The list of each year; a year that nobody knows says so."""
    history = material.history
    if not history.lists:
        none = Claim("lists.none", "Перечней в журнале нет.", "The log holds no list.", searched=(LISTED,))
        return Section("lists", "Перечень по годам", (Paragraph((none,)),))
    rows = tuple(_row(history, year) for year in history.lists)
    blocks: list[Block] = [Table("lists", ("Год", "Школ", "Школы"), rows, (10, 12, 78))]
    if history.flow:
        blocks.append(Paragraph((*_ends(history), falls(history))))
    blocks += [*schools_years(material), *_matrix(material)]
    return Section("lists", "Перечень по годам", tuple(blocks))


def _row(history: ListHistory, year: ListYear) -> tuple[Cell, ...]:
    if year.members is None:
        unknown = Cell(UNKNOWN_RU, year.events, "unknown")
        return Cell(str(year.year)), unknown, unknown
    said = history.said(year.members) or "пусто"
    return Cell(str(year.year), year.events), Cell(str(len(year.members)), year.events), Cell(said, year.events)


SIGNS = {"listed": "●", "off": "", "unknown": "?", "conflict": "±"}


def _matrix(material: Material) -> list[Block]:
    """Everybody who ever was on a list, by years, for the workbook."""
    history = material.history
    years = [year.year for year in history.lists]
    rows = {(row["school_id"], row["year"]): row for row in material.rows("membership")}
    ever = in_order({school for year in history.lists for school in year.members or ()})
    lines = tuple(
        (Cell(material.ground.name(school)), *(_state(rows.get((school, year))) for year in years)) for school in ever
    )
    head = ("Школа", *map(str, years))
    return [Table("matrix", head, lines, (30, *[max(8, 70 // len(years))] * len(years)), aside=True)]


def _state(row: Row | None) -> Cell:
    mark = state(row)
    return Cell(SIGNS[mark], () if row is None else tuple(row["events"]), mark)


def _ends(history: ListHistory) -> tuple[Claim, ...]:
    """The sizes of the first and the last known list."""
    known = [year for year in history.lists if year.members is not None]
    first, last = known[0], known[-1]
    said = [many(len(year.members or ()), "школа", "школы", "школ") for year in (first, last)]
    claim = Claim(
        "lists.ends",
        f"В перечне {first.year} года – {said[0]}, в перечне {last.year} года – {said[1]}.",
        f"On the list of {first.year}: {len(first.members or ())}; of {last.year}: {len(last.members or ())}.",
        "true" if {first.complete, last.complete} == {"yes"} else "true_for_data_held",
        events=ids(first.events, last.events),
    )
    return (claim,)


def falls(history: ListHistory) -> Claim:
    """Whether the number on the list falls from year to year, as far as the known lists tell.

    True only where every year of the span is known and complete; the churn behind the number stands beside it.
    """
    known = [year for year in history.lists if year.members is not None]
    unknown = [str(year.year) for year in history.lists if year.members is None]
    sizes = [len(year.members or ()) for year in known]
    falling = all(later < earlier for earlier, later in pairwise(sizes))
    whole = not unknown and all(year.complete == "yes" for year in known)
    verdict: Verdict = "false" if not falling else "true" if whole else "true_for_data_held"
    if len(known) < 2:
        verdict = "unverifiable"
    said = {"false": "неверно", "unverifiable": "проверить нельзя"}.get(verdict, "верно")
    gap = f"; за {', '.join(unknown)} год проверить его нельзя: перечень неизвестен" if unknown else ""
    gap_en = f"; for {', '.join(unknown)} it cannot be checked: the list is not known" if unknown else ""
    truth = {"false": "false", "unverifiable": "unverifiable"}.get(verdict, "true")
    note = churn(history)
    return Claim(
        "lists.falls",
        f"Утверждение «число школ постоянно снижается» по известным перечням ({len(sizes)}) {said}{gap}.",
        f"«The number of schools constantly falls» is {truth} of the known lists ({len(sizes)}){gap_en}.",
        verdict,
        events=ids(*(year.events for year in history.lists)),
        note_ru=note[0],
        note_en=note[1],
    )


def churn(history: ListHistory) -> tuple[str, str]:
    """How many different schools stand behind the numbers, in Russian and English."""
    ever = {school for year in history.lists for school in year.members or ()}
    entered = sum(len(step.entered) for step in history.flow)
    left = sum(len(step.left) for step in history.flow)
    return (
        f"За числом стоит смена состава: всего в перечнях побывало школ – {len(ever)}, входов – {entered}, "
        f"выходов – {left}.",
        f"Behind the number the members change: {len(ever)} different schools, {entered} entries, {left} exits.",
    )


def flow(material: Material) -> Section | None:
    """Stays, entries and exits between neighbouring known lists, with the shares of those who left."""
    history = material.history
    if not history.flow:
        return None
    rows = tuple(
        (
            Cell(
                f"{history.said((step.area,))}: {span(step)}" if material.several_areas else span(step), step.events
            ),
            *(_counted(history, step, some) for some in (step.stayed, step.entered, step.left, step.re_entered)),
        )
        for step in history.flow
    )
    head = ("Между перечнями", "Остались", "Вошли", "Вышли", "Вошли повторно")
    table = Table("flow", head, rows, (17, 23, 23, 23, 14))
    claims = (*_brackets(history), *_unclear(history), left_claim(material))
    return Section("flow", "Движение", (table, *(Paragraph((claim,)) for claim in claims)))


def _counted(history: ListHistory, step: FlowStep, schools: tuple[str, ...]) -> Cell:
    return Cell(f"{len(schools)}: {history.said(schools)}" if schools else "0", step.events)


def _brackets(history: ListHistory) -> tuple[Claim, ...]:
    gaps_in = [step for step in history.flow if step.unknown]
    if not gaps_in:
        return ()
    said = "; ".join(dict.fromkeys(f"{step.before}–{step.after}" for step in gaps_in))
    claim = Claim(
        "flow.brackets",
        f"Вход и выход внутри промежутка {said} точнее не датируются: перечень промежуточного года неизвестен.",
        f"Entries and exits inside {said} cannot be dated more closely: the list between is not known.",
        events=ids(*(step.events for step in gaps_in)),
        searched=(LISTED,),
    )
    return (claim,)


def _unclear(history: ListHistory) -> tuple[Claim, ...]:
    unclear = [step for step in history.flow if step.unclear]
    if not unclear:
        return ()
    said = "; ".join(f"{span(step)} – {history.said(step.unclear)}" for step in unclear)
    return (
        Claim(
            "flow.unclear",
            f"Неясно, остались или вышли: {said}.",
            f"Not clear whether they stayed or left: {said}.",
            "unverifiable",
            events=ids(*(step.events for step in unclear)),
        ),
    )


def left_claim(material: Material) -> Claim:
    """The share that left with the base rate beside it: an association, or with a design its estimate."""
    steps = material.history.flow
    ru, en = association(steps)
    events = ids(*(step.events for step in steps))
    if material.design is None:
        return Claim("flow.left", ru, en, "unverifiable", events=events)
    more = effect(material.design)
    return Claim("flow.left", more[0], more[1], events=events, note_ru=ru, note_en=en, design=material.design)
