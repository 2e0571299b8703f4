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


class Unsaid(Fact, grain=("unit", "year"), ru="итоги", en="totals"):
    people = Field[int]("людей", bounds=(0, 1000))  # no English word
    below = Field[int]("ниже", en="below", bounds=(0, 1000))


class LowOfUnsaid(Rule, per=("unit", "year"), id="test.authored", version="1", in_force="2020-01-01", ref=REF):
    applies = Unsaid.people >= Limits.least
    verdict = share(Unsaid.below, of=Unsaid.people) >= Limits.share


def _unlucky(people: int | None) -> bool:
    return people is not None and [False][people > 13]


class Breaks(Low, id="test.authored.breaks", decides="test.authored.breaks"):
    verdict = Low.verdict | opaque(_unlucky, name="unlucky", version="1", reads={"people": Row.people}, kind="truth")


def _at_nine(people: int | None) -> bool:
    return people is not None and [False][people == 9]


class BreaksAtNine(Low, id="test.authored.nine", decides="test.authored.nine"):
    verdict = Low.verdict | opaque(_at_nine, name="at_nine", version="1", reads={"people": Row.people}, kind="truth")


def _remembers(people: int | None) -> bool:
    seen.append(people)  # noqa: F821  (given by `uses`)
    return len(seen) % 3 == 0  # noqa: F821


class Remembers(Low, id="test.authored.remembers", decides="test.authored.remembers"):
    """A function that is none: it answers by how often it was asked."""

    verdict = Low.verdict | opaque(
        _remembers, name="remembers", version="1", reads={"people": Row.people}, kind="truth", uses={"seen": []}
    )


RULES = {"": Low, "breaks": Breaks, "at nine": BreaksAtNine, "remembers": Remembers, "unsaid": LowOfUnsaid}


@cache
def pack(share: int = 30, rule: str = "", least: int = 10) -> Pack:
    """The pack; with another share or least number it is another version, `rule` names one that is wrong."""
    fact = Unsaid if rule == "unsaid" else Row

    class Other(Parameters):
        pass

    Other.share = Dated[Share]({"2020-01-01": percent(share)}, ref=REF, ru="доля", en="share", bounds=(0, 1))  # type: ignore[attr-defined]
    Other.share.key = "Limits.share"  # type: ignore[attr-defined]
    Other.least = Dated[int]({"2020-01-01": least}, ref=REF, ru="не менее", en="at least", bounds=(1, 99))  # type: ignore[attr-defined]
    Other.least.key = "Limits.least"  # type: ignore[attr-defined]
    return Pack(
        id="test.authored",
        version="1.0",
        title={"ru": "Пример", "en": "Example"},
        jurisdiction="test",
        rule=RULES[rule],
        law=Law.of(Other),
        bindings={fact: Binding("totals")},
        decisions={
            "met": Decision("низкие", "low"),
            "not_met": Decision("не низкие", "not low"),
            "not_applicable": Decision("не оценивается", "not evaluated"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        source=REF,
        examples=read_examples(EXAMPLES.replace("Row", fact.__name__), name="examples.yaml"),
    )
