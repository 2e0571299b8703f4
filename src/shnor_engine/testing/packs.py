"""`PackContract`: what every methodology has to keep. One line in the tests of a plugin brings all of it::

    from shnor_engine.testing.packs import PackContract

    class TestMine(PackContract):
        pack = my_pack                      # the pack, or a function that gives it

Beside the test module lie, by default in `golden/`, the kept texts of the pack: `describe.ru.txt`, `describe.en.txt`
and `edges.txt`, what comes out at t−1, t and t+1 of every threshold. `pytest --shnor-update` writes them anew; read
them and commit them. Examples come with the pack (`Pack.examples`) or from the YAML file `examples`.

A property that fails writes its smallest case to `found-<pack>.yaml` beside the test. From then on that case is
decided first, in every run and on every machine, until somebody removes it. Needs the extras `test` and `yaml`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import unified_diff
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from shnor_engine.errors import ArtefactError
from shnor_engine.law.canon import plain, unplain
from shnor_engine.packs import Example, Pack, build, load_artefact, read_examples
from shnor_engine.packs.manifest import codes_decided, not_said, outcomes_of
from shnor_engine.reasoning import Verdict
from shnor_engine.testing.boundaries import AtEdge, cases_at, comparisons, edge_of
from shnor_engine.testing.limits import limits, why_none
from shnor_engine.testing.pack_columns import in_columns, told
from shnor_engine.testing.pack_facts import Case, cases
from shnor_engine.testing.pytest_plugin import OPTION
from shnor_engine.testing.reached import Reached, nearest, reached
from shnor_engine.testing.turns import turns

LADDER = {"not_met": 0, "undetermined": 1, "met": 2}
LANGUAGES = ("ru", "en")
STEPS_UP = (1, 2, 5, 30)
FEW = 3  # cases that DuckDB is asked on without being named: it takes about half a second for one


class PackContract:
    """The contract of one pack; what a subclass may say stands below.

    `examples`: a YAML file, instead of those of the pack. `on`: the day as of which it is read (default: that of the
    latest example). `golden`: the folder of the kept texts. `rising`: by «Fact.field» the outcome that a larger
    number can only bring nearer, `met` or `not_met`. `uncovered`: thresholds that no case could be brought to, each
    with its reason, so that a new one is not forgotten. `older`: the version before, `flips`: how many of its
    decisions may change, on the examples and on `sample_log` in `sample_year`, read with `plugins` where the pack
    reads what they bring.
    `languages`: in which every word must be there. `calls_functions`: True for a pack with `opaque`, which has no
    artefact. `engines`: on which columns must decide alike (default: `polars`, and `duckdb` on the first few cases
    where it is installed). `runs`: cases tried a property.
    """

    pack: ClassVar[Pack | Callable[[], Pack]]
    examples: ClassVar[Path | str | None] = None
    on: ClassVar[date | None] = None
    golden: ClassVar[Path | str | None] = None
    rising: ClassVar[Mapping[str, str]] = {}
    uncovered: ClassVar[Mapping[str, str] | tuple[str, ...]] = {}
    older: ClassVar[Pack | Callable[[], Pack] | None] = None
    flips: ClassVar[int] = 0
    sample_log: ClassVar[Path | str | None] = None
    sample_year: ClassVar[int] = 0
    plugins: ClassVar[tuple[object, ...]] = ()
    languages: ClassVar[tuple[str, ...]] = LANGUAGES
    calls_functions: ClassVar[bool] = False
    engines: ClassVar[tuple[str, ...] | None] = None
    runs: ClassVar[int] = 40
    asked_unasked = 0  # cases that DuckDB was given without being named

    # --- what the class is about --------------------------------------------------------------------

    @classmethod
    def subject(cls) -> Pack:
        """The pack, with the examples of the class where it names a file."""
        given = inspect.getattr_static(cls, "pack", None)
        if given is None:
            raise TypeError(f"{cls.__name__} names no pack; write pack = my_pack")
        return _made(_plain(given), None if cls.examples is None else cls._beside(cls.examples))

    @classmethod
    def day(cls) -> date:
        """The day as of which the pack is looked at."""
        return cls.on or max((item.day for item in cls.subject().examples), default=date(2025, 1, 1))

    @classmethod
    def _beside(cls, name: Path | str) -> Path:
        return Path(inspect.getfile(cls)).parent / name

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test an example, one a property."""
        cls = type(self)
        if "example" in metafunc.fixturenames:
            shown = cls.subject().examples
            metafunc.parametrize("example", shown, ids=[item.name for item in shown])
        if "claim" in metafunc.fixturenames:
            metafunc.parametrize("claim", list(CLAIMS))

    @classmethod
    def _edges(cls) -> tuple[AtEdge | Reached, ...]:
        """One triple a threshold: of the first example that reaches it, else of what its rows were changed to."""
        return _all_edges(cls.subject())

    # --- the sheet and the examples -----------------------------------------------------------------

    def test_the_pack_has_no_hole(self) -> None:
        """No finding is an error."""
        found = self.subject().manifest(on=self.day())
        _hold(found.sound, "\n".join(map(str, found.errors)))

    def test_every_word_is_there_in_every_language(self) -> None:
        """Titles, decisions, labels of facts and parameters."""
        found = self.subject().manifest(on=self.day()).findings
        lacking = [str(item) for item in found if item.code in ("translation-missing", "not-said")]
        if set(self.languages) >= set(LANGUAGES):
            _hold(not lacking, "\n".join(lacking))
        for language in self.languages:
            _hold(bool(self.subject().title.get(language)), f"title is not said in the language {language}")

    def test_every_outcome_and_decision_has_an_example(self) -> None:
        """Met, not met, undetermined, not applicable where it can be, and each code of the closed list."""
        pack = self.subject()
        shown = {code for item in pack.examples for code in (item.outcome, item.decision)}
        lacking = [code for code in (*outcomes_of(pack), *codes_decided(pack)) if code not in shown]
        _hold(not lacking, f"no example comes out as {', '.join(lacking)}")

    def test_an_example_comes_out_as_it_says(self, example: Example) -> None:
        """Outcome, decision, decisive clauses and values."""
        mistakes = example.mistakes(self.subject())
        _hold(not mistakes, "\n".join(mistakes))

    # --- thresholds ---------------------------------------------------------------------------------

    def test_just_below_at_and_above_a_threshold_the_comparison_turns_where_it_says(self) -> None:
        """The clause that is the comparison is worth what plain arithmetic says, and nothing breaks."""
        pack = self.subject()
        for item in self._edges():
            verdict = _decided(pack, item.example)
            _hold(verdict.outcome != "failed", f"{item.name}: {verdict.error}")
            mistake = item.mistake(pack) if isinstance(item, Reached) else _turns_wrong(pack, item, verdict)
            _hold(not mistake, mistake)

    def test_every_threshold_is_tried_or_named_as_one_that_no_case_could_be_brought_to(self) -> None:
        """A threshold that a new clause brings is not forgotten, and none is excused that is tried."""
        pack = self.subject()
        tried = {item.param for item in self._edges()}
        numbers = {item.key for item in pack.tree.parameters if _is_number(item.entries[0].value)}
        lacking = [f"{key}: {_why_not(pack, key)}" for key in sorted(numbers - tried - set(self.uncovered))]
        said = "add an example whose rows have what is compared with it, or name it in `uncovered` with the reason:"
        _hold(not lacking, "\n".join(("no case lies at a threshold;", said, *lacking)))
        stale = sorted(set(self.uncovered) - (numbers - tried))
        _hold(
            not stale, f"{', '.join(stale)}: tried by the cases of now, or no threshold; take it out of `uncovered`"
        )

    def test_what_comes_out_at_every_threshold_is_as_it_was_read(self, request: pytest.FixtureRequest) -> None:
        """The table of edges, kept for whoever knows the act."""
        pack = self.subject()
        lines = [f"{item.name} → {_said(pack, _decided(pack, item.example))}" for item in self._edges()]
        self._kept("edges.txt", "\n".join(lines) + "\n", request)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_methodology_reads_as_it_was_signed(self, language: str, request: pytest.FixtureRequest) -> None:
        """The prose of `describe`, word by word."""
        self._kept(
            f"describe.{language}.txt", self.subject().describe(on=self.day(), language=language) + "\n", request
        )

    @classmethod
    def _settings(cls) -> settings:
        return settings(
            max_examples=cls.runs,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )

    # --- properties ---------------------------------------------------------------------------------

    def test_cases_found_before_hold_now(self) -> None:
        """What a property failed on once is decided again in every run."""
        for found in self._found():
            CLAIMS[found["claim"]](self, self.subject(), _case(found))

    def test_on_any_facts(self, claim: str) -> None:
        """A property on facts of every kind; the smallest case that breaks it is kept."""
        pack, holds = self.subject(), CLAIMS[claim]
        assert not list(not_said(pack)), "texts are missing, so no decision can be explained"

        @given(cases(pack, on=self.day()))
        @self._settings()
        def on_facts(case: Case) -> None:
            try:
                holds(self, pack, case)
            except Exception:
                self._keep(claim, case)
                raise

        on_facts()

    def test_a_larger_number_brings_the_outcome_only_nearer(self) -> None:
        """`rising`: raising the field never turns the outcome of an example the other way."""
        pack = self.subject()
        for example in pack.examples:
            a_larger_number_brings_nearer(self, pack, _case_of(example, pack))

    def test_the_new_version_turns_no_more_decisions_than_allowed(self) -> None:
        """Against `older`, on the examples and on the sample log."""
        given = inspect.getattr_static(type(self), "older", None)
        if given is None:
            return
        older, pack = _made(_plain(given), None), self.subject()
        turned = [*self._turned_examples(older, pack), *self._turned_in_log(older, pack)]
        said = f"{len(turned)} decisions turned, {self.flips} may:"
        _hold(len(turned) <= self.flips, "\n".join((said, *turned)))

    def _turned_examples(self, older: Pack, pack: Pack) -> Iterator[str]:
        for example in pack.examples:
            before = older.decide(
                example.keys, replace(example).rows(_reading(older, example)), on=example.day, region=example.region
            )
            after = _decided(pack, example)
            if _said(older, before) != _said(pack, after):
                yield f"{example.name}: {_said(older, before)} → {_said(pack, after)}"

    def _turned_in_log(self, older: Pack, pack: Pack) -> Iterator[str]:
        if self.sample_log is None:
            return
        from shnor_engine import Engine

        old, new = replace(older, id="older"), replace(pack, id="newer")
        log = self._beside(self.sample_log)
        with Engine.open(log, readonly=True, create=False, packs=[old, new], plugins=self.plugins) as engine:
            before = engine.assess(pack="older", year=self.sample_year, on=self.day())
            after = engine.assess(pack="newer", year=self.sample_year, on=self.day())
        for one, two in zip(before, after, strict=True):
            if one.decision != two.decision:
                yield f"{one.subject}: {one.decision} → {two.decision}"

    # --- what is kept beside the tests ---------------------------------------------------------------

    def _kept(self, name: str, text: str, request: pytest.FixtureRequest) -> None:
        path = self._beside(self.golden or f"golden/{self.subject().id}") / name
        if request.config.getoption(OPTION, default=False):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _hold(path.is_file(), f"{path} is not there yet: run pytest {OPTION} once, read it, commit it")
        kept = path.read_text(encoding="utf-8")
        said = f"{path} reads otherwise; if it should, run pytest {OPTION}:"
        _hold(text == kept, "\n".join((said, *_changed(kept, text))))

    def _found_file(self) -> Path:
        return self._beside(f"found-{self.subject().id}.yaml")

    def _found(self) -> list[Mapping[str, Any]]:
        from shnor_engine.yaml_file import read_yaml

        path = self._found_file()
        return list(read_yaml(path).value or []) if path.is_file() else []

    def _keep(self, claim: str, case: Case) -> None:
        """Keep a case that broke a claim; the next, smaller one takes its place."""
        others = [item for item in self._found() if item["claim"] != claim]
        rows = {name: [plain(row) for row in rows] for name, rows in case.rows.items()}
        mine = {"claim": claim, "keys": dict(case.keys), "closed": case.closed, "rows": rows}
        # JSON is YAML; one line a case, so that a change is one line too.
        lines = [f"- {json.dumps(item, ensure_ascii=False, sort_keys=True)}\n" for item in (*others, mine)]
        self._found_file().write_text("".join(lines), encoding="utf-8")


