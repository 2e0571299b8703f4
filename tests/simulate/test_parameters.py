"""The file of parameters: each number with range, unit, source and note; mistakes refused with their line."""

from __future__ import annotations

import pytest

from shnor_engine.errors import BadInput
from shnor_engine.events.vocabulary import FORMS
from shnor_engine.simulate.parameters import BUILT_IN, Parameters, read_parameters

TEXT = BUILT_IN.read_text(encoding="utf-8")


def test_every_parameter_and_lever_says_where_it_comes_from(parameters: Parameters) -> None:
    for item in parameters.items.values():
        assert item.low <= item.value <= item.high
        assert item.unit
        assert item.source
        assert item.note
    assert all(lever.source and lever.note for lever in parameters.levers.values())


def test_every_form_of_the_programme_is_a_support_or_information(parameters: Parameters) -> None:
    assert set(parameters.forms) == set(FORMS)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("value: 0.7, low: 0, high: 1.5", "value: 7, low: 0, high: 1.5", "7 lies outside its range 0..1.5"),
        ("kind: prior", "kind: guess", "fixed or prior is needed"),
        ("mean: 0.18, spread: 0.10", "mean: 0.18, spread: -0.10", "a spread is not negative"),
        ("levers: [coaching], dose: 6", "levers: [poaching], dose: 6", "unknown lever poaching; there are coaching"),
        ("dose: 6", "dose: -6", "-6 is negative"),
        ("fade_kept: 0.35", "fade_kept: 2", "2 lies outside 0..1"),
        ("name: turnover,", "name: fidelity,", "stands there twice"),
        ("unit: hours", "units: hours", "unknown key"),
    ],
)
def test_a_mistake_is_refused_with_its_line(right: str, wrong: str, said: str) -> None:
    line = TEXT[: TEXT.index(right)].count("\n") + 1
    with pytest.raises(BadInput) as caught:
        read_parameters(TEXT.replace(right, wrong, 1), name="mine.yaml")
    found = [problem for problem in caught.value.problems if said in problem.reason]
    assert found, caught.value
    if said != "stands there twice":
        assert found[0].where == f"mine.yaml:{line}"


def test_a_changed_number_changes_the_digest_and_a_changed_note_does_not(parameters: Parameters) -> None:
    assert read_parameters(TEXT.replace("value: 0.12", "value: 0.13"), name="x").digest != parameters.digest
    assert read_parameters(TEXT.replace("never printed as a fact", "unknown"), name="x").digest == parameters.digest
    assert (
        parameters.with_values(turnover=0.13).digest
        == read_parameters(TEXT.replace("value: 0.12", "value: 0.13"), name="x").digest
    )


def test_values_outside_their_range_and_unknown_names_are_refused(parameters: Parameters) -> None:
    with pytest.raises(BadInput, match="fidelity: 7"):
        parameters.with_values(fidelity=7)
    with pytest.raises(BadInput, match="no such parameter"):
        parameters.with_values(luck=1)
