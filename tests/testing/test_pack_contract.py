"""The test kit catches what it promises to catch: each kind of mistake in a pack fails its own test."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from tests.testing.authored import pack

from shnor_engine import Engine
from shnor_engine.events import Event, ResultRecorded, SchoolRegistered
from shnor_engine.packs import build, load_artefact
from shnor_engine.testing import packs
from shnor_engine.testing.packs import CLAIMS, FEW, PackContract, _engines

HERE = Path(__file__).parent
AUTHOR = """
from dataclasses import replace
from tests.testing.authored import pack, Limits, Row, Low, EXAMPLES
from shnor_engine.packs import read_examples
from shnor_engine.testing.packs import PackContract

class TestMine(PackContract):
    runs = 10
    engines = ("polars",)
    {body}
"""
GOOD = "pack = pack\n    rising = {'Row.below': 'met'}"
FALLS = "pack = pack\n    rising = {'Row.below': 'not_met'}"

pytest_plugins = ["pytester"]
MODULE = "shnor_engine.testing.pytest_plugin"
# An installation that was made before the entry point came does not name it.
PLUGIN = () if any(item.value == MODULE for item in entry_points(group="pytest11")) else ("-p", MODULE)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Everything that a contract loads is loaded before: pytester forgets modules that come in while it runs."""
    import_module("duckdb")  # compiled: a second import of it ends the process
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
    "a field has no word in one language": (
        "pack = pack(rule='unsaid')",
        {"test_every_word_is_there_in_every_language"},
        "translation-missing: ",
    ),
    "it rests on another clause than the example says": (
        "why = EXAMPLES.replace('outcome: met', 'outcome: met, because: [few]')\n"
        "    pack = replace(pack(), examples=read_examples(why))",
        {"test_the_pack_has_no_hole", "test_an_example_comes_out_as_it_says"},
        "it does not rest on few",
    ),
    "it breaks just below a threshold": (
        "pack = pack(rule='at nine')\n    calls_functions = True",
        {"test_just_below_at_and_above_a_threshold_the_comparison_turns_where_it_says"},
        "Limits.least at Row.people, t−1 (9): low: ",
    ),
    "the outcome falls where it was said to rise": (
        FALLS,
        {"test_a_larger_number_brings_the_outcome_only_nearer"},
        "raising Row.below by",
    ),
    "a threshold that nothing tries": (
        "pack = replace(pack(), examples=tuple(item for item in pack().examples if item.outcome == 'undetermined'))",
        {
            "test_every_outcome_and_decision_has_an_example",
            "test_every_threshold_is_tried_or_named_as_one_that_no_case_could_be_brought_to",
        },
        "Limits.share: ratio in verdict is known in no example",
    ),
    "a threshold is excused that is tried": (
        "pack = pack\n    uncovered = {'Limits.least': 'no reason'}",
        {"test_every_threshold_is_tried_or_named_as_one_that_no_case_could_be_brought_to"},
        "Limits.least: tried by the cases of now, or no threshold; take it out of `uncovered`",
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


CLAIM = {
    "never_fails": ("pack = pack(rule='breaks')\n    calls_functions = True\n    runs = 40", "IndexError"),
    "order_does_not_decide": ("pack = pack(rule='remembers')\n    calls_functions = True", "assert"),
    "the_artefact_decides_alike": ("pack = pack(rule='breaks')", "say calls_functions = True if that is meant"),
    "columns_decide_alike": ("pack = pack(rule='remembers')\n    calls_functions = True", "polars says "),
    "a_larger_number_brings_nearer": (f"{FALLS}\n    runs = 40", "raising Row.below by"),
}


def test_every_claim_has_a_pack_that_breaks_it() -> None:
    assert set(CLAIM) == set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIM)
def test_a_claim_on_any_facts_fails_on_the_pack_that_breaks_it(author: pytest.Pytester, claim: str) -> None:
    body, said = CLAIM[claim]
    told = run(author, body, "-k", f"test_on_any_facts and {claim}")
    assert failed(told) == {"test_on_any_facts"}
    assert said in told.stdout.str()
    assert f'"claim": "{claim}"' in (author.path / "found-test.authored.yaml").read_text("utf-8")
    assert run(author, GOOD, "-k", f"test_on_any_facts and {claim}").ret == 0