# --- claims on any facts --------------------------------------------------------------------------------


def never_fails(contract: PackContract, pack: Pack, case: Case) -> None:
    """The rule breaks on no facts, and says why in both languages."""
    verdict = _verdict(pack, case)
    assert verdict.outcome != "failed", verdict.error
    for language in contract.languages:
        assert pack.explain(verdict).text(language)


def order_does_not_decide(contract: PackContract, pack: Pack, case: Case) -> None:
    """Rows in another order give the same decision and the same explanation, byte by byte."""
    shuffled = {name: Random(7).sample(rows, len(rows)) for name, rows in case.rows.items()}
    assert _told(pack, replace(case, rows=shuffled)) == _told(pack, case)


def the_artefact_decides_alike(contract: PackContract, pack: Pack, case: Case) -> None:
    """The pack as a document decides and explains byte by byte as the pack itself."""
    if not contract.calls_functions:
        assert _told(_from_artefact(pack), case) == _told(pack, case)


def columns_decide_alike(contract: PackContract, pack: Pack, case: Case) -> None:
    """Columns give the outcome and every clause that the case gives when it is decided by itself."""
    on, alone = _on(pack, case), told(_verdict(pack, case))
    for engine in _engines(contract):
        found = in_columns(pack, case, engine, on=on)
        if found != alone:
            contract.asked_unasked = -contract.runs * 1000  # from now on always: the case is made smaller
        assert found == alone, f"{engine} says {found}, one by one it is {alone}"


