"""The methodologies of an invented region, written to use every word of a pack once. No act stands behind them.

Read it as a specification: a fact of one's own, dated values with a regional one, a decision table in YAML, a rule
that reads another, a rank and its cut, a status with entry and exit, an exception, a function where words end.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from shnor_engine.law import Clause, Dated, Law, Override, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Example, Pack, read_examples
from shnor_engine.rules import (
    Fact,
    Field,
    Key,
    Rule,
    Said,
    Scale,
    Texts,
    Wording,
    cut,
    decision_table,
    group,
    in_each,
    is_present,
    last_years,
    move,
    opaque,
    rank,
    share,
    status,
    titled,
)

ACT = "Порядок чтения в Приозёрье (вымышленный)"
ACT_EN = "reading order of Lakeland (invented)"
MUNICIPALITY = Key("municipality", ru="муниципалитет", en="municipality")
LEVELS = Scale("poor", "fair", "good")
TABLE = Path(__file__).with_name("levels.yaml")


def clause(point: str) -> Clause:
    """A point of the one act."""
    return Clause(f"п. {point}", act=ACT, act_en=ACT_EN, point_en=f"clause {point}", confidence="default")


class Reading(Fact, grain=("school", MUNICIPALITY, "year"), ru="подсчёты чтения", en="reading counts"):
    """One count; a field that nobody told is unknown."""

    pupils = Field[int]("обучающихся", en="pupils", bounds=(0, 5_000), unit="чел.", unit_en="persons")
    readers = Field[int](
        "читающих для удовольствия",
        en="who read for pleasure",
        bounds=(0, 5_000),
        unit="чел.",
        unit_en="persons",
        actionable="up",
        ask_ru="число читающих за {year} год",
        ask_en="the number of readers in {year}",
    )
    hours = Field[int]("часов работы библиотеки в неделю", en="library hours a week", bounds=(0, 60))
    place = Field[str]("чья библиотека", en="whose library", among=("own", "shared"))


class Lakes(Parameters):
    """The values of the region; a municipality may set its own share of readers."""

    readers = Dated[Share](
        {"2020-01-01": percent(40), "2023-01-01": percent(50)},
        ref=clause("2"),
        ru="читающих должно быть не менее {value}",
        en="at least {value} should be readers",
        bounds=(percent(1), percent(100)),
        region_may_override=True,
    )
    full_hours = Dated[int](
        {"2020-01-01": 20},
        ref=clause("3.3"),
        ru="полная неделя библиотеки – не менее {value} часов",
        en="a full library week has at least {value} hours",
        bounds=(11, 60),
    )
    lowest = Dated[Share](
        {"2020-01-01": percent(20)},
        ref=clause("4"),
        ru="нижние {value} школ муниципалитета",
        en="the lowest {value} of the schools of a municipality",
        bounds=(percent(1), percent(100)),
        review_by="2030-01-01",
    )
    clean = Dated[int](
        {"2020-01-01": 2},
        ref=clause("5"),
        ru="забота снимается после {value} благополучных лет подряд",
        en="care ends after {value} good years running",
        unit="years",
        bounds=(1, 10),
    )


class FewReaders(
    Rule,
    per=("school", "municipality", "year"),
    id="ru.lakes.few_readers",
    version="1.0",
    in_force="2020-01-01",
    ref=clause("2"),
    ru="Читающих мало",
    en="Few readers",
):
    """A rule that another one reads."""

    part = share(Reading.readers, of=Reading.pupils)
    verdict = part < Lakes.readers

    texts = Texts(part=titled("доля читающих", "share of readers"))


EVERYBODY = group(Reading, by=("municipality", "year"), where=Reading.pupils >= 1)


class ReadingCare(
    Rule,
    per=("school", "municipality", "year"),
    id="ru.lakes.care",
    version="1.1",
    in_force="2020-01-01",
    ref=clause("1"),
    ru="Школа под заботой о чтении",
    en="The school is in reading care",
):
    """In: few readers and among the lowest, or a poor library. Out: enough readers for some years running."""

    few = FewReaders.verdict
    library = decision_table(TABLE, gives=str, inputs={"hours": Reading.hours}, parameters=[Lakes])
    weak_library = LEVELS.of(library) < "fair"
    place = rank(FewReaders.part, among=EVERYBODY, ties="min")
    edge = cut(Lakes.lowest, of=EVERYBODY, rounding="ceil")
    among_lowest = place <= edge
    counted = is_present(Reading.pupils)
    applies = counted & (Reading.pupils >= 1)
    enters = (few & among_lowest) | weak_library
    leaves = in_each(last_years(Lakes.clean), ~few)
    care = status(
        "calm",
        "care",
        start="calm",
        moves=[move("calm", "care", when=enters), move("care", "calm", when=leaves)],
    )
    verdict = care.is_("care")

    texts = Texts(
        few=Said(
            ru=Wording("читающих мало", "читающих достаточно", "неизвестно, сколько читающих"),
            en=Wording(
                "there are few readers", "there are enough readers", "nobody knows how many readers there are"
            ),
        ),
        counted=titled("подсчёт был", "there was a count"),
        library=titled("обеспеченность библиотекой", "how well the library serves"),
        weak_library=titled("библиотека работает мало", "the library is open for few hours"),
        place=titled(
            "место в муниципалитете, первое – наименьшая доля", "place in the municipality, the lowest first"
        ),
        edge=titled("сколько школ считаются нижними", "how many schools count as the lowest"),
        among_lowest=titled("среди нижних", "among the lowest"),
    )


class CareInTheHills(ReadingCare, id="ru.lakes.care.hills", exception_to=ReadingCare.enters, region="lakes/hills"):
    """In the hills libraries are shared, so their hours do not count: an exception to one clause."""

    enters = ReadingCare.few & ReadingCare.among_lowest


def _lamps(hours: int | None, pupils: int | None) -> int:
    """What no word of rules says: lamps by a staircase of the fictional act; none where there was no count."""
    if hours is None or pupils is None:
        return 0
    return hours * 3 + max(0, (pupils - 50) // 25)


class Lamps(
    Rule,
    per=("school", "municipality", "year"),
    id="ru.lakes.lamps",
    version="1.0",
    in_force="2020-01-01",
    ref=clause("7"),
    ru="Нужны лампы",
    en="Lamps are needed",
):
    """The escape hatch: a function with a name and a version; such a pack cannot be a document."""

    lamps = opaque(
        _lamps,
        name="lamps",
        version="1",
        reads={"hours": Reading.hours, "pupils": Reading.pupils},
        kind="number",
        bounds=(0, 400),
    )
    counted = is_present(Reading.hours) & is_present(Reading.pupils)
    applies = counted
    verdict = lamps >= 30

    texts = Texts(counted=titled("подсчёт был", "there was a count"), lamps=titled("число ламп", "number of lamps"))


SAID = {
    "calm": Decision("спокойно", "calm", "школе забота не нужна", "the school needs no care"),
    "care": Decision("под заботой", "in care", "школе помогают с чтением", "the school is helped with reading"),
    "undetermined": Decision("не определено", "undetermined", "не хватает сведений", "facts are missing"),
    "not_applicable": Decision("не оценивается", "not evaluated", "в школе нет обучающихся", "nobody to count"),
}
HILLS = Override.of("lakes/hills", Lakes.readers, {"2021-01-01": percent(45)}, ref=clause("2.1"))
LAW = Law.of(Lakes, overrides=[HILLS], regions={"lakes/hills": "ru.lakes", "ru.lakes": ""})
BINDING = Binding("lakes_reading", {"school": "school_id"}, closings="lakes_reading_closed")


@cache
def care() -> tuple[Pack, ...]:
    """Two versions of the general pack, of which the newer one decides, and the exception in the hills."""
    newer = Pack(
        id="ru.lakes.care",
        version="1.1",
        title={"ru": "Забота о чтении, Приозёрье", "en": "Reading care, Lakeland"},
        jurisdiction="ru.lakes",
        rule=ReadingCare,
        law=LAW,
        bindings={Reading: BINDING},
        decisions=SAID,
        status_clause="care",
        source=clause("1"),
        confidence="default",
        notes=("weak_library",),
        remarks={
            "ru": ("Порядок вымышлен: он показывает, что может методика.",),
            "en": ("The order is invented: it shows what a pack can do.",),
        },
        examples=_examples("care.yaml"),
    )
    older = replace(newer, version="1.0")
    hills = replace(
        newer,
        id="ru.lakes.care.hills",
        version="1.0",
        title={"ru": "Забота о чтении, холмы", "en": "Reading care in the hills"},
        jurisdiction="ru.lakes.hills",
        rule=CareInTheHills,
        examples=_examples("hills.yaml"),
    )
    return older, newer, hills


@cache
def lamps() -> Pack:
    """The pack with a function; a draft: one may calculate by it, not decide."""
    return Pack(
        id="ru.lakes.lamps",
        version="0.1",
        title={"ru": "Лампы для чтения, проект", "en": "Reading lamps, draft"},
        jurisdiction="ru.lakes",
        rule=Lamps,
        law=LAW,
        bindings={Reading: BINDING},
        decisions={
            "met": Decision("лампы нужны", "lamps are needed"),
            "not_met": Decision("ламп хватает", "there are enough lamps"),
            "undetermined": SAID["undetermined"],
            "not_applicable": SAID["not_applicable"],
        },
        status="draft",
        source=clause("7"),
        confidence="default",
        examples=_examples("lamps.yaml"),
    )


def _examples(name: str) -> tuple[Example, ...]:
    return read_examples((files(__package__) / "examples" / name).read_text("utf-8"), name=name)