def test_columns_are_asked_on_every_engine_that_the_author_names(author: pytest.Pytester) -> None:
    only = ("-k", "columns_decide_alike")
    assert run(author, f"{GOOD}\n    engines = ('polars', 'duckdb')\n    runs = 2", *only).ret == 0
    told = run(author, f"{GOOD}\n    engines = ('abacus',)\n    runs = 2", *only)
    assert failed(told) == {"test_on_any_facts"}
    assert "no engine «abacus»; columns are asked on polars, duckdb" in told.stdout.str()


def test_duckdb_is_asked_unasked_on_a_few_cases_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(PackContract):
        pack = staticmethod(pack)

    mine = Mine()
    asked = [_engines(mine) for _ in range(FEW + 2)]
    assert asked == [("polars", "duckdb")] * FEW + [("polars",)] * 2
    assert _engines(Mine()) == ("polars", "duckdb")  # another test counts for itself
    monkeypatch.setattr(packs, "find_spec", lambda name: None)
    assert _engines(Mine()) == ("polars",)
    Mine.engines = ("duckdb",)
    assert [_engines(mine), _engines(Mine())] == [("duckdb",)] * 2


def test_a_changed_threshold_is_seen_in_the_table_of_edges(author: pytest.Pytester) -> None:
    run(author, GOOD, "--shnor-update")
    told = run(author, "pack = pack(least=9)")
    assert "test_what_comes_out_at_every_threshold_is_as_it_was_read" in failed(told)
    told.stdout.fnmatch_lines(["-Limits.least at Row.people, t (10): low → met"])


LOGGED = """
from dataclasses import replace
from shnor_engine.packs import find_pack
from shnor_engine.law import Dated, Law, Share, percent
from shnor_engine.testing.packs import PackContract

OURS = find_pack("ru.shnor.a")

def stricter():
    found = dict(OURS.law.parameters)
    share = found["Federal.low_share"]
    made = Dated[Share]({{"2010-01-01": percent(40)}}, ref=share.ref, bounds=share.bounds, region_may_override=True,
                        ru=share.labels["ru"], en=share.labels["en"])
    made.key = share.key
    return replace(OURS, version="2.0", law=replace(OURS.law, parameters=found | {{share.key: made}}))

class TestMine(PackContract):
    pack = staticmethod(stricter)
    older, examples = OURS, "few.yaml"
    sample_log, sample_year, flips = "sample.db", 2024, {flips}
    on = date(2024, 12, 23)
"""


def test_decisions_that_turn_on_the_sample_log_are_counted_against_the_budget(author: pytest.Pytester) -> None:
    with Engine.open(author.path / "sample.db") as engine:
        engine.append([*school("demo/1", below=7), *school("demo/2", below=19)], actor="test")
    author.path.joinpath("few.yaml").write_text("[]", encoding="utf-8")
    author.makepyfile(test_mine="from datetime import date\n" + LOGGED.format(flips=0))
    only = ("-k", "turns_no_more")
    told = author.runpytest_inprocess("-q", *PLUGIN, *only)
    assert failed(told) == {"test_the_new_version_turns_no_more_decisions_than_allowed"}
    told.stdout.fnmatch_lines(["1 decisions turned, 0 may:", "demo/1: met → undetermined"])
    author.makepyfile(test_mine="from datetime import date\n" + LOGGED.format(flips=1))
    assert author.runpytest_inprocess("-q", *PLUGIN, *only).ret == 0


def school(school_id: str, *, below: int) -> list[Event]:
    """A school whose twenty participants were in two exams, so many below the minimum in each."""
    common = {"school_id": school_id, "year": 2024, "procedure_kind": "oge", "participants": 20, "below_min": below}
    return [
        SchoolRegistered(school_id=school_id, municipality="demo", region="ru", kind="secondary", name=school_id),
        *(ResultRecorded(discipline=one, **common) for one in ("mathematics", "russian")),
    ]


def test_a_changed_text_is_seen(author: pytest.Pytester) -> None:
    run(author, GOOD, "--shnor-update")
    assert failed(run(author, "pack = pack(share=31)\n    uncovered = ()")) >= {
        "test_the_methodology_reads_as_it_was_signed"
    }


BREAKS = "pack = pack(rule='breaks')\n    calls_functions = True\n    runs = 40"


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
