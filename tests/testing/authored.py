"""A small pack of an author, for the tests of the test kit."""

from __future__ import annotations

from functools import cache

from shnor_engine.law import Clause, Dated, Law, Parameters, Share, percent
from shnor_engine.packs import Binding, Decision, Pack, read_examples
from shnor_engine.rules import Fact, Field, Rule, opaque, share

REF = Clause("п. 1", act="приказ (пример)", act_en="order (example)", point_en="clause 1", confidence="default")
EXAMPLES = """
day: 2024-12-31
examples:
  - {name: low, keys: {unit: s, year: 2024}, facts: {Row: [{people: 10, below: 3}]}, outcome: met}
  - {name: high, keys: {unit: s, year: 2024}, facts: {Row: [{people: 10, below: 1}]}, outcome: not_met}
  - {name: few, keys: {unit: s, year: 2024}, facts: {Row: [{people: 9, below: 1}]}, outcome: not_applicable}
  - {name: unknown, keys: {unit: s, year: 2024}, facts: {Row: [{people: 10}]}, outcome: undetermined}
"""


class Row(Fact, grain=("unit", "year"), ru="итоги", en="totals"):
    people = Field[int]("людей", en="people", bounds=(0, 1000))
    below = Field[int]("ниже", en="below", bounds=(0, 1000))


class Limits(Parameters):
    share = Dated[Share]({"2020-01-01": percent(30)}, ref=REF, ru="доля", en="share", bounds=(0, 1))
    least = Dated[int]({"2020-01-01": 10}, ref=REF, ru="не менее", en="at least", bounds=(1, 99))


class Low(Rule, per=("unit", "year"), id="test.authored", version="1", in_force="2020-01-01", ref=REF):
    applies = Row.people >= Limits.least
    verdict = share(Row.below, of=Row.people) >= Limits.share


def _unlucky(people: int | None) -> bool:
    return people is not None and [False][people > 13]


class Breaks(Low, id="test.authored.breaks", decides="test.authored.breaks"):
    verdict = Low.verdict | opaque(_unlucky, name="unlucky", version="1", reads={"people": Row.people}, kind="truth")


@cache
def pack(share: int = 30, breaks: bool = False) -> Pack:
    """The pack; with another share it is another version of it, with `breaks` one whose function breaks above 13."""

    class Other(Parameters):
        pass

    Other.share = Dated[Share]({"2020-01-01": percent(share)}, ref=REF, ru="доля", en="share", bounds=(0, 1))  # type: ignore[attr-defined]
    Other.share.key = "Limits.share"  # type: ignore[attr-defined]
    Other.least = Limits.least  # type: ignore[attr-defined]
    return Pack(
        id="test.authored",
        version="1.0",
        title={"ru": "Пример", "en": "Example"},
        jurisdiction="test",
        rule=Breaks if breaks else Low,
        law=Law.of(Other),
        bindings={Row: Binding("totals")},
        decisions={
            "met": Decision("низкие", "low"),
            "not_met": Decision("не низкие", "not low"),
            "not_applicable": Decision("не оценивается", "not evaluated"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        source=REF,
        examples=read_examples(EXAMPLES, name="examples.yaml"),
    )