def a_larger_number_brings_nearer(contract: PackContract, pack: Pack, case: Case) -> None:
    """`rising`: no field that is raised turns the outcome away from the one it was said to bring nearer.

    It is raised by a little, by much, and to where a threshold of the law is reached and passed.
    """
    before = LADDER.get(_verdict(pack, case).outcome) if contract.rising else None
    for name, toward in contract.rising.items() if before is not None else ():
        fact, field = name.split(".")
        met = turns(pack, next(item for item in pack.bindings if item.__name__ == fact))
        for place, row in enumerate(case.rows[fact]):
            steps = met.steps_up(field, row) if isinstance(row.get(field), int) else ()
            for more in sorted({*STEPS_UP, *steps}):
                raised = _raised(pack, case, fact, place, field, more)
                after = None if raised is None else LADDER.get(_verdict(pack, raised).outcome)
                if before is not None and after is not None:
                    assert (after - before) * (1 if toward == "met" else -1) >= 0, (
                        f"raising {name} by {more} turned the outcome away from {toward}: {case.rows[fact][place]}"
                    )


def _engines(contract: PackContract) -> tuple[str, ...]:
    """On which engines a case is asked: those that the author names on each, DuckDB unasked on the first few only."""
    if contract.engines is not None:
        return contract.engines
    if contract.asked_unasked >= FEW or find_spec("duckdb") is None:
        return ("polars",)
    contract.asked_unasked += 1
    return ("polars", "duckdb")


