"""The sheet of a pack: everything that it rests on, needs, may decide and is proved by; every hole by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shnor_engine.errors import BadInput, PackError
from shnor_engine.packs import Decision, Example, Pack, builtin_packs, read_examples
from shnor_engine.packs.manifest import codes_decided, outcomes_of

ON = date(2024, 12, 23)
MONITORING = builtin_packs()[0]
EXAMPLES = """
day: 2024-12-23
examples:
  - name: on the list
    keys: {school: s, year: 2024}
    facts: {Membership: [{listed: true, events: [e1]}]}
    outcome: met
    decision: listed
    because: [on_list]
  - name: off the list for two years
    keys: {school: s, year: 2024}
    facts: {Membership: [{year: 2022, listed: true}, {year: 2023, listed: false}, {listed: false}]}
    outcome: not_met
    decision: sustained_exit
    values: {on_list: false, off_for_good: true}
  - name: nothing is known
    keys: {school: s, year: 2024}
    outcome: undetermined
"""


def pack(text: str = EXAMPLES, **changes: object) -> Pack:
    return replace(MONITORING, examples=read_examples(text, name="ex.yaml"), **changes)  # type: ignore[arg-type]


def codes(item: Pack, severity: str = "") -> list[str]:
    found = item.manifest(on=ON).findings
    return [one.code for one in found if severity in ("", one.severity)]


def test_the_sheet_holds_identity_sources_needs_decisions_and_examples() -> None:
    sheet = pack().manifest(on=ON)
    data = sheet.to_dict()
    assert data["schema"] == "shnor_engine.manifest/1"
    assert data["digest"] == MONITORING.digest
    assert [(item["of"], item["confidence"]) for item in data["sources"]] == [
        ("pack", "default"),
        ("Monitoring.clean_years", "default"),
    ]
    assert [item["projection"] for item in data["needs"]["facts"]] == ["membership"]
    assert data["parameters"][0]["bounds"] == [1, 10]
    assert set(data["decisions"]) == set(MONITORING.decisions)
    assert data["examples"]["sustained_exit"] == ["off the list for two years"]
    assert data["languages"] == ["ru", "en"]
    assert sheet.sound
    for language, word in (("ru", "Источники"), ("en", "Sources")):
        assert word in sheet.text(language)


def test_a_regional_value_is_an_exception_on_the_sheet() -> None:
    from shnor_engine.law import Clause, Law, Override
    from shnor_engine.packs.builtin.monitoring import Monitoring

    act = Clause("п. 1", act="приказ", confidence="stated")
    law = Law.of(Monitoring, overrides=[Override.of("ru.23", Monitoring.clean_years, {"2024-01-01": 3}, ref=act)])
    sheet = pack(law=law).manifest(on=ON)
    assert sheet.exceptions == ("ru.23 sets Monitoring.clean_years",)
    assert ("Monitoring.clean_years in ru.23", act) in [(item.of, item.clause) for item in sheet.sources]


def test_what_no_example_shows_is_a_warning_by_name() -> None:
    shown = {item.outcome for item in pack().examples} | {item.decision for item in pack().examples}
    lacking = [code for code in (*outcomes_of(MONITORING), *codes_decided(MONITORING)) if code not in shown]
    told = [item.message for item in pack().manifest(on=ON).findings if item.code == "example-missing"]
    assert [message.split(" comes out as ")[1].split(";")[0] for message in told] == lacking
    assert lacking


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("outcome: met", "outcome: not_met", "the outcome is met, not not_met"),
        ("decision: listed", "decision: watch", "the decision is listed, not watch"),
        ("because: [on_list]", "because: [status]", "it does not rest on status but on on_list"),
        ("off_for_good: true", "off_for_good: false", "«off_for_good» is True, not False"),
        ("off_for_good: true", "nothing: true", "there is no clause «nothing»"),
        ("{listed: true, events", "{listd: true, events", "Membership has no listd"),
        ("{Membership: [{listed", "{Members: [{listed", "gives Members; the pack reads Membership"),
        ("{listed: true, events", "{listed: 7, events", "7 is a int, not true or false"),
    ],
)
def test_an_example_that_comes_out_otherwise_refuses_the_pack_and_says_how(old: str, new: str, said: str) -> None:
    bad = pack(EXAMPLES.replace(old, new, 1))
    assert codes(bad, "error") == ["example-wrong"]
    (mistake,) = [item.message for item in bad.manifest(on=ON).findings if item.severity == "error"]
    assert said in mistake


def test_a_label_that_is_not_said_in_a_language_is_an_error() -> None:
    bad = pack(title={"ru": "Мониторинг"}, decisions={**MONITORING.decisions, "listed": Decision("", "listed")})
    assert codes(bad, "error") == ["not-said", "not-said"]
    assert bad.manifest(on=ON).languages == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2]", "a list of examples is needed"),
        ("- {name: a}", "does not say keys, outcome, day"),
        ("- {name: a, keys: {}, outcome: fine, day: 2024-01-01}", "no outcome fine; there are"),
        ("- {name: a, keys: {}, outcome: met, on: 2024-01-01}", "says True; an example has name"),
        ("- &x {name: a, keys: {}, outcome: met, day: 2024-01-01}\n- *x", "two examples are called «a»"),
    ],
)
def test_what_is_no_example_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(PackError, match=said):
        read_examples(text, name="ex.yaml")


def test_what_is_no_yaml_is_refused_with_file_and_line() -> None:
    with pytest.raises(BadInput, match=r"ex\.yaml:2"):
        read_examples("- a\n-{", name="ex.yaml")


def test_exact_numbers_may_be_written_as_fractions() -> None:
    from tests.packs.methodologies.benefit import benefit

    told = Example.of(
        {
            "name": "income to the kopeck",
            "keys": {"household": "h", "month": "2024-12"},
            "closed": True,
            "facts": {
                "Member": [
                    {"member": "a", "born": date(1985, 5, 1), "income": "12000.03"},
                    {"member": "b", "born": date(2022, 6, 1), "income": 0},
                ]
            },
            "outcome": "met",
            "day": "2025-01-01",
            "values": {"due": "179999/100"},
        }
    )
    assert told.mistakes(benefit()) == ()
