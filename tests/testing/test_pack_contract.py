"""The test kit catches what it promises to catch: each kind of mistake in a pack fails its own test."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.testing.authored import pack

from shnor_engine.packs import build, load_artefact
from shnor_engine.testing import packs as _kit  # noqa: F401  (loaded before pytester runs)

HERE = Path(__file__).parent
AUTHOR = """
from dataclasses import replace
from tests.testing.authored import pack, Limits, Row, Low, EXAMPLES
from shnor_engine.packs import read_examples
from shnor_engine.testing.packs import PackContract

class TestMine(PackContract):
    {body}
"""
GOOD = "pack = pack\n    rising = {'Row.below': 'met'}"

pytest_plugins = ["pytester"]
MODULE = "shnor_engine.testing.pytest_plugin"
# An installation that was made before the entry point came does not name it.
PLUGIN = () if any(item.value == MODULE for item in entry_points(group="pytest11")) else ("-p", MODULE)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Everything that a contract loads is loaded before: pytester forgets modules that come in while it runs."""
    made = pack()
    made.manifest(on=date(2024, 12, 31)).text()
    assert made.diff(load_artefact(build(made).text()), on=date(2024, 12, 31)).empty


@pytest.fixture
def author(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of an author with one contract, its texts read and kept."""
    monkeypatch.syspath_prepend(str(HERE.parents[1]))
    pytester.makeini("[pytest]\naddopts = -p no:cacheprovider\n")
    return pytester


def run(author: pytest.Pytester, body: str, *arguments: str) -> pytest.RunResult:
    author.makepyfile(test_mine=AUTHOR.format(body=body))
    return author.runpytest_inprocess("-q", *PLUGIN, *arguments)


def failed(result: pytest.RunResult) -> set[str]:
    """Names of the tests that failed, without what they were called with."""
    lines = [line for line in result.outlines if line.startswith(("FAILED", "ERROR"))]
    return {line.split("::")[-1].split("[")[0].split(" ")[0] for line in lines}


def test_a_sound_pack_keeps_the_contract_once_its_texts_were_read(author: pytest.Pytester) -> None:
    first = run(author, GOOD)
    assert failed(first) == {
        "test_what_comes_out_at_every_threshold_is_as_it_was_read",
        "test_the_methodology_reads_as_it_was_signed",
    }
    first.stdout.fnmatch_lines(["*is not there yet: run pytest --shnor-update once, read it, commit it*"])
    assert failed(run(author, GOOD, "--shnor-update")) == set()
    assert failed(run(author, GOOD)) == set()
    kept = sorted(path.name for path in (author.path / "golden" / "test.authored").iterdir())
    assert kept == ["describe.en.txt", "describe.ru.txt", "edges.txt"]
    edges = (author.path / "golden" / "test.authored" / "edges.txt").read_text("utf-8").splitlines()
    assert [line.split(": ")[0] for line in edges] == [
        "Limits.least at Row.people, t−1 (9)",
        "Limits.least at Row.people, t (10)",
        "Limits.least at Row.people, t+1 (11)",
        "Limits.share at Row.below of people, t−1 (2)",
        "Limits.share at Row.below of people, t (3)",
        "Limits.share at Row.below of people, t+1 (4)",
    ]
    assert [line.split("→ ")[1] for line in edges] == [
        "not_applicable", "met", "not_met", "not_met", "met", "met",
    ]  # fmt: skip


BROKEN = {
    "an example says otherwise": (
        "pack = replace(pack(), examples=read_examples(EXAMPLES.replace('outcome: met', 'outcome: not_met')))",
        {"test_the_pack_has_no_hole", "test_an_example_comes_out_as_it_says"},
        "the outcome is met, not not_met",
    ),
    "an outcome has no example": (
        "pack = replace(pack(), examples=pack().examples[:2])",
        {"test_every_outcome_and_decision_has_an_example"},
        "no example comes out as not_applicable, undetermined",
    ),
    "a label is missing": (
        "pack = replace(pack(), title={'ru': 'Пример'})",
        {
            "test_the_pack_has_no_hole",
            "test_every_word_is_there_in_every_language",
        },
        "title is not said in the language en",
    ),
    "the outcome falls where it was said to rise": (
        "pack = pack\n    rising = {'Row.below': 'not_met'}",
        {"test_a_larger_number_brings_the_outcome_only_nearer"},
        "raising Row.below by",
    ),
    "a threshold that nothing tries": (
        "pack = replace(pack(), examples=tuple(item for item in pack().examples if item.outcome == 'undetermined'))",
        {
            "test_every_outcome_and_decision_has_an_example",
            "test_every_threshold_is_tried_or_named_as_one_that_no_field_is_compared_with",
        },
        "no example lies at Limits.",
    ),
    "a new version turns a decision": (
        "pack = pack\n    older = pack(share=50)",
        {"test_the_new_version_turns_no_more_decisions_than_allowed"},
        "1 decisions turned, 0 may",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_mistake_fails_the_test_that_is_about_it_and_says_why(author: pytest.Pytester, what: str) -> None:
    body, wanted, said = BROKEN[what]
    result = run(author, body, "--shnor-update")
    assert wanted <= failed(result)
    assert said in result.stdout.str()


def test_as_many_decisions_may_turn_as_the_budget_says(author: pytest.Pytester) -> None:
    body = BROKEN["a new version turns a decision"][0]
    assert failed(run(author, f"{body}\n    flips = 1", "--shnor-update")) == set()


def test_a_changed_text_is_seen(author: pytest.Pytester) -> None:
    run(author, GOOD, "--shnor-update")
    assert failed(run(author, "pack = pack(share=31)\n    uncovered = ()")) >= {
        "test_the_methodology_reads_as_it_was_signed"
    }


BREAKS = "pack = pack(breaks=True)\n    calls_functions = True"


def test_the_smallest_case_that_breaks_a_property_is_kept_and_tried_first_from_then_on(
    author: pytest.Pytester,
) -> None:
    assert failed(run(author, BREAKS, "--shnor-update")) == {"test_on_any_facts"}
    kept = author.path / "found-test.authored.yaml"
    (line,) = kept.read_text("utf-8").splitlines()
    assert '"claim": "never_fails"' in line
    assert '"people": 14' in line
    again = run(author, f"{BREAKS}\n    runs = 1")
    assert "test_cases_found_before_hold_now" in failed(again)
    assert failed(run(author, GOOD, "--shnor-update")) == set()  # mended: the kept case holds now
    shutil.rmtree(author.path / "golden")


def test_a_class_without_a_pack_is_told_what_to_write(author: pytest.Pytester) -> None:
    result = run(author, "runs = 3")
    assert "TestMine names no pack; write pack = my_pack" in result.stdout.str()