CLAIMS: Mapping[str, Callable[[PackContract, Pack, Case], None]] = {
    "never_fails": never_fails,
    "order_does_not_decide": order_does_not_decide,
    "the_artefact_decides_alike": the_artefact_decides_alike,
    "columns_decide_alike": columns_decide_alike,
    "a_larger_number_brings_nearer": a_larger_number_brings_nearer,
}


# --- thresholds ---------------------------------------------------------------------------------------


_EDGES: dict[tuple[str, str], tuple[AtEdge | Reached, ...]] = {}


def _all_edges(pack: Pack) -> tuple[AtEdge | Reached, ...]:
    """The cases at every threshold of a pack: looked for once, three tests read them."""
    asked = pack.digest, repr(pack.examples)
    if asked not in _EDGES:
        moved: list[AtEdge] = []
        for example in pack.examples:
            seen = {item.edge.name for item in moved}
            moved += [item for item in cases_at(pack, example) if item.edge.name not in seen]
        done = {(item.edge.param.key, item.edge.sign) for item in moved}
        further = [
            case
            for limit in limits(pack.tree)
            if (edge := edge_of(limit.tree, limit.node)) is None or (edge.param.key, edge.sign) not in done
            for case in reached(pack, limit)
        ]
        _EDGES[asked] = (*moved, *further)
    return _EDGES[asked]


def _turns_wrong(pack: Pack, item: AtEdge, verdict: Verdict) -> str:
    """The clause that is the comparison and is not worth what plain arithmetic says; empty where there is none."""
    if len(item.example.facts[item.edge.fact.__name__]) == 1:
        for clause in sorted(set(comparisons(pack.tree, item.edge)) & set(verdict.values)):
            if verdict.values[clause] != item.holds:
                return f"{item.name}: «{clause}» is {verdict.values[clause]}, not {item.holds}"
    return ""


