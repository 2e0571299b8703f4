"""Meaning 9: a function that nobody can look into sees only what is declared, and breaks only its own decision."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from tests.reasoning.methodology import ON

from shnor_engine.errors import RuleSyntax
from shnor_engine.law import Law
from shnor_engine.reasoning import Facts, decide_each, describe, explain
from shnor_engine.rules import Fact, Field, Rule, is_present, opaque, to_json

PRIVATE = 7


class Row(Fact, grain=("unit", "year")):
    n = Field[int]("число", en="number", bounds=(0, 9))
    kind = Field[str]("вид", en="kind", among=("a", "b"))


def curve(n: int, kind: str) -> Fraction:
    parts = [Fraction(n, place) for place in range(1, 3)]
    return sum(parts) if kind == "a" else 100 // n


class Curved(Rule, per=("unit", "year"), id="t.curved"):
    value = opaque(
        curve,
        name="curve",
        version="2",
        reads={"n": Row.n, "kind": Row.kind},
        kind="number",
        bounds=(0, 100),
        uses={"Fraction": Fraction},
    )
    verdict = value >= 3


def judge(rule: type[Rule], *rows: tuple[int | None, str | None]) -> dict[Any, Any]:
    table = [
        {"unit": f"u{place}", "year": 2024, "n": n, "kind": kind, "events": [f"e{place}"]}
        for place, (n, kind) in enumerate(rows)
    ]
    places = [{"unit": f"u{place}", "year": 2024} for place in range(len(rows))]
    found = decide_each(rule, places, Facts.of({Row: table}), Law.of(), on=ON)
    return {verdict.keys["unit"]: verdict for verdict in found}


def test_the_value_is_exact_and_rests_on_the_declared_inputs() -> None:
    verdict = judge(Curved, (3, "a"))["u0"]
    assert verdict.values["value"] == Fraction(9, 2)
    assert verdict.outcome == "met"
    assert explain(verdict).events == ("e0",)


def test_what_raises_inside_fails_for_that_subject_alone_and_the_others_are_the_same_to_the_byte() -> None:
    alone = judge(Curved, (3, "a"), (4, "b"))
    among = judge(Curved, (3, "a"), (4, "b"), (0, "b"))
    assert among["u2"].outcome == "failed"
    assert "opaque curve 2 at unit u2, year 2024 raised ZeroDivisionError" in among["u2"].error
    assert "test_opaque.py:" in among["u2"].error
    for unit in ("u0", "u1"):
        assert explain(among[unit]).to_json() == explain(alone[unit]).to_json()


def test_while_an_input_is_not_known_the_value_lies_within_what_is_declared() -> None:
    verdict = judge(Curved, (None, "a"))["u0"]
    assert verdict.values["value"] == (0, 100)
    assert verdict.outcome == "undetermined"
    assert [item.field for item in explain(verdict).missing] == ["n"]


def looks_around(n: int) -> int:
    return n + PRIVATE


def reads_a_file(n: int) -> int:
    return len(open("secret").read()) + n


def asks_the_clock(n: int) -> int:
    return int(time.time()) + n


def imports(n: int) -> int:
    import random

    return random.randint(0, n)


def has_a_default(n: int, more: int = 3) -> int:
    return n + more


@pytest.mark.parametrize(
    ("function", "reaches"),
    [
        (looks_around, "looks at PRIVATE"),
        (reads_a_file, "looks at open"),
        (asks_the_clock, "looks at time"),
        (imports, "looks at import random"),
        (has_a_default, "brings values of its own"),
        (len, "is no plain Python function"),
    ],
)
def test_a_function_that_reaches_for_what_is_not_declared_is_refused(function: Any, reaches: str) -> None:
    with pytest.raises(RuleSyntax, match=reaches) as caught:
        opaque(function, name="f", version="1", reads={"n": Row.n}, kind="number")
    assert __file__ in caught.value.where


@pytest.mark.parametrize(
    ("given", "message"), [(2.5, "gave 2.5, not an exact number"), ("x", "gave 'x'"), (500, "gave 500")]
)
def test_a_value_of_another_kind_or_out_of_bounds_fails(given: Any, message: str) -> None:
    def fixed(n: int) -> Any:
        return value  # noqa: F821

    class Wrong(Rule, per=("unit", "year"), id="t.wrong"):
        value = opaque(
            fixed, name="f", version="1", reads={"n": Row.n}, kind="number", bounds=(0, 100), uses={"value": given}
        )
        verdict = value >= 0

    verdict = judge(Wrong, (1, "a"))["u0"]
    assert verdict.outcome == "failed"
    assert message in verdict.error


def nothing(n: int) -> Any:
    return None if n < 3 else n


def letter(n: int) -> str:
    return "high" if n > 3 else "low"


def even(n: int) -> bool:
    return n % 2 == 0


def test_none_is_absent_and_codes_and_truths_come_as_such() -> None:
    class Kinds(Rule, per=("unit", "year"), id="t.kinds"):
        value = opaque(nothing, name="nothing", version="1", reads={"n": Row.n}, kind="number")
        code = opaque(letter, name="letter", version="1", reads={"n": Row.n}, kind="code", among=("high", "low"))
        truth = opaque(even, name="even", version="1", reads={"n": Row.n}, kind="truth")
        verdict = is_present(value) & truth & code.is_("high")

    assert judge(Kinds, (1, "a"))["u0"].values == {"value": None, "code": "low", "truth": False, "verdict": False}
    assert judge(Kinds, (4, "a"))["u0"].values == {"value": 4, "code": "high", "truth": True, "verdict": True}
    assert judge(Kinds, (None, "a"))["u0"].values["code"] == ("high", "low")


def test_the_name_and_version_stand_for_the_function_in_the_digest() -> None:
    def rule(version: str, function: Any) -> type[Rule]:
        class Named(Rule, per=("unit", "year"), id="t.named"):
            verdict = opaque(function, name="f", version=version, reads={"n": Row.n}, kind="truth")

        return Named

    assert rule("1", even).tree.digest == rule("1", even).tree.digest
    assert rule("1", even).tree.digest != rule("2", even).tree.digest
    assert to_json(rule("1", even).tree)["clauses"]["verdict"]["version"] == "1"


def test_it_is_described_by_name_version_and_inputs() -> None:
    assert "вычисление curve 2 (по данным: n – число; kind – вид)" in describe(Curved, Law.of(), on=ON).lower()
    assert "the computation curve 2 (from: n – number" in describe(Curved, Law.of(), on=ON, language="en").lower()


def reasoned(n: int, kind: str) -> Any:
    why = []
    if n < 5:
        why.append(("few", f"число {n} меньше 5", f"the number {n} is below 5"))
    if kind == "b":
        why.append(("other_kind", "вид b", "kind b"))
    return len(why) > 0, why


def silent(n: int, kind: str) -> bool:
    return n < 5 or kind == "b"


said: Any = None  # what `giving` gives, by `uses=`


def giving(n: int, kind: str) -> Any:
    return said if n == 1 else False


READS: Any = {"n": Row.n, "kind": Row.kind}


class Reasoned(Rule, per=("unit", "year"), id="t.reasoned"):
    risky = opaque(reasoned, name="reasoned", version="1", reads=READS, kind="truth")
    verdict = risky


class Silent(Rule, per=("unit", "year"), id="t.reasoned"):
    risky = opaque(silent, name="reasoned", version="1", reads=READS, kind="truth")
    verdict = risky


def test_each_reason_that_a_function_gives_is_said_under_its_name_in_both_languages() -> None:
    why = explain(judge(Reasoned, (3, "b"))["u0"])
    assert [reason.clause for reason in why.because] == ["risky.few", "risky.other_kind"]
    assert [(reason.text.ru, reason.text.en) for reason in why.because] == [
        ("число 3 меньше 5", "the number 3 is below 5"),
        ("вид b", "kind b"),
    ]
    assert all(reason.events == ("e0",) for reason in why.because)
    assert "число 3 меньше 5" in why.text("ru")
    assert "the number 3 is below 5" in why.text("en")
    assert [item["clause"] for item in why.to_dict()["because"]] == ["risky.few", "risky.other_kind"]


def test_reasons_change_no_decision_and_without_them_it_is_told_as_by_a_function_that_gives_none() -> None:
    rows = [(n, kind) for n in (0, 4, 5, None) for kind in ("a", "b", None)]
    spoken, quiet = judge(Reasoned, *rows), judge(Silent, *rows)
    assert {unit: verdict.outcome for unit, verdict in spoken.items()} == {
        unit: verdict.outcome for unit, verdict in quiet.items()
    }
    nothing_said = "u6"  # 5 and a: no reason, so the inputs are told
    assert explain(spoken[nothing_said]).text("ru") == explain(quiet[nothing_said]).text("ru")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((True, [], 1), "not a value or"),
        ((True, "почему"), "not a value or"),
        ((True, [("few", "мало")]), "of three texts"),
        ((True, [("few", "мало", "")]), "of three texts"),
        ((True, [("few", "мало", "few"), ("few", "ещё", "more")]), "two reasons called few"),
        ((7, []), "an exact truth"),
    ],
)
def test_what_are_no_reasons_fails_by_name_for_that_subject_alone(given: Any, message: str) -> None:
    class Odd(Rule, per=("unit", "year"), id="t.odd"):
        verdict = opaque(giving, name="odd", version="1", reads=READS, kind="truth", uses={"said": given})

    found = judge(Odd, (1, "a"), (2, "a"))
    assert (found["u0"].outcome, message in found["u0"].error) == ("failed", True), found["u0"].error
    assert found["u1"].outcome == "not_met"
