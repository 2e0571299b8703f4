"""A methodology of support with a state: in from ten below the threshold, out under five."""

from __future__ import annotations

from shnor_engine.law import Clause, Law
from shnor_engine.packs import Binding, Decision, Pack, PublishedAs
from shnor_engine.rules import Fact, Field, Key, Rule, before, case, move, status, sum_

CODES = ("oge.mathematics", "oge.russian")


class Exam(Fact, grain=("school", "year", Key("procedure", among=CODES)), ru="экзамены", en="exams"):
    below = Field[int]("ниже порога", en="below", bounds=(0, 100))


class Support(Rule, per=("school", "year"), id="t.support", in_force="2022-01-01", ru="Поддержка", en="Support"):
    """In from ten below the threshold, out under five: in between a school stays what it was."""

    below = sum_(Exam.below)
    bar = case((before("state").is_("free"), 10), otherwise=5)
    state = status(
        "free",
        "supported",
        start="free",
        moves=[move("free", "supported", when=below >= 10), move("supported", "free", when=below < 5)],
        since=2022,
    )
    verdict = state.is_("supported")


def pack(rule: type[Rule]) -> Pack:
    return Pack(
        id=rule.tree.id,
        version=rule.tree.version,
        title={"ru": "Поддержка", "en": "Support"},
        jurisdiction="ru",
        rule=rule,
        law=Law.of(),
        bindings={
            Exam: Binding(
                "sittings",
                {"school": "school_id", "below": "below_min"},
                closings="sittings_closed",
                whole=("oge.",),
            )
        },
        decisions={
            "free": Decision("без поддержки", "free"),
            "supported": Decision("на поддержке", "supported"),
            "undetermined": Decision("не определено", "undetermined"),
        },
        status_clause="state",
        source=Clause("п. 1", act="порядок поддержки", confidence="default"),
        confidence="default",
        published=PublishedAs("membership", "listed", {True: "supported", False: "free"}, {"school": "school_id"}),
    )