def _why_not(pack: Pack, key: str) -> str:
    """Why no case lies at a threshold."""
    mine = [limit for limit in limits(pack.tree) if limit.param.key == key]
    return "; ".join(nearest(pack, limit) for limit in mine) or why_none(pack.tree, key)


# --- parts ----------------------------------------------------------------------------------------------


def _hold(kept: bool, said: str) -> None:
    """The test fails with a sentence for who wrote the pack, without the code of the kit around it."""
    if not kept:
        pytest.fail(said, pytrace=False)


def _changed(kept: str, text: str) -> list[str]:
    """The lines that differ, the kept ones with a minus."""
    found = unified_diff(kept.splitlines(), text.splitlines(), "kept", "now", lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


def _plain(given: Any) -> Pack:
    found = given.__func__ if isinstance(given, staticmethod) else given
    made = found() if callable(found) and not isinstance(found, Pack) else found
    if not isinstance(made, Pack):
        raise TypeError(f"{made!r} is no Pack; write pack = my_pack, the pack or a function that gives it")
    return made


@cache
def _read(path: Path) -> tuple[Example, ...]:
    return read_examples(path)


def _made(pack: Pack, examples: Path | None) -> Pack:
    return pack if examples is None else replace(pack, examples=_read(examples))


_ARTEFACTS: dict[str, Pack] = {}


def _from_artefact(pack: Pack) -> Pack:
    if pack.digest not in _ARTEFACTS:
        try:
            _ARTEFACTS[pack.digest] = load_artefact(build(pack).text())
        except ArtefactError as error:
            raise AssertionError(f"{error}; say calls_functions = True if that is meant") from error
    return _ARTEFACTS[pack.digest]


def _verdict(pack: Pack, case: Case) -> Verdict:
    return pack.decide(case.keys, case.facts(pack), on=_on(pack, case))


def _on(pack: Pack, case: Case) -> date:
    """The day after the period decided on has ended."""
    period = pack.tree.period
    return date(2025, 1, 1) if period is None else period.day(case.keys[period.name])


def _told(pack: Pack, case: Case) -> str:
    verdict = _verdict(pack, case)
    found = pack.explain(verdict)
    return json.dumps(verdict.to_json(), default=str) + found.to_json() + found.text("ru") + found.text("en")


def _decided(pack: Pack, example: Example) -> Verdict:
    return pack.decide(example.keys, example.rows(pack), on=example.day, region=example.region)


def _reading(older: Pack, example: Example) -> Pack:
    """The older pack, if it reads the facts of the example at all."""
    named = {fact.__name__ for fact in older.bindings}
    if strange := sorted(set(example.facts) - named):
        raise AssertionError(
            f"example «{example.name}» gives {', '.join(strange)}, which the older version reads not"
        )
    return older


def _said(pack: Pack, verdict: Verdict) -> str:
    code = pack.decision(verdict)
    return verdict.outcome if code == verdict.outcome else f"{verdict.outcome}, {code}"


def _is_number(value: object) -> bool:
    return not isinstance(value, bool | str | tuple | date) and not hasattr(value, "rows")


def _raised(pack: Pack, case: Case, fact: str, place: int, field: str, more: int) -> Case | None:
    """The case with a number raised; None where it is not known, or would be more than can be."""
    cls = next(item for item in pack.bindings if item.__name__ == fact)
    high = cls.fields()[field].bounds[1]
    rows = [dict(row) for row in case.rows[fact]]
    number = rows[place].get(field)
    if not isinstance(number, int) or (isinstance(high, int) and number + more > high):
        return None
    rows[place][field] = number + more
    return replace(case, rows={**case.rows, fact: rows})


def _case_of(example: Example, pack: Pack) -> Case:
    """An example as a case: its rows as the pack reads them."""
    return Case(example.keys, example.tables(pack), example.closed is True)


def _case(found: Mapping[str, Any]) -> Case:
    rows = {
        name: [{key: unplain(cell) for key, cell in row.items()} for row in rows]
        for name, rows in found["rows"].items()
    }
    return Case(found["keys"], rows, found["closed"])
